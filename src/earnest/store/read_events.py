"""What happened since a mark, for those who are told: links of the audit chain, and alerts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Max

from earnest.store import clock, scope
from earnest.store.models import Alert, AuditLink, CaseChange, CaseMention, OutboxMark

LOOKED_BACK = 7 * 86_400
"""Seconds. An alert that opened earlier is no news."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A link of the chain, without who did it."""

    seq: int
    action: str
    about: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An alert that opened."""

    id: int


def links(programme: str, mark: int, actions: Sequence[str], limit: int) -> tuple[list[Happened], int]:
    """Links behind a mark that mean one of these actions, and the new mark."""
    last = AuditLink.objects.aggregate(last=Max("seq"))["last"] or 0
    if last <= mark or not actions:
        return [], max(mark, last)
    rows = (
        AuditLink.objects.filter(seq__gt=mark, seq__lte=last, programme=programme, action__in=actions)
        .order_by("seq")
        .values_list("seq", "action", "about")[: limit + 1]
    )
    found = [Happened(*row) for row in rows]
    if len(found) > limit:
        return found[:limit], found[limit - 1].seq
    return found, last


def alerts(programme: str, mark: int, limit: int) -> list[Opened]:
    """Alerts of a programme that opened behind a mark; those on single posts are nobody's news outside."""
    since = clock.seconds(clock.now()) - LOOKED_BACK
    rows = Alert.objects.filter(
        programme_id=scope.id_of(programme), pk__gt=mark, post__isnull=True, opened__gte=since
    )
    return [Opened(id) for id in rows.order_by("pk").values_list("pk", flat=True)[:limit]]


def last() -> int:
    """The number of the last link."""
    return int(AuditLink.objects.aggregate(last=Max("seq"))["last"] or 0)


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody of the desk is called: named in a note ("mention"), or given a case ("assigned")."""

    id: int
    programme: str
    case: int
    person: int
    why: str


BEHIND = 500
"""Rows before a mark that are looked at again: two that were written at once may be seen in any order."""


def mark(name: str) -> int:
    """How far something was looked at; from now on where it never was."""
    return OutboxMark.objects.filter(pk=name).values_list("at", flat=True).first() or 0


def mentions(after: int, limit: int) -> list[Called]:
    """People named in notes behind a mark, whoever wrote them not told of themselves."""
    rows = (
        CaseMention.objects.filter(pk__gt=after, seen__isnull=True, note__out__isnull=True)
        .exclude(note__by=F("person"))
        .order_by("pk")
        .values_list("pk", "note__case__programme__slug", "note__case__number", "person_id")[:limit]
    )
    return [Called(id, programme, case, person, "mention") for id, programme, case, person in rows]


def assignments(after: int, limit: int) -> tuple[list[Called], int]:
    """People who were given a case behind a mark by somebody else; and the new mark."""
    rows = list(
        CaseChange.objects.filter(pk__gt=after, sort__in=("changed", "opened"), undone__isnull=True)
        .order_by("pk")
        .values_list("pk", "case__programme__slug", "case__number", "after", "by_id")[:limit]
    )
    found = [
        Called(id, programme, case, int(became["assignee"]), "assigned")
        for id, programme, case, became, by in rows
        if isinstance(became, dict) and isinstance(became.get("assignee"), int) and became["assignee"] != by
    ]
    return found, rows[-1][0] if rows else after
