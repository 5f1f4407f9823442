"""A closed place from its invitation to its end, through the flow, with a real Synapse and a real store."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from earnest.flow import handshake, invite, schedule
from earnest.flow.learn import model_for, models
from earnest.flow.listen import listen, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, Refused, SourceBusy, SourceGone
from earnest.record.raw import Page
from earnest.sources.handshake import Invitation, NotProved, Proof
from earnest.sources.matrix.source import OUT
from earnest.store import clock, erase, read, write
from earnest.store.models import Consent
from earnest.store.models import Invitation as InvitationRow
from tests import programmes
from tests.lanes import mostly_slow
from tests.rooms import Desk, People, egress
from tests.synapse import Synapse

pytestmark = pytest.mark.django_db

PAGE = "https://listening.example.org/notice/riders"


class Listening:
    """A programme, a room, an invitation; and Earnest's turns at it."""

    def __init__(self, home: Any, people: People, **options: Any) -> None:
        self.home = home
        self.keys = Keys.make(home / "keys" / "voices.key")
        self.desk = Desk(people, **options)
        programmes.live("riders", "Riders", "workforce")
        self.invited = self.invite("Riders' room")

    def invite(self, name: str, **asking: Any) -> invite.Invited:
        given = self.desk.settings()
        token = given.pop("token")
        terms = invite.Asking(page=PAGE, **asking)
        return invite.invite("riders", name, "matrix", given, token, egress(), terms)

    def open(self) -> None:
        """A moderator publishes the notice, and Earnest sees it."""
        self.desk.publish(self.invited.notice)
        turn = self.turn()
        assert turn is not None
        assert turn.problem is None

    def turn(self, slug: str = "") -> schedule.Turn | None:
        """One turn now, whenever it was due; None where the place has no turns any more."""
        slug = slug or self.invited.slug
        place = read.listening_place("riders", slug)
        if place.next_read is not None:
            write.wait(place.id, "", clock.now() - timedelta(seconds=1))
        turns = schedule.listen_once(self.keys, models(self.home), egress())
        return {turn.place.slug: turn for turn in turns}.get(slug)

    def texts(self) -> list[str]:
        return sorted(row.text for row in read.posts("riders", read.Filters()).rows)

    def place(self) -> read.Place:
        place = read.place("riders", self.invited.slug)
        assert place is not None
        return place

    def place_id(self) -> int:
        return read.listening_place("riders", self.invited.slug).id

    def all(self) -> list[str]:
        """Every text, through all pages."""
        page = read.posts("riders", read.Filters())
        texts = [row.text for row in page.rows]
        while page.next:
            page = read.posts("riders", read.Filters(), after=page.next)
            texts += [row.text for row in page.rows]
        return texts

    def ledger(self) -> list[tuple[str, str]]:
        return [(event.what, event.why) for event in read.consent_history("riders")]


class Between:
    """A source in front of which something happens once a page was read and before it is kept."""

    def __init__(self, inner: Any, act: Callable[[], object], after: int = 1) -> None:
        self._inner, self._act, self._after = inner, act, after

    def read(self, cursor: str | None) -> Iterator[Page]:
        for number, page in enumerate(self._inner.read(cursor), 1):
            if number == self._after:
                self._act()
            yield page

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        answer: Proof | NotProved = self._inner.prove(invitation)
        return answer

    def how(self) -> str:
        return ""


class Slow(Between):
    """The same, but what happens does so right after the community was asked."""

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        answer = super().prove(invitation)
        self._act()
        return answer


def shift(place_id: int, **by: int) -> None:
    """Move what the store knows of a place's consent: the same as moving the clock the other way."""
    delta = timedelta(**by)
    for row in (*Consent.objects.filter(place_id=place_id), *InvitationRow.objects.filter(place_id=place_id)):
        for name in ("opened", "expires", "checked", "ended", "made", "opens_by", "until", "used"):
            if getattr(row, name, None) is not None:
                setattr(row, name, getattr(row, name) + delta)
        row.save()


