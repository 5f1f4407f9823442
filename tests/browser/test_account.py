"""A security key in a real browser under the pages' own policy; and the look of the account and the team."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Desk, Open

PAGES = ("/account", "/account/keys", "/account/password", "/riders/team", "/account/again")


@pytest.fixture
def steward(browser: Browser, desk: Desk) -> Any:
    """A browser in which the steward signed in, with a key that answers by itself."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, desk)
    page.wait_for_url("**/riders/**")
    yield page
    context.close()
    assert not complaints


def here(desk: Desk) -> str:
    """By a name: a key belongs to a name, never to a number."""
    return desk.url.replace("127.0.0.1", "localhost")


def sign_in(page: Page, desk: Desk) -> None:
    page.goto(f"{here(desk)}/sign-in")
    page.fill("#name", "steward")
    page.fill("#password", "steward")
    page.click("main form:has(#password) button[type=submit]")


def test_a_security_key_is_added_asked_for_and_removed(steward: Page, desk: Desk) -> None:
    page = steward
    page.goto(f"{here(desk)}/account/keys/add")
    page.fill("#password", "steward")
    page.click("main button.primary")
    page.wait_for_url("**/account/keys/add")
    page.fill("#name", "On my ring")
    page.click("#add-key")
    page.wait_for_url("**/account/codes")
    assert page.locator("ul.pinned li").count() == 10
    page.click("form.me button")
    sign_in(page, desk)
    page.wait_for_url("**/sign-in/second")
    page.click("#use-key")
    page.wait_for_url("**/riders/**")
    page.goto(f"{here(desk)}/account/keys")
    assert "On my ring" in page.inner_text("main")
    page.click("text=Remove")
    if "/account/again" in page.url:
        page.fill("#password", "steward")
        page.click("main button.primary")
    page.click("text=Remove it")
    page.wait_for_url("**/account/keys")
    assert "You have none yet." in page.inner_text("main")


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_everybody(open_page: Open, path: str, width: int, theme: str) -> None:
    page = open_page(path, width=width, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
