"""Who may see and do what, address by address; and what is a delegate's for the places they speak for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.desk import access, audit
from earnest.desk.access import MAY, Action
from earnest.record.errors import Refused, StoreError
from earnest.store import read, read_audit, write
from tests.web import doors
from tests.web.doors import Door

As = Callable[[str], Client]

ROLES = ("viewer", "delegate", "analyst", "lead", "steward", "admin")

PUBLIC = {
    "sign_in", "sign_in_link", "sign_out", "say", "said", "notice", "notice_json", "notice_schema",
    "well_known", "api_submit", "api_present", "leave", "leave_mine", "leave_mine_receipt",
    "leave_linked", "leave_linked_receipt",
}  # fmt: skip
"""Addresses that need no account."""

NEEDS: dict[str, Action | None] = {
    "home": None,
    "programme": None,
    "programme_new": "keep_programmes",
    "overview": "see_figures",
    "live": "see_posts",
    "live_stream": "see_posts",
    "posts": "see_posts",
    "post": "see_posts",
    "post_row": "see_posts",
    "post_correct": "correct",
    "places": "see_places",
    "place": "see_places",
    "place_pause": "pause_places",
    "place_resume": "pause_places",
    "place_close": "keep_places",
    "place_look": "keep_places",
    "place_choose": "keep_places",
    "place_add": "keep_places",
    "place_invite": "keep_places",
    "community": "see_community",
    "setup": "keep_terms",
    "setup_notice": "keep_terms",
    "setup_live": "keep_terms",
    "setup_step": "keep_terms",
    "themes": "see_figures",
    "theme": "see_figures",
    "theme_name": "correct",
    "theme_merge": "correct",
    "theme_unmerge": "correct",
    "theme_dismiss": "correct",
    "theme_out": "correct",
    "theme_aside": "correct",
    "review": "correct",
    "review_answer": "correct",
    "review_blind": "correct",
    "review_blind_answer": "correct",
    "learning": "see_taxonomy",
    "learning_run": "see_taxonomy",
    "learning_begin": "choose_model",
    "learning_use": "choose_model",
    "learning_back": "choose_model",
    "second": "see_taxonomy",
    "taxonomy": "see_taxonomy",
    "taxonomy_history": "see_taxonomy",
    "taxonomy_export": "see_taxonomy",
    "taxonomy_change": "keep_taxonomy",
    "taxonomy_back": "keep_taxonomy",
    "taxonomy_preview": "keep_taxonomy",
    "taxonomy_apply": "keep_taxonomy",
    "taxonomy_drop": "keep_taxonomy",
    "alerts": "see_alerts",
    "alert": "see_alerts",
    "alert_close": "settle_alerts",
    "alert_snooze": "settle_alerts",
    "alert_rules": "see_alerts",
    "alert_rule": "see_alerts",
    "alert_rule_remove": "keep_rules",
    "alert_rule_snooze": "keep_rules",
    "alert_rule_calmer": "keep_rules",
    "report": "see_reports",
    "report_one": "see_reports",
    "report_renew": "make_report",
    "report_file": "see_reports",
}
"""What each address needs. A new one without a line here fails."""

WRITING: dict[str, Action] = {
    "report": "make_report",
    "alert_rules": "keep_rules",
    "alert_rule": "keep_rules",
    "second": "choose_model",
}
"""What it needs to send something there, where that is more than reading it."""

SIGNED = [door for door in doors.every() if door.name not in PUBLIC]


def test_every_address_is_public_or_says_what_it_needs() -> None:
    unknown = {door.name for door in doors.every()} - PUBLIC - NEEDS.keys()
    assert not unknown, "say in tests/web/test_delegate.py who may go there"


@pytest.fixture
def made(desk: None) -> int:
    """A report of `riders`."""
    today = datetime.now(UTC).date()
    return write.add_report("riders", today - timedelta(days=7), today, {"json": b"{}", "html": b"<p></p>"})


def answer_of(name: str, door: Door, address: str, method: str = "get") -> Any:
    client = Client()
    if name:
        client.force_login(get_user_model().objects.get(username=name))
    return getattr(client, method)(address)


def address_of(door: Door, programme: str, report: int) -> str:
    """A delegate's own place, so that only the role decides."""
    more = {"place": "bristol"} | ({"id": str(report)} if door.name.startswith("report") else {})
    if door.name == "place_invite":
        more["type"] = "matrix"
    return door.address(programme, **more)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_every_address_by_role(made: int, role: str, method: str) -> None:
    for door in SIGNED:
        needed = WRITING.get(door.name, NEEDS[door.name]) if method == "post" else NEEDS[door.name]
        answer = answer_of(role, door, address_of(door, "riders", made), method)
        if needed is None or needed in MAY[role]:  # type: ignore[index]
            assert answer.status_code in (200, 302, 303, 400, 404, 405), door.name
        elif answer.status_code != 405:
            assert answer.status_code == 403, door.name


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_every_address_of_a_foreign_programme_is_shut(made: int, role: str, method: str) -> None:
    for door in SIGNED:
        if not door.of_programme:
            continue
        answer = answer_of(role, door, address_of(door, "shoppers", made), method)
        assert answer.status_code in (403, 404, 405), door.name


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_leads_strangers_to_the_sign_in_form(made: int, method: str) -> None:
    for door in SIGNED:
        answer = answer_of("", door, address_of(door, "riders", made), method)
        assert answer.status_code in (302, 401, 405), door.name
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in")


