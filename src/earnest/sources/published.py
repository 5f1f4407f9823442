"""Looking for a published notice among pins and banners: what the closed places of chat programs share.

Why it exists: on each of them the same is asked of a pin (the notice's own words, by an account that holds
power now, the same one as when the place opened), and each says it in its own shapes. Nothing here asks the
network.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from earnest.sources.handshake import Invitation, NotProved, Why, digest

OUT = (
    "Done. Earnest does not hear you any more here, and what it kept of you is erased."
    " / Hecho. Earnest ya no te escucha aquí, y lo que guardó de ti queda borrado."
)
"""What somebody who opted out is told, where they said it."""

_OUT = re.compile(r"#\s?(?:no ?bots?|no ?index|no ?earnest|no ?listening)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pinned message. `holders` are the accounts that must hold an administrator's power for it to count:
    who said it, and who pinned it where the platform tells. Empty: it counts as nobody's.
    """

    id: str
    text: str = field(repr=False)
    holders: tuple[str, ...] = field(default=(), repr=False)


def asks_to_stay_out(description: object) -> bool:
    """Does a community's description (a topic, a group's bio) ask programs like Earnest to stay out?"""
    return isinstance(description, str) and _OUT.search(description) is not None


def mark(id: str) -> str:
    """What a place keeps of its notice's own name: enough to know it again, nothing to look it up by."""
    return hashlib.sha256(b"notice\0" + id.encode("utf-8", "replace")).hexdigest()[:32]


def find(
    pins: Iterable[Pinned], invitation: Invitation, known: str | None, holds: Callable[[str], bool]
) -> Pinned | NotProved:
    """The notice among the pins (the newest first), or why the invitation does not stand.

    `known` is the mark of the message that opened the place: then no other counts. `holds` says whether an
    account is an administrator now; it is asked about the notice alone.
    """
    why: Why = "waiting" if known is None else "unpublished"
    for pin in pins:
        if known is not None and mark(pin.id) != known:
            continue
        wrong: Why | None = None
        if digest(pin.text) != invitation.notice:
            wrong = "changed"
        elif not pin.holders or not all(map(holds, pin.holders)):
            wrong = "not_administrator"
        if wrong is None:
            return pin
        if known is not None:
            return NotProved(wrong)
        if wrong == "not_administrator" or (
            wrong == "changed" and why == "waiting" and "earnest-" in pin.text
        ):
            why = wrong
    return NotProved(why)


def readable(text: str) -> str:
    """A text without what UTF-8 cannot hold, and without NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ").strip()
