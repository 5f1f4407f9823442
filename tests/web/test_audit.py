"""Every door through which a post can be read leaves a link in the audit chain."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from django.utils.html import escape

from earnest.desk.accesses import READS
from earnest.flow import themes, versions
from earnest.flow.follow import Follower
from earnest.report import taxonomies
from earnest.store import read, read_alerts, read_audit, read_severe, read_themes
from earnest.understand import proposal
from tests import themes as said
from tests.store import build

As = Callable[[str], Client]

TODAY = datetime.now(UTC).date()
DAYS = {"lang": "en", "from": str(TODAY - timedelta(days=20)), "to": str(TODAY)}

DOORS: dict[str, tuple[str, dict[str, str], str]] = {
    "posts": ("get", {}, "posts_read"),
    "post": ("get", {}, "post_read"),
    "post_row": ("get", {}, "post_read"),
    "post_correct": ("post", {"label": "pay.tips", "kind": "complaint"}, "corrected"),
    "live": ("get", {}, "live_read"),
    "live_stream": ("get", {}, "live_read"),
    "report": ("post", DAYS, "report_made"),
    "report_one": ("get", {}, "report_read"),
    "report_renew": ("post", {}, "report_made"),
    "report_file": ("get", {}, "exported"),
    "review": ("get", {}, "review_read"),
    "review_blind": ("get", {}, "blind_read"),
    "review_answer": ("post", {"label": "pay.tips", "kind": "complaint"}, "corrected"),
    "themes": ("get", {}, "posts_read"),
    "theme": ("get", {}, "posts_read"),
    "theme_name": ("post", {"name": "Closed when we come"}, "theme_renamed"),
    "theme_dismiss": ("post", {}, "theme_dismissed"),
    "theme_out": ("post", {}, "theme_split"),
    "theme_aside": ("post", {}, "severe_seen"),
    "taxonomy_preview": ("get", {}, "posts_read"),
    "sign_out": ("post", {}, "signed_out"),
}
"""Address: how it is asked, with what, and the action that must be written."""


def _patterns(of: URLResolver) -> Iterator[URLPattern]:
    for one in of.url_patterns:
        yield from _patterns(one) if isinstance(one, URLResolver) else [one]


PATTERNS = {pattern.name: pattern for pattern in _patterns(get_resolver()) if pattern.name}


@pytest.fixture
def stored(name: str, as_: As, home: Path) -> int:
    """A report of the shoppers, which quotes posts, where the address `name` is about one."""
    if not name.startswith("report"):
        return 0
    as_("admin").post(reverse("report", args=["shoppers"]), DAYS)
    return read.reports("shoppers")[0].id


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    themes._memory.clear()
    yield
    themes._memory.clear()


def spoken_of() -> dict[str, int]:
    """A theme of the shoppers, a post of it, a post that may not wait, and the alert it raised."""
    place = read.listening_place("shoppers", "reviews")
    assert place is not None
    label, once = said.PROBLEMS["closed"]
    grave = build.item("knife", "A man pulled a knife on me at the gate", labels=("safety.threat",))
    build.keep(
        place.id,
        *(
            build.item(f"closed{n}", text, labels=(label,), voice=f"closed{n}")
            for n, text in enumerate([*once, *(f"{text} tonight" for text in once)])
        ),
        grave,
    )
    while Follower().follow("shoppers"):
        pass
    theme = read_themes.themes("shoppers")[0]
    grave_ones = read_severe.severe("shoppers", since=build.NOW - timedelta(days=1), limit=9)
    severe = next(one for one in grave_ones if "knife" in one.post.text)
    return {
        "theme": theme.number,
        "member": read_themes.posts_of("shoppers", theme.number, other=False)[0].id,
        "severe": severe.post.id,
        "alert": read_alerts.alerts("shoppers", is_open=True)[0].id,
    }


def proposed(home: Path) -> int:
    """A change to the taxonomy of the shoppers that is looked at before it is made."""
    step = "changes:\n  - merge: [pay.wrong, pay.tips]\n    into: pay.tips\n"
    change = proposal.parse(step, "changes.yaml", taxonomies.of("shoppers"))
    return versions.propose("shoppers", change, home, actor="cli")


def own(name: str, home: Path) -> dict[str, int]:
    """What only this address needs to be more than a page that is not there."""
    if name.startswith("taxonomy_"):
        return {"number": proposed(home)}
    if name.startswith(("theme", "alert")):
        made = spoken_of()
        ids = {"theme_out": "member", "theme_aside": "severe", "alert": "alert"}
        return {"number": made["theme"], "id": made[ids.get(name, "alert")]}
    return {}


def address(name: str, report: int, home: Path) -> str:
    post = read.posts("shoppers", read.Filters()).rows[0].id
    known: dict[str, Any] = {
        "programme": "shoppers",
        "id": report if name.startswith("report") else post,
        "format": "html",
        "token": "unknown",
        "step": "purpose",
        "name": "notice",
        **own(name, home),
    }
    wanted = PATTERNS[name].pattern.converters
    return reverse(
        name,
        kwargs={
            key: known.get(key, 1 if isinstance(converter, IntConverter) else "unknown")
            for key, converter in wanted.items()
        },
    )


def links() -> list[read_audit.Link]:
    return list(read_audit.links())


@pytest.mark.parametrize("name", DOORS)
def test_a_door_to_posts_leaves_a_link(name: str, as_: As, stored: int, home: Path) -> None:
    url = address(name, stored, home)
    browser, before = as_("admin"), len(links())
    method, given, action = DOORS[name]
    answer = getattr(browser, method)(url, given)
    assert answer.status_code in (200, 302, 303)
    last = links()[before:]
    assert action in [link.action for link in last]
    link = last[-1]
    assert link.actor.startswith("person:")
    if name != "sign_out":
        assert (link.programme, link.detail["role"]) == ("shoppers", "admin")


@pytest.mark.parametrize("name", sorted(set(PATTERNS) - set(DOORS)))
def test_no_other_address_shows_a_post_without_a_link(name: str, as_: As, stored: int, home: Path) -> None:
    """Whatever addresses come later: one whose answer holds a post's words and leaves no link fails here."""
    url = address(name, stored, home)
    browser, before = as_("admin"), len(links())
    answer = browser.get(url)
    content = b"" if isinstance(answer, StreamingHttpResponse) else answer.content
    page = content.decode("utf-8", "replace")
    shown = [
        post
        for programme in ("shoppers", "riders")
        for post in read.posts(programme, read.Filters(), limit=40).rows
        if post.text[:40] in page or escape(post.text[:40]) in page
    ]
    assert not shown or any(link.action in READS for link in links()[before:])


