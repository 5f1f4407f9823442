"""A post's facets as words of the search index, so that words and filters are found together in one walk.

A mark is a word no text can hold: it begins with a private-use character. Marks only narrow quickly; the
exact columns decide. No Django here.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_SIGNS = re.compile(r"[\W_]")
_START = "\ue000"
_SIGN = "\ue001"


@lru_cache(maxsize=4_096)
def mark(facet: str, value: str) -> str:
    """The mark of one value: signs and spaces become one private character, case does not matter."""
    return f"{_START}{facet}{_SIGNS.sub(_SIGN, value.lower())}"


def marks(
    programme: int,
    place: int,
    kind: str,
    sentiment: str,
    lang: str,
    region: str,
    unsure: bool,
    labels: Iterable[str],
) -> list[str]:
    """All marks of a post, in a fixed order, each once."""
    found = [
        mark("programme", str(programme)),
        mark("place", str(place)),
        mark("kind", kind),
        mark("sentiment", sentiment),
        mark("lang", lang),
        mark("region", region),
        mark("unsure", "1" if unsure else "0"),
    ]
    for label in labels:
        found.append(mark("label", label))
        found.append(mark("category", label.partition(".")[0]))
    return list(dict.fromkeys(found))


def any_of(facet: str, values: Sequence[str]) -> tuple[str, ...]:
    """The marks of alternatives."""
    return tuple(dict.fromkeys(mark(facet, value) for value in values))
