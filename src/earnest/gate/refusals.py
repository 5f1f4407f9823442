"""What may not be configured: anything that aims at protected speech or at people.

`judge(door, text)` answers with a sentence that says why, or None where the configuration is fine. The same
words mean other things elsewhere ("three strikes policy", "customer id check at the door"), and those are
allowed. What arrives with a post in its `author` field is not judged here: it becomes a voice tag in memory
and is dropped. Every door here is a wish to keep, find or count by something.
"""

from typing import Literal, get_args

import re2

from earnest.gate.automaton import options
from earnest.gate.fold import fold, undisguise
from earnest.gate.protected import told
from earnest.gate.redact import redact
from earnest.gate.text import clean, parted
from earnest.gate.wishes import Aim, ear
from earnest.gate.words import pattern, read

Door = Literal["category", "saved_search", "alert", "tag", "import_column", "report_filter"]
DOORS: tuple[Door, ...] = get_args(Door)

_WISH: dict[str, str] = {
    "category": "a category",
    "saved_search": "a saved search",
    "alert": "an alert",
    "tag": "a tag",
    "import_column": "a column",
    "report_filter": "a filter",
}
_SAYS: dict[Aim, str] = {
    "speech": (
        "Earnest does not make {wish} that would pick out protected speech: organising, representation, "
        "collective action, or talking to the press, researchers, regulators or lawyers. Such posts are "
        "never kept. Ask instead about the problem itself, such as pay or safety."
    ),
    "people": (
        "Earnest does not make {wish} that would lead to a person: it knows problems, not who spoke of "
        "them. An incoming author only helps to count distinct voices and is dropped. Ask instead about the "
        "topic or the place."
    ),
    "traits": (
        "Earnest does not make {wish} out of what people are, believe or suffer: such traits of a person "
        "are never inferred or kept. Ask instead about what happened."
    ),
}
_FIELD_DOORS = frozenset({"import_column", "report_filter"})
_POINTS_AT_SOMEBODY = frozenset(
    {"email", "handle", "phone", "card", "iban", "id", "ip", "plate", "coordinates"}
)
_OWN_NAME = re2.compile(r"(?:[ .]*(?:user|display|screen|profile|account) ?names?)+[ .]*")
"""A topic of support: somebody wants another user name. As a category it holds no values."""

MAX = 2_000
"""Characters of a configuration text."""

_OPTIONS = options(ascii_only=True)
_groups = {name: re2.compile(pattern(words), _OPTIONS) for name, words in read("refused").items()}
_other, _speech, _people = _groups["other"], _groups["speech"], _groups["people"]
_fields, _traits = _groups["fields"], _groups["traits"]


def judge(door: Door, text: str) -> str | None:
    """Why Earnest refuses this at this door, None where it is accepted. ValueError for a door that is not
    one."""
    if door not in _WISH:
        raise ValueError(f"'{door}' is not a door; the doors are {', '.join(DOORS)}.")
    wish = _WISH[door]
    if len(text) > MAX:
        return f"The text of {wish} is longer than {MAX:,} characters, so it cannot be judged."
    aim = ear().aim(door, text, listed(door, text), other=_other.search(fold(parted(text))) is not None)
    return None if aim is None else _SAYS[aim].format(wish=wish)


def listed(door: Door, text: str) -> Aim | None:
    """What the word lists alone say that a request aims at."""
    if told(_other.sub(b" . ", fold(text))) == "plainly":
        return "speech"
    if _POINTS_AT_SOMEBODY.intersection(span.kind for span in redact(clean(text)).spans):
        return "people"
    plain = fold(parted(text)).decode("ascii")
    for reading in {plain, undisguise(plain)}:
        rest = _other.sub(b" . ", reading.encode("ascii"))
        if _speech.search(rest):
            return "speech"
        if door == "category" and _OWN_NAME.fullmatch(rest):
            continue
        if _people.search(rest) or (_field_like(door, rest) and _fields.search(rest)):
            return "people"
        if _traits.search(rest):
            return "traits"
    return None


def _field_like(door: str, text: bytes) -> bool:
    """A column or a filter names a field; so does "user:bob", or a word alone that is to be found or kept. A
    category's name alone is a topic ("user name": somebody wants another one), and holds no values.
    """
    alone = door != "category" and len(text.split()) == 1
    return door in _FIELD_DOORS or b":" in text or b"=" in text or alone
