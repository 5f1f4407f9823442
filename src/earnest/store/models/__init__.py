"""The tables, and nothing else: no logic in `save`, no signals, no column for an author.

Posts and what is counted from them use whole numbers for time (seconds, hours or days since 1970, UTC), so
that both databases do the same arithmetic and an id can be made of it; everything else uses ordinary times.
"""

from earnest.store.models.alert import Alert, AlertRule
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
from earnest.store.models.follow import FollowMark, Repost, ToFollow
from earnest.store.models.gone import Export, ExportPost, Graves
from earnest.store.models.learn import (
    BlindAnswer,
    BlindPost,
    BlindRound,
    LearnedModel,
    LearnedPost,
    LearnRun,
    ReviewHold,
)
from earnest.store.models.leaving import LeaveCode, OptOut
from earnest.store.models.people import Membership, SignIn, StoredReport
from earnest.store.models.place import DeadLetter, Place, Programme
from earnest.store.models.post import Correction, Post, PostLabel, Tombstone
from earnest.store.models.recheck import CheckedDay, Recheck
from earnest.store.models.second import Second, SecondTerms
from earnest.store.models.taxonomy import TaxonomyExample, TaxonomyVersion
from earnest.store.models.theme import Severe, Theme, ThemeApart, ThemeMark, ThemePost, ThemeWeek

__all__ = [
    "Alert",
    "AlertRule",
    "AuditHead",
    "AuditLink",
    "BlindAnswer",
    "BlindPost",
    "BlindRound",
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
    "FollowMark",
    "Graves",
    "HourCount",
    "Invitation",
    "LearnRun",
    "LearnedModel",
    "LearnedPost",
    "LeaveCode",
    "Membership",
    "Minute",
    "OptOut",
    "Place",
    "Post",
    "PostLabel",
    "Programme",
    "Recheck",
    "Repost",
    "ReviewHold",
    "Second",
    "SecondTerms",
    "Severe",
    "SignIn",
    "StoredReport",
    "TaxonomyExample",
    "TaxonomyVersion",
    "Theme",
    "ThemeApart",
    "ThemeMark",
    "ThemePost",
    "ThemeWeek",
    "ToFollow",
    "Tombstone",
    "Voice",
    "VoiceCount",
    "WeekCount",
    "Withheld",
]
