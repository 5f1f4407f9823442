"""The tables, and nothing else: no logic in `save`, no signals, no column for an author.

Posts and what is counted from them use whole numbers for time (seconds, hours or days since 1970, UTC), so
that both databases do the same arithmetic and an id can be made of it; everything else uses ordinary times.
"""

from earnest.store.models.audit import AuditHead, AuditLink
from earnest.store.models.consent import Consent, ConsentEvent, Invitation
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
from earnest.store.models.gone import Export, ExportPost, Graves
from earnest.store.models.leaving import LeaveCode, OptOut
from earnest.store.models.people import Membership, SignIn, StoredReport
from earnest.store.models.place import DeadLetter, Place, Programme
from earnest.store.models.post import Correction, Post, PostLabel, Tombstone
from earnest.store.models.recheck import CheckedDay, Recheck

__all__ = [
    "AuditHead",
    "AuditLink",
    "CheckedDay",
    "Consent",
    "ConsentEvent",
    "Correction",
    "Counter",
    "Coverage",
    "DayCount",
    "DeadLetter",
    "Export",
    "ExportPost",
    "Graves",
    "HourCount",
    "Invitation",
    "LeaveCode",
    "Membership",
    "Minute",
    "OptOut",
    "Place",
    "Post",
    "PostLabel",
    "Programme",
    "Recheck",
    "SignIn",
    "StoredReport",
    "Tombstone",
    "Voice",
    "VoiceCount",
    "WeekCount",
    "Withheld",
]
