"""The ledger of consents: a token opens once, nothing is forgotten, and nobody is named."""

from datetime import timedelta

import pytest

from earnest.record.errors import StoreError
from earnest.store import clock, erase, read, read_consents, write
from earnest.store.models import ConsentEvent
from tests import programmes

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def room():
    """A closed place whose community was asked an hour ago."""
    programmes.live("riders", "Riders", "workforce")
    return asked("room", b"t" * 32)


def asked(slug, token, notice=b"n" * 32):
    place = write.add_place("riders", slug, title="Riders' room", type="matrix", kind="closed")
    made = clock.now() - HOUR
    write.invite(
        place, token=token, notice=notice, made=made, opens_by=made + 14 * DAY, until=made + 365 * DAY,
        grace_days=7,
    )  # fmt: skip
    return place


def opened(place, ago=timedelta()):
    at = clock.now() - ago
    write.open_invited(place, opened=at, expires=at + HOUR, cursor='{"at":"s1"}', settle={"room": "!id"})
    return place


def ledger():
    return [(event.what, event.why) for event in read.consent_history("riders")]


def state():
    return read.consents("riders")["room"].state


def test_an_invitation_waits(room):
    assert read.invitation(room).used is None
    assert read.consents("riders") == {}
    assert not write.consent_lives(room, clock.now())
    assert ledger() == [("invited", "")]


def test_opening_sets_the_cursor_and_what_is_settled(room):
    opened(room)
    place = read.listening_place("riders", "room")
    assert place.cursor == '{"at":"s1"}'
    assert place.settings["room"] == "!id"
    assert write.consent_lives(room, clock.now())
    assert ledger() == [("invited", ""), ("opened", "")]


def test_a_token_opens_once(room):
    opened(room)
    with pytest.raises(StoreError, match="used before"):
        opened(room)
    assert ledger() == [("invited", ""), ("opened", "")]


def test_a_token_belongs_to_one_place(room):
    with pytest.raises(StoreError, match="already used"):
        asked("other", b"t" * 32)


def test_a_place_is_invited_once(room):
    with pytest.raises(StoreError, match="already used"):
        write.invite(
            room, token=b"u" * 32, notice=b"n" * 32, made=clock.now(), opens_by=clock.now() + DAY,
            until=clock.now() + DAY, grace_days=7,
        )  # fmt: skip


def test_a_renewal_moves_the_end_and_writes_no_line(room):
    opened(room)
    later = clock.now() + 2 * HOUR
    assert write.renew(room, clock.now(), later)
    assert read.consents("riders")["room"].expires == later
    assert ledger() == [("invited", ""), ("opened", "")]


def test_what_was_not_proved_in_time_pauses_once_and_is_not_renewed_as_if_nothing_had_been(room):
    opened(room, ago=3 * HOUR)
    assert write.lapse(clock.now()) == [room]
    assert write.lapse(clock.now()) == []
    assert state() == "lapsed"
    assert not write.renew(room, clock.now(), clock.now() + HOUR)
    assert not write.consent_lives(room, clock.now())
    write.resume_consent(room, clock.now(), clock.now() + HOUR, '{"at":"s9"}')
    assert state() == "live"
    assert read.listening_place("riders", "room").cursor == '{"at":"s9"}'
    assert ledger()[2:] == [("paused", "not_proved"), ("renewed", "")]


@pytest.mark.parametrize("by", ["steward", "delegate"])
def test_a_paused_place_is_not_read_until_it_is_proved_again(room, by):
    opened(room)
    write.pause_place("riders", "room", by)
    assert state() == "paused"
    assert not write.consent_lives(room, clock.now())
    write.resume_place("riders", "room", by)
    assert not write.consent_lives(room, clock.now())
    assert not write.renew(room, clock.now(), clock.now() + HOUR)
    write.resume_consent(room, clock.now(), clock.now() + HOUR, "{}")
    assert write.consent_lives(room, clock.now())
    assert ledger()[2:] == [("paused", by), ("renewed", "")]


def test_proving_a_paused_place_keeps_its_posts_and_reads_nothing(room):
    opened(room)
    write.pause_place("riders", "room")
    later = clock.now() + 9 * HOUR
    write.prove_again(room, clock.now(), later)
    assert read.consents("riders")["room"].expires == later
    assert state() == "paused"


@pytest.mark.parametrize("end", ["the community", "the operator"])
def test_an_end_is_final(room, end):
    opened(room)
    if end == "the community":
        assert write.end_consent(room, clock.now(), "unpublished")
    else:
        write.close_place("riders", "room", "Closed by us.")
    assert not write.end_consent(room, clock.now(), "unpublished")
    assert state() == "ended"
    assert read.place("riders", "room").state == "closed"
    with pytest.raises(StoreError):
        write.resume_consent(room, clock.now(), clock.now() + HOUR, "{}")
    with pytest.raises(StoreError):
        write.resume_place("riders", "room")
    assert ledger()[2:] == [("closed", "unpublished" if end == "the community" else "operator")]
    (closing,) = [event for event in read.consent_history("riders") if event.what == "closed"]
    assert closing.grace == 7


def test_the_history_stays_when_the_place_is_erased(room):
    opened(room)
    write.end_consent(room, clock.now(), "changed")
    erase.erase_place("riders", "room")
    assert read.place("riders", "room") is None
    history = read.consent_history("riders")
    assert [(event.what, event.title, event.type) for event in history] == [
        ("invited", "Riders' room", "matrix"),
        ("opened", "Riders' room", "matrix"),
        ("closed", "Riders' room", "matrix"),
    ]


def test_a_programme_reads_its_own_history_only(room):
    programmes.live("guests", "Guests")
    assert read.consent_history("guests") == []


def test_no_line_of_the_ledger_has_room_for_a_person():
    assert {field.name for field in ConsentEvent._meta.get_fields()} == {
        "id", "programme", "programme_name", "place", "title", "type", "what", "why", "grace_days", "at",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "proved"),
    [
        ("proved just now", False),
        ("proved an hour ago", True),
        ("proved an hour ago and paused", True),
        ("lapsed and due again", False),
        ("lapsed and failed for good", True),
        ("ended", False),
    ],
)
def test_which_places_are_proved_beside_their_turns(room, change, proved):
    lapsed = "lapsed" in change
    ago = 3 * HOUR if lapsed else timedelta() if change == "proved just now" else HOUR - timedelta(seconds=30)
    opened(room, ago=ago)
    if "paused" in change:
        write.pause_place("riders", "room")
    if lapsed:
        due = None if "for good" in change else clock.now() + HOUR
        write.failed_read(room, "It failed.", next_read=due, failed=True)
    if change == "ended":
        write.end_consent(room, clock.now(), "unpublished")
    now = clock.now()
    assert read_consents.unproved(now, now - HOUR + timedelta(minutes=5)) == (
        [("riders", "room")] if proved else []
    )
