"""Comparing two models, estimating from a small sample: the rule for taking over, figures that are true."""

import random
from collections import Counter, defaultdict
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.understand.compare import (
    Held,
    Judged,
    agreement,
    allot,
    clearly_worse,
    coin,
    compare,
    likely,
    weighed,
)
from earnest.understand.evaluate import wilson


def held(gained=0, lost=0, both=0, neither=0, label="a", part="asked"):
    return [
        *[Held(label, "x", label, part)] * gained,
        *[Held(label, label, "x", part)] * lost,
        *[Held(label, label, label, part)] * both,
        *[Held(label, "x", "y", part)] * neither,
    ]


@pytest.mark.parametrize(
    ("posts", "better", "why"),
    [
        (held(gained=10, both=20), True, "beyond chance"),
        (held(gained=10, lost=9, both=20), False, "beyond what chance"),
        (held(lost=10, both=20), False, "beyond what chance"),
        (held(gained=8, both=4), False, "Only 12 checked posts"),
        (held(gained=400, part="noticed"), False, "Only 0 checked posts"),
        (held(gained=30, both=20) + held(lost=8, both=2, label="b"), False, "loses clearly on b"),
        (held(gained=30, both=20) + held(lost=6, part="blind", label="c"), False, "c"),
        (
            held(gained=30) + held(lost=3, label="d", part="blind") + held(lost=3, label="e", part="blind"),
            False,
            "blind sample",
        ),
        ([], False, "Only 0"),
    ],
    ids=[
        "right where the old one was wrong: taken over",
        "as often the other way round: stays",
        "only worse: stays",
        "too few kept aside: stays",
        "only errors that somebody noticed: stays",
        "better on the whole, but a label loses: stays",
        "a label of the blind sample loses: stays",
        "better, but not on the blind sample: stays",
        "nothing to compare on: stays",
    ],
)
def test_the_new_one_takes_over_only_if(posts, better, why):
    found = compare(posts)
    assert found.better is better
    assert why in found.why


def test_both_figures_are_told_on_the_same_posts():
    found = compare(held(gained=12, lost=2, both=20, neither=6) + held(gained=3, part="noticed"))
    assert (found.of, found.gained, found.lost) == (40, 12, 2)
    assert (found.before.value, found.after.value) == (0.55, 0.8)
    assert found.noticed == (3, 0, 3)


@pytest.mark.parametrize(
    ("gained", "lost", "worse"),
    [(0, 12, True), (3, 5, False), (9, 0, False)],
    ids=["clearly", "hardly", "no"],
)
def test_one_that_must_go_is_replaced_unless_the_new_one_is_clearly_worse(gained, lost, worse):
    assert clearly_worse(compare(held(gained=gained, lost=lost, both=20))) is worse


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_coin_is_exact(wins, losses):
    n = wins + losses
    assert coin(wins, losses) == pytest.approx(sum(comb(n, k) for k in range(wins, n + 1)) / 2**n)
    assert 0 < coin(wins, losses) <= 1


def test_a_coin_takes_over_no_more_often_than_promised():
    lot = random.Random(4)
    over = 0
    for _ in range(600):
        posts = [post for _ in range(30) for post in held(*((1, 0) if lot.random() < 0.5 else (0, 1)))]
        over += compare(posts).better
    assert over / 600 <= 0.06


@given(st.integers(1, 400), st.floats(0, 1))
def test_a_share_of_whole_posts_is_wilsons(of, share):
    right = round(share * of)
    low, high = likely(right / of, of)
    assert (low, high) == pytest.approx((wilson(right, of).low, wilson(right, of).high), abs=1e-4)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 5_000)), st.integers(1, 200))
def test_every_label_gets_some_and_none_more_than_it_has(sizes, total):
    found = allot(sizes, total)
    assert set(found) == {label for label, size in sizes.items() if size}
    assert all(1 <= found[label] <= sizes[label] for label in found)


def test_a_post_counts_as_often_as_it_stands_for():
    posts = [Judged("a", ("a",), 90.0), Judged("a", ("b",), 10.0), Judged("b", ("a",), 30.0)]
    found = weighed(posts)
    assert found.labels["a"].precision.value == 0.9
    assert found.labels["a"].recall.value == 0.75
    assert found.labels["b"].recall.value == 0.0


def test_a_label_of_which_nothing_missed_was_drawn_is_not_called_complete():
    posts = [Judged("rare", ("rare",), 1.0)] * 4 + [Judged("usual", ("usual",), 100.0)] * 40
    recall = weighed(posts).labels["rare"].recall
    assert recall.value == 1.0
    assert recall.low < 0.1


def draw(seed, labels=12, posts=1_500, rounds=4, right=0.7):
    """A simulated programme: the true figures, and what a blind sample says of them."""
    lot = random.Random(seed)
    share = [1 / (k + 1) for k in range(labels)]
    everything, drawn = [], []
    for _ in range(rounds):
        truth = lot.choices(range(labels), share, k=posts)
        said = [t if lot.random() < right else lot.choices(range(labels), share)[0] for t in truth]
        everything += zip(said, truth, strict=True)
        by_label = defaultdict(list)
        for s, t in zip(said, truth, strict=True):
            by_label[str(s)].append(str(t))
        for label, count in allot({k: len(v) for k, v in by_label.items()}, 60).items():
            weight = len(by_label[label]) / count
            drawn += [Judged(label, (t,), weight) for t in lot.sample(by_label[label], count)]
    return [(str(s), str(t)) for s, t in everything], weighed(drawn)


def test_the_likely_range_holds_the_truth_nearly_as_often_as_it_says():
    held_by: Counter[str] = Counter()
    of: Counter[str] = Counter()
    error: Counter[str] = Counter()
    for seed in range(25):
        everything, found = draw(seed)
        for label, measured in found.labels.items():
            both = sum(s == t == label for s, t in everything)
            truths = {
                "precision": both / sum(s == label for s, _ in everything),
                "recall": both / sum(t == label for _, t in everything),
            }
            for what, truth in truths.items():
                share = getattr(measured, what)
                held_by[what] += share.low <= truth <= share.high
                error[what] += share.value - truth
                of[what] += 1
    for what in of:
        assert held_by[what] / of[what] >= 0.91, what
        assert abs(error[what] / of[what]) < 0.05, what


@pytest.mark.parametrize(
    ("pairs", "share", "kappa"),
    [
        ([("a", "a"), ("b", "b")], 1.0, 1.0),
        ([("a", "a"), ("b", "b"), ("a", "b"), ("b", "a")], 0.5, 0.0),
        ([("a", "a")] * 3, 1.0, None),
        ([], None, None),
    ],
    ids=["always", "as chance would", "only ever one answer", "nobody answered twice"],
)
def test_how_often_two_people_agree(pairs, share, kappa):
    found = agreement(pairs)
    assert (found.share.value, found.kappa) == (share, kappa)
