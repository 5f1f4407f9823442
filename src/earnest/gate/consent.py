"""Consent of an invited community: a key, not a note.

A closed place is read only while a consent lives, and nothing said before it was opened is heard. Who opens,
proves and ends a consent is the source's handshake; this says only whether one holds at a moment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Consent:
    """A community's consent. Times are aware UTC; `expires` is when it must have been proved again."""

    opened: datetime
    expires: datetime
    state: Literal["open", "paused", "closed"] = "open"


def live(consent: Consent | None, now: datetime) -> bool:
    """Does a consent hold at this moment?"""
    return consent is not None and consent.state == "open" and consent.opened <= now < consent.expires


def covers(consent: Consent, said: datetime) -> bool:
    """Was this said after the community had consented?"""
    return consent.opened <= said
