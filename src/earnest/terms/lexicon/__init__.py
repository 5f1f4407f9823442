"""What common words mean, so that a model also knows words its examples never used.

`words.zst` holds a vector for each of some 40,000 English and Spanish words. When a model is trained, a
linear classifier learns over the sum of a post's word vectors too; because a sum is linear, each word's
share is then folded into that word's row of the table, and classifying costs nothing more.
`understand.lexicon.build` made the file from published models (see NOTICE); training needs only the file.
Promise: the same file and examples give the same model.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from backports import zstd
from numpy.typing import NDArray

from earnest.record.errors import ModelError
from earnest.terms.features import Space, terms

FILE = Path(__file__).parent / "words.zst"
MOST_BYTES = 64 * 1024 * 1024


class Stored(msgspec.Struct, frozen=True):
    """The file's content: words by falling frequency, their weights (rare words speak, "the" hardly), their
    vectors.
    """

    name: str
    words: list[str]
    width: int
    scale: float
    weights: bytes
    vectors: bytes


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words, most frequent first, and the vector of each: its bytes times scale times weight. As bytes, a
    quarter of the room, because every listening process holds them. `name` goes into the models made with it.
    """

    name: str
    words: tuple[str, ...] = field(repr=False)
    numbers: NDArray[np.int8] = field(repr=False)
    weights: NDArray[np.float32] = field(repr=False)
    scale: float

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The weighted vector of each word, made anew at each call."""
        made: NDArray[np.float32] = self.numbers.astype(np.float32) * np.float32(self.scale)
        made *= self.weights[:, None]
        return made

    def places(self, space: Space, first: Collection[str] = ()) -> NDArray[np.int32]:
        """For each word bucket the place of its word, -1 without one. Where two words share a bucket, one of
        `first` wins, then the more frequent one.
        """
        found = terms(self.words, space)
        buckets = found.buckets[found.indptr[:-1]]
        preferred = [at for at, word in enumerate(self.words) if word in first]
        order = np.array([*preferred, *range(len(self.words))], np.int32)[::-1]
        order = order[buckets[order] < space.words]
        places = np.full(space.words, -1, np.int32)
        places[buckets[order]] = order  # of several the last one stays, the first that was wanted
        return places

    def by_bucket(self, space: Space, first: Collection[str] = ()) -> NDArray[np.float32]:
        """The vector of each word bucket (`places`)."""
        places = self.places(space, first)
        rows = np.zeros((space.words, self.numbers.shape[1]), np.float32)
        rows[places >= 0] = self.vectors[places[places >= 0]]
        return rows


@cache
def installed() -> Lexicon | None:
    """The lexicon that comes with Earnest, or None where its file was left out. Raises ModelError when
    damaged.
    """
    if not FILE.exists():
        return None
    try:
        raw = zstd.ZstdDecompressor().decompress(FILE.read_bytes(), max_length=MOST_BYTES)
        stored = msgspec.msgpack.decode(raw, type=Stored)
        shape = (len(stored.words), stored.width)
        numbers = np.frombuffer(stored.vectors, np.int8).reshape(shape)
        weights = np.frombuffer(stored.weights, np.uint8).astype(np.float32) / np.float32(255)
    except (zstd.ZstdError, msgspec.DecodeError, ValueError) as error:
        raise ModelError(f"The lexicon {FILE.name} is damaged.", advice="Install Earnest again.") from error
    return Lexicon(stored.name, tuple(stored.words), numbers, weights, stored.scale)


def words_of(text: str) -> list[str]:
    """The plain Latin words of a text."""
    return re.findall(r"[a-z]{2,30}", folded(text))


def folded(text: str) -> str:
    """Lower case, no accents, no apostrophes: near enough to what `normalise` reads."""
    plain = unicodedata.normalize("NFKD", text.lower()).replace("'", "").replace("’", "")
    return "".join(char for char in plain if not unicodedata.combining(char))
