"""What is a delegate's, for the places they speak for. Who may go where at all: tests/security."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.desk import access, audit
from earnest.record.errors import Refused, StoreError
from earnest.store import read, read_audit, write

As = Callable[[str], Client]


@pytest.fixture
def made(desk: None) -> int:
    """A report of `riders`."""
    today = datetime.now(UTC).date()
    return write.add_report("riders", today - timedelta(days=7), today, {"json": b"{}", "html": b"<p></p>"})


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
