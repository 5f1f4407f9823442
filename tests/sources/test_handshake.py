"""The notice and its token: what it says, what is kept of it, and that a word more or less is another one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.sources.handshake import (
    WHY,
    NotProved,
    Terms,
    compose,
    digest,
    new_token,
    token_digest,
)
from earnest.sources.registry import TYPES

TERMS = Terms(
    programme="Riders' voice",
    who="Ternway Ltd",
    reach="listening@ternway.example",
    why="Find and mend what goes wrong with pay, routes and the app.",
    keep=180,
    grace=7,
    until=datetime(2027, 11, 22, tzinfo=UTC),
    page="https://listening.ternway.example/notice/riders",
    leave="#noearnest",
)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "owed",
    [
        "Ternway Ltd",
        "Riders' voice",
        "listening@ternway.example",
        "what goes wrong with pay",
        "180",
        "#noearnest",
        " 7 d",
        "2027-11-22",
        "https://listening.ternway.example/notice/riders",
        "earnest-tests",
    ],
)
def test_the_notice_says(owed: str, lang: str) -> None:
    assert owed in compose(TERMS, "earnest-tests", lang)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_two_notices_are_the_same_message(lang: str) -> None:
    first, second = compose(TERMS, new_token(), lang), compose(TERMS, new_token(), lang)
    assert digest(first) != digest(second)


def test_braces_in_what_an_operator_wrote_stay_as_they_are() -> None:
    assert "pay {and} {0} routes" in compose(replace(TERMS, why="pay {and} {0} routes"), new_token())


def test_tokens_are_never_the_same_and_read_as_one_word() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(len(token) == 35 and token == token.strip().lower() for token in tokens)


def test_a_token_is_known_again_in_any_case_and_not_read_from_its_digest() -> None:
    token = new_token()
    assert token_digest(f" {token.upper()}\n") == token_digest(token)
    assert token_digest(token) != digest(token)


SPACE = st.text(" \n\t\u00a0\u2003", min_size=1, max_size=3)


@given(st.lists(st.text("abcdéñ.:#-", min_size=1, max_size=8), min_size=1, max_size=12), st.data())
def test_a_notice_is_the_same_however_it_was_wrapped_on_the_way(
    words: list[str], data: st.DataObject
) -> None:
    spaced = "".join(word + data.draw(SPACE) for word in words)
    assert digest(spaced) == digest(" ".join(words))


@given(st.text(max_size=40), st.text(max_size=40))
def test_other_words_are_another_notice(one: str, other: str) -> None:
    if one.split() == other.split():
        assert digest(one) == digest(other)


@given(st.integers(0, len(compose(TERMS, "earnest-tests")) - 1))
def test_a_notice_without_one_of_its_signs_is_another(at: int) -> None:
    notice = compose(TERMS, "earnest-tests")
    shorter = notice[:at] + notice[at + 1 :]
    assert digest(shorter) != digest(notice) or shorter.split() == notice.split()


def test_every_reason_is_a_sentence_and_names_nobody() -> None:
    for why, sentence in WHY.items():
        assert NotProved(why).reason == sentence
        assert sentence.endswith(".")
        assert "@" not in sentence


def test_every_type_that_is_only_closed_proves_its_invitation() -> None:
    for kind in TYPES.values():
        assert kind.handshake or kind.kinds != ("closed",)