def test_the_very_words_of_a_search_are_not_written(as_: As) -> None:
    as_("analyst").get(
        "/riders/posts", {"q": "counter ann@example.org", "place": "bristol", "kind": "praise"}
    )
    link = links()[-1]
    assert link.detail == {"filters": 3, "place": "bristol", "role": "analyst", "searched": 1}


def test_live_is_noted_once_an_hour_for_a_person_and_what_they_ask_for(as_: As) -> None:
    analyst, admin = as_("analyst"), as_("admin")
    for _ in range(3):
        analyst.get("/riders/live")
    admin.get("/riders/live")
    analyst.get("/riders/live", {"place": "bristol"})
    assert [link.action for link in links()].count("live_read") == 3


def test_who_may_not_see_posts_leaves_none(as_: As) -> None:
    before = len(links())
    assert as_("delegate").get("/riders/posts").status_code == 403
    assert links()[before:] == []


def test_signing_in_is_written_down_and_a_wrong_password_without_the_name(desk: None) -> None:
    browser = Client()
    browser.post("/sign-in", {"name": "analyst", "password": "wrong"})
    browser.post("/sign-in", {"name": "analyst", "password": "analyst"})
    told = [(link.actor.partition(":")[0], link.action) for link in links()]
    assert told == [("visitor", "sign_in_refused"), ("person", "signed_in")]
    assert "analyst" not in repr(links())


@pytest.mark.parametrize("path", ["/riders/posts", "/riders/live", "/shoppers/posts"])
def test_without_the_key_of_the_chain_no_post_is_shown(path: str, as_: As, home: Path) -> None:
    browser = as_("admin")
    browser.get(path)
    (home / "keys" / "audit.key").unlink()
    browser.raise_request_exception = False
    answer = browser.get(path)
    assert answer.status_code == 500
    assert "audit.key" in answer.content.decode()
    assert "counter" not in answer.content.decode()


def test_a_page_of_posts_asks_at_most_eight_questions_more_for_it(
    as_: As, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    from earnest.desk import audit

    audit.ready()  # the key is made with the first link, once in the life of an installation
    with django_assert_max_num_queries(8):
        audit.note("person:1", "posts_read", programme="riders", about="posts")
