"""What was not heard of a place: every stretch, with the reason, and nothing that was heard after all."""

from datetime import UTC, datetime, timedelta

import pytest

from earnest.store import clock, read_gaps, read_health, write, write_gaps, write_health
from earnest.store.models import Coverage, Place
from tests import programmes
from tests.store.build import desk

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def place(monkeypatch):
    hand = [START]
    monkeypatch.setattr(clock, "now", lambda: hand[0])
    id = desk()
    Place.objects.filter(pk=id).update(interval=300)
    return Days(id, hand)


class Days:
    """A place and a clock that is turned."""

    def __init__(self, id, hand):
        self.id, self.hand = id, hand

    def at(self, hours):
        self.hand[0] = START + hours * HOUR
        return self

    def heard(self, *, since=None, missed=None):
        """A read to the end; `since` None: it vouches for nothing before."""
        now = self.hand[0]
        row = Place.objects.get(pk=self.id)
        unbroken = row.last_read is not None and now - row.last_read <= HOUR
        span = write.Hearing(
            at=now,
            since=since or (row.last_read if unbroken else now),
            until=now,
            next_read=now + 5 * MINUTE,
            missed=missed,
        )
        write.keep(self.id, [], cursor="c", heard=span)
        return self

    def failed(self, *, gone=False):
        next_read = None if gone else self.hand[0] + MINUTE
        write.failed_read(self.id, "It failed.", next_read=next_read, failed=gone, code="down")
        return self

    @property
    def slug(self):
        return Place.objects.get(pk=self.id).slug

    @property
    def gaps(self):
        found = read_gaps.of_place("riders", self.slug, START - 24 * HOUR, START + 240 * HOUR)
        return [((one.since - START) / HOUR, (one.until - START) / HOUR, one.why) for one in found]


def test_a_place_that_is_read_in_time_has_no_gap(place):
    for hours in range(5):
        place.at(hours * 0.9).heard()
    assert place.gaps == []


def test_a_failure_that_passes_within_the_hour_is_no_gap(place):
    place.at(0).heard().at(0.2).failed().at(0.4).failed().at(0.6).heard()
    assert place.gaps == []


def test_a_failure_lasts_until_the_place_is_heard_again(place):
    place.at(0).heard().at(0.2).failed().at(3).failed()
    assert place.gaps == [(0, 3, "down")]
    place.at(4).heard()
    assert place.gaps == [(0, 4, "down")]
    place.at(9).heard()
    assert place.gaps == [(0, 4, "down"), (4, 9, "stopped")]


def test_where_the_reason_changes_each_stretch_has_its_own(place):
    place.at(0).heard().at(2).failed().at(3).failed(gone=True).at(4)
    write.pause_place("riders", place.slug)
    place.at(5)
    write.resume_place("riders", place.slug)
    place.at(6).heard()
    assert place.gaps == [(0, 3, "down"), (3, 4, "failed"), (4, 6, "paused")]


def test_a_listener_that_does_not_run_leaves_a_gap_that_shows_before_it_runs_again(place):
    place.at(0).heard().at(7)
    assert place.gaps == [(0, 7, "stopped")]
    place.heard()
    assert place.gaps == [(0, 7, "stopped")]


def test_what_a_cursor_gives_later_was_heard_after_all(place):
    place.at(0).heard().at(2).failed().at(6).heard(since=START)
    assert place.gaps == []
    assert Coverage.objects.filter(place_id=place.id).count() == 7


def test_what_the_place_no_longer_has_is_unknown(place):
    place.at(0).heard().at(2).failed()
    missed = (START + 1.5 * HOUR, START + 4.25 * HOUR)
    place.at(6).heard(since=START, missed=missed)
    assert place.gaps == [(1.5, 4.25, "expired")]
    hours = {row.hour - clock.seconds(START) // 3_600 for row in Coverage.objects.filter(place_id=place.id)}
    assert hours == {0, 5, 6}


def test_the_same_loss_told_twice_is_one(place):
    missed = (START, START + HOUR)
    place.at(2).heard(missed=missed).at(2.1).heard(missed=missed)
    assert [one for one in place.gaps if one[2] == "expired"] == [(0, 1, "expired")]


def test_a_past_that_is_read_later_fills_what_it_covers(place):
    place.at(0).heard().at(8).heard()
    write_gaps.filled(place.id, START + 2 * HOUR, START + 5 * HOUR)
    assert place.gaps == [(0, 2, "stopped"), (5, 8, "stopped")]


def test_days_say_which_share_of_them_was_not_heard(place):
    gaps = [
        read_gaps.Gap(START, START + 8 * HOUR, "down"),
        read_gaps.Gap(START + 4 * HOUR, START + 28 * HOUR, "expired"),
    ]
    day = START.replace(hour=0)
    assert read_gaps.days(gaps, day, 3) == pytest.approx([16 / 24, 12 / 24, 0])


def test_health_says_since_when_and_clears_when_the_place_is_read(place):
    place.at(0).heard().at(2).failed().at(3).failed()
    told = read_health.of_programme("riders")[place.slug]
    assert (told.code, told.since, told.failures) == ("down", START + 2 * HOUR, 2)
    place.at(4).heard()
    write_health.record([write_health.Told(place.id, ok=True, late=3.0, took=1.0, remaining=41.0)])
    told = read_health.of_programme("riders")[place.slug]
    assert (told.code, told.failures, told.late, told.remaining) == ("", 0, 3, 41)


def test_a_page_that_is_kept_clears_what_was_wrong_at_once(place):
    """A place that is followed has no end of a turn at which somebody would."""
    place.at(0).heard().at(0.2).failed()
    assert read_health.codes("riders") == {place.slug: "down"}
    place.at(0.3).heard()
    assert read_health.codes("riders") == {}


def test_a_place_that_reads_well_and_brings_nothing_for_long_is_called_quiet(place):
    Place.objects.filter(pk=place.id).update(last_post=START - timedelta(days=40))
    place.at(0).heard()
    assert read_health.of_programme("riders")[place.slug].code == "empty"


def test_a_move_is_taken_over_with_one_call(place):
    Place.objects.filter(pk=place.id).update(settings={"url": "https://old.example/feed"})
    told = write_health.Told(place.id, ok=True, late=0, took=0, moved_to="https://new.example/feed")
    write_health.record([told])
    assert read_health.of_programme("riders")[place.slug].code == "moved"
    assert write.accept_move("riders", place.slug) == "https://new.example/feed"
    assert Place.objects.get(pk=place.id).settings == {"url": "https://new.example/feed"}
    assert read_health.of_programme("riders")[place.slug].code == ""


def test_places_of_another_programme_are_not_told(place):
    programmes.live("guests", "Guests")
    assert read_gaps.of_programme("guests", START, START + HOUR) == {}