# ---- the delegate ------------------------------------------------------------------------------------


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_their_page_tells_how_the_place_stands_what_was_reported_and_who_read(as_: As, made: int) -> None:
    as_("analyst").get("/riders/posts")
    as_("analyst").get("/riders/posts?place=leeds")
    said = body(as_("delegate").get("/riders/community"))
    assert "open: the community invites us" in said
    assert "Open since" in said
    assert f"/riders/report/{made}" in said
    assert "an analyst" in said
    assert "read a list of posts" in said
    assert "Pause Bristol riders" in said
    main = said.partition("<main")[2]
    assert "Leeds" not in main
    assert "leeds" not in main


def test_the_places_page_shows_their_own(as_: As) -> None:
    said = body(as_("delegate").get("/riders/places")).partition("<main")[2]
    assert "Bristol riders" in said
    assert "Leeds couriers" not in said
    assert "Add a place" not in said


@pytest.mark.parametrize("act", ["", "/pause", "/resume", "/close", "/look"])
@pytest.mark.parametrize("place", ["leeds", "reviews", "nowhere"])
def test_another_place_is_shut(as_: As, place: str, act: str) -> None:
    client = as_("delegate")
    address = f"/riders/place/{place}{act}"
    answer = client.post(address) if act else client.get(address)
    assert answer.status_code in (403, 404)
    assert {one.slug: one.state for one in read.places("riders")}["leeds"] == "failed"


def test_they_pause_and_resume_their_own_and_nobody_else_resumes_it(as_: As) -> None:
    delegate, steward = as_("delegate"), as_("steward")
    assert delegate.post("/riders/place/bristol/pause")["Location"] == "/riders/community"
    place = read.place("riders", "bristol")
    assert place is not None
    assert (place.state, place.paused_by) == ("paused", "delegate")
    assert "bristol" not in {one.slug for one in read.listening_places()}
    assert "paused by the community’s delegate" in body(Client().get("/notice/riders"))
    answer = steward.post("/riders/place/bristol/resume")
    assert answer.status_code == 400
    assert "only they can resume it" in unescape(answer.content.decode())
    steward.post("/riders/place/bristol/pause")
    assert read.place("riders", "bristol").paused_by == "delegate"
    assert delegate.post("/riders/place/bristol/resume").status_code == 303
    assert read.place("riders", "bristol").state == "hearing"


def test_the_pause_stands_in_the_history_and_the_audit_chain_without_a_name(as_: As) -> None:
    as_("delegate").post("/riders/place/bristol/pause")
    said = body(Client().get("/notice/riders"))
    assert "<b>Bristol riders</b> paused: by the delegate" in said
    number = get_user_model().objects.get(username="delegate").pk
    (link,) = [one for one in read_audit.links(programme="riders") if one.action == "place_paused"]
    assert (link.actor, link.detail["place"]) == (f"delegate:{number}", "bristol")


def test_a_steward_pauses_resumes_and_closes_any(as_: As) -> None:
    client = as_("steward")
    for act, state in (("pause", "paused"), ("resume", "hearing")):
        assert client.post(f"/riders/place/reviews/{act}").status_code == 303
        assert read.place("riders", "reviews").state == state
    assert client.post("/riders/place/bristol/close").status_code == 400
    assert read.place("riders", "bristol").state == "hearing"
    assert client.post("/riders/place/bristol/close", {"sure": "yes"}).status_code == 303
    assert read.place("riders", "bristol").state == "closed"
    assert "Everything is erased on" in body(client.get("/riders/place/bristol"))
    assert client.post("/riders/place/bristol/resume").status_code == 400


def test_accesses_are_told_for_their_own_places_only(desk: None) -> None:
    delegate = get_user_model().objects.get(username="delegate")
    analyst = get_user_model().objects.get(username="analyst")
    audit.by(analyst, "posts_read", "riders", detail={"place": "leeds"})
    audit.by(analyst, "posts_read", "riders", detail={"place": "bristol"})
    audit.by(analyst, "posts_read", "riders")
    assert {one.place for one in audit.accesses_for(delegate, "riders")} == {"bristol", ""}
    with pytest.raises(Refused):
        audit.accesses_for(delegate, "riders", "leeds")


@pytest.mark.parametrize(
    ("role", "places", "error"),
    [
        ("delegate", ["nowhere"], StoreError),
        ("viewer", ["bristol"], Refused),
        ("steward", ["bristol"], Refused),
    ],
    ids=["a place that is not there", "a viewer", "a steward"],
)
def test_places_are_given_to_delegates_and_must_be_there(
    desk: None, role: str, places: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        access.add_person("somebody", "riders", role, places)
    assert write.user_id("somebody") is None


def test_a_delegate_without_a_place_is_told_so(as_: As) -> None:
    access.add_person("delegate", "riders", "delegate")
    said = body(as_("delegate").get("/riders/community"))
    assert "No place was put in your care yet." in said
    assert "Pause" not in said.partition("<main")[2].partition("<section")[0]
