"""Tickets of cases: linked, looked at, closed there, taken away."""

from datetime import datetime, timedelta

from django.db import transaction

from earnest.store import clock, scope
from earnest.store.models import CaseLink

LOOK_EVERY = timedelta(minutes=15)
LOOK_CLOSED_EVERY = timedelta(hours=6)
LONGEST_WAIT = timedelta(hours=12)


def link(
    programme: str,
    case: int,
    channel: int,
    ref: str,
    *,
    url: str = "",
    state: str = "unknown",
    tell: bool = False,
    by: int | None,
) -> tuple[int, bool]:
    """Link a case to a ticket; its number, and whether it is new."""
    now = clock.now()
    row, made = CaseLink.objects.get_or_create(
        channel_id=channel,
        case=case,
        ref=ref,
        defaults={
            "programme_id": scope.id_of(programme),
            "url": url,
            "state": state,
            "tell": tell,
            "by_id": by,
            "made": now,
            "next_check": now + LOOK_EVERY if url else now,
        },
    )
    return row.pk, made


def unlink(programme: str, id: int) -> bool:
    """Take a link away; the ticket itself stays as it is."""
    gone, _ = CaseLink.objects.filter(pk=id, programme_id=scope.id_of(programme)).delete()
    return bool(gone)


def set_tell(programme: str, id: int, tell: bool) -> None:
    """Whether closing the case comments on the ticket."""
    CaseLink.objects.filter(pk=id, programme_id=scope.id_of(programme)).update(tell=tell)


def looked(id: int, *, state: str | None, etag: str, url: str = "") -> bool:
    """What was seen of a ticket; None: nothing changed. Whether it was closed there since the last look.

    A ticket that closes proposes "acted" on its case; one that opens again takes the proposal back.
    """
    now = clock.now()
    with transaction.atomic():
        row = CaseLink.objects.select_for_update().filter(pk=id).first()
        if row is None:
            return False
        state = row.state if state is None else state
        changed = state != row.state
        closes = changed and state == "closed"
        row.etag, row.checked, row.failures, row.problem = etag[:120], now, 0, ""
        row.url = url or row.url
        row.next_check = now + (LOOK_CLOSED_EVERY if state in ("closed", "gone") else LOOK_EVERY)
        if changed:
            row.state, row.changed = state, now
            row.proposed, row.answered = (now, "") if closes else (None, "")
        row.save()
    return closes


def not_looked(id: int, why: str, *, gone: bool, after: float | None = None) -> None:
    """A ticket could not be looked at. `gone`: it is not there any more, or not for us."""
    now = clock.now()
    row = CaseLink.objects.filter(pk=id).first()
    if row is None:
        return
    wait = min(LONGEST_WAIT, LOOK_EVERY * 2 ** min(row.failures, 6))
    if after:
        wait = max(wait, timedelta(seconds=min(after, 86_400)))
    fields: dict[str, object] = {
        "failures": row.failures + 1,
        "problem": why,
        "checked": now,
        "next_check": now + (LOOK_CLOSED_EVERY if gone else wait),
    }
    if gone:
        fields |= {"state": "gone", "proposed": None}
    CaseLink.objects.filter(pk=id).update(**fields)


def lease_look(id: int, seen: datetime, now: datetime) -> bool:
    """Take a look for oneself: False where another process took it since it was `seen` to be due."""
    return bool(CaseLink.objects.filter(pk=id, next_check=seen).update(next_check=now + timedelta(minutes=2)))


def look_soon(channel: int, ref: str) -> int:
    """A hook said that something happened to a ticket: it is looked at next. How many cases it belongs to."""
    return CaseLink.objects.filter(channel_id=channel, ref=ref).update(next_check=clock.now())


def answer(programme: str, id: int, said: str) -> bool:
    """What was said to the proposal ("taken", "declined"); False where there is none, or it was answered."""
    return bool(
        CaseLink.objects.filter(
            pk=id, programme_id=scope.id_of(programme), proposed__isnull=False, answered=""
        ).update(answered=said)
    )
