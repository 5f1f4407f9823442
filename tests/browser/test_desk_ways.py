"""The desk by keys alone, and without any script: the same work, in the demo."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, heading, mail_of, room, window

pytestmark = pytest.mark.slow
WAITING = "Waiting at the counter is not paid"
LOCKERS = "Lockers refuse the code the app shows"
TOAST = ".toast form"


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _type(page: Page, key: str, words: str) -> None:
    """A key that opens a field, words, and Enter."""
    page.keyboard.press(key)
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_an_analyst_works_by_keys_alone(browser: Browser, demo: Demo) -> None:
    with window(browser, "keys") as page:
        page.goto(demo.link("analyst"))
        _inbox_by_keys(page)
        _case_by_keys(page)
        _press(page, "?")
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("dialog")).to_contain_text("write down what was done")
        _press(page, "Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def _inbox_by_keys(page: Page) -> None:
    _press(page, "g", "i")
    heading(page, "Inbox")
    _press(page, "b")
    yours = page.locator("section:has(#yours) .stream .post")
    expect(yours).to_have_count(10)
    _press(page, "j")
    _type(page, "l", "app.login")
    expect(page.locator(TOAST)).to_contain_text("1 post has another label now.")
    _type(page, "t", "since the night")
    expect(page.locator(TOAST)).to_contain_text("1 post is tagged since the night.")
    _type(page, "c", "Nobody gets in at the depots")
    expect(page.locator(TOAST)).to_contain_text("1 post is in case")
    expect(yours).to_have_count(9)
    _press(page, "u")
    expect(page.locator(".toast .state")).to_contain_text("Taken back")
    expect(yours).to_have_count(10)


def _case_by_keys(page: Page) -> None:
    _press(page, "g", "t")
    expect(page.get_by_role("region", name=re.compile("Sign-in and identity check"))).to_be_visible()
    _press(page, "c")
    heading(page, "Open a case")
    title = page.get_by_label("What is wrong, in a few words")
    # Where another case may be the same, that one comes first and the title is not focused by itself.
    for _ in range(0 if page.get_by_text("It may be the same as").count() == 0 else 60):
        if title.evaluate("one => one === document.activeElement"):
            break
        _press(page, "Tab")
    expect(title).to_be_focused()
    _press(page, "Control+a")
    page.keyboard.type("By keys: nobody gets in")
    _press(page, "Enter")
    heading(page, "By keys: nobody gets in")
    _press(page, "n")
    page.keyboard.type("Which server answers?")
    _press(page, "Tab", "Enter")
    expect(page.locator("main")).to_contain_text("Which server answers?")
    _press(page, "u")
    expect(page.get_by_text("Which server answers?")).to_have_count(0)
    _type(page, "a", "The old sign-in is back.")
    expect(page.locator("#acted")).to_contain_text("The old sign-in is back.")
    _type(page, "e", "It is not mended for all")
    expect(page.get_by_role("complementary")).to_contain_text("asked on")


def test_a_lead_works_without_a_script(browser: Browser, demo: Demo) -> None:
    with window(browser, "no-script", script=False) as page:
        page.goto(demo.link("lead"))
        _opens_and_keeps_a_case(page)
        _merges(page)
        _settles_in_the_inbox(page)
        _escalates(page)
        mail = mail_of(demo)
        page.goto(next(one for one in re.findall(r"http://\S+", mail) if "/ack/" in one))
        heading(page, "Do you have it?")
        page.get_by_role("button", name="I have it").click()
        heading(page, "Acknowledged")


def _opens_and_keeps_a_case(page: Page) -> None:
    rising = page.get_by_role("region", name="Sign-in and identity check")
    rising.get_by_role("link", name=re.compile("Open a case|Another case")).click()
    heading(page, "Open a case")
    page.get_by_label("What is wrong, in a few words").fill("Without a script: nobody gets in")
    page.get_by_role("button", name=re.compile("Open the case|Open a new case all the same")).click()
    heading(page, "Without a script: nobody gets in")
    page.get_by_label("A note").fill("Both depots say so.")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("main")).to_contain_text("Both depots say so.")
    page.get_by_text("Change status, severity, team, who has it, due time or tags").click()
    page.get_by_label("Status").select_option(label="investigating")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("definition").first).to_have_text("Investigating")


def _merges(page: Page) -> None:
    room(page, "Cases")
    page.get_by_role("link", name=WAITING).click()
    margin = page.get_by_role("complementary")
    margin.get_by_text("Merge with another case").click()
    margin.get_by_label("Number of the other case").fill("1")
    margin.get_by_role("button", name="This one becomes part of it").click()
    heading(page, LOCKERS)
    page.get_by_role("button", name="Undo", exact=True).first.click()
    room(page, "Cases")
    expect(page.get_by_role("link", name=WAITING)).to_be_visible()


def _settles_in_the_inbox(page: Page) -> None:
    room(page, "Inbox")
    page.get_by_role("button", name=re.compile("Take the next")).click()
    first = page.locator("section:has(#yours) .stream .post").first
    first.get_by_text("Settle").click()
    first.get_by_role("button", name="Nothing to do").click()
    expect(page.locator(TOAST)).to_contain_text("Nothing is to be done about 1 post.")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Give all back").click()


def _escalates(page: Page) -> None:
    room(page, "Cases")
    page.get_by_role("link", name="Without a script: nobody gets in").click()
    margin = page.get_by_role("complementary")
    margin.get_by_text("Escalate", exact=True).click()
    margin.get_by_label("To whom").select_option(label="App")
    margin.get_by_role("button", name="Send it up").click()
    expect(margin).to_contain_text("An answer is asked for until")
