"""The tables, and nothing else: no logic in `save`, no signals, no column for an author.

Posts and what is counted from them use whole numbers for time (seconds, hours or days since 1970, UTC), so
that both databases do the same arithmetic and an id can be made of it; everything else uses ordinary times.
"""

from earnest.store.models.count import (
    Counter,
    Coverage,
    DayCount,
    HourCount,
    Minute,
    Voice,
    VoiceCount,
    WeekCount,
    Withheld,
)
from earnest.store.models.people import Membership, SignIn, StoredReport
from earnest.store.models.place import Consent, DeadLetter, Place, Programme
from earnest.store.models.post import Correction, Post, PostLabel, Tombstone

__all__ = [
    "Consent",
    "Correction",
    "Counter",
    "Coverage",
    "DayCount",
    "DeadLetter",
    "HourCount",
    "Membership",
    "Minute",
    "Place",
    "Post",
    "PostLabel",
    "Programme",
    "SignIn",
    "StoredReport",
    "Tombstone",
    "Voice",
    "VoiceCount",
    "WeekCount",
    "Withheld",
]
