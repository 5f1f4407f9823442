"""Every page of the desk, for those who work there: axe in light and dark, narrow, quiet."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import pages
from tests.browser.demo import Demo

pytestmark = pytest.mark.slow
PROGRAMME = "ternway-couriers"
EXPECTED = {"/ack/none": 404, "/join/none": 403}
"""Addresses that are to say that there is nothing."""


@pytest.fixture(scope="module", params=["analyst", "lead", "steward"])
def person(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> Iterator[Page]:
    """A browser in which somebody of that role signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(demo.link(request.param))
    yield page
    context.close()


def _addresses(page: Page, demo: Demo, listed: dict[str, str]) -> Iterator[str]:
    found = {}
    for sort, room in (("post", "posts"), ("theme", "themes")):
        page.goto(f"{demo.url}/{PROGRAMME}/{room}")
        linked = re.findall(rf'href="/{PROGRAMME}/{room}/(\d+)"', page.content())
        found[sort] = linked[0] if linked else "1"
    for address in listed.values():
        yield address.format(p=PROGRAMME, **found)


def _look(page: Page, demo: Demo, address: str) -> list[str]:
    """What is wrong with a page; nothing where it is not for this person."""
    wrong: list[str] = []

    def heard(said: object) -> None:
        wrong.append(f"{address}: console: {getattr(said, 'text', said)}")

    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.on("pageerror", heard)
    listen = lambda said: heard(said) if said.type == "error" else None  # noqa: E731 - taken off again below
    page.on("console", listen)
    try:
        answer = page.goto(f"{demo.url}{address}")
        status = answer.status if answer else 0
        if status == 403 and address not in EXPECTED:
            return []  # not for this role: the matrix of rights says to whom it is open
        if status != EXPECTED.get(address, 200):
            return [f"{address}: {status}"]
        if address in EXPECTED:
            wrong.clear()  # the browser itself notes the 404
        wrong += [f"{address} light: {one}" for one in _violations(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{address} dark: {one}" for one in _violations(page, "color-contrast")]
        for width in (1024, 360):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address}: scrolls sideways at {width}")
    finally:
        page.remove_listener("console", listen)
        page.remove_listener("pageerror", heard)
    return wrong


def _violations(page: Page, *rules: str) -> list[str]:
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    answer = Axe().run(page, options=options)
    return [
        f"{one['id']}: {node['html'][:160]}" for one in answer.response["violations"] for node in one["nodes"]
    ]


def test_every_page_is_clean_for_those_who_work_there(person: Page, demo: Demo) -> None:
    addresses = list(_addresses(person, demo, pages.SIGNED_IN))
    wrong = [one for address in addresses for one in _look(person, demo, address)]
    assert "\n".join(wrong) == ""


def test_every_public_page_is_clean(browser: Browser, demo: Demo) -> None:
    context = browser.new_context()
    page = context.new_page()
    addresses = [address.format(p=PROGRAMME) for address in pages.PUBLIC.values()]
    wrong = [one for address in addresses for one in _look(page, demo, address)]
    assert "\n".join(wrong) == ""
    context.close()
