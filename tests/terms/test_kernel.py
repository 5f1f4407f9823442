"""The kernel and its readable reference agree to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.terms import features, reference
from earnest.terms.features import Space, pack
from earnest.terms.kernel import MOST_LEAPT, SCRIPTS, gather
from earnest.terms.normalise import fold_table

SPACES = {
    f"pairs over {leaps} words and pieces from {shortest}": Space(1 << 10, 1 << 11, leaps, shortest)
    for leaps, shortest in ((0, 2), (1, 3), (MOST_LEAPT, 3))
}
SPACE = Space(1 << 10, 1 << 11, MOST_LEAPT, 3)
TABLE = np.random.default_rng(3).integers(-127, 128, (SPACE.buckets, 32)).astype(np.int8)

TEXTS = {
    "empty": "",
    "only spaces": "  \n\t ",
    "plain": "Customer took the tip back",
    "title and body": "Tips again\n\nThey took my tips, again.",
    "a title alone": "Tips again\n\n",
    "accents": "¿Dónde está mi propina? ÑANDÚ año",
    "combining accents": "Do\u0301nde esta\u0301",
    "full width": "Ｆｕｌｌ　ｗｉｄｔｈ",
    "emoji with skin tones": "👍🏽 great 👩‍👩‍👧",
    "zero width": "t\u200bi\u200dp\ufeffs",
    "right to left": "שלום עולם \u202eabc",
    "null characters": "a\0b\0",
    "lone surrogates": "a\ud800b \udfff",
    "long word": "x" * 500,
    "many long words": "loremipsumdolorsitamet" * 30 + " end",
    "digits": "$54/3h 1099 ٣٤",
    "apostrophes": "don't don’t dont",
    "chinese": "我的小费呢",
    "last character of four bytes": "tip 🙃",
    "title at its limit": "a" * 237 + "\n\nb",
    "title beyond its limit": "a" * 239 + "\n\nbody",
    "title of nothing": " .\n\nbody of words",
}


def kernel_sums(texts: list[str], *, title_twice: bool, space: Space = SPACE) -> np.ndarray:
    data, offsets = pack(texts)
    sums = np.empty((len(texts), TABLE.shape[1]), np.int32)
    latin, script = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int8)
    gather(data, offsets, fold_table(), space.words, space.pieces, space.leaps, space.shortest, TABLE,
           title_twice, sums, latin, script)  # fmt: skip
    return sums


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("title_twice", [True, False], ids=["title counts twice", "title counts once"])
@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_kernel_equals_reference(text: str, space: Space, title_twice: bool) -> None:
    expected = reference.sums(text, space, TABLE, title_twice=title_twice)
    assert (kernel_sums([text], title_twice=title_twice, space=space)[0] == expected).all()


def test_pairs_that_leap_and_the_first_word_are_terms_where_a_space_asks() -> None:
    text = "they took the tips"
    said = [(text[term.start : term.end], term.sort) for term in reference.terms(text, SPACE)]
    told = [one for one in said if one[1] in ("first", "leap")]
    assert told == [
        ("they", "first"), ("they took", "leap"), ("they took the", "leap"), ("they took the", "leap"),
        ("took the tips", "leap"), ("they took the tips", "leap"),
    ]  # fmt: skip
    assert not {"first", "leap"} & {term.sort for term in reference.terms(text, Space(1 << 10, 1 << 11))}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_kernel_equals_reference_on_any_texts(texts: list[str]) -> None:
    found = kernel_sums(texts, title_twice=True)
    for row, text in zip(found, texts, strict=True):
        assert (row == reference.sums(text, SPACE, TABLE, title_twice=True)).all()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.text(max_size=60))
def test_terms_come_in_the_same_order_with_the_same_title(title: str, body: str) -> None:
    text = f"{title}\n\n{body}"
    found = features.terms([text], SPACE)
    met = dict.fromkeys(term.bucket for term in reference.terms(text, SPACE))
    assert found.buckets.tolist() == list(met)


def test_a_post_does_not_see_its_neighbours() -> None:
    texts = list(TEXTS.values())
    together = kernel_sums(texts, title_twice=True)
    for at, text in enumerate(texts):
        assert (together[at] == kernel_sums([text], title_twice=True)[0]).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [("DON'T", "dont"), ("Dónde", "donde"), ("ｔｉｐ", "tip"), ("t\u200bip", "tip"), ("Straße", "strase")],
    ids=["apostrophe and case", "accent", "width", "zero width", "sharp s"],
)
def test_spellings_that_mean_one_word_share_a_bucket(one: str, other: str) -> None:
    words = [
        next(term.bucket for term in reference.terms(text, SPACE) if term.sort == "word")
        for text in (one, other)
    ]
    assert words[0] == words[1]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("привет мир", "ru"),
        ("καλημέρα", "el"),
        ("שלום", "he"),
        ("안녕하세요", "ko"),
        ("こんにちは", "ja"),
        ("你好世界", "zh"),
    ],
)
def test_scripts_are_told(text: str, language: str) -> None:
    data, offsets = pack([text])
    sums = np.empty((1, TABLE.shape[1]), np.int32)
    latin, script = np.zeros(1, np.int32), np.zeros(1, np.int8)
    gather(data, offsets, fold_table(), SPACE.words, SPACE.pieces, SPACE.leaps, SPACE.shortest, TABLE,
           True, sums, latin, script)  # fmt: skip
    assert SCRIPTS[script[0]] == language
