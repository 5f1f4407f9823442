"""Escalating by hand, wishes, acknowledging, handing back and on, stopping: who may, and what is left."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from earnest.desk import cases, climbing, escalate, routes, teams
from earnest.desk.audit_verify import verify
from earnest.desk.route_shapes import Quiet
from earnest.record.errors import InputError, StoreError
from earnest.store import (
    read,
    read_cases,
    read_escalation,
    read_routes,
    read_teams,
    write_escalation,
)
from earnest.store.models import AckLink, AuditLink, Message
from earnest.store.shapes_escalation import Team
from tests.desk import routes_build as build

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def now(monkeypatch):
    """A clock that the test moves."""
    at = [NOON]
    monkeypatch.setattr(write_escalation, "now", lambda: at[0])
    return at


@pytest.fixture
def people(now):
    """A lead who sends, a member and the lead of Payments, and an analyst elsewhere; the case is 1."""
    build.programme()
    found = {name: build.person(name, role) for name, role in PEOPLE.items()}
    build.channel()
    build.team(
        people=((found["paul"], False), (found["petra"], True)),
        channels={"team": ("payments-mail",), "lead": ()},
    )
    build.team("app", "App")
    build.team("leadership", "Leadership", leadership=True, people=((found["vera"], False),))
    build.case(severity="high")
    return found


PEOPLE = {"lena": "lead", "paul": "analyst", "petra": "lead", "vera": "viewer", "anna": "analyst"}


def team(slug="payments"):
    return read_teams.team("riders", slug).id


def user(name):
    return get_user_model().objects.get(username=name)


def sent(people, **more):
    asked = {"team": team()} | more
    return escalate.escalate("riders", 1, by=people["lena"], **asked)


def row(id):
    return read_escalation.one("riders", id)


def sorts():
    return [entry.sort for entry in reversed(read_cases.timeline("riders", 1))]


class TestSending:
    def test_the_first_step_is_taken_at_once_and_a_day_is_given(self, people):
        id = sent(people)
        (step,) = row(id).steps
        assert (step.who, step.team_name, step.channels) == ("team", "Payments", ("payments-mail",))
        assert step.due == NOON + timedelta(days=1)
        assert sorts() == ["opened", "escalated", "climbed"]

    def test_by_a_route_its_ladder_and_its_quiet_hours_hold(self, people):
        routes.keep("riders", build.route(team="payments", quiet=Quiet(11 * 60, 13 * 60)), by=None)
        id = sent(people, team=None, route=read_routes.route("riders", "tips").id)
        assert row(id).steps == ()
        assert row(id).due == NOON + HOUR
        assert not climbing.step(id, NOON + timedelta(minutes=59))
        assert climbing.step(id, NOON + HOUR)

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            pytest.param({"team": None}, "Choose a team or a route", id="nobody chosen"),
            pytest.param({"team": 99}, "team is not there", id="a team that is not there"),
            pytest.param({"team": None, "route": 99}, "route is not there", id="a route that is not there"),
            pytest.param({"because": "x" * 401}, "at most 400", id="a long reason"),
        ],
    )
    def test_what_cannot_be_is_said(self, people, asked, says):
        with pytest.raises(InputError, match=says):
            sent(people, **asked)

    def test_a_case_that_is_closed_or_on_its_way_is_not_sent_again(self, people):
        sent(people)
        with pytest.raises(InputError, match="on its way already"):
            sent(people)
        seen = read_cases.one("riders", 1).version
        cases.change("riders", 1, by=None, seen=seen, status="answered")
        with pytest.raises(InputError, match="answered or closed"):
            sent(people)
        with pytest.raises(StoreError, match="no case 7"):
            escalate.escalate("riders", 7, team=team(), by=people["lena"])

    def test_another_programmes_team_is_not_there(self, people):
        other = build.desk("pilots")
        assert other
        with pytest.raises(InputError, match="team is not there"):
            escalate.escalate("pilots", cases.open_case("pilots", "Late", by=None), team=team(), by=1)

    def test_its_reason_stays_here_and_is_in_no_message(self, people):
        id = sent(people, because="the customer of bay 4 waits")
        assert row(id).because == "the customer of bay 4 waits"
        assert "bay 4" not in str([message.payload for message in Message.objects.all()])
        assert not any("bay" in link.detail for link in AuditLink.objects.all())


class TestClimbing:
    def test_where_nobody_answers_it_goes_step_by_step(self, people):
        id = sent(people)
        for days in (1, 2, 3, 30):
            climbing.step(id, NOON + timedelta(days=days))
        told = [(step.who, step.team_name, step.at - NOON) for step in row(id).steps]
        assert told == [
            ("team", "Payments", timedelta()),
            ("lead", "Payments", timedelta(days=1)),
            ("leadership", "Leadership", timedelta(days=2)),
        ]

    def test_leadership_is_who_the_team_says_where_it_says_so(self, people):
        teams.keep("riders", Team(0, "night", "Night", otherwise="app"), by=None)
        id = sent(people, team=team("night"))
        for days in (1, 2):
            climbing.step(id, NOON + timedelta(days=days))
        assert row(id).steps[-1].team_name == "App"

    def test_a_case_that_was_answered_ends_it(self, people):
        id = sent(people)
        seen = read_cases.one("riders", 1).version
        cases.change("riders", 1, by=None, seen=seen, status="answered")
        assert not climbing.step(id, NOON + timedelta(days=2))
        assert row(id).state == "answered"
        assert sorts()[-1] == "escalation_ended"

    def test_merged_into_another_case_it_goes_on_there(self, people):
        id = sent(people)
        build.case("Tips are late")
        cases.merge("riders", 2, 1, by=None)
        assert climbing.step(id, NOON + timedelta(days=2))
        assert "climbed" in [entry.sort for entry in read_cases.timeline("riders", 2)]

    def test_it_is_late_when_the_time_is_past(self, people):
        id = sent(people)
        assert not row(id).late(NOON + HOUR)
        assert row(id).late(NOON + timedelta(days=2))


class TestAcknowledging:
    def test_on_the_page(self, people):
        id = sent(people)
        assert escalate.acknowledge_by("riders", id, by=people["paul"])
        assert (row(id).state, row(id).settled_by_name) == ("acknowledged", "paul")
        assert not escalate.acknowledge_by("riders", id, by=people["petra"])
        assert sorts()[-1] == "acknowledged"

    def test_by_the_link_of_a_message_once(self, people):
        id = sent(people)
        token = link()
        assert escalate.good(token)
        assert row(id).state == "running"
        assert escalate.acknowledge(token)
        assert row(id).state == "acknowledged"
        assert not escalate.good(token)
        assert not escalate.acknowledge(token)

    @pytest.mark.parametrize("days", [14, 15, 400])
    def test_a_link_that_is_too_old_does_nothing(self, people, now, days):
        id = sent(people)
        token = link()
        now[0] += timedelta(days=days, seconds=1)
        assert not escalate.acknowledge(token)
        assert row(id).state == "running"

    @pytest.mark.parametrize("change", ["", "x", "{0}x", "x{0}", "{0}.{0}"])
    def test_a_link_that_is_not_ours_does_nothing(self, people, change):
        sent(people)
        assert not escalate.good(change.format(link()) if change else "")
        assert not escalate.acknowledge(change.format(link()) if change else "")

    def test_the_token_is_nowhere_but_in_the_message(self, people):
        sent(people)
        token = link()
        assert token not in str(list(AuditLink.objects.values()))
        assert token not in str(list(AckLink.objects.values()))

    def test_after_it_was_handed_on_the_old_link_does_nothing(self, people):
        id = sent(people)
        token = link()
        assert escalate.hand_on("riders", id, team=team("app"), by=people["lena"])
        assert not escalate.acknowledge(token)
        assert row(id).state == "running"


def link():
    """The token of the newest message."""
    payload = Message.objects.order_by("-pk").first().payload
    return payload["acts"][0][1].removeprefix("/ack/")


class TestHandingAndStopping:
    def test_handed_back_it_waits_for_a_lead_who_hands_it_on(self, people):
        id = sent(people)
        assert escalate.hand_back(
            "riders", id, by=people["paul"], because="Not ours: the app shows it wrong."
        )
        assert [one.id for one in read_escalation.returned("riders")] == [id]
        assert not climbing.step(id, NOON + timedelta(days=9))
        assert escalate.hand_on("riders", id, team=team("app"), by=people["lena"])
        assert [step.team_name for step in row(id).steps] == ["Payments", "App"]
        assert row(id).present.team_name == "App"
        assert sorts()[-2:] == ["handed_on", "climbed"]

    def test_stopped_it_can_be_undone_for_a_minute(self, people, now):
        id = sent(people)
        assert escalate.stop("riders", id, by=people["lena"])
        assert not climbing.step(id, NOON + timedelta(days=9))
        now[0] += timedelta(seconds=59)
        assert escalate.undo_stop("riders", id, by=people["lena"])
        assert row(id).state == "running"
        assert escalate.stop("riders", id, by=people["lena"])
        now[0] += timedelta(seconds=61)
        assert not escalate.undo_stop("riders", id, by=people["lena"])
        assert row(id).state == "stopped"

    @pytest.mark.parametrize(
        ("who", "may"),
        [
            pytest.param("lena", {"acknowledge", "hand_back", "hand_on", "stop"}, id="who may escalate"),
            pytest.param("paul", {"acknowledge", "hand_back"}, id="a member of the team"),
            pytest.param("anna", {"acknowledge"}, id="an analyst of another team"),
            pytest.param("vera", {"stop"}, id="leadership that was not told yet"),
        ],
    )
    def test_who_may_do_what(self, people, who, may):
        id = sent(people)
        acts = ("acknowledge", "hand_back", "hand_on", "stop", "undo_stop")
        assert {act for act in acts if escalate.may(user(who), act, "riders", row(id), NOON)} == may

    def test_whom_the_route_lets_stop_it(self, people):
        for stop, may in (
            ("team", {"lena", "paul", "vera"}),
            ("lead", {"lena", "vera"}),
            ("leadership", {"vera"}),
        ):
            routes.keep("riders", build.route(stop, team="payments", stop=stop), by=None)
            id = sent(people, team=None, route=read_routes.route("riders", stop).id)
            found = {
                n
                for n in ("lena", "paul", "vera", "anna")
                if escalate.may(user(n), "stop", "riders", row(id), NOON)
            }
            assert found == may

    def test_what_waits_for_whom(self, people):
        id = sent(people)
        assert [one.id for one in read_escalation.waiting("riders", people["paul"])] == [id]
        assert read_escalation.waiting("riders", people["anna"]) == []
        escalate.acknowledge_by("riders", id, by=people["paul"])
        assert read_escalation.waiting("riders", people["paul"]) == []


class TestWishes:
    def test_asked_for_once_and_granted(self, people):
        wish = escalate.ask("riders", 1, by=people["anna"], because="It comes every week.")
        assert escalate.ask("riders", 1, by=people["paul"]) == wish
        (waits,) = read_escalation.wishes("riders")
        assert (waits.by_name, waits.because) == ("anna", "It comes every week.")
        id = escalate.grant("riders", wish, by=people["lena"], team=team())
        assert row(id).state == "running"
        assert read_escalation.wishes("riders") == []
        with pytest.raises(StoreError, match="answered already"):
            escalate.grant("riders", wish, by=people["lena"], team=team())
        assert sorts() == ["opened", "escalation_asked", "escalated", "climbed"]

    def test_declined_with_an_answer(self, people):
        wish = escalate.ask("riders", 1, by=people["anna"])
        escalate.decline("riders", wish, by=people["lena"], answer="Next week.")
        (told,) = read_escalation.wishes_of_case("riders", [1])
        assert (told.state, told.answer) == ("declined", "Next week.")
        with pytest.raises(StoreError):
            escalate.decline("riders", wish, by=people["lena"])
        assert escalate.ask("riders", 1, by=people["anna"]) != wish


def test_the_audit_chain_holds_each_act_and_still_verifies(people):
    id = sent(people)
    escalate.acknowledge_by("riders", id, by=people["paul"])
    told = [link.action for link in AuditLink.objects.order_by("seq") if link.action.startswith("escalat")]
    assert told == ["escalated", "escalation_climbed", "escalation_acknowledged"]
    assert verify().broken is None


class TestTheMessage:
    def payload(self, people, audience="customers", **more):
        sent(people, **more)
        return Message.objects.get().payload

    def test_it_says_what_how_many_since_when_where_what_is_asked_and_until_when(self, people):
        place = build.programme_place()
        build.said(place, 12)
        posts = [one.id for one in read.posts("riders", read.Filters()).rows]
        cases.add("riders", 1, posts=posts, by=None)
        payload = self.payload(people)
        assert payload["subject"] == "Case 1 needs an answer"
        assert payload["facts"] == {"case": 1, "severity": "high", "voices": 10, "posts": 12}
        text = " ".join(payload["lines"])
        assert "Riders: case 1 was sent to Payments." in text
        assert "It is about Tips" in text
        assert "Where: Reviews." in text
        assert "Please look at it, and say by 21 November, 12:00 (UTC) that you have it." in text
        assert payload["link"] == "/riders/cases/1"
        assert payload["acts"][0][0] == "I have it"
        assert "run 3" not in str(payload)
        assert payload["quotes"] == []

    def test_under_the_floor_it_tells_no_number_and_no_time(self, people):
        build.said(build.programme_place(), 3)
        cases.add("riders", 1, posts=[one.id for one in read.posts("riders", read.Filters()).rows], by=None)
        payload = self.payload(people)
        assert payload["facts"]["voices"] == 0
        assert "First heard" not in " ".join(payload["lines"])
