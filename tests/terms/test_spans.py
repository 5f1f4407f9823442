"""Terms across words, and the small classifier that adds them up: fast and slow say the same."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.record.errors import ModelError
from earnest.terms import spans
from earnest.terms.features import Space
from earnest.terms.linear import Linear, fit

SPACE = Space(1 << 15, 1 << 16)
ascii_text = st.text(st.characters(max_codepoint=127), max_size=120).map(
    lambda text: text.lower().encode("ascii")
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        (b"", []),
        (b"?", ["run:?", "piece: ? "]),
        (b"go on", ["run:go", "run:on", "run:go on", "piece: go", "piece:go "]),
        (b"go,  on", ["run:go on", "piece:go on"]),
        (b"a b c d", ["run:a b c", "run:b c d"]),
    ],
)
def test_what_counts_as_a_term(text: bytes, terms: list[str]) -> None:
    found = spans.spans_of(text)
    assert set(terms) <= set(found)
    assert len(found) == len(set(found))
    assert "run:a b c d" not in found


@settings(deadline=None)  # the first call compiles
@given(ascii_text)
def test_the_kernel_finds_what_plain_python_finds(text: bytes) -> None:
    wanted = list(dict.fromkeys(spans.bucket_of(span, SPACE) for span in spans.spans_of(text)))
    assert sorted(spans.terms([text], SPACE).buckets.tolist()) == sorted(wanted)


@settings(deadline=None)
@given(st.lists(ascii_text, max_size=6))
def test_texts_do_not_touch_each_other(texts: list[bytes]) -> None:
    together = spans.terms(texts, SPACE)
    for at, text in enumerate(texts):
        mine = together.buckets[together.indptr[at] : together.indptr[at + 1]]
        assert mine.tolist() == spans.terms([text], SPACE).buckets.tolist()


def learned() -> Linear:
    texts = [b"the cat sat on the mat", b"a cat ran", b"dogs bark at night", b"two dogs ran"] * 5
    cats = np.array([1.0, 1.0, -1.0, -1.0] * 5)
    return fit(texts, cats[None], np.ones((1, 20)), space=SPACE)


def test_it_learns_and_generalises() -> None:
    scores = learned().scores([b"one cat", b"some dogs", b""])[:, 0]
    assert scores[0] > 0 > scores[1]


def test_a_text_scores_the_same_alone_and_in_company() -> None:
    model = learned()
    together = model.scores([b"one cat", b"some dogs"])
    assert together[1, 0] == model.scores([b"some dogs"])[0, 0]


def test_it_is_kept_whole(tmp_path: Path) -> None:
    model = learned()
    model.save(tmp_path / "ear.zst")
    again = Linear.load(tmp_path / "ear.zst")
    assert again.id == model.id
    assert np.array_equal(again.scores([b"a cat"]), model.scores([b"a cat"]))


@pytest.mark.parametrize("harm", ["missing", "cut", "not ours", "changed"])
def test_a_damaged_file_is_an_error_and_never_an_answer(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "ear.zst"
    learned().save(path)
    match harm:
        case "missing":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-40])
        case "not ours":
            path.write_bytes(b"hello")
        case "changed":
            from backports import zstd

            raw = bytearray(zstd.decompress(path.read_bytes()))
            raw[len(raw) // 2] ^= 1
            path.write_bytes(zstd.compress(bytes(raw)))
    with pytest.raises(ModelError):
        Linear.load(path)
