"""Leaving in a real browser: forms at private addresses are taken, and every state of the pages is clean."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open


def clean(page: Page) -> bool:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return not found and wide <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_a_code_is_given_without_a_script_and_its_page_is_clean(
    open_page: Open, width: int, theme: str
) -> None:
    page = open_page("/leave/riders?lang=en", width=width, theme=theme, script=width == 1440, signed=False)
    page.click("main button")
    expect(page.locator(".token")).to_have_text(re.compile(r"earnest-out(-[a-z2-9]{4}){3}"))
    page.click("main a.button")
    expect(page.locator("h1")).to_have_text("Your code")
    assert width == 360 or clean(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_was_sent_is_erased_by_its_private_address(open_page: Open, theme: str) -> None:
    page = open_page("/say/riders?lang=en", width=360, theme=theme, signed=False)
    page.fill("#text", "The scanner refuses every second parcel at the counter.")
    page.click("main button[type=submit]")
    assert clean(page)
    page.click(".token a")
    assert clean(page)
    page.click("main button")
    expect(page.locator("h1")).to_have_text("It is erased")
    assert "earnest-receipt-1" in page.inner_text("pre")
    assert clean(page)
    with page.expect_download() as download:
        page.click("main a.button")
    assert download.value.suggested_filename == "earnest-receipt.txt"
