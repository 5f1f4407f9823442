"""What of an endpoint's answer counts. Everything else is no label.

A label counts where the answer holds exactly one JSON object of the form that was asked for, whole, and all
its ids are labels that were offered. Fences, thoughts and words around that one object are passed over. A
refusal, prose, two objects that differ, an answer that was cut off, an unknown id, a number that is none: no
label, and the words go nowhere.
"""

import json
from collections.abc import Collection
from typing import Any

from earnest.flow.endpoint.prompt import MOST_LABELS
from earnest.record.verdict import Scored

LONGEST = 8_000
"""Characters of an answer; one that thinks aloud for longer is not read."""

SUREST = 0.95
"""What a model says of its own sureness is never taken for certainty."""

MOST_SAID = 12
"""Labels in an answer; a longer list is no choice."""

_WHOLE = (None, "stop", "eos", "end_turn")


def message(body: bytes, content_type: str) -> str | None:
    """The words of an answer's first choice, or None where it is no whole answer in the expected form."""
    if content_type.partition(";")[0].strip().lower() not in ("application/json", "text/json"):
        return None
    found = _json(body.decode("utf-8", "replace"))
    choices = found.get("choices") if isinstance(found, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict) or first.get("finish_reason") not in _WHOLE:
        return None
    said = first.get("message")
    if not isinstance(said, dict) or said.get("refusal"):
        return None
    words = said.get("content")
    return words if isinstance(words, str) else None


def read(words: str | None, offered: Collection[str]) -> tuple[Scored, ...] | None:
    """The labels of an answer, the surest first, or None. `offered` are the ids that may be answered."""
    if not words or len(words) > LONGEST:
        return None
    found = [one for one in _objects(words) if "labels" in one]
    if not found or any(one != found[0] for one in found):
        return None
    if found[0].keys() - {"labels"}:
        return None
    return _labels(found[0]["labels"], offered)


def _labels(said: Any, offered: Collection[str]) -> tuple[Scored, ...] | None:
    if not isinstance(said, list) or not 0 < len(said) <= MOST_SAID:
        return None
    scores: dict[str, float] = {}
    for one in said:
        if not isinstance(one, dict) or one.keys() != {"id", "sure"}:
            return None
        id, sure = one["id"], one["sure"]
        if not isinstance(id, str) or isinstance(sure, bool) or not isinstance(sure, int | float):
            return None
        id = id.strip().lower()
        if id not in offered or not 0 <= sure <= 1:
            return None
        if scores.setdefault(id, float(sure)) != sure:
            return None
    surest = sorted(scores.items(), key=lambda one: -one[1])[:MOST_LABELS]
    return tuple(Scored(id, min(sure, SUREST)) for id, sure in surest)


def _objects(words: str) -> list[dict[str, Any]]:
    """Every JSON object that stands in a text by itself, not inside another."""
    found, at = [], words.find("{")
    while at >= 0:
        try:
            one, end = _DECODER.raw_decode(words, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(one, dict):
                found.append(one)
        at = words.find("{", end)
    return found


def _json(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says the same key twice says nothing clearly."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
