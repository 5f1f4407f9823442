"""Grouping by what posts say: one problem one theme, whatever else is said, in steps or at once."""

import random
import tracemalloc
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.understand import themes_names
from earnest.understand.themes import Arrived, Grouping, Placed
from earnest.understand.themes_held import Held, samples
from earnest.understand.themes_trend import trend
from earnest.understand.themes_vectors import frame
from tests import themes as said

ALL = [(problem, text) for problem in said.PROBLEMS for text in said.texts(problem)]
ODD = {
    "nothing": "",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of words": "the locker is stuck " * 50_000,
    "emoji only": "😀🔥🔥",
    "zero width": "\u200b\u200d\ufeff",
    "right to left": "الخزانة لا تفتح منذ أمس",
    "half a character pair": "locker \ud83d stuck",
    "NUL": "lo\x00cker",
    "signs": "!!! ??? ... ###",
}


def grouped(texts: list[str], step: int = 1_000) -> list[int | None]:
    """The theme of each text."""
    group = Grouping()
    homes: dict[int, int | None] = {}
    for at in range(0, len(texts), step):
        some = [Arrived(at + n, text) for n, text in enumerate(texts[at : at + step])]
        homes |= group.add(some).homes
    homes |= group.settle().homes
    return [homes[at] for at in range(len(texts))]


def parted(homes: list[int | None]) -> set[frozenset[int]]:
    """Which posts are together, whatever the numbers."""
    groups: dict[int, set[int]] = {}
    for at, home in enumerate(homes):
        if home is not None:
            groups.setdefault(home, set()).add(at)
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("step", [1, 3, 1_000], ids=["one by one", "three at a time", "at once"])
def test_each_problem_is_one_theme_however_the_posts_arrive(step: int) -> None:
    homes = grouped([text for _, text in ALL], step)
    for problem in said.PROBLEMS:
        mine = {home for (name, _), home in zip(ALL, homes, strict=True) if name == problem}
        assert len(mine) == 1
        assert None not in mine
    assert len(set(homes)) == len(said.PROBLEMS)


def test_the_same_posts_in_the_same_steps_give_the_same_themes() -> None:
    texts = [text for _, text in ALL] * 30
    assert grouped(texts, 100) == grouped(texts, 100)


def test_ten_thousand_identical_posts_are_one_theme() -> None:
    assert set(grouped(["the locker does not open"] * 10_000)) == {1}


@pytest.mark.parametrize("text", list(ODD.values()), ids=list(ODD))
def test_any_text_will_do_and_one_like_no_other_is_in_no_theme(text: str) -> None:
    assert grouped([text]) == [None]
    homes = grouped([text, *said.texts("parking")])
    assert len(set(homes[1:])) == 1


@pytest.mark.parametrize("text", ["", "😀🔥🔥", "\u200b", "!!! ???"])
def test_texts_without_a_word_are_in_no_theme_however_many(text: str) -> None:
    assert set(grouped([text] * 50)) == {None}


def test_telling_texts_apart_needs_little_more_room_than_what_comes_of_it() -> None:
    frame(["warm up"]).rows(["what is made once and stays"])
    texts = [f"the locker {number} is stuck at door {number % 97} again" for number in range(8_000)]
    tracemalloc.start()
    rows, _ = frame(texts).rows(texts)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2.5 * rows.nbytes


@pytest.mark.slow
def test_a_grouping_holds_no_more_than_what_is_in_view() -> None:
    group = Grouping(view=300)
    for at in range(0, 3_000, 100):
        group.add([Arrived(n, f"{ALL[n % len(ALL)][1]} {n}") for n in range(at, at + 100)])
        assert len(group.texts()) <= 300 * 3 // 2 + 40 * len(group.themes)


def own_words(theme: int, words: int = 6) -> str:
    """What every post of a theme says, and nobody else."""
    dice = random.Random(theme)
    return " ".join("".join(dice.choices("bdfgklmnprstvz", k=6)) for _ in range(words))


def test_a_grouping_holds_no_more_however_many_themes_there_were() -> None:
    group, numbers = Grouping(view=100), set()
    for theme in range(120):
        some = [Arrived(8 * theme + n, f"{own_words(theme)} {n}") for n in range(8)]
        numbers |= set(group.add(some).homes.values())
        assert len(group) <= 100 * 3 // 2 + 100
    assert len(numbers - {None}) > 110
    assert len(group.themes) < 40
    assert max(group.themes) == max(numbers - {None})  # those spoken of last


def test_a_theme_that_is_recalled_becomes_one_with_the_new_one_under_its_number() -> None:
    texts = said.texts("closed")
    group = Grouping(count(7), view=20)
    group.add([Arrived(at, text) for at, text in enumerate(said.texts("parking"))])
    group.add([Arrived(50 + at, text) for at, text in enumerate(texts)])
    group.recall([Placed(100 + at, f"{text}, again", 2) for at, text in enumerate(texts)])
    moves = group.settle()
    assert 2 in group.themes
    assert {stays for _, stays in moves.merged} == {2}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=60), st.integers(0, 60), st.integers(1, 5), st.integers(0, 30))
