"""What a note may be, and whom it calls. Notes are a person's own reasoning: their words are not judged."""

import re
from collections.abc import Sequence

from earnest.record.errors import Refused

LONGEST = 20_000
MOST_CALLED = 20
_CALL = re.compile(r"(?<![\w@.])@")
_AFTER = re.compile(r"\w")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def checked(text: str) -> str:
    """A note as it is kept: without control characters. Raises Refused for none, and for one too long."""
    words = _CONTROL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not words:
        raise Refused("A note needs some words.")
    if len(words) > LONGEST:
        raise Refused(f"A note has at most {LONGEST:,} characters; this one has {len(words):,}.")
    return words


def mentioned(text: str, called: Sequence[tuple[str, int]]) -> list[int]:
    """The people whose `@name` stands in a text, in their order. `called` are names in lower case with whose
    they are, the longest first, so that "@ana maria" does not call Ana.
    """
    folded, found = text.casefold(), dict[int, None]()
    for at in _CALL.finditer(folded):
        for name, person in called:
            end = at.end() + len(name)
            if name and folded.startswith(name, at.end()) and not _AFTER.match(folded[end : end + 1]):
                found.setdefault(person)
                break
        if len(found) >= MOST_CALLED:
            break
    return list(found)
