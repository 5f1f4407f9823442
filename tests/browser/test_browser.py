"""What only a browser can tell: contrast and roles, keys, arrival, narrow screens, no script."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Desk, Open

ROOMS = ("today", "cases", "desk", "overview", "live", "posts", "places", "taxonomy", "report")
SIGNED = [f"/riders/{room}" for room in ROOMS] + [
    "/riders/cases/1",
    "/riders/cases/new",
    "/shoppers/posts",
    "/new/live",
    "/new/places",
    "/riders/posts?q=zzzz",
    "/riders/posts?since=x",
    "/nothing/here",
    "/programmes/new",
    "/riders/setup",
    *(f"/riders/setup/{step}" for step in ("audience", "purpose", "basis", "retention", "contact", "places")),
    "/depots/setup",
    "/depots/setup/notice",
    "/riders/place/bristol",
    "/riders/places/add",
    "/riders/places/add/feed",
    "/riders/places/invite/matrix",
]
PUBLIC = [
    *("/sign-in", "/say/riders", "/say/riders/thanks", "/notice/riders", "/notice/riders?lang=es"),
    *("/leave/riders", "/leave/riders?lang=es"),
]
PAGES = [(url, True) for url in SIGNED] + [(url, False) for url in PUBLIC]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("url", "signed"), PAGES, ids=[url for url, _ in PAGES])
def test_axe_finds_nothing(open_page: Open, url: str, signed: bool, theme: str) -> None:
    page = open_page(url, theme=theme, signed=signed)
    assert _found(page) == []


def test_axe_finds_nothing_in_an_opened_post_and_the_list_of_keys(open_page: Open) -> None:
    page = open_page("/riders/posts")
    page.keyboard.press("j")
    page.keyboard.press("w")
    page.wait_for_selector(".because form")
    assert _found(page) == []
    page.keyboard.press("?")
    expect(page.locator("#all-keys")).to_be_visible()
    assert _found(page) == []


def _found(page: object) -> list[str]:
    answer = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{one['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for one in answer.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [360, 390, 1024, 3840])
@pytest.mark.parametrize(("url", "signed"), PAGES, ids=[url for url, _ in PAGES])
def test_no_page_scrolls_sideways(open_page: Open, url: str, signed: bool, width: int) -> None:
    page = open_page(url, width=width, signed=signed)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_post_arrives_within_two_seconds_and_waits(open_page: Open, desk: Desk) -> None:
    page = open_page("/riders/live?place=form")
    page.wait_for_timeout(500)
    before = page.locator(".stream .post").count()
    first = page.locator(".stream .post").first.get_attribute("id")
    desk.write("arrive")
    written = time.monotonic()
    waiting = page.locator("[data-new] a")
    expect(waiting).to_have_text("1 new post. Show it", timeout=5_000)
    assert time.monotonic() - written < 2
    assert page.locator(".stream .post").count() == before
    assert page.locator(".stream .post").first.get_attribute("id") == first
    waiting.click()
    expect(page.locator(".stream .post")).to_have_count(before + 1)
    expect(page.locator("[data-new]")).to_be_hidden()
    expect(page.locator(".stream .post").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("w")
    page.wait_for_selector(".because form")
    page.click(".because form button")
    expect(page.locator(".stream .post").first).to_contain_text("corrected by a person")


def test_pause_holds_the_stream_and_nothing_is_missed(open_page: Open, desk: Desk) -> None:
    page = open_page("/riders/live?place=form")
    page.wait_for_timeout(500)
    page.keyboard.press("p")
    expect(page.locator("[data-pause]")).to_have_attribute("aria-pressed", "true")
    desk.write("arrive", 2)
    page.wait_for_timeout(1_500)
    expect(page.locator("[data-new]")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator("[data-new] a")).to_have_text("2 new posts. Show them", timeout=5_000)
    page.keyboard.press("n")
    expect(page.locator("[data-new]")).to_be_hidden()


def test_keys_move_open_answer_and_search(open_page: Open) -> None:
    page = open_page("/riders/posts")
    current = page.locator('.stream .post[aria-current="true"]')
    expect(current).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".stream .post").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(page.locator(".stream .post").nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("w")
    expect(current.locator(".because")).to_be_visible()
    page.keyboard.press("w")
    expect(current.locator(".because")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jjj")
    expect(page.locator("#q")).to_have_value("jjj")
    page.keyboard.press("Enter")
    page.wait_for_url("**/riders/posts?q=jjj")


def test_an_unsure_post_is_answered_by_a_number(open_page: Open) -> None:
    page = open_page("/riders/posts?unsure=yes&q=block")
    first = page.locator(".stream .post").first
    expect(first.locator(".ask")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(first).to_contain_text("corrected by a person")
    expect(first.locator(".labels")).to_contain_text("offers.rates")


def test_focus_is_seen(open_page: Open) -> None:
    page = open_page("/riders/posts")
    for _ in range(4):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_without_script_everything_can_be_read_and_done(open_page: Open) -> None:
    page = open_page("/riders/live", script=False)
    assert page.locator(".stream .post").count() > 5
    assert "without JavaScript" in page.content()
    expect(page.locator("[data-pause]")).to_be_hidden()
    expect(page.locator(".keys")).to_be_hidden()
    page = open_page("/riders/posts?q=statement", script=False)
    page.locator(".stream .post").first.get_by_text("Why").click()
    expect(page.locator(".because mark, .words mark").first).to_be_visible()
    page.locator("#correct select[name=kind]").select_option("idea")
    page.locator("#correct button").click()
    expect(page.locator(".one-post")).to_contain_text("corrected by a person")
    expect(page.locator(".one-post .kind").first).to_have_text("idea")


def test_the_public_form_works_without_script(open_page: Open) -> None:
    page = open_page("/say/riders", script=False, signed=False)
    page.fill("#text", "The zebrafinch scanner beeps twice for every parcel.")
    page.click("main button[type=submit]")
    page.wait_for_url("**/say/riders/thanks?lang=en")


def test_a_programme_is_set_up_without_script_and_by_keyboard(open_page: Open) -> None:
    page = open_page("/depots/setup/basis", width=360, script=False)
    page.focus("input[value=legitimate_interests]")
    page.keyboard.press("Space")
    page.focus("#directive")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/depots/setup/retention")
    page.fill("#retention_days", "90")
    page.keyboard.press("Enter")
    page.wait_for_url("**/depots/setup/contact")
    expect(page.locator("h1")).to_have_text("Contact and complaint")


def test_the_delegates_page(browser: Browser, desk: Desk) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=True)
    page = context.new_page()
    page.goto(f"{desk.url}/sign-in")
    page.fill("#name", "delegate")
    page.fill("#password", "delegate")
    page.click("main button[type=submit]")
    page.goto(f"{desk.url}/riders/community")
    assert _found(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Pause Bristol riders").click()
    expect(page.get_by_role("button", name="Resume Bristol riders")).to_be_visible()
    page.get_by_role("button", name="Resume Bristol riders").click()
    expect(page.get_by_role("button", name="Pause Bristol riders")).to_be_visible()
    context.close()


def test_the_notice_reads_without_style_and_prints(open_page: Open) -> None:
    page = open_page("/notice/riders", signed=False)
    page.emulate_media(media="print")
    expect(page.locator(".toc")).to_be_hidden()
    expect(page.locator("#leave")).to_be_visible()
    page.evaluate("document.querySelectorAll('link[rel=stylesheet]').forEach(one => one.remove())")
    assert page.locator("h2").all_inner_texts() == [
        "In short",
        "Who listens",
        "Where",
        "Why",
        "What is kept, and how long",
        "What is refused",
        "How to leave",
        "Consent history",
        "How to complain",
    ]


def test_nothing_is_fetched_from_elsewhere(open_page: Open, desk: Desk) -> None:
    page = open_page("/sign-in", signed=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for url in ("/sign-in", "/notice/riders", "/say/riders"):
        page.goto(f"{desk.url}{url}")
    assert asked
    assert all(url.startswith((desk.url, "data:")) for url in asked)
