"""Who may read a place: one holder at a time, whatever clocks and pauses do."""

from datetime import UTC, datetime, timedelta

import pytest

from earnest.record.errors import StoreBusy
from earnest.store import read_health, write, write_leases
from earnest.store.models import Health, Heartbeat, Lease, Place
from tests.store.build import desk, item

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


@pytest.fixture
def place():
    return desk()


def keep(place, *items, fence=None, cursor="c1", after=False):
    heard = write.Hearing(at=NOW)
    return write.keep(place, items, cursor=cursor, heard=heard, fence=fence, after=after)


def set_until(place, milliseconds):
    """Move the end of a lease, as a clock that was set would."""
    row = Lease.objects.get(place_id=place)
    Lease.objects.filter(place_id=place).update(until=row.until + milliseconds)


def test_a_place_has_one_holder(place):
    assert write_leases.take(place, "a", 60) is not None
    assert write_leases.take(place, "b", 60) is None
    assert write_leases.take(place, "a", 60) is None


def test_a_place_that_is_let_go_may_be_taken(place):
    first = write_leases.take(place, "a", 60)
    write_leases.release(first)
    second = write_leases.take(place, "b", 60)
    assert second.number > first.number


def test_a_place_that_is_gone_cannot_be_taken():
    assert write_leases.take(424_242, "a", 60) is None


def test_a_lease_that_ran_out_passes_on_and_its_holder_keeps_nothing(place):
    first = write_leases.take(place, "a", 60)
    set_until(place, -120_000)
    second = write_leases.take(place, "b", 60)
    with pytest.raises(StoreBusy, match="taken over"):
        keep(place, item("1"), fence=first)
    assert not write_leases.renew(first, 60)
    assert keep(place, item("1"), fence=second).admitted == 1


def test_a_holder_that_was_late_and_lost_nothing_goes_on(place):
    fence = write_leases.take(place, "a", 60)
    set_until(place, -120_000)
    assert write_leases.renew(fence, 60)
    assert keep(place, item("1"), fence=fence).admitted == 1


@pytest.mark.parametrize("days", [1, -1], ids=["a day on", "a day back"])
def test_a_clock_that_was_set_makes_no_dead_holder_live_on(place, days):
    """The lease then ends a day ago, or a day ahead: either way it may be taken."""
    write_leases.take(place, "dead", 60)
    set_until(place, -days * 86_400_000)
    assert write_leases.take(place, "b", 60) is not None


def test_letting_go_after_it_passed_on_takes_nothing_from_the_next(place):
    first = write_leases.take(place, "a", 60)
    set_until(place, -120_000)
    second = write_leases.take(place, "b", 60)
    write_leases.release(first)
    assert write_leases.renew(second, 60)
    assert write_leases.take(place, "c", 60) is None


def test_what_a_late_holder_says_went_wrong_is_not_kept(place):
    first = write_leases.take(place, "a", 60)
    set_until(place, -120_000)
    write_leases.take(place, "b", 60)
    write.failed_read(place, "late", next_read=NOW, failed=True, code="down", fence=first)
    assert Place.objects.get(pk=place).state == "hearing"
    assert not Health.objects.filter(place_id=place).exists()


def test_many_are_taken_and_held_at_once(place):
    taken = write_leases.take_all([place, 424_242], "a", 60)
    assert set(taken) == {place}
    assert write_leases.renew_all(taken.values(), 60) == []
    assert write_leases.renew_all([write_leases.Fence(place, "z", 9)], 60) == [
        write_leases.Fence(place, "z", 9)
    ]


def test_what_dead_holders_have_is_free_at_once(place):
    write_leases.take(place, "dead", 60)
    write_leases.beat("dead", 1)
    assert read_health.holders() == ["dead"]
    write_leases.release_of(["dead"])
    assert write_leases.take(place, "b", 60) is not None
    assert not Heartbeat.objects.exists()


def test_a_heart_beats_until_it_stops():
    write_leases.beat("a", 3)
    write_leases.beat("a", 4)
    ((name, age, held),) = read_health.beats()
    assert (name, held) == ("a", 4)
    assert 0 <= age < 5
    write_leases.still("a")
    assert read_health.beats() == []


def test_a_page_beside_the_reading_moves_neither_cursor_nor_times(place):
    keep(place, item("1"), cursor="c1")
    before = Place.objects.get(pk=place)
    heard = write.Hearing(at=NOW + timedelta(hours=5))
    assert write.keep(place, [item("2")], cursor=False, heard=heard).admitted == 1
    after = Place.objects.get(pk=place)
    assert (after.cursor, after.last_read, after.next_read) == ("c1", before.last_read, before.next_read)
