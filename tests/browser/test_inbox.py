"""The inbox in a real browser: ten posts worked by keys alone, one taken back; no script; narrow and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

TOAST = ".toast form"


def _held(page: Page) -> int:
    return page.locator("section:has(#yours) .stream .post").count()


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _says(page: Page, words: str) -> None:
    expect(page.locator(TOAST)).to_contain_text(words)


def _give_all_back(page: Page) -> None:
    if _held(page):
        page.get_by_role("button", name="Give all back").click()
        expect(page.locator("section:has(#yours) .stream")).to_have_count(0)


def test_ten_posts_by_keyboard_alone_and_one_is_taken_back(open_page: Open) -> None:
    page = open_page("/riders/overview")
    _press(page, "g", "i")
    page.wait_for_url("**/riders/inbox")
    _give_all_back(page)
    _press(page, "b")
    expect(page.locator("section:has(#yours) .stream .post")).to_have_count(10)
    first = page.locator("section:has(#yours) .stream .post").first.get_attribute("id")

    _press(page, "j") if page.locator('.post[aria-current="true"]').count() == 0 else None
    _press(page, "l")
    page.keyboard.type("app.crash")
    _press(page, "Enter")
    _says(page, "1 post has another label now.")

    _press(page, "t")
    page.keyboard.type("ask the depot")
    _press(page, "Enter")
    _says(page, "1 post is tagged ask the depot.")

    _press(page, "c")
    page.keyboard.type("What goes wrong at the lockers")
    _press(page, "Enter")
    _says(page, "1 post is in case")
    expect(page.locator("section:has(#yours) .stream .post")).to_have_count(9)
    assert first != page.locator("section:has(#yours) .stream .post").first.get_attribute("id")

    for left in range(8, 3, -1):
        _press(page, "s", "Enter")  # the first thing under "Settle" is Done
        expect(page.locator("section:has(#yours) .stream .post")).to_have_count(left)
    _press(page, "j", "s", "Tab", "Enter")
    _says(page, "Nothing is to be done about 1 post.")
    expect(page.locator("section:has(#yours) .stream .post")).to_have_count(3)

    # the rest at once, and all of them come back as one
    _press(page, "k", "k", "k", "x", "j", "j", "X")
    expect(page.locator("[data-select]:checked")).to_have_count(3)
    _press(page, "s", "Enter")
    _says(page, "3 posts are done.")
    expect(page.locator("section:has(#yours) .stream")).to_have_count(0)
    _press(page, "u")
    expect(page.locator("section:has(#yours) .stream .post")).to_have_count(3)
    expect(page.locator(".toast .state")).to_contain_text("Taken back for 3 posts.")
    _give_all_back(page)


def test_keys_do_nothing_while_somebody_types_or_when_switched_off(open_page: Open) -> None:
    page = open_page("/riders/inbox")
    _give_all_back(page)
    page.locator("#q").focus()
    page.keyboard.type("bjx?u")
    assert page.locator("#q").input_value() == "bjx?u"
    assert _held(page) == 0
    page.locator("#q").blur()
    _press(page, "Control+b", "Alt+b")
    assert _held(page) == 0
    _press(page, "?")
    dialog = page.locator("#keys-help")
    expect(dialog).to_be_visible()
    for words in ("take the next posts", "the next one, the one before", "Posts"):
        expect(dialog).to_contain_text(words)
    page.locator("[data-keys-on]").uncheck()
    _press(page, "Escape")
    page.reload()
    _press(page, "b", "?")
    page.wait_for_timeout(300)
    assert _held(page) == 0
    expect(dialog).not_to_be_visible()
    assert page.locator("[aria-keyshortcuts]").count() == 0
    page.locator("[data-keys-open]").click()
    page.locator("[data-keys-on]").check()
    _press(page, "Escape", "j")
    expect(page.locator('.post[aria-current="true"]')).to_have_count(1)


def test_without_script_everything_can_be_done(open_page: Open) -> None:
    page = open_page("/shoppers/inbox", script=False)
    page.get_by_role("button", name=re.compile("Take the next")).click()
    expect(page.locator("section:has(#yours) .stream .post")).to_have_count(10)
    post = page.locator("section:has(#yours) .stream .post").first
    post.locator("summary", has_text="Tag").click()
    post.locator("input[name=tag]").fill("slow")
    post.get_by_role("button", name="Put on").click()
    _says(page, "1 post is tagged slow.")
    for at in range(2):
        page.locator("[data-select]").nth(at).check()
    page.locator("[data-bulk] summary", has_text="Settle").click()
    page.locator("[data-bulk]").get_by_role("button", name="Nothing to do").click()
    _says(page, "Nothing is to be done about 2 posts.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("section:has(#yours) .stream .post")).to_have_count(10)
    page.get_by_role("button", name="Give all back").click()
    expect(page.locator("section:has(#yours) .stream")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("url", ["/riders/inbox", "/riders/tags", "/new/inbox"])
def test_axe_finds_nothing(open_page: Open, url: str, theme: str) -> None:
    page = open_page(url, theme=theme)
    if url == "/riders/inbox":
        _give_all_back(page)
        _press(page, "b", "j", "x", "t")
        page.wait_for_timeout(400)
    answer = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in answer.response["violations"]] == []
    if url == "/riders/inbox":
        page.reload()
        _give_all_back(page)


@pytest.mark.parametrize("width", [360, 1024])
@pytest.mark.parametrize("url", ["/riders/inbox", "/riders/tags"])
def test_no_page_scrolls_sideways(open_page: Open, url: str, width: int) -> None:
    page = open_page(url, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