def test_the_newest_posts_of_the_themes_spoken_of_last_stay(
    homes: list[int], old: int, each: int, room: int
) -> None:
    kept = samples(np.array(homes, np.int64), old, each, room).tolist()
    left: list[int] = []
    latest = sorted(
        set(homes) - {0}, key=lambda home: -max(at for at, one in enumerate(homes) if one == home)
    )
    for home in latest:
        mine = [at for at in range(len(homes)) if homes[at] == home][-each:]
        mine = [at for at in mine if at < old]
        if len(left) + len(mine) > room:
            break
        left += mine
    assert kept == sorted(left)


def test_rows_kept_in_half_the_room_are_the_same_to_four_digits() -> None:
    rows, _ = frame([text for _, text in ALL]).rows([text for _, text in ALL])
    held = Held(rows.shape[1])
    held.take([Placed(at, text, 0) for at, (_, text) in enumerate(ALL)])
    held.tell(0, rows, np.ones(len(ALL), np.bool_))
    again = held.rows(np.arange(len(ALL)))
    assert np.abs(again @ again.T - rows @ rows.T).max() < 0.0001


def test_two_posts_are_no_theme() -> None:
    assert grouped(list(said.texts("parking")[:2])) == [None, None]


def test_what_founds_none_still_joins_one() -> None:
    group = Grouping()
    texts = said.texts("closed")
    quiet = group.add([Arrived(at, text, founds=False) for at, text in enumerate(texts[:4])])
    assert set(quiet.homes.values()) == {None}
    group.add([Arrived(10 + at, text) for at, text in enumerate(texts[4:8])])
    joined = group.add([Arrived(20, texts[8], founds=False)])
    assert joined.homes[20] is not None


def test_a_grouping_made_again_goes_on_as_before() -> None:
    first = Grouping()
    texts = [text for _, text in ALL]
    homes = first.add([Arrived(at, text) for at, text in enumerate(texts[:-1])]).homes
    again = Grouping.again(
        [Placed(at, text, homes[at] or 0) for at, text in enumerate(texts[:-1])], count(100)
    )
    assert again.themes == first.themes
    last = len(texts) - 1
    assert again.add([Arrived(last, texts[-1])]).homes == {last: homes[last - 1]}


def test_posts_that_are_forgotten_leave_their_theme() -> None:
    group = Grouping()
    texts = said.texts("closed")
    group.add([Arrived(at, text) for at, text in enumerate(texts)])
    group.forget(range(len(texts)))
    assert group.themes == ()
    assert group.texts() == []


def test_what_a_person_fixed_stays() -> None:
    texts = said.texts("closed")
    posts = [Placed(at, text, 7, fixed=at == 0) for at, text in enumerate(texts)]
    posts.append(Placed(99, said.texts("parking")[0], 7, fixed=True))
    group = Grouping.again(posts, count(8))
    moves = group.settle()
    assert 99 not in moves.homes
    assert 0 not in moves.homes


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=25), st.integers(1, 9))
def test_every_post_is_answered_once(texts: list[str], step: int) -> None:
    homes = grouped(texts, step)
    assert len(homes) == len(texts)
    for group in parted(homes):
        assert len(group) >= 3


def test_a_name_is_made_of_what_people_wrote() -> None:
    usual = themes_names.usual([text for _, text in ALL])
    found = themes_names.phrases(said.texts("closed"), usual)
    assert themes_names.name(found) == "order still active, restaurant closed"
    for phrase in found:
        assert sum(themes_names.stands_in(phrase.text, text) for text in said.texts("closed")) == phrase.posts


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("[name] at the desk was rude", "name"),
        ("mail [email] or call [phone]", "email"),
        ("see https://example.org/lockers now", "example"),
        ("ask @courierking about it", "courierking"),
    ],
    ids=["a placeholder", "placeholders", "a link", "a handle"],
)
def test_no_phrase_holds(text: str, never: str) -> None:
    assert all(never not in phrase for phrase in themes_names.said(text))


def test_a_single_post_gives_no_phrase() -> None:
    texts = [*said.texts("parking"), "my cousin Zebulon parks at Kaffeklubben every day"]
    found = themes_names.phrases(texts, themes_names.usual(texts))
    assert all("zebulon" not in phrase.text.lower() for phrase in found)


STEADY = [50] * 12


@pytest.mark.parametrize(
    ("weeks", "way"),
    [
        ([0] * 8 + [2, 5, 9, 12], "new"),
        ([1] * 8 + [9, 12, 20, 25], "rising"),
        ([20] * 8 + [2, 1, 1, 0], "falling"),
        ([5] * 12, "steady"),
        ([1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0], "steady"),
        ([0] * 12, "unclear"),
    ],
    ids=[
        "first heard lately",
        "more and more",
        "less and less",
        "always the same",
        "now and then",
        "silence",
    ],
)
def test_which_way_a_theme_goes(weeks: list[int], way: str) -> None:
    assert trend(weeks, STEADY).way == way


def test_less_of_everything_is_no_fall() -> None:
    heard = [100] * 8 + [10] * 4
    assert trend([10] * 8 + [1] * 4, heard).way == "steady"


def test_one_voice_that_speaks_ten_times_is_not_ten_witnesses() -> None:
    weeks = [2] * 8 + [4] * 4
    assert trend(weeks, STEADY).way == "rising"
    assert trend(weeks, STEADY, posts_a_voice=10).way == "steady"