def rows() -> list[Any]:
    """Everything in every table."""
    return [list(model.objects.values()) for model in apps.get_app_config("store").get_models()]


@pytest.fixture
def listening(home: Any, people: People) -> Listening:
    return Listening(home, people)


def test_from_the_pin_on_the_room_is_read_and_nothing_from_before(listening: Listening) -> None:
    room, uma = listening.desk.room, listening.desk.uma
    room.say(uma, "the app crashed long before anybody was asked")
    first = listening.turn()
    assert first is not None
    assert first.problem
    assert first.heard is None
    room.say(uma, "the app crashed while the notice was not pinned")
    listening.open()
    room.say(uma, "the app crashed at the door")
    listening.turn()
    assert listening.texts() == ["the app crashed at the door"]
    assert listening.ledger() == [("invited", ""), ("opened", "")]


def encrypt(it: Desk) -> None:
    it.room.state(it.mona, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})


REVOKED = {
    "the notice is unpinned": (lambda it: it.room.pin(it.mona), "unpublished"),
    "another message is pinned instead": (
        lambda it: it.room.pin(it.mona, it.room.say(it.mona, "welcome")),
        "unpublished",
    ),
    "the notice is edited": (lambda it: it.room.edit(it.nils, it.notice, "Something else"), "changed"),
    "the notice is deleted": (lambda it: it.room.redact(it.nils, it.notice), "removed"),
    "the bot is kicked": (lambda it: it.room.kick(it.bot), "sent_away"),
    "the bot is banned": (lambda it: it.room.ban(it.bot), "sent_away"),
    "who pinned it is no moderator any more": (
        lambda it: it.room.power({it.nils.id: 0}),
        "not_administrator",
    ),
    "who pinned it left the room": (lambda it: it.room.leave(it.nils), "not_administrator"),
    "the room begins to encrypt": (encrypt, "unreadable"),
    "the room's topic asks bots to stay out": (
        lambda it: it.room.state(it.mona, "m.room.topic", {"topic": "Riders, #nobot please"}),
        "opted_out",
    ),
}


@pytest.mark.parametrize(
    "revoked",
    mostly_slow(
        REVOKED,
        fast=("the notice is deleted", "the bot is kicked", "who pinned it is no moderator any more"),
    ),
)
def test_reading_stops_within_one_poll_when(listening: Listening, revoked: str) -> None:
    act, why = REVOKED[revoked]
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed while we were invited")
    listening.turn()
    act(desk)
    desk.room.say(desk.uma, "the app crashed after we were sent away")
    turn = listening.turn()
    assert turn is not None
    assert turn.heard is None
    assert "invitation has ended" in (turn.problem or "")
    assert listening.texts() == ["the app crashed while we were invited"]
    assert listening.place().state == "closed"
    assert listening.turn() is None
    assert listening.ledger()[-1] == ("closed", why)


