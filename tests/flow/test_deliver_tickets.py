"""Tickets in GitHub, GitLab and Jira, against loopback servers of our own that speak their documented
shapes.
"""

from datetime import timedelta

import pytest

from earnest.desk import cases, channels, tickets
from earnest.flow import deliver
from earnest.record.errors import Refused
from earnest.store import clock, read_cases, write_people
from earnest.store.models import CaseLink, Channel, Message
from tests.notify.serve import Say, web
from tests.notify.trackers import ALL, TOKEN
from tests.store.build import desk

pytestmark = pytest.mark.django_db
P = "riders"


@pytest.fixture
def user(home, settings):
    settings.PRIVATE_CHANNELS = True
    settings.EARNEST_ADDRESS = "https://desk.example.org"
    desk()
    id = write_people.add_user("ana")
    write_people.set_membership(id, P, "lead")
    return id


@pytest.fixture(params=list(ALL))
def tracker(request, user):
    with web() as server:
        there = ALL[request.param](server)
        given = {"where": there.where, "api": server.url, "user": "bot@example.org", "type": "Task"}
        made = channels.add(P, request.param, "Tracker", given, TOKEN, actor="cli")
        there.slug = made.slug
        there.sort = request.param
        yield there


@pytest.fixture
def case(user):
    return cases.open_case(P, "Tips are missing after the update", by=user)


def make(tracker, case, user, **more):
    tickets.create(P, case, tracker.slug, by=user, **more)
    deliver.tend()
    return CaseLink.objects.get()


def later(monkeypatch, **by):
    now = clock.now() + timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_a_ticket_is_made_and_linked_with_words_that_may_go(tracker, case, user):
    link = make(tracker, case, user)
    (issue,) = tracker.issues.values()
    assert issue["title"] == f"Case {case}: Tips are missing after the update"
    body = issue.get("body") or issue.get("description")
    assert f"https://desk.example.org/{P}/cases/{case}" in body
    assert link.ref in tracker.issues
    assert link.url.startswith(tracker.server.url)
    sorts = [entry.sort for entry in read_cases.timeline(P, case)] if hasattr(read_cases, "timeline") else []
    assert not sorts or "ticket_made" in sorts


def test_a_person_may_change_what_it_says_and_what_may_not_go_is_taken_out(tracker, case, user):
    make(tracker, case, user, title="Tips @channel", body="Ask ana.b@example.org\nsee https://evil.example/x")
    (issue,) = tracker.issues.values()
    said = f"{issue['title']} {issue.get('body') or issue.get('description')}"
    for canary in ("@channel", "ana.b", "evil.example"):
        assert canary not in said


def test_asking_twice_makes_one(tracker, case, user):
    tickets.create(P, case, tracker.slug, by=user)
    with pytest.raises(Refused, match="already on its way"):
        tickets.create(P, case, tracker.slug, by=user)
    deliver.tend()
    assert len(tracker.issues) == 1


def test_a_try_that_was_made_but_not_noted_is_found_again(tracker, case, user, monkeypatch):
    """The tracker made the issue and the answer never came: the next try finds it by its key."""
    make_it = tracker.route

    def lost(asked):
        said = make_it(asked)
        return Say(raw=b"") if asked.method == "POST" else said

    tracker.route = lost
    tickets.create(P, case, tracker.slug, by=user)
    deliver.tend()
    assert Message.objects.get().state == "waiting"
    tracker.route = make_it
    later(monkeypatch, hours=1)
    deliver.tend()
    assert Message.objects.get().state == "delivered"
    assert len(tracker.issues) == 1
    assert CaseLink.objects.get().ref in tracker.issues


def test_a_ticket_that_closes_there_proposes_acted_and_closes_nothing(tracker, case, user, monkeypatch):
    link = make(tracker, case, user)
    tracker.close(link.ref)
    later(monkeypatch, minutes=16)
    deliver.tend()
    (shown,) = tickets.of_case(P, case)
    assert (shown.state, shown.proposed) == ("closed", True)
    assert read_cases.one(P, case).status == "new"
    tickets.answer(P, link.pk, take=True, by=user)
    assert read_cases.one(P, case).status == "acted"
    assert not tickets.of_case(P, case)[0].proposed


def test_declined_it_stays_and_a_ticket_that_opens_again_proposes_nothing(tracker, case, user, monkeypatch):
    link = make(tracker, case, user)
    tracker.close(link.ref)
    later(monkeypatch, minutes=16)
    deliver.tend()
    tickets.answer(P, link.pk, take=False, by=user)
    assert read_cases.one(P, case).status == "new"
    tracker.close(link.ref, "open")
    later(monkeypatch, hours=7)
    deliver.tend()
    (shown,) = tickets.of_case(P, case)
    assert (shown.state, shown.proposed) == ("open", False)


