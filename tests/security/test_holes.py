"""Ways in that were found by attacking the desk, each closed: what was tried, and what it must come to."""

from types import SimpleNamespace

import pytest
from django.test import Client

from earnest.desk import access, cases, escalate, invitations, people, tokens
from earnest.desk.route_shapes import Route, Rung, When
from earnest.notify.trackers import Garbled
from earnest.notify.trackers.base import base_of, same_site
from earnest.record.errors import BadSetting, Refused
from earnest.store import erase, read_people, write
from earnest.store.models import Escalation
from earnest.store.shapes_escalation import Member, Team
from tests.security import desk
from tests.security.build import person

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password, all the same"


@pytest.fixture(autouse=True)
def _desk(small_desk: int) -> None:
    """One person of each role in `riders`; `second` is another steward."""
    access.add_person("second", desk.HERE, "steward")


# ---- invitations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["removed", "given a lesser role", "erased"])
def test_who_was_let_go_does_not_come_back_by_an_invitation_of_their_own(how: str) -> None:
    made = invitations.invite(desk.HERE, "steward", by=person("second"))
    if how == "removed":
        people.remove(desk.HERE, person("second").pk, by=person("steward"))
    elif how == "given a lesser role":
        people.change(desk.HERE, person("second").pk, "viewer", by=person("steward"))
    else:
        erase.erase_user(person("second").pk)
    with pytest.raises(Refused):
        invitations.accept(made.token, "second again", PASSWORD)
    assert write.user_id("second again") is None


def test_an_invitation_of_who_lost_their_rights_by_the_command_line_opens_nothing() -> None:
    made = invitations.invite(desk.HERE, "steward", by=person("second"))
    write.set_membership(person("second").pk, desk.HERE, "viewer")
    with pytest.raises(Refused):
        invitations.accept(made.token, "second again", PASSWORD)


def test_the_last_steward_does_not_become_a_viewer_by_following_a_link() -> None:
    made = invitations.invite(desk.HERE, "viewer", by=None)
    with pytest.raises(Refused, match="a steward here already"):
        invitations.accept_known(made.token, person("steward").pk)
    assert access.role_of(person("steward"), desk.HERE) == "steward"


