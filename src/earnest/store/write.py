"""Everything that changes the store, but for what takes away (`erase`): plain functions, each whole or not at
all.
"""

from django.db import DatabaseError

from earnest.store.rows import Kept, Prepared
from earnest.store.write_consents import (
    consent_lives,
    end_consent,
    invite,
    lapse,
    open_consent,
    open_invited,
    prove_again,
    renew,
    resume_consent,
    wait,
)
from earnest.store.write_corrections import correct, undo
from earnest.store.write_people import (
    add_sign_in,
    add_user,
    set_membership,
    use_sign_in,
    user_id,
)
from earnest.store.write_places import (
    accept_move,
    add_place,
    change_settings,
    close_place,
    due_now,
    failed_read,
    pause_place,
    resume_place,
)
from earnest.store.write_posts import (
    Hearing,
    Outcome,
    close_connections,
    keep,
    keep_prepared,
    settle,
    settled,
)
from earnest.store.write_programmes import (
    DEFAULT_PROGRAMME,
    add_programme,
    change_programme,
    default_programme,
    go_live,
)
from earnest.store.write_recheck import listed, must_recheck, tried_again
from earnest.store.write_reports import add_report, export_dealt_with, note_export, renew_report

__all__ = [
    "DEFAULT_PROGRAMME",
    "DatabaseError",
    "Hearing",
    "Kept",
    "Outcome",
    "Prepared",
    "accept_move",
    "add_place",
    "add_programme",
    "add_report",
    "add_sign_in",
    "add_user",
    "change_programme",
    "change_settings",
    "close_connections",
    "close_place",
    "consent_lives",
    "correct",
    "default_programme",
    "due_now",
    "end_consent",
    "export_dealt_with",
    "failed_read",
    "go_live",
    "invite",
    "keep",
    "keep_prepared",
    "lapse",
    "listed",
    "must_recheck",
    "note_export",
    "open_consent",
    "open_invited",
    "pause_place",
    "prove_again",
    "renew",
    "renew_report",
    "resume_consent",
    "resume_place",
    "set_membership",
    "settle",
    "settled",
    "tried_again",
    "undo",
    "use_sign_in",
    "user_id",
    "wait",
]
