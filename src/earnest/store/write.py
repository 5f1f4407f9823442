"""Everything that changes the store, but for what takes away (`erase`): plain functions, each whole or not at
all.
"""

from django.db import DatabaseError

from earnest.store.rows import Kept, Prepared
from earnest.store.write_corrections import correct
from earnest.store.write_people import (
    add_report,
    add_sign_in,
    add_user,
    renew_report,
    set_membership,
    use_sign_in,
    user_id,
)
from earnest.store.write_places import (
    DEFAULT_PROGRAMME,
    add_place,
    add_programme,
    close_place,
    consent_lives,
    default_programme,
    end_consent,
    failed_read,
    open_consent,
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

__all__ = [
    "DEFAULT_PROGRAMME",
    "DatabaseError",
    "Hearing",
    "Kept",
    "Outcome",
    "Prepared",
    "add_place",
    "add_programme",
    "add_report",
    "add_sign_in",
    "add_user",
    "close_connections",
    "close_place",
    "consent_lives",
    "correct",
    "default_programme",
    "end_consent",
    "failed_read",
    "keep",
    "keep_prepared",
    "open_consent",
    "pause_place",
    "renew_report",
    "resume_place",
    "set_membership",
    "settle",
    "settled",
    "use_sign_in",
    "user_id",
]