@pytest.mark.parametrize("mailed", ["no_server", "failed"])
def test_a_link_that_its_maker_saw_vouches_for_no_address(
    mailed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a steward could take somebody's address, and with it their way in by single sign-on."""
    monkeypatch.setattr("earnest.desk.letters.send", lambda *_: mailed)
    made = invitations.invite(
        desk.HERE,
        "viewer",
        email="boss@example.org",
        by=person("steward"),
        letter=lambda _: SimpleNamespace(),
    )
    invitations.accept(made.token, "not the boss", PASSWORD)
    assert read_people.user_of_address("boss@example.org") is None


def test_a_link_that_went_by_mail_is_not_shown_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earnest.desk.letters.send", lambda *_: "sent")
    page = desk.client("steward").post("/riders/team/invite", {"role": "viewer", "email": "boss@example.org"})
    assert "/join/" not in page.content.decode()


# ---- the last steward ------------------------------------------------------------------------------------


def test_stewards_who_let_each_other_go_at_once_wait_for_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are locked before anybody counts who is left: without that, both saw the other one."""
    asked: list[str] = []
    kept = people._check_last
    monkeypatch.setattr("earnest.store.write_people.lock_desk", lambda _: asked.append("locked"))
    monkeypatch.setattr(people, "_check_last", lambda *more: (asked.append("counted"), kept(*more)))
    people.remove(desk.HERE, person("second").pk, by=person("steward"))
    assert asked == ["locked", "counted"]


# ---- escalations ------------------------------------------------------------------------------------------


def escalated(stop: str) -> int:
    """An escalation by a route that only `stop` may stop; its leadership is the admin."""
    from earnest.desk import routes, teams
    from earnest.store import read_routes

    boss = Member(person("admin").pk, "", True)
    teams.keep(desk.HERE, Team(0, "payments", "Payments"), by=None)
    teams.keep(desk.HERE, Team(0, "leadership", "Leadership", leadership=True, members=(boss,)), by=None)
    when = When("volume", about=("pay.tips",), posts=10, voices=5, within=24 * 60)
    rungs = (Rung("team", 60), Rung("leadership"))
    routes.keep(desk.HERE, Route("tips", "Tips", when=when, rungs=rungs, team="payments", stop=stop), by=None)
    number = cases.open_case(desk.HERE, "Tips that do not arrive", by=None)
    route = read_routes.routes(desk.HERE)[0].id
    return escalate.escalate(desk.HERE, number, route=route, by=person("admin").pk)


@pytest.mark.parametrize(("who", "may"), [("lead", False), ("steward", False), ("admin", True)])
def test_what_only_leadership_may_stop_is_stopped_by_nobody_else(who: str, may: bool) -> None:
    id = escalated("leadership")
    answer = desk.client(who).post(f"/riders/escalations/{id}/stop")
    assert (answer.status_code, Escalation.objects.get(pk=id).state) == (
        (303, "stopped") if may else (403, "running")
    )


# ---- trackers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://[", "https://[github.com/x", "https://github.com\u2100/x"])
def test_an_address_that_no_library_reads_is_an_answer_that_is_not_taken(url: str) -> None:
    """Else one tracker that lies would stop every look at tickets."""
    with pytest.raises(Garbled):
        same_site(url, "https://github.com")
    with pytest.raises(BadSetting):
        base_of(url, "https://api.github.com")


# ---- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1 << 63, 10**40])
@pytest.mark.parametrize(
    "where",
    [
        "themes/aside/{}",
        "themes/1/out/{}",
        "escalations/case/{}",
        "escalations/case/{}/ask",
        "cases/{}/in-report",
    ],
)
def test_a_number_that_no_database_keeps_is_not_found(where: str, number: int) -> None:
    answer = desk.client("admin").post(f"/riders/{where.format(number)}", {"team": "1"})
    assert answer.status_code == 404


# ---- zero bytes, and days that no database gives back -----------------------------------------------------


@pytest.mark.parametrize("url", ["/riders/hook/%00", "/ack/%00", "/riders/cases?q=%00", "/sign-in?next=%00"])
def test_a_zero_byte_in_an_address_is_a_bad_request(url: str) -> None:
    assert desk.client("admin").get(url).status_code == 400


def test_a_zero_byte_in_a_form_is_a_bad_request_and_keeps_the_policy() -> None:
    answer = desk.client("admin").post("/riders/cases/new", {"title": "A", "because": "a\x00b"})
    assert answer.status_code == 400
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def program(**headers: str) -> Client:
    maker = person("lead")
    token = tokens.make(maker, desk.HERE, "A program", ["read", "work"], days=1).token
    return Client(headers={"authorization": f"Bearer {token}", **headers})


@pytest.mark.parametrize("body", [b'{"title": "A", "because": "a\\u0000b"}', b'{"title": "\\\\\\u0000"}'])
def test_a_zero_byte_in_a_body_is_a_bad_request(body: bytes) -> None:
    answer = program().post("/api/v1/riders/cases", body, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "due", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1970-01-01T00:00:00Z"]
)
def test_a_due_time_that_could_not_be_read_again_is_refused(due: str) -> None:
    """One beyond what a time zone leaves room for made a case that nobody could open any more."""
    number = cases.open_case(desk.HERE, "Tips that do not arrive", by=None)
    sent = program(**{"if-match": '"1"'})
    answer = sent.patch(f"/api/v1/riders/cases/{number}", {"due": due}, content_type="application/json")
    assert answer.status_code == 422
    assert sent.get(f"/api/v1/riders/cases/{number}", headers={"if-match": ""}).status_code == 200
