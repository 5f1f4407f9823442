"""A whole file, in two processes: everything once, in order, and a clear error when one of them dies."""

import csv
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from earnest.flow import bulk, intake, worker
from earnest.gate.voice import Keys
from earnest.record.errors import BadFile, EarnestError, MissingKeys, RefusedAudience, StoreBusy, StoreError
from earnest.store import read, write
from tests import programmes

pytestmark = pytest.mark.django_db

SAID = (
    "the app crashed again at the door of the customer",
    "my tips of yesterday are missing",
    "where do I park at the depot",
    "la aplicación se cierra sola",
    "thanks, support answered in a minute",
)
START = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def keyed(home):
    Keys.make(home / "keys" / "voices.key")
    return home


def table(path, rows, start=0):
    """A CSV of synthetic posts, one a minute."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "created", "author"))
        for n in range(start, start + rows):
            said = (START + timedelta(minutes=n)).isoformat()
            writer.writerow((f"p{n}", f"{SAID[n % len(SAID)]} {n}", said, f"writer {n % 7}"))
    return path


def run(home, file, name="reviews", programme=None):
    place, job = intake.file_job(programme, name, {"path": str(file)}, home)
    total, refusals = bulk.Imported(), []
    for brought, refused in bulk.import_file(place, job):
        total += brought
        refusals += refused
    return total, refusals


def posts_kept():
    return sum(read.facet_counts("default", START, START + timedelta(days=60))["label"].values())


def test_a_file_is_imported_once_and_again_as_duplicates(keyed, tmp_path):
    file = table(tmp_path / "posts.csv", 500)
    first, _ = run(keyed, file)
    assert first == bulk.Imported(read=500, admitted=500)
    again, _ = run(keyed, file)
    assert again == bulk.Imported(read=500, duplicates=500)
    counts = read.facet_counts("default", START, START + timedelta(days=2))
    assert sum(counts["label"].values()) == 500


@pytest.mark.slow
def test_a_longer_file_of_the_same_source_brings_only_what_is_new(keyed, tmp_path):
    run(keyed, table(tmp_path / "one.csv", 100))
    more, _ = run(keyed, table(tmp_path / "two.csv", 150))
    assert more == bulk.Imported(read=150, admitted=50, duplicates=100)


def test_voices_are_counted_and_no_author_is_kept(keyed, tmp_path):
    run(keyed, table(tmp_path / "posts.csv", 700))
    voices = read.voices("default", START.date(), START.date() + timedelta(days=7))
    assert voices
    assert max(voices.values()) <= 7
    assert read.posts("default", read.Filters(q="writer")).rows == ()


def test_a_file_vouches_for_the_time_between_its_first_and_last_post(keyed, tmp_path):
    file = tmp_path / "posts.csv"
    file.write_text(
        "id,text,created\n1,the app crashed,2026-09-01T10:00:00Z\n2,tips are missing,2026-09-01T15:00:00Z\n"
    )
    run(keyed, file)
    (hours,) = read.hearing("default", START.date(), START.date() + timedelta(days=1))
    assert (hours.observed, hours.empty, hours.unknown) == (2, 4, 18)


def test_what_cannot_be_read_is_named_and_its_neighbours_go_on(keyed, tmp_path):
    file = tmp_path / "posts.csv"
    file.write_text(
        "id,text,created\n1,the app crashed,2026-09-01\n2,tips are missing,9999-99-99\n3,parking,\n"
    )
    total, refusals = run(keyed, file)
    assert (total.read, total.admitted, total.refused) == (3, 2, 1)
    assert refusals[0].place == "line 3"
    assert [row.position for row in read.dead_letters("default")] == ["line 3"]


@pytest.mark.slow
def test_withheld_posts_are_counted_once_though_the_file_is_read_twice(keyed, tmp_path):
    file = tmp_path / "posts.csv"
    rows = "".join(
        f"{n},we should form a union and go on strike together {n},2026-09-01\n" for n in range(30)
    )
    file.write_text(f"id,text,created\n{rows}")
    first, _ = run(keyed, file)
    again, _ = run(keyed, file)
    assert first == again == bulk.Imported(read=30, withheld=30)
    assert read.withheld(datetime.now(UTC).date()) == 30


@pytest.mark.parametrize(
    ("what", "error"),
    [("no text column", BadFile), ("no keys", MissingKeys)],
    ids=["no text column", "no keys"],
)
def test_what_stops_the_worker_is_raised_here_with_its_advice(keyed, tmp_path, what, error):
    file = table(tmp_path / "posts.csv", 5)
    if what == "no keys":
        (keyed / "keys" / "voices.key").unlink()
    else:
        file.write_text("id,number\n1,2\n")
    with pytest.raises(error) as caught:
        run(keyed, file)
    assert caught.value.advice
    assert read.posts("default", read.Filters()).rows == ()


@pytest.mark.slow
def test_a_worker_that_is_killed_is_a_clear_error_and_the_next_run_goes_on(keyed, tmp_path):
    file = table(tmp_path / "posts.csv", 30_000)
    place, job = intake.file_job(None, "reviews", {"path": str(file)}, keyed)
    hand = worker.spawn()
    running = bulk.import_file(place, job, hand)
    next(running)
    assert hand.process.pid is not None
    os.kill(hand.process.pid, signal.SIGKILL)
    with pytest.raises(EarnestError, match="SIGKILL") as caught:
        list(running)
    assert "Run the same command again" in caught.value.advice
    kept = posts_kept()
    assert 0 < kept < 30_000
    rest, _ = run(keyed, file)
    assert kept + rest.admitted == posts_kept() == 30_000
    assert rest.duplicates == 0


@pytest.mark.slow
def test_a_second_reading_that_is_stopped_half_way_does_not_count_what_is_withheld_again(keyed, tmp_path):
    file = tmp_path / "posts.csv"
    said = ("we should form a union and go on strike together", *SAID[:2])
    rows = "".join(f"{n},{said[n % 3]} {n},2026-09-01\n" for n in range(30_000))
    file.write_text(f"id,text,created\n{rows}")
    run(keyed, file)
    place, job = intake.file_job(None, "reviews", {"path": str(file)}, keyed)
    stopped = bulk.import_file(place, job)
    next(stopped)
    stopped.close()
    run(keyed, file)
    assert read.withheld(datetime.now(UTC).date()) == 10_000


@pytest.mark.slow
def test_a_reader_that_stops_early_ends_the_worker(keyed, tmp_path):
    place, job = intake.file_job(None, "reviews", {"path": str(table(tmp_path / "posts.csv", 30_000))}, keyed)
    hand = worker.spawn()
    running = bulk.import_file(place, job, hand)
    next(running)
    running.close()
    assert not hand.process.is_alive()


def test_a_workforce_has_no_sentiment(keyed, tmp_path):
    programmes.live("riders", "Riders", "workforce")
    run(keyed, table(tmp_path / "posts.csv", 50), programme="riders")
    assert {row.sentiment for row in read.posts("riders", read.Filters()).rows} == {None}


def test_a_workforce_is_not_heard_in_public():
    programmes.live("riders", "Riders", "workforce")
    with pytest.raises(RefusedAudience):
        write.add_place("riders", "forum", type="file", kind="open")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("App reviews", "app-reviews"), ("Réseña  2026!", "resena-2026"), ("x" * 100, "x" * 60)],
    ids=lambda value: value[:12],
)
def test_a_name_becomes_a_place_of_the_default_programme(home, name, slug):
    intake.file_job(None, name, {"path": "/x"}, home)
    (place,) = read.places("default")
    assert (place.slug, place.title, place.kind, place.type) == (slug, name, "addressed", "file")


def test_a_name_without_a_letter_and_an_unknown_programme_are_refused(home):
    with pytest.raises(EarnestError, match="letter"):
        intake.file_job(None, "!!!", {"path": "/x"}, home)
    with pytest.raises(StoreError, match="no programme 'nowhere'"):
        intake.file_job("nowhere", "x", {"path": "/x"}, home)


def test_a_file_does_not_go_into_a_feed_place_whose_position_it_would_lose(home):
    write.default_programme()
    write.add_place("default", "forum", type="feed", kind="open")
    with pytest.raises(StoreError, match="not one of files"):
        intake.file_job(None, "forum", {"path": "/x"}, home)


@pytest.mark.slow
def test_two_imports_into_one_place_at_once_count_nothing_twice(keyed, tmp_path):
    file = table(tmp_path / "posts.csv", 100)
    place, job = intake.file_job(None, "reviews", {"path": str(file)}, keyed)
    run(keyed, file)
    with pytest.raises(StoreBusy):
        list(bulk.import_file(place, job))
    assert posts_kept() == 100
