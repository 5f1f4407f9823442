"""Today: what a person opens with coffee, told truly, and to each only what is theirs to see."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from earnest.desk import cases, today
from earnest.store import clock, moment, read, read_cases, read_today, write_alerts
from earnest.store.models import Alert
from earnest.web import today_words
from tests import programmes
from tests.web import sample

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def said(client: Client, where: str = "/riders/today", status: int = 200) -> str:
    answer = client.get(where)
    assert answer.status_code == status, where
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def user(name: str) -> int:
    return int(get_user_model().objects.get(username=name).pk)


def opened(title: str = "Tips are missing", **more: object) -> int:
    posts = [row.id for row in read.posts("riders", read.Filters(labels=("pay.tips",)), limit=2).rows]
    return cases.open_case("riders", title, by=user("lead"), posts=posts, **more)


def given(number: int, **fields: object) -> None:
    case = read_cases.one("riders", number)
    assert case is not None
    cases.change("riders", number, by=user("lead"), seen=case.version, **fields)


def raised(about: str = "pay.tips", **more: object) -> int:
    now = clock.seconds(clock.now())
    asked = {"sort": "burst", "key": f"burst:{about}", "why": {}, "kind": "trouble"} | more
    id = write_alerts.raise_alert("riders", about=about, at=now, since=now - 6 * 3600, until=now, **asked)
    assert id is not None
    return id


def test_where_a_person_lands(as_: As) -> None:
    for who in ("viewer", "analyst", "lead", "steward"):
        assert as_(who).get("/riders/")["Location"] == "/riders/today", who
    assert as_("delegate").get("/riders/")["Location"] == "/riders/community"


def test_who_sees_cases_and_who_may_act_on_what_rises(as_: As) -> None:
    raised()
    given(opened(), assignee=user("analyst"), due=clock.now() + timedelta(days=1))
    for who in ("viewer", "delegate", "analyst", "lead"):
        page, works = said(as_(who)), who in ("analyst", "lead")
        assert "Tips" in page
        assert "<svg" in page
        assert ("Waiting for you" in page) is works, who
        assert ("Tips are missing" in page) is (who == "analyst"), who
        assert ('href="/riders/cases/new?alert=' in page) is works, who
        assert ("Close it: it was" in page) is works, who
        assert " style=" not in page


def test_an_empty_day_says_when_each_part_was_last_not_empty(as_: As) -> None:
    page = said(as_("analyst"))
    assert "Nothing stands above its usual level, and nothing ever did here." in page
    assert "Nothing is due." in page
    assert "Nothing is climbing" in page
    alert = raised()
    write_alerts.close("riders", alert, "real")
    assert "The last alert was closed" in said(as_("analyst"))


def test_what_is_late_is_red_and_says_so(as_: As) -> None:
    number = opened()
    given(number, assignee=user("analyst"), due=clock.now() - timedelta(minutes=38))
    page = said(as_("analyst"))
    assert '<span class="late">38 minutes late</span>' in page
    assert "1 case is late." in page
    assert "38 minutes late" not in said(as_("lead"))


def test_what_is_nobodys_is_due_for_everybody_who_works(as_: As) -> None:
    given(opened("Nobody has it"), due=clock.now() + timedelta(days=1))
    for who in ("analyst", "lead", "steward"):
        assert "nobody has it" in said(as_(who)), who


def test_who_is_mentioned_is_told_until_they_looked(as_: As) -> None:
    number = opened()
    cases.note("riders", number, "Can you look, @analyst?", by=user("lead"))
    assert f"lead mentioned you on case {number}" in said(as_("analyst"))
    assert "mentioned you" not in said(as_("lead"))
    said(as_("analyst"), f"/riders/cases/{number}")
    assert "mentioned you" not in said(as_("analyst"))


def test_an_alert_that_may_not_be_seen_is_not_on_the_page(as_: As) -> None:
    Alert.objects.filter(pk=raised()).update(seen_by="lead")
    assert "stands above its usual level." in said(as_("lead"))
    assert "Nothing stands above" in said(as_("analyst"))


def test_a_place_that_is_not_heard_is_said(as_: As) -> None:
    page = said(as_("viewer"))
    assert "Leeds couriers: unknown since" in page
    assert "The next try is" in page


def test_nobody_of_another_programme_sees_it(as_: As) -> None:
    assert as_("nobody").get("/riders/today").status_code == 403
    assert Client().get("/riders/today").status_code == 302


def test_the_sentence_on_the_day_is_made_of_its_figures(as_: As) -> None:
    programme = read.programme("riders")
    assert programme is not None
    day = read_today.day("riders", clock.now())
    assert 0 < day.heard <= day.of
    assert day.posts >= day.alike >= 0
    told = today_words.said(day, programme)
    assert "since" in told
    assert "not heard" in told  # Leeds


@pytest.mark.parametrize(
    ("alike", "usual", "says"),
    [
        (100, 100.0, "about as many as usual"),
        (103, 100.0, "about as many as usual"),
        (180, 100.0, "about twice as many as usual"),
        (250, 100.0, "more than twice as many as usual"),
        (140, 100.0, "more than usual"),
        (70, 100.0, "fewer than usual"),
        (30, 100.0, "about half as many as usual or fewer"),
        (4, 2.0, "about as many as usual"),
        (50, None, "What is usual is not known yet"),
    ],
)
def test_how_a_day_is_held_against_the_weeks_before(alike: int, usual: float | None, says: str) -> None:
    programme = read.programme(programmes.live("riders"))
    assert programme is not None
    now = clock.now()
    day = read_today.Day(now, now, alike, alike, usual, 24, 24, ())
    assert says in today_words.said(day, programme)


def test_hours_that_were_not_heard_are_neither_quiet_nor_usual(as_: As) -> None:
    sample.arrive()
    for hours in (0, 5):
        day = read_today.day("riders", clock.now() + timedelta(hours=hours))
        assert all(0 < missing <= 24 for _, missing in day.missing)
        assert day.heard + sum(missing for _, missing in day.missing) == day.of


def asked() -> int:
    """How many questions Today asks, as one page."""
    analyst = get_user_model().objects.get(username="analyst")
    with CaptureQueriesContext(connection) as questions, moment.one():
        today.gather("riders", analyst)
    return len(questions)


def test_its_questions_do_not_grow_with_what_is_there(as_: As) -> None:
    for n in range(2):
        given(opened(f"Case {n}"), assignee=user("analyst"), due=clock.now() + timedelta(hours=n))
        raised(f"pay.tips{n}")
    few = asked()
    for n in range(2, 9):
        given(opened(f"Case {n}"), assignee=user("analyst"), due=clock.now() + timedelta(hours=n))
        raised(f"pay.tips{n}")
    assert asked() == few <= 40


def test_setup_lists_the_rooms_that_a_person_may_enter(as_: As) -> None:
    for who in ("viewer", "delegate", "analyst", "lead", "steward"):
        client = as_(who)
        page = client.get("/riders/desk").content.decode()
        listed = re.findall(r'<dt>\s*<a href="(/[^"]+)"', page)
        assert "/riders/taxonomy" in listed
        assert ("/riders/setup" in listed) is (who == "steward")
        for where in listed:
            assert client.get(where).status_code in (200, 302), (who, where)
