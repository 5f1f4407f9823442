"""Texts as vectors: right beside the original, the same alone and in company, and no text breaks it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.record.errors import ModelError
from earnest.understand import bert, encoder, fetch
from earnest.understand.encoder import ABOUT, GRAPH, VOCABULARY, About, Encoder
from earnest.understand.wordpiece import WordPiece
from tests.understand import tiny

pytestmark = tiny.NEEDS_RUNTIME

AWKWARD = {
    "empty": "",
    "spaces": "   \n\t ",
    "a megabyte of one letter": "a" * 1_000_000,
    "a megabyte of words": "late again " * 90_000,
    "emoji": "😀👍🏽🇪🇺" * 50,
    "half a surrogate pair": "x \ud83d y",
    "nothing visible": "\u200b\u2060\ufeff\x00",
    "right to left": "\u202eמה קורה مرحبا",
    "accents on accents": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚a̷l̵g̶o̷",
    "the model's own marks": "[CLS] [SEP] [MASK] [PAD]",
}

TEXTS = (
    "I am still waiting on my card?",
    "What can I do if my card still hasn't arrived after 2 weeks?",
    "Ñandú café 😀 tip",
    "short",
)
RECORDED = (
    (-0.03535, -0.04214, -0.00276, 0.03194, 0.02319, -0.01830, 0.03045, -0.02911),
    (0.02259, -0.01353, 0.02426, 0.04337, 0.02027, -0.04983, -0.07374, -0.04459),
    (-0.02971, 0.00020, 0.02586, -0.02025, 0.00704, 0.02059, 0.11857, -0.00158),
    (0.01677, 0.10648, 0.02000, 0.04692, -0.00546, -0.00916, 0.01742, 0.08992),
)
"""The first eight numbers of each text's vector by torch and transformers (all-MiniLM-L6-v2)."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The encoder with random weights."""
    return tiny.encoder(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
def test_any_text_has_a_vector_of_length_one(small: Encoder, text: str) -> None:
    (vector,) = small.encode([text])
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_no_texts_have_no_vectors(small: Encoder) -> None:
    assert small.encode([]).shape == (0, tiny.WIDTH)
    assert small.layers([]).shape == (0, tiny.WIDTH * (tiny.LAYERS + 1))


def test_a_text_has_the_same_vector_alone_and_in_company(small: Encoder) -> None:
    together = small.layers([*AWKWARD.values(), *TEXTS])
    for text, vector in zip((*AWKWARD.values(), *TEXTS), together, strict=True):
        np.testing.assert_allclose(small.layers([text])[0], vector, atol=2e-6)


def test_threads_change_nothing(small: Encoder, tmp_path: Path) -> None:
    two = tiny.encoder(tmp_path, threads=2)
    np.testing.assert_allclose(two.encode(TEXTS), small.encode(TEXTS), atol=2e-6)
    assert two.id == small.id


def test_the_vector_is_the_last_layers_mean(small: Encoder) -> None:
    layers = small.layers(TEXTS).reshape(len(TEXTS), tiny.LAYERS + 1, tiny.WIDTH)
    np.testing.assert_allclose(layers[:, tiny.LAYERS - 1], small.encode(TEXTS), atol=1e-6)


def test_what_comes_after_the_longest_is_not_read(small: Encoder) -> None:
    long = "a b c d e f g h i j " * 40
    np.testing.assert_array_equal(small.encode([long]), small.encode([long + "and more"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_whatever_is_written_is_read(small: Encoder, texts: list[str]) -> None:
    found = small.encode(texts)
    assert found.shape == (len(texts), tiny.WIDTH)
    assert np.isfinite(found).all()


DAMAGE = {
    "a byte of the graph changed": (GRAPH, lambda old: old[:-1] + bytes([old[-1] ^ 1])),
    "the graph cut off": (GRAPH, lambda old: old[: len(old) // 2]),
    "a word added": (VOCABULARY, lambda old: old + b"word\n"),
    "the description is no JSON": (ABOUT, lambda old: old[:-2]),
    "the description of another version": (ABOUT, lambda old: old.replace(b'"format":1', b'"format":9')),
}


@pytest.mark.parametrize(("name", "harm"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_folder_is_refused(tmp_path: Path, name: str, harm: "object") -> None:
    where = tiny.folder(tmp_path)
    (where / name).write_bytes(harm((where / name).read_bytes()))
    with pytest.raises(ModelError) as caught:
        Encoder.load(where)
    assert "earnest models fetch" in caught.value.advice


@pytest.mark.parametrize("name", [GRAPH, VOCABULARY, ABOUT])
def test_a_missing_file_says_how_to_get_it(tmp_path: Path, name: str) -> None:
    where = tiny.folder(tmp_path)
    (where / name).unlink()
    with pytest.raises(ModelError) as caught:
        Encoder.load(where)
    assert caught.value.sentence().endswith("Get it once: earnest models fetch")


NOT_WEIGHTS = {
    "nothing": b"",
    "seven bytes": b"1234567",
    "a length beyond the file": (1 << 40).to_bytes(8, "little") + b"{}",
    "no JSON": (4).to_bytes(8, "little") + b"{{{{",
    "a list": (2).to_bytes(8, "little") + b"[]",
    "numbers beyond the file": tiny.packed({"a": np.zeros(4, "<f4")})[:-8],
    "other tensors": tiny.packed({"a": np.zeros(4, "<f4")}),
}


@pytest.mark.parametrize("raw", NOT_WEIGHTS.values(), ids=NOT_WEIGHTS.keys())
def test_what_are_no_weights_makes_no_graph(raw: bytes) -> None:
    with pytest.raises(ModelError):
        bert.graph(bert.weights(raw))


def test_the_pieces_are_those_of_the_usual_library() -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the extra 'vectors' is not installed")
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "the",
        "cafe",
        "##s",
        "don",
        "'",
        "t",
        "日",
        ".",
        "5",
        "##0",
    ]
    usual = tokenizers.BertWordPieceTokenizer({piece: at for at, piece in enumerate(pieces)}, lowercase=True)
    ours = WordPiece(pieces)
    for text in (
        "The Cafés don't",
        "CAFÉ日日 50.",
        "thecafes",
        "a" * 101,
        "",
        " \x07the\u200b cafe\u2028the ",
        "ΣΑΣ the",
    ):
        assert ours.ids(text, 128) == usual.encode(text).ids, text


def _exact(home: Path) -> Encoder:
    """The original weights in 32-bit floats."""
    get = tiny.real()
    raw, words = (get(pin) for pin in fetch.PINS)
    graph = bert.graph(bert.weights(raw), exact=True)
    home.mkdir()
    about = About(encoder.FORMAT, fetch.PINS[0].sha256, fetch._hash(graph), fetch._hash(words), 384, 6)
    (home / GRAPH).write_bytes(graph)
    (home / VOCABULARY).write_bytes(words)
    (home / ABOUT).write_text(json.dumps({name: getattr(about, name) for name in about.__struct_fields__}))
    return Encoder.load(home)


@pytest.mark.slow
def test_the_graph_computes_what_the_original_does(tmp_path: Path) -> None:
    exact = _exact(tmp_path / "exact")
    found = exact.encode(TEXTS)
    np.testing.assert_allclose(found[:, :8], RECORDED, atol=1e-4)
    fetch.make(tmp_path / "minilm", tiny.real())
    near = (Encoder.load(tmp_path / "minilm").encode(TEXTS) * found).sum(axis=1)
    assert near.min() > 0.99
