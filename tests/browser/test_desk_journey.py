"""A new user's way through the demo's desk, by what is visible on its pages alone.

Nothing here types an address: after the sign-in link from the terminal, and the link in the mail, every step
is a link or a button that a person reads. EARNEST_RECORD names a folder that takes a video and a trace.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, heading, mail_of, room, window

pytestmark = pytest.mark.slow
COUNTERS = "Parcels go back to the depot because of lockers"
LOCKERS = "Lockers refuse the code the app shows"
PAYING = "The app closes while people pay"


def test_from_a_rising_problem_to_what_became_of_it(browser: Browser, demo: Demo) -> None:
    with window(browser, "lead") as page:
        page.goto(demo.link("lead"))
        _opens_the_rising_problem(page)
        _merges_a_duplicate_and_takes_it_back(page)
        _escalates_the_sign_in_case(page)
        with window(browser, "signed-out") as other:
            _acknowledges_by_mail(other, mail_of(demo))
        _sees_that_somebody_has_it(page)
        _records_what_was_done(page)
        _reads_what_helped(page)


def _opens_the_rising_problem(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Today")).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.locator("main")).to_contain_text(re.compile("above (its|their) usual level"))
    rising = page.get_by_role("region", name="Sign-in and identity check")
    expect(rising).to_contain_text("complaints and reports within")
    expect(rising.get_by_role("img")).to_be_visible()
    rising.get_by_role("link", name="Open a case").click()
    heading(page, "Open a case")
    title = page.get_by_label("What is wrong, in a few words")
    expect(title).to_have_value("Sign-in and identity check rises")
    title.fill("Couriers cannot get into the app")
    page.get_by_label("Why it is opened").fill("It began in the night, at all depots")
    page.get_by_role("button", name="Open the case").click()
    heading(page, "Couriers cannot get into the app")
    expect(page.get_by_text("Nothing was done yet, so nothing can have helped.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("It began in the night, at all depots")
    expect(page.locator("main")).to_contain_text(re.compile("sign in|log in|login", re.IGNORECASE))


def _merges_a_duplicate_and_takes_it_back(page: Page) -> None:
    room(page, "Cases")
    heading(page, "Cases")
    page.get_by_role("link", name=COUNTERS).click()
    heading(page, COUNTERS)
    expect(page.get_by_text("this may be the same as the other case on lockers")).to_be_visible()
    margin = page.get_by_role("complementary")
    expect(margin.get_by_role("link", name=f"Case 1, “{LOCKERS}”")).to_be_visible()
    margin.get_by_text("Merge with another case").click()
    margin.get_by_label("Number of the other case").fill("1")
    margin.get_by_label("Why they are one").fill("Both began with version 6.2")
    margin.get_by_role("button", name="This one becomes part of it").click()
    heading(page, LOCKERS)
    expect(page.get_by_role("status").first).to_contain_text("case 2")
    expect(page.get_by_text("this may be the same as the other case on lockers")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    heading(page, LOCKERS)
    expect(page.get_by_text("this may be the same as the other case on lockers")).to_have_count(0)
    room(page, "Cases")
    expect(page.get_by_role("link", name=COUNTERS)).to_be_visible()


def _escalates_the_sign_in_case(page: Page) -> None:
    page.get_by_role("link", name="Couriers cannot get into the app").click()
    margin = page.get_by_role("complementary")
    margin.get_by_text("Escalate", exact=True).click()
    margin.get_by_label("To whom").select_option(label="App")
    margin.get_by_role("button", name="Send it up").click()
    heading(page, "Couriers cannot get into the app")
    expect(margin).to_contain_text("To App, sent by lead.")
    expect(margin).to_contain_text("An answer is asked for until")


def _acknowledges_by_mail(page: Page, mail: str) -> None:
    assert "case 4" in mail.lower()
    for secret in ("log in", "sign in", "Leeds"):
        assert secret not in mail
    link = next(one for one in re.findall(r"http://\S+", mail) if "/ack/" in one)
    for _ in range(2):  # looking twice changes nothing
        page.goto(link)
        heading(page, "Do you have it?")
    page.get_by_role("button", name="I have it").click()
    heading(page, "Acknowledged")


def _sees_that_somebody_has_it(page: Page) -> None:
    page.reload()
    expect(page.get_by_role("complementary")).to_contain_text("Somebody has it")


def _records_what_was_done(page: Page) -> None:
    page.get_by_text("Write down what was done").click()
    page.get_by_label("What was done, in one sentence").fill("The sign-in of yesterday is back.")
    page.get_by_label("By which team").select_option(label="App")
    page.get_by_role("button", name="Save the action").click()
    expect(page.locator("main")).to_contain_text("The sign-in of yesterday is back.")
    expect(page.get_by_text(re.compile("Whether it helped can be told from"))).to_be_visible()


def _reads_what_helped(page: Page) -> None:
    page.get_by_text("Ternway couriers, workforce").click()
    page.get_by_role("link", name="Ternway customers, customers").click()
    room(page, "Cases")
    page.get_by_role("link", name=PAYING).click()
    heading(page, PAYING)
    expect(page.get_by_text(re.compile("Complaints on this are down by about"))).to_be_visible()
    expect(page.get_by_text("We heard from about 5 voices a week, normally about 10.")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Complaints on this for every 1,000 other posts"))
    expect(chart.first).to_be_visible()
    page.get_by_text("The figures as a table").click()
    expect(page.get_by_role("table").first).to_contain_text("Oct")
