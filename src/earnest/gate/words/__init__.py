"""The word lists of the filters: one expression a line, so that anybody can read, question and mend them.

`read(name)` gives the groups of a list, `pattern(…)` turns the shorthand of a group into one RE2 expression.
"""

import re
from collections.abc import Iterable
from importlib.resources import files

_HEADING = re.compile(r"\[([a-z_0-9]+)\]")
_GAP = re.compile(r"<(\d)>")


def read(name: str) -> dict[str, tuple[str, ...]]:
    """The groups of a list, in order. ValueError where a line belongs to no group: a list is whole or not
    used."""
    groups: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in files(__name__).joinpath(f"{name}.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("# ") or line == "#":
            continue
        heading = _HEADING.fullmatch(line)
        if heading:
            lines = groups.setdefault(heading[1], [])
        elif lines is None:
            raise ValueError(f"{name}.txt: a line before the first group")
        else:
            lines.append(line)
    return {group: tuple(words) for group, words in groups.items()}


def rare(alternatives: Iterable[str]) -> list[str]:
    """What must be in a text for an alternative to be: of one with a gap only its rarer side.

    Looking for this first costs far less: a gap that skips words makes RE2's automaton grow with every text.
    """
    sides = []
    for words in alternatives:
        sides.append(words.rsplit(">", 1)[1] if words.startswith("~") else words.split("<", 1)[0])
    return sides


def pattern(alternatives: Iterable[str]) -> bytes:
    """One RE2 expression out of alternatives in the lists' shorthand, for folded text."""
    plain: list[str] = []
    tagged: list[str] = []
    for words in alternatives:
        (tagged if words.startswith("#") else plain).append(words.removeprefix("~").strip())
    text = "|".join(
        [rf"\b(?:{'|'.join(plain)})\b"] * bool(plain) + [rf"(?:{'|'.join(tagged)})\b"] * bool(tagged)
    )
    text = text.replace("'?", "'").replace("'", " ?")
    text = text.replace(" ?", "\0").replace(" ", "[ ,]+").replace("\0", "[ ,]?")
    return _GAP.sub(r"(?:[ ,]*\\w+){0,\1}[ ,]*", text).encode("ascii")
