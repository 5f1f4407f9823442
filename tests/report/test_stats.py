"""The arithmetic: ranges that hold what they promise, words that stand out."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.report import stats


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_range_and_the_range_in_0_to_1(pair: tuple[int, int]) -> None:
    found = stats.wilson(*pair)
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(("count", "of", "low", "high"), [(10, 100, 0.0552, 0.1744), (0, 20, 0.0, 0.1611)])
def test_wilsons_interval_is_the_published_one(count: int, of: int, low: float, high: float) -> None:
    found = stats.wilson(count, of)
    assert found.low == pytest.approx(low, abs=5e-4)
    assert found.high == pytest.approx(high, abs=5e-4)


def test_newcombes_interval_is_the_published_one() -> None:
    """56 of 70 against 48 of 80: 0.2, between 0.0524 and 0.3339 (Newcombe 1998, method 10)."""
    found = stats.difference((56, 70), (48, 80))
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=5e-4)
    assert found.high == pytest.approx(0.3339, abs=5e-4)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_the_range_holds_the_true_share_about_95_times_in_100(share: float) -> None:
    of = 60
    covered = 0.0
    for count in range(of + 1):
        found = stats.wilson(count, of)
        if found.low <= share <= found.high:
            covered += comb(of, count) * share**count * (1 - share) ** (of - count)
    assert 0.92 < covered < 0.985


def test_one_voice_that_speaks_ten_times_is_not_ten_witnesses() -> None:
    loud = stats.difference(stats.thinned(40, 200, 4), stats.thinned(20, 200, 20))
    many = stats.difference(stats.thinned(40, 200, 40), stats.thinned(20, 200, 20))
    assert many.low > 0
    assert loud.low < 0 < loud.high


def test_words_that_are_new_come_first_and_words_that_stay_do_not_come() -> None:
    now = {"locker": 30, "code": 28, "work": 50}
    before = {"work": 60, "rain": 25}
    found = stats.distinctive(now, before)
    assert [word for word, _ in found[:2]] == ["locker", "code"]
    assert dict(found)["work"] < 2
    assert found[-1][0] == "rain"


def test_one_lucky_post_is_not_distinctive() -> None:
    found = dict(stats.distinctive({"bridge": 1, "work": 50}, {"work": 50}))
    assert found["bridge"] < 2


@given(st.lists(st.integers(0, 1_000), max_size=60))
def test_the_steps_of_a_heat_climb_and_stay_within_its_values(values: list[int]) -> None:
    found = stats.steps(values)
    assert list(found) == sorted(set(found))
    assert all(0 < step <= max(values) for step in found)
