"""Escalations as they are begun, climb and end: each change is one conditional statement, so that of two who
try the same at once (two schedulers, a click and a clock) one does it, and the other sees that it is done.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import clock, models, scope

_SALT = "earnest.acknowledge"


@dataclass(frozen=True, slots=True)
class Begun:
    """What an escalation begins with; the fields are those of its table."""

    case: int
    thing: str
    key: str
    ladder: Mapping[str, Any]
    due: datetime | None
    route: int | None = None
    version: int = 0
    team: int | None = None
    why: Sequence[Mapping[str, Any]] = ()
    because: str = ""
    by: int | None = None


def begin(programme: str, begun: Begun, now: datetime) -> int | None:
    """Begin an escalation; its id, or None where one of that key is there."""
    id = scope.id_of(programme)
    with transaction.atomic():
        fresh = models.Escalation(
            programme_id=id,
            case=begun.case,
            route_id=begun.route,
            version=begun.version,
            team_id=begun.team,
            thing=begun.thing,
            key=begun.key,
            why=[dict(one) for one in begun.why],
            because=begun.because,
            by_id=begun.by,
            ladder=dict(begun.ladder),
            opened=now,
            moved=now,
            due=begun.due,
        )
        if models.Escalation.objects.filter(programme_id=id, key=begun.key).exists():
            return None
        models.Escalation.objects.bulk_create([fresh], ignore_conflicts=True)
        row = models.Escalation.objects.filter(programme_id=id, key=begun.key).first()
        return int(row.pk) if row is not None and row.opened == now and row.by_id == begun.by else None


def hold(id: int) -> bool:
    """Within a transaction: take an escalation for oneself until its end. False where it is gone."""
    return models.Escalation.objects.select_for_update().filter(pk=id).first() is not None


def hold_route(id: int) -> bool:
    """Within a transaction: have a route to oneself until its end. False where it is off or gone."""
    rows = models.Route.objects.select_for_update().filter(pk=id, on=True, removed__isnull=True)
    return rows.first() is not None


def looked_at(id: int, now: datetime) -> None:
    """Everything that a route found until `now` was sent."""
    models.Route.objects.filter(pk=id).update(looked=now)


def took(
    id: int,
    turn: int,
    place: int,
    now: datetime,
    *,
    next: datetime | None,
    due: datetime | None,
    who: str,
    team: int | None,
    channels: Sequence[str],
) -> bool:
    """A step is taken: once, and only while it runs. `due`: until when an answer is asked for; `next`: when
    the next step is. False where somebody else was quicker, or it runs no more.
    """
    rows = models.Escalation.objects.filter(pk=id, state="running", turn=turn, step=place)
    if not rows.update(step=place + 1, due=next, moved=now):
        return False
    models.EscalationStep.objects.create(
        escalation_id=id,
        turn=turn,
        place=place,
        who=who,
        team_id=team,
        at=now,
        due=due,
        channels=list(channels),
    )
    return True


def anchor(id: int, due: datetime, now: datetime) -> None:
    """The clock was set back: the next step is at `due`, counted from now."""
    models.Escalation.objects.filter(pk=id, state="running").update(due=due, moved=now)


def settle(
    id: int,
    state: str,
    now: datetime,
    *,
    by: int | None,
    how: str,
    of: Sequence[str] = ("running",),
) -> bool:
    """It came into another state, from one of those in `of`. False where it was in none of them."""
    rows = models.Escalation.objects.filter(pk=id, state__in=list(of))
    return bool(rows.update(state=state, settled=now, settled_by_id=by, settled_how=how))


def resume(id: int, now: datetime, since: datetime) -> bool:
    """A stop is taken back: it goes on where it was. False where it was not stopped since `since`."""
    rows = models.Escalation.objects.filter(pk=id, state="stopped", settled__gte=since)
    return bool(rows.update(state="running", settled=None, settled_by=None, settled_how="", moved=now))


def hand_on(id: int, team: int, due: datetime, now: datetime, *, of: Sequence[str]) -> bool:
    """It begins anew with another team. Links of messages that went before acknowledge nothing any more."""
    row = models.Escalation.objects.select_for_update().filter(pk=id, state__in=list(of)).first()
    if row is None:
        return False
    models.Escalation.objects.filter(pk=id).update(
        state="running",
        team_id=team,
        turn=row.turn + 1,
        step=0,
        due=due,
        moved=now,
        settled=None,
        settled_by=None,
        settled_how="",
    )
    return True


def new_link(id: int, turn: int, place: int, expires: datetime) -> str:
    """A signed token that acknowledges once. Only its hash is kept, so it cannot be shown again."""
    token = signing.Signer(salt=_SALT, sep=".").sign(secrets.token_urlsafe(18).replace(".", "-"))
    models.AckLink.objects.create(
        hash=_hash(token), escalation_id=id, turn=turn, place=place, expires=expires
    )
    return token


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is good for."""

    programme: str
    escalation: int
    turn: int


def link(token: str, now: datetime) -> Link | None:
    """What a token would acknowledge; None where it is none of ours, used, or too old. Changes nothing."""
    try:
        signing.Signer(salt=_SALT, sep=".").unsign(token)
    except signing.BadSignature:
        return None
    row = (
        models.AckLink.objects.select_related("escalation__programme")
        .filter(hash=_hash(token), used__isnull=True, expires__gt=now)
        .first()
    )
    if row is None or row.escalation.turn != row.turn:
        return None
    return Link(row.escalation.programme.slug, row.escalation_id, row.turn)


def use_link(token: str, now: datetime) -> bool:
    """Within a transaction: use a link up. False where it was used before."""
    return bool(models.AckLink.objects.filter(hash=_hash(token), used__isnull=True).update(used=now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def wish(programme: str, case: int, because: str, *, by: int, now: datetime) -> int:
    """Somebody wishes that a case goes up; of a case at most one wish waits, so the one that does is it."""
    id = scope.id_of(programme)
    with transaction.atomic():
        rows = models.EscalationWish.objects.filter(programme_id=id, case=case, state="waiting")
        found = rows.first()
        if found is not None:
            return int(found.pk)
        fresh = models.EscalationWish(programme_id=id, case=case, because=because, by_id=by, at=now)
        models.EscalationWish.objects.bulk_create([fresh], ignore_conflicts=True)
        return int(rows.values_list("pk", flat=True).get())


def settle_wish(
    programme: str,
    wish: int,
    state: str,
    *,
    by: int,
    now: datetime,
    answer: str = "",
    escalation: int | None = None,
) -> int:
    """A wish is granted or declined; the case it is about. Raises StoreError where it waits no more."""
    rows = models.EscalationWish.objects.filter(programme__slug=programme, pk=wish, state="waiting")
    case = rows.values_list("case", flat=True).first()
    if case is None or not rows.update(
        state=state, settled=now, settled_by_id=by, answer=answer, escalation_id=escalation
    ):
        raise StoreError("This wish was answered already.")
    return case


def now() -> datetime:
    """The clock of escalations, which tests may move."""
    return clock.now()
