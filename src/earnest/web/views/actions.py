"""What was done about problems: on a case's page, on a page of its own, and for a span of days."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, acted, actions, case_watch
from earnest.record.errors import Conflict, EarnestError
from earnest.store.read import Programme
from earnest.web import action_words
from earnest.web.action_fields import Typed
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError

SPAN = timedelta(weeks=12)
LONGEST = timedelta(days=731)


def part(request: HttpRequest, programme: Programme, number: int) -> dict[str, Any]:
    """What a case's page shows of actions and of their outcome: `acted`."""
    found = acted.of_case(programme.slug, number)
    rights = access.rights(request.user, programme.slug)
    lang = language()
    return {
        "acted": {
            "outcome_template": "web/_outcome.html" if found.outcome else "",
            "outcome": action_words.outcome(found.outcome, number, lang) if found.outcome else None,
            "rows": [action_words.action(row, lang) for row in found.actions],
            "told_as": found.told_as,
            "left_alone": found.left_alone,
            "may_record": "record_action" in rights,
            "may_tell": "make_report" in rights,
            "may_settle": "settle_alerts" in rights,
            "alerts": found.alerts,
            "reasons": list(action_words.REASONS.items()),
            **choices(programme),
            "typed": Typed.fresh(_today()),
        }
    }


def choices(programme: Programme) -> dict[str, Any]:
    """What the form of an action offers."""
    return {
        "sorts": list(action_words.SORTS.items()),
        "promises": list(action_words.PROMISES.items()),
        "teams": [(str(id), name) for id, name in acted.team_names(programme.slug)],
    }


def language() -> str:
    """The reader's language, as reports know it."""
    return "es" if (get_language() or "en").startswith("es") else "en"


@require_safe
@door("see_cases")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """What was done in some days, with its effect; what is planned stands first."""
    first, last = _asked(request)
    after = request.GET.get("after") or None
    found = acted.in_days(programme.slug, first, last + timedelta(days=1), after=after)
    lang = language()
    context = {
        "rows": [action_words.action(row, lang, dict(found.effects)) for row in found.page.rows],
        "next": found.page.next,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "may_record": access.may(request.user, "record_action", programme.slug),
    }
    return render(request, "web/actions.html", programme, context)


def _asked(request: HttpRequest) -> tuple[date, date]:
    """The days of the address, the last twelve weeks and what is planned for the next four by themselves."""
    last = action_words.day_or_none(request.GET.get("to", "")) if request.GET.get("to") else None
    first = action_words.day_or_none(request.GET.get("from", "")) if request.GET.get("from") else None
    if (request.GET.get("to") and last is None) or (request.GET.get("from") and first is None):
        raise BadQueryError(gettext("The days cannot be read. Write them as 2026-11-19."))
    last = last or _today() + timedelta(weeks=4)
    first = first or min(last, _today()) - SPAN
    if first > last or last - first > LONGEST:
        raise BadQueryError(gettext("Choose a first day before the last, at most two years apart."))
    return first, last


@require_POST
@door("record_action")
def add(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Write down what was done about a case."""
    typed = Typed.sent(request.POST)

    def record() -> None:
        actions.record(
            programme.slug,
            number,
            what=typed.what,
            on=typed.the_day,
            by=request.user.pk,
            team=typed.the_team,
            sort=typed.sort,
            promise=typed.promise,
            planned=True if typed.planned else None,
            also=typed.the_cases,
            acted=bool(typed.acted),
        )

    return _done(request, programme, typed, record, _to_case(programme, number), case=number)


@door("record_action")
def one(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """One action: changing what was written of it (POST)."""
    row = actions.one(programme.slug, id)
    if row is None:
        raise Http404
    if request.method != "POST":
        return _form(request, programme, Typed.of(row), row=row)
    typed = Typed.sent(request.POST)

    def change() -> None:
        may_tell = access.may(request.user, "make_report", programme.slug)
        actions.change(
            programme.slug,
            id,
            by=request.user.pk,
            seen=typed.the_version,
            may_tell=may_tell,
            what=typed.what,
            sort=typed.sort,
            team=typed.the_team,
            on=typed.the_day,
            planned=bool(typed.planned),
            promise=typed.promise,
            told=bool(typed.told) if may_tell else None,
            numbers=typed.the_cases,
        )

    return _done(request, programme, typed, change, _to(programme, row), row=row)


def _done(
    request: HttpRequest,
    programme: Programme,
    typed: Typed,
    act: Callable[[], None],
    where: str,
    **more: Any,
) -> HttpResponse:
    try:
        act()
    except Conflict as conflict:
        return _form(
            request, programme, typed.newer(conflict.version), conflict=conflict, status=409, **more
        )  # fmt: skip
    except EarnestError as error:
        return _form(request, programme, typed, problem=error.sentence(), status=400, **more)
    return HttpResponseRedirect(where, status=303)


def _form(
    request: HttpRequest,
    programme: Programme,
    typed: Typed,
    *,
    status: int = 200,
    row: actions.ActionRow | None = None,
    case: int | None = None,
    problem: str = "",
    conflict: Conflict | None = None,
) -> HttpResponse:
    """The form on a page of its own, with what was typed and why it was not saved."""
    context = {
        "typed": typed,
        "row": row,
        "case_number": case,
        "problem": problem,
        "theirs": ()
        if conflict is None
        else [(name, pair[0]) for name, pair in conflict.differences.items()],
        "may_tell": access.may(request.user, "make_report", programme.slug),
        **choices(programme),
    }
    return render(request, "web/action.html", programme, context, status=status)


@require_POST
@door("record_action")
def take_back(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Take an action back. Its page offers to put it back."""
    if (
        not actions.take_back(programme.slug, id, by=request.user.pk)
        and actions.one(programme.slug, id) is None
    ):
        raise Http404
    return HttpResponseRedirect(reverse("action", args=[programme.slug, id]), status=303)


@require_POST
@door("record_action")
def put_back(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Put an action back that was taken back."""
    actions.put_back(programme.slug, id, by=request.user.pk)
    row = actions.one(programme.slug, id)
    if row is None:
        raise Http404
    return HttpResponseRedirect(_to(programme, row), status=303)


@require_POST
@door("make_report")
def in_report(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Let reports tell of a case, in these words; or no longer. A lead's decision."""
    title = request.POST.get("title", "") if request.POST.get("told") == "yes" else None
    try:
        actions.tell_case(programme.slug, number, title, by=request.user.pk)
    except EarnestError as error:
        raise BadQueryError(error.sentence()) from error
    return HttpResponseRedirect(_to_case(programme, number), status=303)


@require_POST
@door("work_cases")
def leave(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """A case that came back stays closed all the same, until it is acted on anew."""
    try:
        case_watch.leave_closed(programme.slug, number, by=int(request.user.pk or 0))
    except EarnestError as error:
        raise BadQueryError(error.sentence()) from error
    return HttpResponseRedirect(_to_case(programme, number), status=303)


def _to(programme: Programme, row: actions.ActionRow) -> str:
    """To the first of an action's cases; to all actions where it has none any more."""
    if row.cases:
        return _to_case(programme, row.cases[0][0])
    return reverse("actions", args=[programme.slug])


def _to_case(programme: Programme, number: int) -> str:
    return f"{reverse('case', args=[programme.slug, number])}#acted"


def _today() -> date:
    return datetime.now(UTC).date()
