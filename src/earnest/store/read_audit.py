"""Reading the audit chain: as links for a person, and raw for proving it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from earnest.store import clock
from earnest.store.models import AuditHead, AuditLink

STEP = 5_000
MICRO = 1_000_000
_FIELDS = "seq, at, actor, action, programme, about, detail, previous, mac"


@dataclass(frozen=True, slots=True)
class Link:
    """One link, for a person: who, what, when, about what."""

    seq: int
    at: datetime
    actor: str
    action: str
    programme: str
    about: str
    detail: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: its number (0: none yet), time and seal."""

    seq: int
    at: datetime | None
    mac: bytes


@dataclass(frozen=True, slots=True)
class RawLink:
    """A link exactly as the database holds it: after tampering that may be anything."""

    seq: object
    at: object
    actor: object
    action: object
    programme: object
    about: object
    detail: object
    previous: bytes
    mac: bytes

    def fields(self) -> tuple[object, ...]:
        return (self.at, self.actor, self.action, self.programme, self.about, self.detail)


def empty() -> bool:
    """Whether no link was ever written."""
    return not AuditLink.objects.exists() and not AuditHead.objects.filter(seq__gt=0).exists()


def last() -> int:
    """The number of the last link, by the links themselves and by the head."""
    found = AuditLink.objects.order_by("-seq").values_list("seq", flat=True).first()
    return max(found or 0, head().seq)


def head() -> Head:
    """The last link that was written, by the row that says so."""
    row = AuditHead.objects.filter(pk=1).first()
    if row is None or not row.seq:
        return Head(0, None, b"")
    at = AuditLink.objects.filter(pk=row.seq).values_list("at", flat=True).first()
    return Head(row.seq, None if at is None else moment(at), bytes(row.mac))


def links(
    *,
    programme: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    actions: tuple[str, ...] = (),
    actor: str | None = None,
    about: str | None = None,
) -> Iterator[Link]:
    """Links in the order in which they were written; a programme's are those that name it."""
    found = AuditLink.objects.order_by("seq")
    if programme is not None:
        found = found.filter(programme=programme)
    if since is not None:
        found = found.filter(at__gte=micros(since))
    if until is not None:
        found = found.filter(at__lt=micros(until))
    if actions:
        found = found.filter(action__in=actions)
    if actor is not None:
        found = found.filter(actor=actor)
    if about is not None:
        found = found.filter(about=about)
    for row in found.iterator(STEP):
        yield Link(
            seq=row.seq,
            at=moment(row.at),
            actor=row.actor,
            action=row.action,
            programme=row.programme,
            about=row.about,
            detail=json.loads(row.detail),
        )


def noted(actor: str, action: str, programme: str, about: str, detail: str, since: datetime) -> bool:
    """Whether this very thing was written since a moment."""
    return AuditLink.objects.filter(
        actor=actor, action=action, programme=programme, about=about, detail=detail, at__gte=micros(since)
    ).exists()


def raw_links(after: int | None = None) -> Iterator[RawLink]:
    """Every link behind a number, as it is: nothing is parsed, so nothing can fail on what somebody wrote."""
    with connection.cursor() as db:
        while True:
            where = "" if after is None else "WHERE seq > %s"
            values = () if after is None else (after,)
            db.execute(f"SELECT {_FIELDS} FROM store_auditlink {where} ORDER BY seq LIMIT {STEP}", values)  # noqa: S608 - names of this module
            rows = db.fetchall()
            for row in rows:
                seq, at, actor, action, programme, about, detail, previous, mac = row
                before, seal = _bytes(previous), _bytes(mac)
                yield RawLink(seq, at, actor, action, programme, about, detail, before, seal)
            if len(rows) < STEP:
                return
            after = rows[-1][0]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview | bytearray) else repr(value).encode()


def micros(at: datetime) -> int:
    return int(at.timestamp() * MICRO)


def moment(at: int) -> datetime:
    return clock.moment(at // MICRO).replace(microsecond=at % MICRO)
