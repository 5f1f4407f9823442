"""What came back with a backup and may not be there, taken away before anybody can read it.

What was deleted, who opted out and what was closed is known from the lists outside the database; what is
older than it may be kept is known from the clock. Sessions, links and invitations of the backup's day open
nothing any more, and messages that waited then are not sent a second time.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction

from earnest.store import dialect, erase
from earnest.store.models import (
    Attempt,
    Cached,
    Message,
    OptOut,
    Place,
    SignIn,
    TeamInvitation,
    Visit,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of what: posts that had been deleted, accounts that had opted out, places that had been closed
    or paused by a delegate, posts past their time or of consents that ended, sessions with links and
    invitations, messages that waited.
    """

    deleted: int
    out: int
    ended: int
    expired: int
    sessions: int
    messages: int


def take_away(now: datetime) -> Taken:
    """Apply all lists and clocks to a database that was put back; safe to run again."""
    out, ended = OptOut.objects.count(), _ended()
    deleted = erase.settle()
    out, ended = OptOut.objects.count() - out, _ended() - ended
    with transaction.atomic():
        sessions = _close_doors(now)
        messages = Message.objects.filter(state__in=("waiting", "sending")).update(
            state="dropped", result="restored", payload=None, quoted=[], about=[], lease="", done=now
        )
    swept = erase.sweep(now)
    _rewrite()
    return Taken(deleted, out, ended, swept.expired + swept.purged, sessions, messages)


def _ended() -> int:
    """Places that are not listened to by somebody's will, and communities whose consent does not live."""
    still = Place.objects.filter(state="closed") | Place.objects.filter(state="paused", paused_by="delegate")
    return still.count()


def _close_doors(now: datetime) -> int:
    links = SignIn.objects.filter(used__isnull=True).delete()[0]
    asked = TeamInvitation.objects.filter(used__isnull=True, revoked__isnull=True).update(revoked=now)
    visits = Visit.objects.all().delete()[0]
    Session.objects.all().delete()
    Attempt.objects.all().delete()
    Cached.objects.all().delete()
    return links + asked + visits


def _rewrite() -> None:
    """Write the database's files anew, so that nothing that was taken away is left in a page of theirs."""
    with connection.cursor() as db:
        dialect.search_settle(db)
    connection.close()  # what follows runs outside a transaction, alone
    with connection.cursor() as db:
        if dialect.is_sqlite():
            db.execute("VACUUM")
            dialect.checkpoint(db)
            return
        db.execute("VACUUM FULL")
        try:
            db.execute("CHECKPOINT")
        except DatabaseError:  # only an administrator of the server may; it comes by itself
            connection.close()
