"""Reading escalations and wishes: of cases, of a page, what waits for a person, what is due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from earnest.store import models, people_names, scope
from earnest.store.shapes_cases import OPEN, STATUSES
from earnest.store.shapes_escalation import LIVE, EscalationRow, StepRow, WishRow

SHOWN = 50
"""Escalations of a page."""

_DONE = tuple(status for status in STATUSES if status not in OPEN)
_STEPS = Prefetch(
    "steps", queryset=models.EscalationStep.objects.select_related("team").order_by("turn", "place")
)


def one(programme: str, id: int) -> EscalationRow | None:
    """One escalation, or None."""
    found = _told(programme, _rows(programme).filter(pk=id)[:1])
    return found[0] if found else None


def of_cases(programme: str, numbers: Collection[int]) -> list[EscalationRow]:
    """The escalations of these cases (a case and those that became part of it), the newest first."""
    return _told(
        programme, _rows(programme).filter(case__in=list(numbers)).order_by("-opened", "-pk")[:SHOWN]
    )


def listing(
    programme: str, states: Sequence[str] = LIVE, *, before: int | None = None, limit: int = SHOWN
) -> tuple[list[EscalationRow], int | None]:
    """Escalations in these states, the newest first, and what to pass as `before` for the next page."""
    rows = _rows(programme).filter(state__in=list(states))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = _told(programme, rows.order_by("-pk")[: limit + 1])
    return found[:limit], (found[limit - 1].id if len(found) > limit else None)


def waiting(programme: str, user: int) -> list[EscalationRow]:
    """What waits for a person: running escalations of a team they are in that were told, those that their
    teams have acknowledged last, and, for who may escalate, what was handed back (`returned`).
    """
    teams = models.TeamMember.objects.filter(person_id=user, team__programme__slug=programme)
    mine = list(teams.values_list("team_id", flat=True))
    told = models.EscalationStep.objects.filter(team_id__in=mine).values("escalation_id")
    rows = _rows(programme).filter(state="running", step__gt=0, pk__in=told)
    found = _told(programme, rows.order_by("opened", "pk")[:SHOWN])
    return [row for row in found if any(step.team in mine and step.turn == row.turn for step in row.steps)]


def returned(programme: str) -> list[EscalationRow]:
    """What a team handed back, and waits for somebody who may escalate."""
    return _told(programme, _rows(programme).filter(state="returned").order_by("opened", "pk")[:SHOWN])


def due(now: datetime, slack: timedelta) -> list[int]:
    """Ids of the escalations whose next step is to be taken, or that were moved after now: the clock was set
    back. Those longest due first.
    """
    rows = models.Escalation.objects.filter(state="running", due__isnull=False)
    asked = rows.filter(Q(due__lte=now) | Q(moved__gt=now + slack))
    return list(asked.order_by("due", "pk").values_list("pk", flat=True)[:1_000])


def programme_of(id: int) -> str | None:
    """Whose escalation it is."""
    return models.Escalation.objects.filter(pk=id).values_list("programme__slug", flat=True).first()


def over() -> list[tuple[str, int]]:
    """(programme, id) of what runs, was acknowledged or handed back though its case is answered, closed or
    taken back.
    """
    done = (
        Q(root__isnull=True, status__in=_DONE)
        | Q(root__status__in=_DONE)
        | Q(root__isnull=True, taken_back=True)
    )
    case = models.Case.objects.filter(programme_id=OuterRef("programme_id"), number=OuterRef("case"))
    rows = models.Escalation.objects.filter(Exists(case.filter(done)), state__in=LIVE)
    return list(rows.order_by("pk").values_list("programme__slug", "pk")[:1_000])


@dataclass(frozen=True, slots=True)
class Sent:
    """A thing that a route sent: when, into which case, and how it stands."""

    opened: datetime
    case: int
    state: str


def sent(programme: str, route: int, thing: str) -> list[Sent]:
    """How often a route has sent a thing, the first first."""
    rows = models.Escalation.objects.filter(programme__slug=programme, route_id=route, thing=thing)
    return [Sent(*row) for row in rows.order_by("opened", "pk").values_list("opened", "case", "state")]


def cases_of_alert(programme: str, alert: int) -> list[int]:
    """The numbers of the cases that an alert opened or feeds."""
    rows = models.AlertCase.objects.filter(alert_id=alert, case__programme__slug=programme)
    return list(rows.order_by("-pk").values_list("case__number", flat=True))


def looked(route: int) -> datetime | None:
    """When a route was looked at last."""
    return models.Route.objects.filter(pk=route).values_list("looked", flat=True).first()


def wishes(programme: str) -> list[WishRow]:
    """The wishes that wait, the oldest first."""
    return _wishes(programme, Q(state="waiting"))


def wish(programme: str, id: int) -> WishRow | None:
    """One wish, or None."""
    found = _wishes(programme, Q(pk=id))
    return found[0] if found else None


def wishes_of_case(programme: str, numbers: Collection[int]) -> list[WishRow]:
    """The wishes about these cases, whatever became of them."""
    return _wishes(programme, Q(case__in=list(numbers)))


def _wishes(programme: str, asked: Q) -> list[WishRow]:
    rows = list(
        models.EscalationWish.objects.filter(asked, programme__slug=programme).order_by("at", "pk")[:SHOWN]
    )
    called = people_names.names(row.by_id for row in rows)
    titles = _titles(programme, [row.case for row in rows])
    return [
        WishRow(
            id=row.pk,
            case=row.case,
            case_title=titles.get(row.case, ("", ""))[0],
            because=row.because,
            by=row.by_id,
            by_name=called.get(row.by_id or 0, ""),
            at=row.at,
            state=row.state,
            answer=row.answer,
        )
        for row in rows
    ]


def _rows(programme: str) -> "QuerySet[models.Escalation]":
    return models.Escalation.objects.filter(programme_id=scope.id_of(programme)).select_related(
        "route", "team"
    )


def _titles(programme: str, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Title and status of these cases; of one that became part of another, the other's status."""
    rows = models.Case.objects.filter(programme_id=scope.id_of(programme), number__in=list(numbers))
    found = rows.values_list("number", "title", "status", "root__status", "taken_back")
    return {
        number: (title, "gone" if gone else root or status) for number, title, status, root, gone in found
    }


