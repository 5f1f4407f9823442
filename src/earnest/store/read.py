"""What pages, reports and commands may ask of the store: plain functions that give frozen values.

Every function that tells of posts passes through `scope`: retention and ended consents hold here, whether or
not any sweep has run. A programme is named by its slug; an unknown one raises StoreError (ask `programme`
first).
"""

from earnest.store.dialect import needs_words
from earnest.store.read_consents import (
    ConsentEventRow,
    ConsentRow,
    InvitationRow,
    consent_history,
    consents,
    invitation,
    invitations,
)
from earnest.store.read_counts import (
    facet_counts,
    label_quality,
    per_minute,
    totals,
    weekly,
    withheld,
    withheld_in,
)
from earnest.store.read_people import delegates, roles, seat
from earnest.store.read_places import (
    dead_letters,
    hearing,
    hearing_now,
    listening_place,
    listening_places,
    place,
    places,
    programme,
    programmes,
    public_address,
    untouched,
)
from earnest.store.read_posts import arrivals, arrived, newest_id, post, posts, quotes, repeats, wordings
from earnest.store.read_recheck import Hidden, days_due, hidden_days, recheck_due
from earnest.store.read_reports import ExportRow, exports, report, report_file, reports, stale_reports
from earnest.store.read_voices import voices
from earnest.store.shapes import (
    DeadLetterRow,
    Filters,
    HearingNow,
    LabelQuality,
    ListeningPlace,
    Place,
    PlaceHours,
    PostPage,
    PostRow,
    Programme,
    ReportRow,
    WeekCell,
)

__all__ = [
    "ConsentEventRow",
    "ConsentRow",
    "DeadLetterRow",
    "ExportRow",
    "Filters",
    "HearingNow",
    "Hidden",
    "InvitationRow",
    "LabelQuality",
    "ListeningPlace",
    "Place",
    "PlaceHours",
    "PostPage",
    "PostRow",
    "Programme",
    "ReportRow",
    "WeekCell",
    "arrivals",
    "arrived",
    "consent_history",
    "consents",
    "days_due",
    "dead_letters",
    "delegates",
    "exports",
    "facet_counts",
    "hearing",
    "hearing_now",
    "hidden_days",
    "invitation",
    "invitations",
    "label_quality",
    "listening_place",
    "listening_places",
    "needs_words",
    "newest_id",
    "per_minute",
    "place",
    "places",
    "post",
    "posts",
    "programme",
    "programmes",
    "public_address",
    "quotes",
    "recheck_due",
    "repeats",
    "report",
    "report_file",
    "reports",
    "roles",
    "seat",
    "stale_reports",
    "totals",
    "untouched",
    "voices",
    "weekly",
    "withheld",
    "withheld_in",
    "wordings",
]
