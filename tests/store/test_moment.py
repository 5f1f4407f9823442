"""One page is one moment: the same reading is made once within it, and anew after it."""

import threading

import pytest

from earnest.store import moment


@pytest.fixture
def reading():
    """A reading that tells how often it was made."""
    made: list[tuple[object, ...]] = []

    @moment.once
    def of(slug: str, *, weeks: int = 1) -> int:
        made.append((slug, weeks))
        if slug == "none":
            raise LookupError(slug)
        return len(made)

    return of


def test_outside_of_a_moment_it_reads_every_time(reading):
    assert [reading("a"), reading("a")] == [1, 2]


def test_within_one_it_reads_once_for_the_same_arguments(reading):
    with moment.one():
        assert [reading("a"), reading("a"), reading("b"), reading("a", weeks=2)] == [1, 1, 2, 3]


def test_nothing_is_kept_after_it_even_where_it_ended_badly(reading):
    with pytest.raises(LookupError), moment.one():
        reading("none")
    assert reading("a") == 2
    with moment.one():
        assert reading("a") == 3


def test_one_within_another_is_the_same(reading):
    with moment.one():
        reading("a")
        with moment.one():
            assert (reading("a"), reading("b")) == (1, 2)
        assert reading("b") == 2
    assert reading("a") == 3


def test_what_could_not_be_read_is_asked_again(reading):
    with moment.one():
        for _ in range(2):
            with pytest.raises(LookupError):
                reading("none")
        assert reading("a") == 3


def test_another_threads_moment_is_its_own(reading):
    found = []
    with moment.one():
        reading("a")
        other = threading.Thread(target=lambda: found.append(reading("a")))
        other.start()
        other.join()
        assert (found, reading("a")) == ([2], 1)