def _told(programme: str, rows: "QuerySet[models.Escalation]") -> list[EscalationRow]:
    found = list(rows.prefetch_related(_STEPS))
    called = people_names.names([row.by_id for row in found] + [row.settled_by_id for row in found])
    titles = _titles(programme, [row.case for row in found])
    return [_row(row, called, titles) for row in found]


def _row(row: Any, called: Mapping[int, str], titles: Mapping[int, tuple[str, str]]) -> EscalationRow:
    title, status = titles.get(row.case, ("", ""))
    return EscalationRow(
        id=row.pk,
        case=row.case,
        case_title=title,
        route=row.route.slug if row.route else "",
        route_name=row.route.spec.get("name", "") if row.route else "",
        version=row.version,
        team=row.team_id,
        team_name=row.team.name if row.team else "",
        thing=row.thing,
        why=tuple(row.why),
        because=row.because,
        by=row.by_id,
        by_name=called.get(row.by_id, ""),
        ladder=row.ladder,
        opened=row.opened,
        moved=row.moved,
        turn=row.turn,
        step=row.step,
        due=row.due,
        state=row.state,
        settled=row.settled,
        settled_by_name=called.get(row.settled_by_id, ""),
        settled_how=row.settled_how,
        steps=tuple(
            StepRow(
                step.turn,
                step.place,
                step.who,
                step.team_id,
                step.team.name if step.team else "",
                step.at,
                step.due,
                tuple(step.channels),
            )
            for step in row.steps.all()
        ),
        case_status=status,
    )
