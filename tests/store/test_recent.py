"""What a serving process remembers for a moment: off by itself, told apart by what decides, not for long."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from earnest.store import read, recent, scope
from earnest.store.models import Place, Post
from tests.web import sample


@pytest.fixture
def remembering() -> Iterator[None]:
    recent.begin()
    yield
    recent.end()


class Counting:
    """A reading that tells how often it was made."""

    def __init__(self, seconds: float) -> None:
        self.made = 0
        self.ask = recent.kept(seconds, by=lambda of: of % 10)(self._read)

    def _read(self, of: int) -> int:
        self.made += 1
        return self.made


def test_commands_and_tests_read_every_time():
    reading = Counting(60)
    assert [reading.ask(1), reading.ask(1)] == [1, 2]


def test_a_server_reads_once_for_what_is_the_same(remembering):
    reading = Counting(60)
    assert [reading.ask(1), reading.ask(11), reading.ask(2), reading.ask(1)] == [1, 1, 2, 1]


def test_it_is_read_anew_when_it_is_old(remembering):
    reading = Counting(0)
    assert [reading.ask(1), reading.ask(1)] == [1, 2]


def test_only_so_many_answers_are_remembered(remembering, monkeypatch):
    monkeypatch.setattr(recent, "MOST", 2)
    reading = Counting(60)
    assert [reading.ask(of) for of in (1, 2, 3, 3, 1)] == [1, 2, 3, 3, 4]


def counted() -> int:
    now = datetime.now(UTC)
    found = read.facet_counts("riders", now - timedelta(days=400), now + timedelta(hours=1))
    return sum(found["place"].values())


@pytest.mark.django_db
def test_what_may_not_be_told_any_more_is_not_told_from_memory(remembering):
    sample.fill(posts=5)
    before = counted()
    place = Place.objects.get(pk=Post.objects.values_list("place", flat=True).first())
    there = Post.objects.filter(place=place).count()
    key = scope.of("riders").key
    Place.objects.filter(pk=place.pk).update(kind="closed")  # and no consent holds there
    assert scope.of("riders").key != key
    assert counted() == before - there