def test_asking_again_costs_the_tracker_nothing(tracker, case, user, monkeypatch):
    make(tracker, case, user)
    later(monkeypatch, minutes=16)
    deliver.tend()
    later(monkeypatch, minutes=16)
    deliver.tend()
    assert tracker.server.asked[-1].headers.get("if-none-match", "").startswith('W/"')
    assert CaseLink.objects.get().failures == 0


WRONG = {
    "401": (Say(401), "refused", "sign_in"),
    "403": (Say(403), "refused", "forbidden"),
    "403, the limit is used up": (
        Say(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}),
        "waiting",
        "slow",
    ),
    "404": (Say(404), "refused", "not_found"),
    "409": (Say(409), "waiting", "busy"),
    "410": (Say(410), "refused", "gone"),
    "422": (Say(422), "refused", "refused"),
    "429": (Say(429, headers={"retry-after": "60"}), "waiting", "slow"),
    "500": (Say(500), "waiting", "busy"),
    "503": (Say(503), "waiting", "busy"),
    "a page in place of JSON": (Say(201, b"<html>sign in</html>"), "waiting", "unsure"),
    "JSON of another shape": (Say(201, b'{"ok":true}'), "waiting", "unsure"),
    "a list": (Say(201, b"[1,2]"), "waiting", "unsure"),
    "nothing": (Say(201, b""), "waiting", "unsure"),
    "a number that is none": (Say(201, b'{"number":-1,"iid":-1,"key":"<b>"}'), "waiting", "unsure"),
    "deep JSON": (Say(201, b"[" * 100_000), "waiting", "unsure"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("said", "state", "result"), WRONG.values(), ids=list(WRONG))
def test_a_tracker_that_says_to_a_new_ticket(tracker, case, user, said, state, result):
    tracker.next = [said]
    tickets.create(P, case, tracker.slug, by=user)
    deliver.deliver()
    message = Message.objects.get()
    assert (message.state, message.result) == (state, result)
    assert not CaseLink.objects.exists()


@pytest.mark.parametrize(
    ("ref", "same"),
    [
        ("1", True),
        ("#1", True),
        ("OPS-1", True),
        ("2", False),
        ("x", False),
        ("https://evil.example/1", False),
    ],
)
def test_linking_one_that_is_there(tracker, case, user, ref, same):
    number = {"github": "1", "gitlab": "1", "jira": "OPS-1"}[tracker.sort]
    tracker.issues[number] = {"title": "t", "body": "", "description": ""}
    tracker.close(number, "open")
    fits = (
        tracker.sort == "jira"
        if ref == "OPS-1"
        else tracker.sort != "jira" and ref[-1].isdigit() and "/" not in ref
    )
    if not fits:
        with pytest.raises(Refused):
            tickets.link(P, case, tracker.slug, ref, by=user)
        return
    tickets.link(P, case, tracker.slug, ref, by=user)
    deliver.tend()
    (shown,) = tickets.of_case(P, case)
    assert shown.state == ("open" if same else "gone")


@pytest.mark.parametrize("what", ["deleted", "moved"])
def test_a_ticket_that_is_gone_is_said_to_be(tracker, case, user, monkeypatch, what):
    link = make(tracker, case, user)
    getattr(tracker, what).add(link.ref)
    later(monkeypatch, minutes=16)
    deliver.tend()
    assert tickets.of_case(P, case)[0].state == "gone"
    assert len([one for one in tracker.server.asked if one.path.startswith("/elsewhere")]) == 0


def test_a_tracker_that_is_down_is_asked_less_and_less(tracker, case, user, monkeypatch):
    make(tracker, case, user)
    tracker.next = [Say(500)] * 50
    waits = []
    for _ in range(3):
        later(monkeypatch, hours=13)
        Channel.objects.update(rests=None)
        deliver.tend()
        waits.append(CaseLink.objects.get().next_check - clock.now())
    assert waits == sorted(waits)
    assert CaseLink.objects.get().problem == "busy"


def test_closing_a_case_comments_only_where_somebody_wished_it(tracker, case, user):
    link = make(tracker, case, user)
    seen = read_cases.one(P, case).version
    cases.change(P, case, by=user, seen=seen, status="closed")
    deliver.tend()
    assert tracker.comments == []
    cases.change(P, case, by=user, seen=read_cases.one(P, case).version, status="reopened")
    tickets.set_tell(P, link.pk, True, by=user)
    deliver.tend()
    cases.change(P, case, by=user, seen=read_cases.one(P, case).version, status="closed")
    deliver.tend()
    deliver.tend()
    ((ref, words),) = tracker.comments
    assert ref == link.ref
    assert f"Case {case} was closed" in words
