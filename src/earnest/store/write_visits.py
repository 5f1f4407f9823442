"""Sessions of the operator's own people, and how often somebody failed to sign in.

A session holds while its visit is here. Attempts are counted under keyed hashes: neither a name nor an
address can be read from them.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from earnest.store import clock
from earnest.store.models import Attempt, Cached, TeamInvitation, Visit

KEPT = timedelta(days=1)
"""How long attempts are kept at most; the windows in which they count are shorter."""


def begin_visit(user: int, browser: str) -> int:
    """A new visit of a person; its id. `browser` is a sort of browser, never its full description."""
    now = clock.now()
    return int(Visit.objects.create(user_id=user, begun=now, seen=now, browser=browser[:40]).pk)


def touch_visit(visit: int) -> None:
    """The person did something now."""
    Visit.objects.filter(pk=visit).update(seen=clock.now())


def end_visit(visit: int, user: int) -> bool:
    """End one visit of a person; False where there is no such one."""
    return bool(Visit.objects.filter(pk=visit, user_id=user).delete()[0])


def end_visits(user: int, besides: int | None = None) -> int:
    """End all visits of a person, but for one; how many."""
    rows = Visit.objects.filter(user_id=user)
    return rows.exclude(pk=besides).delete()[0] if besides is not None else rows.delete()[0]


def note_attempt(key: str, window: timedelta) -> None:
    """Count one failure under a key; what is older than `window` counts no more. Two at once are two."""
    now = clock.now()
    with transaction.atomic():
        if not Attempt.objects.filter(key=key, since__gt=now - window).update(failures=F("failures") + 1):
            Attempt.objects.update_or_create(key=key, defaults={"failures": 1, "since": now})


def forget_attempts(keys: tuple[str, ...]) -> None:
    """Start anew under these keys, after a success."""
    Attempt.objects.filter(key__in=keys).delete()


def attempts(keys: tuple[str, ...]) -> dict[str, tuple[int, datetime]]:
    """How often it failed under each key, and since when; keys without a failure are left out."""
    rows = Attempt.objects.filter(key__in=keys).values_list("key", "failures", "since")
    return {key: (failures, since) for key, failures, since in rows}


def sweep_visits(now: datetime, longest: timedelta) -> None:
    """Delete what is over: visits and sessions past their time, attempts, invitations nobody may use."""
    Visit.objects.filter(begun__lt=now - longest).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    Attempt.objects.filter(since__lt=now - KEPT).delete()
    Cached.objects.filter(expires__lt=now).delete()
    TeamInvitation.objects.filter(expires__lt=now).exclude(email="").update(email="")
    TeamInvitation.objects.filter(expires__lt=now - timedelta(days=30)).delete()
