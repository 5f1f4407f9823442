"""Drift: noticed when it comes, quiet while nothing changes, and never by looking ahead."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from earnest.understand.drift import LEAST_POSTS, Week, index, notices

FIRST = date(2026, 6, 1)
LABELS = [f"l{n}" for n in range(20)]


def week(lot, number, *, posts=300, unsure=0.2, unknown=0.12, tilt=0.0, wobble=0.15, **more):
    """A simulated week: labels' shares go up and down by themselves; `tilt` of the posts are of label 19."""
    shares = [lot.gammavariate(1 / wobble**2, wobble**2) / (n + 1) for n in range(20)]
    said = lot.choices(LABELS, shares, k=posts)
    said = ["l19" if lot.random() < tilt else label for label in said]
    level = min(0.95, max(0.01, lot.gauss(unsure, 0.02)))
    return Week(
        monday=FIRST + timedelta(weeks=number),
        posts=posts,
        labels=Counter(said),
        unsure=sum(lot.random() < level for _ in range(posts)),
        unknown=max(0.0, lot.gauss(unknown, 0.15 / posts**0.5 + 0.005)),
        unknown_spread=0.02,
        **more,
    )


def weeks(seed, count=12, change=None, since=9, **more):
    lot = random.Random(seed)
    return [
        week(lot, number, **(more | (change or {}) if number >= since else more)) for number in range(count)
    ]


@pytest.mark.parametrize(
    ("change", "sort"),
    [({"unsure": 0.4}, "unsure"), ({"unknown": 0.25}, "unknown"), ({"tilt": 0.35}, "mixture")],
    ids=["the model is unsure of more", "more words it never met", "people speak of something else"],
)
def test_a_change_is_noticed_in_the_weeks_in_which_it_comes(change, sort):
    noticed = 0
    for seed in range(20):
        found = {notice.sort: notice for notice in notices(weeks(seed, change=change))}
        if sort in found and timedelta(weeks=7) <= found[sort].since - FIRST <= timedelta(weeks=9):
            noticed += 1
            assert sort != "mixture" or "l19" in found[sort].labels
    assert noticed >= 17


@pytest.mark.parametrize("posts", [45, 300], ids=["few posts a week", "many"])
def test_without_a_change_fewer_than_one_year_in_five_has_a_false_notice(posts):
    alarmed = 0
    years = 25
    for seed in range(years):
        all_weeks = weeks(1_000 + seed, count=52, posts=posts)
        # As the page does: the last twelve weeks, week after week.
        if any(notices(all_weeks[max(0, end - 12) : end]) for end in range(5, 53, 2)):
            alarmed += 1
    assert alarmed / years < 0.2


def test_later_weeks_change_nothing_that_was_said_of_earlier_ones():
    all_weeks = weeks(5, change={"unsure": 0.45})
    then = notices(all_weeks[:10])
    changed = [*all_weeks[:10], *weeks(77, change={"unsure": 0.1})[10:]]
    assert notices(changed[:10]) == then


def test_a_change_that_lasts_becomes_usual():
    assert not [one for one in notices(weeks(3, count=24, change={"unsure": 0.4})) if one.sort == "unsure"]


@pytest.mark.parametrize(
    "some",
    [[], weeks(1, count=3), weeks(1, posts=LEAST_POSTS - 1, change={"unsure": 0.9})],
    ids=["no weeks", "three weeks", "too few posts a week"],
)
def test_too_little_to_say_anything(some):
    assert notices(some) == []


@pytest.mark.parametrize(
    ("right", "noticed"), [(50, True), (75, False), (70, False)], ids=["far fewer", "as promised", "nearly"]
)
def test_answers_that_are_right_less_often_than_promised(right, noticed):
    last = week(random.Random(1), 1, checked=100, right=right, promised=75.0)
    assert [one.sort for one in notices([last])] == (["wrong"] if noticed else [])


def test_the_index_is_zero_for_the_same_and_grows_with_the_change():
    same = Counter(a=50, b=50)
    assert index(same, same) == 0
    assert 0 < index(same, Counter(a=60, b=40)) < index(same, Counter(a=90, b=10))
    assert index(Counter(), same) == 0
