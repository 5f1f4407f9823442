"""The word lists of the filters: one expression a line, so that anybody can read, question and mend them.

`read(name)` gives the groups of a list. `pattern(…)` turns a group's shorthand into one RE2 expression.
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


def pattern(alternatives: Iterable[str]) -> bytes:
    """One RE2 expression out of alternatives in the lists' shorthand, for folded text."""
    tagged, plain = [], []
    for words in alternatives:
        (tagged if words.startswith("#") else plain).append(words)
    text = rf"\b(?:{'|'.join(plain)})\b" if plain else ""
    if tagged:
        text += rf"{'|' if plain else ''}(?:{'|'.join(tagged)})\b"
    text = text.replace("'?", "'").replace("'", " ?")
    text = text.replace(" ?", "\0").replace(" ", "[ ,]+").replace("\0", "[ ,]?")
    return _GAP.sub(r"(?:[ ,]*\\w+){0,\1}[ ,]*", text).encode("ascii")
