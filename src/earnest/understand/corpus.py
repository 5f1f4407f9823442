"""Training examples: read, checked, and rid of near-duplicates.

A wrong line is an error that names file and line: an example that is silently left out would make the
figures lie.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

import msgspec

from earnest.record.errors import BadFile, BadLine
from earnest.record.verdict import KINDS, SENTIMENTS
from earnest.understand.taxonomy import Taxonomy

OTHER = "other"
"""The label of a post outside the taxonomy. Every model has it, whether its taxonomy names it or not."""
MOST_EXAMPLES = 1_000_000
LEAST_NATURAL = 300
ALIKE = 0.6
"""Two texts whose runs of three words overlap this much (Jaccard) count as one."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text; the main label comes first. `place` is file:line."""

    text: str = field(repr=False)
    labels: tuple[str, ...]
    kind: str | None = None
    sentiment: str | None = None
    lang: str | None = None
    place: str = field(default="", compare=False)


def read(paths: Iterable[Path]) -> list[Example]:
    """Every example of the files, in order. Raises BadFile or BadLine naming the place."""
    examples: list[Example] = []
    for path in paths:
        before = len(examples)
        examples.extend(_file(path))
        if len(examples) == before:
            raise BadFile("holds no examples", place=path.name, advice=_ADVICE)
        if len(examples) > MOST_EXAMPLES:
            raise BadFile(f"more than {MOST_EXAMPLES:,} examples", place=path.name)
    return examples


_ADVICE = 'One JSON object a line: {"text": "…", "labels": ["main", "second"]}'


def _file(path: Path) -> Iterator[Example]:
    decode = msgspec.json.Decoder().decode
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                place = f"{path.name}:{number}"
                try:
                    row = decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    raise BadLine("is not JSON", place=place, advice=_ADVICE) from error
                yield _example(row, place)
    except OSError as error:
        raise BadFile(f"cannot be read ({error.strerror})", place=str(path)) from error


def _example(row: Any, place: str) -> Example:
    if not isinstance(row, dict):
        raise BadLine("is not a JSON object", place=place, advice=_ADVICE)
    text, labels = row.get("text"), row.get("labels")
    if not isinstance(text, str) or not text.strip():
        raise BadLine("'text' must be text that is not empty", place=place, advice=_ADVICE)
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise BadLine("'labels' must be a list of label ids, the main one first", place=place, advice=_ADVICE)
    if len(set(labels)) != len(labels):
        raise BadLine("the same label is there twice", place=place)
    for name, known in (("kind", KINDS), ("sentiment", SENTIMENTS)):
        if row.get(name) is not None and row[name] not in known:
            raise BadLine(f"'{name}' must be one of {', '.join(known)}", place=place)
    lang = row.get("lang")
    if lang is not None and not isinstance(lang, str):
        raise BadLine("'lang' must be a language code", place=place)
    return Example(text, tuple(labels), row.get("kind"), row.get("sentiment"), lang, place)


def check_labels(examples: Sequence[Example], taxonomy: Taxonomy) -> None:
    """Raise BadLine at the first example whose label the taxonomy does not know; `other` is always known."""
    known = {OTHER, *(label.id for label in taxonomy.labels)}
    for example in examples:
        for label in example.labels:
            if label not in known:
                raise BadLine(
                    f"the label '{label[:80]}' is not in the taxonomy '{taxonomy.id}'",
                    place=example.place,
                    advice="Add it to the taxonomy, or mend the example.",
                )


def natural(examples: Sequence[Example]) -> list[bool]:
    """Which examples come in natural proportions: those of files that hold more than one main label.

    A file of one label is a collection, written or picked for it, and often harder than life. Where fewer
    than LEAST_NATURAL examples come as they came, all count.
    """
    met: dict[str, set[str]] = {}
    for example in examples:
        met.setdefault(_file_of(example), set()).add(example.labels[0])
    found = [len(met[_file_of(example)]) > 1 for example in examples]
    return found if sum(found) >= LEAST_NATURAL else [True] * len(examples)


def _file_of(example: Example) -> str:
    return example.place.rpartition(":")[0]


@dataclass(frozen=True, slots=True)
class Sifted:
    """Examples without near-duplicates, and what was thrown out.

    repeats        pairs (kept, thrown out) with the same main label
    contradictions pairs with different main labels; the first is kept
    """

    examples: list[Example]
    repeats: list[tuple[Example, Example]]
    contradictions: list[tuple[Example, Example]]


def sift(examples: Sequence[Example]) -> Sifted:
    """Keep the first of each group of near-duplicates.

    Exact: every pair that is alike is found, by an index of each text's rarest shingles (Bayardo et al.,
    2007).
    """
    shingles = [_shingles(example.text) for example in examples]
    seen = Counter(shingle for group in shingles for shingle in group)
    index: dict[str, list[int]] = {}
    kept: list[Example] = []
    repeats: list[tuple[Example, Example]] = []
    contradictions: list[tuple[Example, Example]] = []
    for at, group in enumerate(shingles):
        rare = sorted(group, key=lambda shingle: (seen[shingle], shingle))
        prefix = rare[: len(rare) - ceil(ALIKE * len(rare)) + 1]
        twin = _twin(group, {other for shingle in prefix for other in index.get(shingle, ())}, shingles)
        if twin is not None:
            pair = examples[twin], examples[at]
            same = pair[0].labels[0] == pair[1].labels[0]
            (repeats if same else contradictions).append(pair)
            continue
        kept.append(examples[at])
        for shingle in prefix:
            index.setdefault(shingle, []).append(at)
    return Sifted(kept, repeats, contradictions)


def _twin(group: set[str], candidates: set[int], shingles: Sequence[set[str]]) -> int | None:
    for other in sorted(candidates):
        both = len(group & shingles[other])
        if both >= ALIKE * (len(group) + len(shingles[other]) - both):
            return other
    return None


_WORDS = re.compile(r"\w+")


def _shingles(text: str) -> set[str]:
    """Runs of three words; a text of fewer than three words is its own only shingle."""
    words = _WORDS.findall(text.lower())
    if len(words) < 3:
        return {" ".join(words) or text.strip()}
    return {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}
