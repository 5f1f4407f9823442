"""Receipts: signed lines that name nobody, checked however they were copied, and never after a change."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.flow.receipt import LONGEST, Receipt, genuine, written
from earnest.gate.voice import Keys

KEYS = Keys.passing()
AT = datetime(2026, 11, 22, 5, 40, tzinfo=UTC)
ONE = Receipt("left", "Ternway couriers", ("Bristol riders", "Leeds couriers"), AT, 3, ("2026Q2",))
TEXT = written(KEYS, ONE)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["Posts erased: 3", "Places: Bristol riders; Leeds couriers", "When: 2026-11-22 05:40 UTC"]),
        (
            "es",
            ["Mensajes borrados: 3", "Lugares: Bristol riders; Leeds couriers", "Fuera de alcance: 2026Q2"],
        ),
        ("xx", ["Receipt from Earnest", "Beyond reach: 2026Q2"]),
    ],
)
def test_a_receipt_says_what_was_done_in_the_readers_language(lang: str, lines: list[str]) -> None:
    text = written(KEYS, ONE, lang)
    assert set(lines) <= set(text.splitlines())
    assert genuine(KEYS, text)


@pytest.mark.parametrize(
    ("copied", "holds"),
    [
        (TEXT.replace("\n", "\r\n"), True),
        (f"\n\n{TEXT}   \n\n", True),
        (TEXT.replace("\n", "  \n"), True),
        (TEXT.replace("Leeds", "Leads"), False),
        (TEXT.replace("Posts erased: 3\n", ""), False),
        (f"I was promised more.\n{TEXT}", False),
        (f"{TEXT}And more.", False),
        (TEXT + TEXT, False),
        ("", False),
        ("Signed: earnest-receipt-1 " + "a" * 52, False),
        ("x" * (LONGEST + 1), False),
    ],
    ids=[
        "with other line ends",
        "with empty lines around",
        "with blanks at line ends",
        "a word changed",
        "a line less",
        "a line before",
        "a line after",
        "twice",
        "empty",
        "a signature of nothing",
        "far too long",
    ],
)
def test_what_is_a_receipt(copied: str, holds: bool) -> None:
    assert genuine(KEYS, copied) is holds


def test_the_keys_of_another_installation_know_nothing_of_it() -> None:
    assert not genuine(Keys.passing(), TEXT)


@given(at=st.integers(0, len(TEXT) - 1), other=st.characters(min_codepoint=33, max_codepoint=0x2FFF))
def test_no_single_changed_character_passes(at: int, other: str) -> None:
    changed = TEXT[:at] + other + TEXT[at + 1 :]
    assert genuine(KEYS, changed) is (changed == TEXT)


@given(
    name=st.text(max_size=60),
    places=st.lists(st.text(max_size=60), max_size=4),
    posts=st.none() | st.integers(0, 10**6),
)
def test_whatever_places_are_called_a_receipt_stays_one_of_its_lines(
    name: str, places: list[str], posts: int | None
) -> None:
    text = written(KEYS, Receipt("erased", name, tuple(places), AT, posts))
    assert genuine(KEYS, text)
    assert sum(line.startswith("When:") for line in text.splitlines()) <= 1 + sum(
        "When:" in one for one in [name, *places]
    )
