"""Ways in: signed, on time, once, small, and of a shape; a tracker's word is looked up and never believed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from standardwebhooks.webhooks import Webhook

from earnest.desk import access, cases, channels, escalate, hooks, teams, tickets
from earnest.flow import deliver
from earnest.store import clock, read_audit, read_cases, read_escalation
from earnest.store.models import CaseChange, CaseLink, CaseNote, Incoming
from earnest.store.shapes_escalation import Team
from earnest.web.views import hook as door
from tests.notify.serve import web
from tests.notify.trackers import ALL, TOKEN
from tests.store import build

pytestmark = pytest.mark.django_db
P = "riders"


@pytest.fixture(autouse=True)
def _fresh():
    door.WRONG.clear()
    door.TAKEN.clear()


@pytest.fixture
def desk(home):
    """Lighter than the filled one: nothing here shows a page."""
    build.desk()


@pytest.fixture
def case(desk):
    return cases.open_case(P, "Tips are missing", by=None)


@pytest.fixture
def way(case, settings):
    settings.PRIVATE_CHANNELS = True
    channels.add(P, "webhook", "Helpdesk", {}, "http://127.0.0.1:9999/x", actor="cli")
    return channels.open_hook(P, "helpdesk", actor="cli")


def send(way, said, *, secret=None, id="msg_1", at=None, body=None, **more):
    content = body if body is not None else json.dumps(said).encode()
    at = at or datetime.now(UTC)
    signed = Webhook(secret or way.shown_once).sign(id, at, content.decode("utf-8", "replace"))
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signed,
        **more,
    }
    return Client(enforce_csrf_checks=True).post(
        way.path, content, content_type="application/json", headers=headers
    )


def test_a_note_is_written_without_what_may_not_be_kept(way, case):
    text = "They mended it. Ask @ana or ana@example.org\nhttps://tracker.example.org/secret/1"
    got = send(way, {"type": "case.note", "case": case, "text": text})
    assert (got.status_code, got.json()) == (202, {"state": "taken"})
    (note,) = CaseNote.objects.values_list("text", flat=True)
    assert note.startswith("Helpdesk: They mended it.")
    for canary in ("@ana", "ana@example", "tracker.example.org/secret"):
        assert canary not in note


def test_a_status_is_an_entry_of_the_timeline(way, case):
    said = {"type": "ticket.status", "case": case, "ref": "HD-12", "state": "closed"}
    assert send(way, said).status_code == 202
    assert CaseChange.objects.filter(sort="ticket_status").count() == 1
    assert read_cases.one(P, case).status == "new"


def test_an_acknowledgement_of_what_climbs_nowhere_is_an_entry(way, case):
    assert send(way, {"type": "case.acknowledge", "case": case}).status_code == 202
    assert CaseChange.objects.filter(sort="webhook").count() == 1


class TestAcknowledging:
    """What is escalated of the case climbs no more, as far as who opened the way in might say so too."""

    @pytest.fixture
    def lead(self, desk):
        return access.add_person("lead", P, "lead")

    @pytest.fixture
    def up(self, case, lead):
        team = teams.keep(P, Team(0, "pay", "Pay"), by=lead)
        return escalate.escalate(P, case, team=team, by=lead)

    @pytest.fixture
    def steward(self, way):
        """A way in whose secret a steward made anew."""
        person = access.add_person("steward", P, "steward")
        return person, channels.open_hook(P, "helpdesk", actor=f"person:{person}")

    def test_what_climbs_is_acknowledged_by_nobody_of_the_desk(self, way, case, up):
        assert send(way, {"type": "case.acknowledge", "case": case}).status_code == 202
        row = read_escalation.one(P, up)
        assert (row.state, row.settled_how, row.settled_by_name) == ("acknowledged", "hook", "")
        entry = read_cases.timeline(P, case)[0]
        assert (entry.sort, entry.by_name) == ("acknowledged", "")
        (link,) = read_audit.links(programme=P, actions=("escalation_acknowledged",))
        assert (link.actor, link.detail["how"]) == ("system", "hook")

    def test_of_a_case_that_took_this_one_in(self, way, case, up, lead):
        other = cases.open_case(P, "Pay is late", by=lead)
        cases.merge(P, other, case, by=lead)
        assert send(way, {"type": "case.acknowledge", "case": case}).status_code == 202
        assert read_escalation.one(P, up).state == "acknowledged"

    def test_twice_changes_nothing_more(self, way, case, up):
        for id in ("msg_1", "msg_2"):
            assert send(way, {"type": "case.acknowledge", "case": case}, id=id).status_code == 202
        assert CaseChange.objects.filter(sort="acknowledged").count() == 1

    def test_by_the_way_in_of_a_steward(self, steward, case, up):
        assert send(steward[1], {"type": "case.acknowledge", "case": case}).status_code == 202
        assert read_escalation.one(P, up).state == "acknowledged"

    def test_not_where_who_opened_it_works_on_cases_no_more(self, steward, case, up):
        access.add_person("other", P, "steward")
        access.add_person("steward", P, "viewer")
        got = send(steward[1], {"type": "case.acknowledge", "case": case})
        assert got.status_code == 400
        assert "may not acknowledge" in got.json()["problem"]
        assert read_escalation.one(P, up).state == "running"
        assert Incoming.objects.count() == 0


def test_the_same_is_not_taken_twice(way, case):
    said = {"type": "case.note", "case": case, "text": "once"}
    assert send(way, said).status_code == 202
    again = send(way, said)
    assert (again.status_code, again.json()) == (200, {"state": "again"})
    assert CaseNote.objects.count() == 1


def test_a_ping_does_nothing(way):
    assert send(way, {"type": "ping"}).json() == {"state": "nothing"}


@pytest.mark.parametrize("off", [timedelta(minutes=6), -timedelta(minutes=6), timedelta(days=400)])
def test_a_clock_that_is_off_is_refused(way, case, off):
    assert send(way, {"type": "ping"}, at=datetime.now(UTC) - off).status_code == 401


BROKEN = {
    "no JSON": b"{",
    "not UTF-8 text of the schema": b'{"type": "case.note", "case": 1, "text": 5}',
    "an unknown type": b'{"type": "case.delete", "case": 1}',
    "an unknown field": b'{"type": "ping", "programme": "others"}',
    "a case that is no number": b'{"type": "case.acknowledge", "case": "1 OR 1=1"}',
    "a case below one": b'{"type": "case.acknowledge", "case": -1}',
    "a case that is not there": b'{"type": "case.acknowledge", "case": 999}',
    "a list": b"[]",
    "deep nesting": b"[" * 50_000,
    "a note that is too long": json.dumps({"type": "case.note", "case": 1, "text": "x" * 3_000}).encode(),
    "a ref with markup": b'{"type": "ticket.status", "case": 1, "ref": "<b>", "state": "closed"}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=list(BROKEN))
def test_what_does_not_fit_is_refused_without_an_echo(way, case, body):
    got = send(way, None, body=body)
    assert got.status_code == 400
    assert b"OR 1=1" not in got.content
    assert CaseNote.objects.count() == 0


class TestSignature:
    def test_another_secret(self, way):
        assert send(way, {"type": "ping"}, secret="whsec_" + "A" * 43 + "=").status_code == 401

    def test_the_one_before_holds_while_it_is_replaced(self, way):
        after = channels.open_hook(P, "helpdesk", actor="cli")
        assert after.path == way.path
        assert send(way, {"type": "ping"}, secret=way.shown_once).status_code == 200
        assert send(way, {"type": "ping"}, secret=after.shown_once, id="msg_2").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"webhook-signature": ""},
            {"webhook-signature": "v1"},
            {"webhook-signature": "v1,####"},
            {"webhook-signature": " ".join(["v1,AAAA"] * 50)},
            {"webhook-timestamp": "now"},
            {"webhook-timestamp": "nan"},
            {"webhook-timestamp": "9" * 400},
            {"webhook-id": "x" * 300},
        ],
        ids=lambda value: f"{next(iter(value))}: {next(iter(value.values()))[:12]}",
    )
    def test_headers_that_are_none(self, way, headers):
        assert send(way, {"type": "ping"}, **headers).status_code == 401

    def test_a_body_that_was_changed(self, way):
        at = datetime.now(UTC)
        signed = Webhook(way.shown_once).sign("m", at, '{"type": "ping"}')
        headers = {
            "webhook-id": "m",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signed,
        }
        got = Client().post(way.path, b'{"type":"ping"}', content_type="application/json", headers=headers)
        assert got.status_code == 401

    def test_who_guesses_is_slowed_down(self, way):
        for _ in range(60):
            assert send(way, {"type": "ping"}, secret="whsec_" + "A" * 43 + "=").status_code == 401
        assert send(way, {"type": "ping"}).status_code == 429


class TestAddress:
    def test_one_that_is_none(self, way):
        assert Client().post(f"/{P}/hook/abc", b"{}", content_type="application/json").status_code == 404

    def test_of_another_programme(self, way):
        path = way.path.replace(P, "others")
        assert Client().post(path, b"{}", content_type="application/json").status_code == 404

    def test_a_closed_one(self, way):
        channels.close_hook(P, "helpdesk", actor="cli")
        assert send(way, {"type": "ping"}).status_code == 404

    def test_only_post(self, way):
        assert Client().get(way.path).status_code == 405

    def test_too_large(self, way):
        assert send(way, None, body=b" " * (hooks.MOST_IN + 1)).status_code == 413


@pytest.fixture(params=list(ALL))
def tracker(request, case, settings):
    settings.PRIVATE_CHANNELS = True
    with web() as server:
        there = ALL[request.param](server)
        given = {"where": there.where, "api": server.url, "user": "bot@example.org", "type": "Task"}
        channels.add(P, request.param, "Tracker", given, TOKEN, actor="cli")
        there.way = channels.open_hook(P, "tracker", actor="cli")
        there.ref = "OPS-1" if request.param == "jira" else "1"
        there.issues[there.ref] = {"title": "t", "body": "", "description": ""}
        there.close(there.ref, "open")
        tickets.link(P, case, "tracker", there.ref, by=_somebody())
        deliver.tend()
        yield there


def _somebody():
    from earnest.store import write_people

    return write_people.add_user("ana")


def post(tracker, headers, body):
    return Client().post(tracker.way.path, body, content_type="application/json", headers=headers)


class TestTracker:
    def test_it_is_looked_up_at_once(self, tracker, case):
        tracker.close(tracker.ref)
        headers, body = tracker.hook(tracker.ref, tracker.way.shown_once)
        assert post(tracker, headers, body).status_code == 202
        deliver.tend()
        assert tickets.of_case(P, case)[0].proposed

    def test_what_it_says_is_not_believed(self, tracker, case):
        """The body says closed, the tracker itself says open: open it is."""
        headers, body = tracker.hook(tracker.ref, tracker.way.shown_once)
        post(tracker, headers, body)
        deliver.tend()
        assert tickets.of_case(P, case)[0].state == "open"

    def test_a_replay_does_not_even_cause_a_look(self, tracker):
        headers, body = tracker.hook(tracker.ref, tracker.way.shown_once)
        post(tracker, headers, body)
        deliver.tend()
        looked = len(tracker.server.asked)
        assert post(tracker, headers, body).json() == {"state": "again"}
        deliver.tend()
        assert len(tracker.server.asked) == looked

    def test_another_secret_is_refused(self, tracker):
        headers, body = tracker.hook(tracker.ref, "guessed")
        assert post(tracker, headers, body).status_code == 401
        assert Incoming.objects.count() == 0

    def test_no_signature_is_refused(self, tracker):
        _, body = tracker.hook(tracker.ref, "x")
        assert post(tracker, {}, body).status_code == 401

    def test_other_events_do_nothing(self, tracker):
        headers, body = tracker.hook(tracker.ref, tracker.way.shown_once, event="push")
        assert post(tracker, headers, body).json() == {"state": "nothing"}

    def test_an_issue_of_no_case_does_nothing(self, tracker):
        other = "OPS-77" if tracker.ref.startswith("OPS") else "77"
        headers, body = tracker.hook(other, tracker.way.shown_once)
        assert post(tracker, headers, body).json() == {"state": "nothing"}
        assert CaseLink.objects.get().next_check > clock.now()


def test_what_may_be_sent_is_there_for_anybody_to_read(db):
    got = Client().get("/schema/hook.json")
    assert (got.status_code, got["Content-Type"]) == (200, "application/schema+json")
    assert got.json() == hooks.schema()
    assert "case.note" in got.content.decode()
    assert Client().get("/schema/hooks.json").status_code == 404
