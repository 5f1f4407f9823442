"""What ended is known outside the database, and told to a database from before it."""

from datetime import timedelta

import pytest

from earnest.store import clock, endings, erase, read, write
from earnest.store.models import Consent, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(home):
    write.default_programme()
    place = write.add_place("default", "room", type="matrix", kind="closed", interval=0)
    now = clock.now()
    write.open_consent(place, opened=now - timedelta(days=1), expires=now + timedelta(days=9), grace_days=7)
    return Place.objects.get(pk=place)


def as_before(room: Place) -> None:
    """As a backup from before has it."""
    Place.objects.filter(pk=room.pk).update(state="hearing", paused_by="", problem="")
    Consent.objects.filter(place_id=room.pk).update(ended=None, state="live")


def test_a_consent_that_ended_does_not_live_again(room):
    at = clock.now()
    write.end_consent(room.pk, at)
    assert endings.settled()
    as_before(room)
    assert not endings.settled()
    erase.settle()
    assert endings.settled()
    assert not write.consent_lives(room.pk, at)
    assert Place.objects.get(pk=room.pk).state == "closed"


@pytest.mark.parametrize("resumed", [False, True], ids=["still paused", "resumed since"])
def test_a_delegates_pause_holds_until_they_lift_it(room, resumed):
    write.pause_place("default", "room", "delegate")
    if resumed:
        write.resume_place("default", "room", "delegate")
    as_before(room)
    erase.settle()
    assert (Place.objects.get(pk=room.pk).paused_by == "delegate") is not resumed


def test_another_place_that_gets_the_name_is_not_meant(room):
    write.end_consent(room.pk, clock.now())
    erase.erase_place("default", "room")
    fresh = write.add_place("default", "room", type="matrix", kind="closed", interval=0)
    assert endings.settled()
    assert read.place("default", "room").state == "hearing"
    assert fresh


def test_lines_that_are_none_are_passed_over(home):
    line = "default/room closed 2026-11-01T00:00:00+00:00 2026-10-01T00:00:00+00:00"
    text = f"{line}\nnonsense\n\x00\ndefault/x clo"
    assert [one.slug for one in endings.parsed(text)] == ["room"]
