"""Alerts become work: they open a case, feed one that is there, by themselves too, and end with it."""

import pytest

from earnest.desk import access, alert_work, cases
from earnest.record.errors import EarnestError, Refused
from earnest.store import (
    clock,
    read,
    read_alerts,
    read_case_timeline,
    read_cases,
    write_alert_rules,
    write_alerts,
)
from earnest.store.models import Theme, ThemePost
from tests.desk.weeks import said
from tests.store.build import desk

pytestmark = pytest.mark.django_db
LABEL = "app.crash"


@pytest.fixture
def place(home):
    return desk()


@pytest.fixture
def ana(place):
    return access.add_person("ana", "riders", "analyst")


def now():
    return clock.seconds(clock.now())


def burst(place, *, about=LABEL, name="x"):
    """A label rose in the last two days."""
    said(place, 30, 2, about=1, label=LABEL, name=f"{name}-before")
    said(place, 2, 0, about=15, label=LABEL, name=name)
    return write_alerts.raise_alert(
        "riders", sort="burst", about=about, key=f"burst:{about}:{name}", at=now(), why={"hours": 48},
        kind="trouble", since=now() - 3 * 86_400, until=now(),
    )  # fmt: skip


def theme(number=4, posts=()):
    """A theme that holds these posts."""
    row = Theme.objects.create(
        programme_id=read_cases.scope.id_of("riders"), number=number, label=LABEL, name="crash at the door",
        named_by="words", first_seen=now() - 90_000, last_seen=now(),
    )  # fmt: skip
    for post in posts:
        ThemePost.objects.create(post_id=post, programme_id=row.programme_id, theme=row)
    return row.number


def newest(n=60):
    return [row.id for row in read.posts("riders", read.Filters(labels=(LABEL,)), limit=n).rows]


def entries(number):
    return [one.detail for one in read_case_timeline.timeline("riders", number) if one.sort == "alert"]


def test_a_burst_without_a_theme_brings_its_newest_posts(place, ana):
    alert = burst(place)
    plan = alert_work.proposal("riders", alert)
    assert "rises" in plan.title
    assert (len(plan.posts), plan.themes, plan.there) == (20, (), None)
    number = alert_work.open_case("riders", alert, by=ana)
    case = read_cases.one("riders", number)
    assert (case.title, case.posts, case.opened_by) == (plan.title, 20, ana)
    assert [fed.number for fed in alert_work.cases_of("riders", [alert])[alert]] == [number]
    (entry,) = entries(number)
    assert entry["opened"] is True
    assert entry["came"] >= 25 > entry["usual"]
    with pytest.raises(Refused):
        alert_work.open_case("riders", alert, by=ana)


def test_a_burst_whose_posts_are_one_theme_brings_the_theme(place, ana):
    alert = burst(place)
    number = theme(posts=newest(25))
    assert alert_work.proposal("riders", alert).themes == (number,)


def test_a_severe_post_opens_a_severe_case(place, ana):
    burst(place)
    (post, *_) = newest()
    alert = write_alerts.raise_alert(
        "riders", sort="severe", about="safety", key=f"severe:{post}", at=now(), why={"post": post}
    )
    number = alert_work.open_case("riders", alert, by=ana)
    case = read_cases.one("riders", number)
    assert (case.severity, case.posts) == ("severe", 1)


def test_an_open_case_that_holds_the_theme_is_fed_by_itself_and_once(place, ana):
    number = theme()
    case = cases.open_case("riders", "Crash at the door", by=ana, themes=[number])
    alert = write_alerts.raise_alert(
        "riders", sort="new", about=f"theme:{number}", key=f"new:{number}", at=now(), why={}
    )
    assert alert_work.tend("riders") == 1
    assert alert_work.tend("riders") == 0
    assert entries(case) == [{"alert": alert, "opened": False}]


def test_a_later_alert_on_the_same_label_feeds_the_case_of_the_first(place, ana):
    first = burst(place)
    case = alert_work.open_case("riders", first, by=ana)
    alert_work.close_alerts("riders", case, "real", by=ana)
    burst(place, name="y")
    assert alert_work.tend("riders") == 1
    assert len(entries(case)) == 2


def test_a_closed_case_is_not_fed(place, ana):
    number = theme()
    case = cases.open_case("riders", "Crash at the door", by=ana, themes=[number])
    cases.change("riders", case, by=ana, seen=1, status="closed")
    write_alerts.raise_alert("riders", sort="new", about=f"theme:{number}", key="new:1", at=now(), why={})
    assert alert_work.tend("riders") == 0
    assert entries(case) == []


def rule(**more):
    from dataclasses import replace

    basis = next(one for one in read_alerts.rules("riders") if one.slot == "burst")
    write_alert_rules.keep_rule("riders", replace(basis, **more))


@pytest.mark.parametrize(("opens", "cases_there"), [(False, 0), (True, 1)], ids=["off, as it begins", "on"])
def test_a_rule_opens_cases_by_itself_only_where_that_is_on(place, ana, opens, cases_there):
    rule(opens=opens)
    burst(place)
    alert_work.tend("riders")
    alert_work.tend("riders")
    assert len(read_cases.listing("riders", read_cases.Filters()).rows) == cases_there


def test_what_only_leads_see_is_left_to_people(place, ana):
    rule(opens=True, seen_by="lead")
    alert = burst(place)
    assert alert_work.tend("riders") == 0
    someone = type("P", (), {"pk": ana, "is_authenticated": True, "is_active": True, "is_superuser": False})()
    with pytest.raises(EarnestError):
        alert_work.seen("riders", alert, someone)


def test_closing_the_alerts_of_a_case_with_a_reason_teaches_their_rule(place, ana):
    for name in ("x", "y"):
        case = alert_work.open_case("riders", burst(place, name=name), by=ana)
        assert alert_work.close_alerts("riders", case, "noise", by=ana) == 1
    learned = next(one for one in read_alerts.rules("riders") if one.slot == "burst")
    assert (learned.noise, learned.proposed) == (2, "calm")
    with pytest.raises(EarnestError):
        alert_work.close_alerts("riders", case, "boring", by=ana)


def test_an_alert_of_another_programme_is_none_here(place, ana):
    desk("drivers")
    alert = burst(place)
    with pytest.raises(EarnestError):
        alert_work.open_case("drivers", alert, by=ana)
    assert alert_work.cases_of("drivers", [alert]) == {}