def test_what_was_kept_is_told_within_the_grace_period_of_the_notice_and_erased_after_it(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed at the door")
    listening.turn()
    desk.room.pin(desk.mona)
    listening.turn()
    assert erase.sweep().purged == 0
    assert listening.texts() == ["the app crashed at the door"]
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert listening.texts() == []
    assert erase.sweep(later).purged == 1
    erase.erase_place("riders", listening.invited.slug)
    assert [what for what, _ in listening.ledger()] == ["invited", "opened", "closed"]


def test_a_token_opens_once(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    desk.room.pin(desk.mona)
    listening.turn()
    desk.room.invite(desk.bot)
    desk.room.pin(desk.nils, desk.notice)
    assert listening.turn() is None
    with pytest.raises(EarnestError, match="already has a place"):
        listening.invite("Riders' room")
    second = listening.invite("Riders' room again")
    desk.room.pin(desk.nils, desk.room.say(desk.nils, listening.invited.notice))
    waiting = listening.turn(second.slug)
    assert waiting is not None
    assert waiting.heard is None
    desk.room.pin(desk.nils, desk.room.say(desk.nils, second.notice))
    opened = listening.turn(second.slug)
    assert opened is not None
    assert opened.heard is not None


def test_an_invitation_that_nobody_takes_up_expires(listening: Listening) -> None:
    shift(listening.place_id(), days=-15)
    turn = listening.turn()
    assert turn is not None
    assert "time is over" in (turn.problem or "")
    assert listening.place().state == "closed"
    assert listening.ledger() == [("invited", ""), ("closed", "expired")]


def test_an_invitation_ends_on_the_day_its_notice_says(listening: Listening) -> None:
    listening.open()
    shift(listening.place_id(), days=-366)
    listening.turn()
    assert listening.place().state == "closed"
    assert listening.ledger()[-1] == ("closed", "expired")


def test_a_page_that_was_read_while_the_notice_was_unpinned_is_discarded(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed at the door")
    place = read.listening_place("riders", listening.invited.slug)
    source = Between(open_place(place, egress()), lambda: desk.room.pin(desk.mona))
    with pytest.raises(SourceGone, match="no longer pinned"):
        listen(place, source, open_stages(place, listening.keys, model_for("gig-delivery", listening.home)))
    assert listening.texts() == []
    assert read.listening_place("riders", listening.invited.slug).cursor == place.cursor


def test_a_page_is_discarded_when_another_process_saw_the_end_of_the_consent(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed at the door")
    place = read.listening_place("riders", listening.invited.slug)
    source = Between(open_place(place, egress()), lambda: write.end_consent(place.id, clock.now()))
    with pytest.raises(EarnestError):
        listen(place, source, open_stages(place, listening.keys, model_for("gig-delivery", listening.home)))
    assert listening.texts() == []


def test_a_page_is_discarded_when_the_communitys_delegate_paused_the_place_meanwhile(
    listening: Listening,
) -> None:
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed at the door")
    place = read.listening_place("riders", listening.invited.slug)
    pause = Between(open_place(place, egress()), lambda: write.pause_place("riders", place.slug, "delegate"))
    with pytest.raises(SourceBusy, match="paused"):
        listen(place, pause, open_stages(place, listening.keys, model_for("gig-delivery", listening.home)))
    write.failed_read(place.id, "It failed.", next_read=None, failed=True)
    assert listening.texts() == []
    assert (listening.place().state, listening.place().paused_by) == ("paused", "delegate")


@pytest.mark.slow
def test_synapse_stopped_in_the_middle_of_a_backlog_loses_nothing_and_gives_nothing_twice(
    listening: Listening, synapse: Synapse
) -> None:
    listening.open()
    desk = listening.desk
    said = [f"the app crashed at door {number}" for number in range(130)]
    for text in said:
        desk.room.say(desk.uma, text)
    place = read.listening_place("riders", listening.invited.slug)
    source = Between(open_place(place, egress()), synapse.stop, after=2)
    with pytest.raises(SourceBusy):
        listen(place, source, open_stages(place, listening.keys, model_for("gig-delivery", listening.home)))
    kept = len(listening.all())
    assert 0 < kept < len(said)
    busy = listening.turn()
    assert busy is not None
    assert "reached" in (busy.problem or "")
    assert listening.place().state == "hearing"
    synapse.start()
    turn = listening.turn()
    assert turn is not None
    assert turn.heard is not None
    assert turn.heard.admitted == len(said) - kept
    assert turn.heard.duplicates == 0
    assert sorted(listening.all()) == sorted(said)


def test_a_clock_that_moved_a_day_ahead_pauses_and_what_was_said_meanwhile_is_not_read(
    listening: Listening,
) -> None:
    listening.open()
    desk = listening.desk
    listening.turn()
    shift(listening.place_id(), days=-1)
    desk.room.say(desk.uma, "the app crashed while nobody could prove the consent")
    write.lapse(clock.now())
    listening.turn()
    desk.room.say(desk.uma, "the app crashed at the door")
    listening.turn()
    assert listening.texts() == ["the app crashed at the door"]
    assert listening.ledger()[1:] == [("opened", ""), ("paused", "not_proved"), ("renewed", "")]


def test_a_clock_that_moved_a_day_back_reads_nothing_until_it_is_right_again(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    shift(listening.place_id(), days=1)
    desk.room.say(desk.uma, "the app crashed at the door")
    turn = listening.turn()
    assert turn is not None
    assert "clock" in (turn.problem or "")
    assert listening.texts() == []
    shift(listening.place_id(), days=-1)
    listening.turn()
    assert listening.texts() == ["the app crashed at the door"]


def test_nothing_that_is_said_while_a_place_is_paused_is_ever_read(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed before the pause")
    listening.turn()
    write.pause_place("riders", listening.invited.slug)
    desk.room.say(desk.uma, "the app crashed during the pause")
    assert listening.turn() is None
    write.resume_place("riders", listening.invited.slug)
    listening.turn()
    desk.room.say(desk.uma, "the app crashed after the pause")
    listening.turn()
    assert listening.texts() == ["the app crashed after the pause", "the app crashed before the pause"]
    assert listening.ledger()[2:] == [("paused", "steward"), ("renewed", "")]


@pytest.mark.parametrize("silence", ["it was paused", "it could not be proved"])
def test_what_people_took_back_in_a_silence_is_gone_after_it(listening: Listening, silence: str) -> None:
    listening.open()
    desk = listening.desk
    words = ("the app crashed first", "the app crashed second", "the app crashed third")
    first, second, _ = (desk.room.say(desk.uma, text) for text in words)
    listening.turn()
    if silence == "it was paused":
        write.pause_place("riders", listening.invited.slug)
    desk.room.redact(desk.uma, first)
    desk.room.edit(desk.uma, second, "the app crashed during the silence")
    desk.room.say(desk.vik, "the app crashed during the silence too")
    if silence == "it was paused":
        write.resume_place("riders", listening.invited.slug)
    else:
        shift(listening.place_id(), days=-1)
    listening.turn()
    desk.room.say(desk.vik, "the app crashed after it")
    listening.turn()
    assert listening.texts() == ["the app crashed after it", "the app crashed third"]


def test_a_paused_place_is_proved_every_hour_and_ends_when_its_community_says_so(
    listening: Listening,
) -> None:
    listening.open()
    write.pause_place("riders", listening.invited.slug)
    shift(listening.place_id(), hours=-1)
    listening.turn()
    consent = read.consents("riders")[listening.invited.slug]
    assert consent.state == "paused"
    assert consent.checked is not None
    assert clock.now() - consent.checked < timedelta(minutes=1)
    listening.desk.room.pin(listening.desk.mona)
    shift(listening.place_id(), hours=-1)
    listening.turn()
    assert listening.place().state == "closed"


def test_an_hourly_proof_does_not_wait_for_the_next_read(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    shift(listening.place_id(), hours=-1)
    write.wait(listening.place_id(), "", clock.now() + timedelta(hours=5))
    desk.room.pin(desk.mona)
    list(schedule.listen_once(listening.keys, models(listening.home), egress()))
    assert listening.place().state == "closed"


def test_edits_and_deletions_in_the_room_reach_the_rows(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    first = desk.room.say(desk.uma, "the app crashed at the dor")
    second = desk.room.say(desk.vik, "the map sent me across the river")
    listening.turn()
    desk.room.edit(desk.uma, first, "the app crashed at the door")
    desk.room.redact(desk.vik, second)
    turn = listening.turn()
    assert turn is not None
    assert turn.heard is not None
    assert (turn.heard.edited, turn.heard.erased) == (1, 1)
    assert listening.texts() == ["the app crashed at the door"]


def test_an_edit_of_something_said_before_the_consent_is_not_read(listening: Listening) -> None:
    desk = listening.desk
    before = desk.room.say(desk.uma, "the app crashed long ago")
    time.sleep(1.1)  # a consent counts from the beginning of its second
    listening.open()
    desk.room.edit(desk.uma, before, "the app crashed long ago, twice")
    listening.turn()
    assert listening.texts() == []


def test_somebody_who_says_the_word_is_out_and_is_told_that_it_worked(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    desk.room.say(desk.uma, "the app crashed at the door")
    desk.room.say(desk.vik, "the map sent me across the river")
    listening.turn()
    word = desk.room.say(desk.uma, invite.LEAVE)
    listening.turn()
    desk.room.say(desk.uma, "the app crashed again")
    listening.turn()
    assert listening.texts() == ["the map sent me across the river"]
    answers = [one for one in desk.room.told(desk.uma) if one["sender"] == desk.bot.id]
    assert [one["content"]["body"] for one in answers] == [OUT]
    assert answers[0]["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == word


def test_the_bot_leaves_the_room_and_its_token_is_forgotten_when_the_invitation_ends(
    listening: Listening,
) -> None:
    listening.open()
    key = listening.home / "keys" / f"place-riders--{listening.invited.slug}.key"
    assert key.stat().st_mode & 0o777 == 0o600
    listening.desk.room.pin(listening.desk.mona)
    listening.turn()
    assert not key.exists()
    assert listening.desk.room.standing(listening.desk.bot) == "leave"


def test_neither_the_token_nor_the_bots_secret_is_in_the_database(listening: Listening) -> None:
    listening.open()
    held = repr(rows())
    token = listening.invited.notice.split()[-1]
    assert listening.desk.bot.token not in held
    assert token not in held
    assert listening.desk.nils.id not in held
    assert listening.desk.notice not in held


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"grace": 91}, "grace period"),
        ({"open_for": 0}, "1 to 90 days"),
        ({"hold_for": 1_000}, "two years"),
    ],
)
def test_an_invitation_keeps_to_its_bounds(listening: Listening, wrong: dict[str, int], why: str) -> None:
    with pytest.raises(EarnestError, match=why):
        listening.invite("Another room", **wrong)


def test_a_type_that_proves_nothing_cannot_be_invited(home: Any) -> None:
    programmes.live("riders", "Riders", "workforce")
    with pytest.raises(Refused, match="cannot prove"):
        invite.invite("riders", "Room", "sample", {}, "", egress(), invite.Asking(page=PAGE))


def test_the_bot_stays_where_another_programme_is_still_invited(listening: Listening) -> None:
    listening.open()
    desk = listening.desk
    second = listening.invite("Second look")
    both = desk.room.say(desk.nils, second.notice)
    desk.room.pin(desk.nils, desk.notice, both)
    assert listening.turn(second.slug) is not None
    desk.room.pin(desk.nils, both)
    listening.turn()
    assert listening.place().state == "closed"
    desk.room.say(desk.uma, "the app crashed at the door")
    turn = listening.turn(second.slug)
    assert turn is not None
    assert turn.heard is not None
    assert turn.heard.admitted == 1


def test_nobodys_name_words_or_token_is_in_a_log_at_its_most_talkative(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    listening.open()
    desk = listening.desk
    first = desk.room.say(desk.uma, "the app crashed at the door")
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": first}, "m.new_content": {"body": 7}}
    desk.room.say(desk.uma, "the app crashed badly", **edit)
    desk.room.redact(desk.vik, desk.room.say(desk.vik, "the app crashed for me too"))
    turn = listening.turn()
    assert turn is not None
    assert turn.heard is not None
    assert turn.heard.refused == 1
    token = listening.invited.notice.split()[-1]
    for secret in ("crashed", desk.uma.id, desk.vik.id, desk.notice, desk.bot.token, token):
        assert secret not in caplog.text


def test_two_processes_that_see_the_notice_at_once_open_the_place_once(listening: Listening) -> None:
    listening.desk.publish(listening.invited.notice)
    place = read.listening_place("riders", listening.invited.slug)
    slow = Slow(open_place(place, egress()), listening.turn)
    standing = handshake.stand(place, slow)
    assert standing.place is not None
    assert [what for what, _ in listening.ledger()] == ["invited", "opened"]
