"""Routes and ladders beside listening: sent once, climbing by itself, whatever schedulers and clock do."""

from datetime import timedelta

import pytest

from earnest.desk import cases, routes
from earnest.desk.route_shapes import Rung, When
from earnest.flow import climb
from earnest.store import clock, read, read_cases, read_escalation, write_alerts
from earnest.store.models import Alert, Case, Escalation, EscalationStep, Route
from tests.desk import routes_build as build
from tests.store.build import NOW

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def place():
    found = build.programme()
    build.everything()
    return found


def running():
    return read_escalation.listing("riders")[0]


def raised(about="pay.tips", sort="burst", at=NOW, **more):
    asked = {
        "kind": "trouble",
        "key": f"{sort}:{about}",
        "why": {},
        "since": clock.seconds(at - 2 * HOUR),
    } | more
    return write_alerts.raise_alert(
        "riders", sort=sort, about=about, at=clock.seconds(at), until=clock.seconds(at + HOUR), **asked
    )


def waits_for(watch, **asked):
    """The only route waits for that."""
    routes.apply("riders", "routes: []", "f", by=None)
    routes.keep(
        "riders",
        build.route("only", name="The only one", team="payments", when=When(watch, **asked)),
        by=None,
    )
    Route.objects.update(since=NOW - DAY)


class TestVolume:
    def test_enough_was_said_so_a_case_is_opened_and_goes_up(self, place):
        build.said(place, 14)
        assert climb.tend(NOW) == 1
        (one,) = running()
        assert (one.thing, one.route, one.team_name, one.state) == (
            "label:pay.tips",
            "tips",
            "Payments",
            "running",
        )
        assert one.why[0]["voices"] == 15  # told to the nearest five
        case = read_cases.one("riders", one.case)
        assert (case.opened_by, case.team_name) == (None, "Payments")

    def test_too_little_too_few_or_too_long_ago_is_nothing(self, place):
        build.said(place, 9)
        build.said(place, 20, ago=3 * DAY, name="old")
        assert climb.tend(NOW) == 0
        assert running() == []

    def test_it_is_sent_once_however_often_one_looks(self, place):
        build.said(place, 14)
        for minutes in range(0, 300, 30):
            climb.routes(NOW + timedelta(minutes=minutes))
        assert len(running()) == 1

    def test_after_its_rest_it_is_sent_again_into_the_same_case(self, place):
        build.said(place, 14)
        climb.routes(NOW)
        routes.keep("riders", build.route(team="payments", rest=60), by=None)
        climb.routes(NOW + 2 * HOUR)
        assert [one.case for one in running()] == [1, 1]
        assert Case.objects.count() == 1

    def test_what_was_said_while_nobody_looked_is_still_found(self, place):
        build.said(place, 14, ago=30 * HOUR)
        Route.objects.update(since=NOW - 2 * DAY, looked=NOW - 31 * HOUR)
        climb.routes(NOW - 7 * HOUR)
        assert len(running()) == 1

    def test_a_route_that_is_off_sends_nothing(self, place):
        build.said(place, 14)
        routes.switch("riders", "tips", False, by=None)
        assert climb.tend(NOW) == 0

    def test_a_programme_that_is_no_longer_heard_is_left_alone(self, place):
        assert climb.tend(NOW) == 0


class TestAlerts:
    def test_a_new_alert_is_sent_once_with_the_case_it_opens(self, place):
        waits_for("alerts", about=("pay",))
        build.said(place, 14)
        id = raised()
        assert climb.tend(NOW) == 1
        climb.tend(NOW + HOUR)
        (one,) = running()
        assert one.thing == f"alert:{id}"

    @pytest.mark.parametrize(
        "more",
        [
            pytest.param({"about": "app.crash"}, id="on another label"),
            pytest.param({"kind": "praise"}, id="on another kind"),
            pytest.param({"at": NOW - 3 * DAY}, id="before the route was there"),
        ],
    )
    def test_another_alert_is_left_alone(self, place, more):
        waits_for("alerts", about=("pay",), kinds=("complaint",))
        build.said(place, 14, label=more.get("about", "pay.tips"))
        raised(**more)
        assert climb.tend(NOW) == 0

    def test_one_that_only_stewards_see_is_not_for_teams(self, place):
        waits_for("alerts")
        build.said(place, 14)
        Alert.objects.filter(pk=raised()).update(seen_by="steward")
        assert climb.tend(NOW) == 0

    def test_a_closed_one_is_over(self, place):
        waits_for("alerts")
        build.said(place, 14)
        write_alerts.close("riders", raised(), "noise")
        assert climb.tend(NOW) == 0


class TestCases:
    def test_a_severe_case_goes_up_and_again_when_it_comes_back(self, place, monkeypatch):
        waits_for("cases", severity="severe")
        number = build.case(severity="severe")
        build.case("Something small")
        now = clock.now()
        later = [now + 2.5 * HOUR]
        assert climb.tend(now) == 1
        climb.tend(now + HOUR)
        assert [one.case for one in running()] == [number]
        cases.change(
            "riders", number, by=None, seen=read_cases.one("riders", number).version, status="answered"
        )
        climb.tend(now + 2 * HOUR)
        assert running() == []
        monkeypatch.setattr(clock, "now", lambda: later[0])
        cases.reopen("riders", number, {"posts": 3})
        climb.tend(now + 3 * HOUR)
        assert [one.case for one in running()] == [number]
        assert Escalation.objects.count() == 2


class TestClimbing:
    def test_hour_by_hour_it_climbs_and_then_rests(self, place):
        build.said(place, 14)
        for hours in range(6):
            climb.tend(NOW + hours * HOUR)
        assert list(EscalationStep.objects.order_by("pk").values_list("who", flat=True)) == [
            "team",
            "lead",
            "leadership",
        ]

    def test_an_answered_case_ends_what_was_acknowledged_too(self, place):
        build.said(place, 14)
        climb.tend(NOW)
        (one,) = running()
        cases.change(
            "riders", one.case, by=None, seen=read_cases.one("riders", one.case).version, status="closed"
        )
        climb.tend(NOW + timedelta(minutes=1))
        assert running() == []

    def test_one_that_cannot_be_stops_no_other(self, place, monkeypatch):
        build.said(place, 14)
        routes.keep(
            "riders", build.route("second", name="Second", team="app", rungs=(Rung("team"),)), by=None
        )
        sound = climb._send

        def broken(programme, row, *more):
            if row.slug == "tips":
                raise ValueError("a defect")
            return sound(programme, row, *more)

        monkeypatch.setattr(climb, "_send", broken)
        climb.tend(NOW)
        assert [one.route for one in running()] == ["second"]
        monkeypatch.setattr(climb, "_send", sound)
        climb.tend(NOW + HOUR)
        assert {one.route for one in running()} == {"second", "tips"}

    def test_themes_are_counted_by_themselves(self, place):
        build.said(place, 14)
        posts = [row.id for row in read.posts("riders", read.Filters()).rows]
        number = build.theme(posts)
        waits_for("volume", themes=(number,), posts=10, within=1440)
        climb.tend(NOW)
        (one,) = running()
        assert one.thing == f"theme:{number}"
        assert read_cases.one("riders", one.case).themes == (number,)
