"""A place's past: read in turns from a cursor of its own, stopped, gone on with, and never by two."""

from datetime import UTC, datetime, timedelta

import pytest

from earnest.flow import backfill
from earnest.flow.hand import Hand
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.sources import registry
from earnest.store import read, read_backfill, write, write_leases
from tests import programmes
from tests.flow import supervise_types

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def turn(home, monkeypatch):
    """One turn of so many pages at the past of the last 60 hours."""
    monkeypatch.setattr(registry, "_OWN", dict(registry._OWN))
    supervise_types.add("past")
    keys = Keys.make(home / "keys" / "voices.key")
    programmes.live("guests", "Guests", "customers", retention_days=30)
    id = write.add_place("guests", "old", type="past", kind="open", settings={"url": "0"})

    def give(pages=100, fence=None):
        fence = fence or write_leases.take(id, f"a{pages}{datetime.now(UTC)}", 60)
        done = backfill.turn(
            read.listening_place("guests", "old"),
            keys,
            models(home),
            None,
            fence=fence,
            hand=Hand(pages=pages),
        )
        write_leases.release(fence)
        return done

    give.place = id
    return give


def ask(hours=60):
    return backfill.ask("guests", "old", NOW - timedelta(hours=hours), NOW, egress=None, actor="cli")


def row():
    return read_backfill.of_place("guests", "old")


def posts():
    return len(read.posts("guests", read.Filters(), limit=200).rows)


def test_it_is_read_in_turns_each_from_where_the_last_one_ended(turn):
    ask()
    assert turn(pages=2).heard.admitted == 20
    assert (row().state, row().posts, row().percent) == ("wanted", 20, 33)
    assert row().read == 2, "pages: beside what was kept, a count of posts would tell what was withheld"
    assert row().reached == NOW - timedelta(hours=20)
    turn()
    assert (row().state, row().posts, row().percent) == ("done", 60, 100)
    assert posts() == 60


def test_what_was_stopped_keeps_what_it_brought_and_goes_on_when_asked_again(turn):
    ask()
    turn(pages=1)
    backfill.stop("guests", "old", actor="cli")
    assert turn().heard.admitted == 0
    assert (row().state, posts()) == ("stopped", 10)
    ask()
    turn()
    assert (row().state, row().posts, posts()) == ("done", 60, 60)


def test_who_lost_the_place_meanwhile_keeps_nothing(turn):
    ask()
    stale = write_leases.take(turn.place, "a", 60)
    write_leases.release(stale)
    write_leases.take(turn.place, "b", 60)
    done = turn(fence=stale)
    assert done.busy
    assert (row().cursor, row().posts, posts()) == (None, 0, 0)


def test_nothing_older_than_the_programme_keeps_is_read(turn):
    wanted = ask(hours=24 * 400)
    assert wanted.since >= NOW - timedelta(days=31)


def test_it_moves_neither_the_cursor_of_the_present_nor_its_turn(turn):
    before = read.listening_place("guests", "old")
    ask()
    turn()
    after = read.listening_place("guests", "old")
    assert (after.cursor, after.next_read, after.last_read) == (before.cursor, before.next_read, None)
