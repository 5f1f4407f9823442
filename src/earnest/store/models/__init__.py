"""The tables, and nothing else: no logic in `save`, no signals, no column for an author.

Posts and what is counted from them use whole numbers for time (seconds, hours or days since 1970, UTC), so
that both databases do the same arithmetic and an id can be made of it; everything else uses ordinary times.
"""

from earnest.store.models.action import Action, ActionCase, AlertCase, CaseInReport, CaseWatch
from earnest.store.models.alert import Alert, AlertRule
from earnest.store.models.audit import AuditHead, AuditLink
from earnest.store.models.case import (
    Attachment,
    Case,
    CaseChange,
    CaseMark,
    CaseMention,
    CaseNote,
    CasePost,
    CaseTag,
    CaseTheme,
)
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
from earnest.store.models.escalation import (
    AckLink,
    Escalation,
    EscalationStep,
    EscalationWish,
    Route,
    RouteHead,
    RouteVersion,
    Team,
    TeamMember,
)
from earnest.store.models.follow import FollowMark, Repost, ToFollow
from earnest.store.models.gone import Export, ExportPost, Graves
from earnest.store.models.inbox import (
    Act,
    ActPost,
    Checkout,
    InboxTerms,
    PostTag,
    SavedView,
    Settled,
    Tag,
)
from earnest.store.models.learn import (
    BlindAnswer,
    BlindPost,
    BlindRound,
    LearnedModel,
    LearnedPost,
    LearnRun,
    ReviewHold,
)
from earnest.store.models.lease import Backfill, Gap, Health, Heartbeat, Lease
from earnest.store.models.leaving import LeaveCode, OptOut
from earnest.store.models.outbox import Channel, Incoming, MailWish, Message, OutboxMark
from earnest.store.models.people import (
    Attempt,
    Cached,
    Membership,
    Person,
    SignIn,
    StoredReport,
    TeamInvitation,
    Visit,
)
from earnest.store.models.place import DeadLetter, Place, Programme
from earnest.store.models.post import Correction, Post, PostLabel, Tombstone
from earnest.store.models.recheck import CheckedDay, Recheck
from earnest.store.models.second import Second, SecondTerms
from earnest.store.models.taxonomy import TaxonomyExample, TaxonomyVersion
from earnest.store.models.theme import Severe, Theme, ThemeApart, ThemeMark, ThemePost, ThemeWeek
from earnest.store.models.ticket import CaseLink
from earnest.store.models.token import ApiAnswer, ApiToken, ApiUse

__all__ = [
    "AckLink",
    "Act",
    "ActPost",
    "Action",
    "ActionCase",
    "Alert",
    "AlertCase",
    "AlertRule",
    "ApiAnswer",
    "ApiToken",
    "ApiUse",
    "Attachment",
    "Attempt",
    "AuditHead",
    "AuditLink",
    "Backfill",
    "BlindAnswer",
    "BlindPost",
    "BlindRound",
    "Cached",
    "Case",
    "CaseChange",
    "CaseInReport",
    "CaseLink",
    "CaseMark",
    "CaseMention",
    "CaseNote",
    "CasePost",
    "CaseTag",
    "CaseTheme",
    "CaseWatch",
    "Channel",
    "CheckedDay",
    "Checkout",
    "Consent",
    "ConsentEvent",
    "Correction",
    "Counter",
    "Coverage",
    "DayCount",
    "DeadLetter",
    "Escalation",
    "EscalationStep",
    "EscalationWish",
    "Export",
    "ExportPost",
    "FollowMark",
    "Gap",
    "Graves",
    "Health",
    "Heartbeat",
    "HourCount",
    "InboxTerms",
    "Incoming",
    "Invitation",
    "LearnRun",
    "LearnedModel",
    "LearnedPost",
    "Lease",
    "LeaveCode",
    "MailWish",
    "Membership",
    "Message",
    "Minute",
    "OptOut",
    "OutboxMark",
    "Person",
    "Place",
    "Post",
    "PostLabel",
    "PostTag",
    "Programme",
    "Recheck",
    "Repost",
    "ReviewHold",
    "Route",
    "RouteHead",
    "RouteVersion",
    "SavedView",
    "Second",
    "SecondTerms",
    "Settled",
    "Severe",
    "SignIn",
    "StoredReport",
    "Tag",
    "TaxonomyExample",
    "TaxonomyVersion",
    "Team",
    "TeamInvitation",
    "TeamMember",
    "Theme",
    "ThemeApart",
    "ThemeMark",
    "ThemePost",
    "ThemeWeek",
    "ToFollow",
    "Tombstone",
    "Visit",
    "Voice",
    "VoiceCount",
    "WeekCount",
    "Withheld",
]
