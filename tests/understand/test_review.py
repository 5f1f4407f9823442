"""The order of the review queue: what teaches most first, the same only once, labels in turn."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.understand.review import Doubt, order


def doubt(id, margin=0.5, label="a", text=None, **more):
    return Doubt(id, text or f"post number {id} about thing {id * 7919}", label, margin, **more)


def ids(turns):
    return [turn.id for turn in turns]


@pytest.mark.parametrize(
    ("posts", "first", "why"),
    [
        ([doubt(1, 0.9), doubt(2, 0.1)], 2, "close"),
        ([doubt(1, 0.3), doubt(2, 0.3, unsure=True)], 2, "unsure"),
        ([doubt(1, 0.2), doubt(2, 0.7, disagrees=True)], 2, "disagrees"),
        ([doubt(1, 0.2), doubt(2, 0.5, fresh=True)], 2, "fresh"),
        ([doubt(1, 0.1, text="hm"), doubt(2, 0.6)], 2, "close"),
    ],
    ids=[
        "two labels that are close",
        "where the model is unsure",
        "where a second look disagreed",
        "what is about something new",
        "a single word is often unclear to people too",
    ],
)
def test_first_comes(posts, first, why):
    turns = order(posts)
    assert (turns[0].id, turns[0].why) == (first, why)
    assert len(turns) == len(posts)


def test_what_nearly_says_the_same_is_asked_once():
    said = "the app closed by itself at the door of the last customer today"
    posts = [doubt(1, 0.2, text=said), doubt(2, 0.1, text=said + "!"), doubt(3, 0.9)]
    assert ids(order(posts)) == [2, 3]


def test_labels_take_turns():
    posts = [doubt(n, 0.1, "many") for n in range(30)] + [doubt(100 + n, 0.3, "few") for n in range(5)]
    labels = Counter("many" if id < 100 else "few" for id in ids(order(posts, 12)))
    assert labels["few"] >= 4


def test_what_was_asked_lately_counts_as_asked_before():
    posts = [doubt(1, 0.3, "a"), doubt(2, 0.4, "b")]
    assert ids(order(posts))[0] == 1
    assert ids(order(posts, asked=["a"] * 4))[0] == 2


DOUBTS = st.lists(
    st.builds(
        Doubt,
        st.integers(1, 10_000),
        st.text(max_size=40),
        st.sampled_from("abc"),
        st.floats(0, 1),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
    unique_by=lambda post: post.id,
)


@given(DOUBTS, st.integers(0, 50))
def test_any_posts_in_any_order_give_the_same_queue_without_repeats(posts, most):
    found = ids(order(posts, most))
    assert len(found) == len(set(found)) <= most
    assert set(found) <= {post.id for post in posts}
    assert ids(order(list(posts), most)) == found
