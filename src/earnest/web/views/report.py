"""Reports: those that were made, making one for a range of days, reading one, taking it along as a file."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, audit
from earnest.record.errors import InputError
from earnest.report import publish, wording
from earnest.store import read
from earnest.store.read import Programme, ReportRow
from earnest.web import words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError, permission_denied

TYPES = {"html": "text/html", "pdf": "application/pdf", "json": "application/json", "csv": "text/csv"}
LANGUAGES = {"en": "English", "es": "Español"}

FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A report as a file carries its style; it runs nothing and asks for nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored report as the list shows it."""

    report: ReportRow
    days: str
    language: str


@door("see_reports")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The list of reports; a POST makes one."""
    if request.method == "POST":
        return _make(request, programme)
    return _list(request, programme)


def _list(request: HttpRequest, programme: Programme, problem: str = "") -> HttpResponse:
    since, until = publish.default_range(datetime.now(UTC).date())
    context = {
        "rows": [_row(report) for report in read.reports(programme.slug)],
        "may_make": access.may(request.user, "make_report", programme.slug),
        "held": [row for row in read.exports() if row.programme == programme.slug],
        "problem": problem,
        "first": request.POST.get("from", since.isoformat()),
        "last": request.POST.get("to", (until - timedelta(days=1)).isoformat()),
        "languages": LANGUAGES,
        "report_lang": request.POST.get("lang", words.language()),
    }
    return render(request, "web/report.html", programme, context, status=400 if problem else 200)


def _row(report: ReportRow) -> Row:
    return Row(
        report,
        wording.of(words.language()).days(report.since, report.until),
        LANGUAGES.get(report.lang, report.lang),
    )


def _make(request: HttpRequest, programme: Programme) -> HttpResponse:
    if not access.may(request.user, "make_report", programme.slug):
        return permission_denied(request)
    try:
        first, last = _day(request, "from"), _day(request, "to")
        since, until = publish.check_range(first, last, datetime.now(UTC).date())
    except (BadQueryError, InputError) as error:
        said = error.sentence() if isinstance(error, InputError) else str(error)
        return _list(request, programme, said)
    lang = request.POST.get("lang", "en")
    made = publish.publish(programme, since, until, lang=lang if lang in LANGUAGES else "en")
    audit.by(request.user, "report_made", programme.slug, f"report:{made}")
    return HttpResponseRedirect(reverse("report_one", args=[programme.slug, made]), status=303)


def _day(request: HttpRequest, name: str) -> date:
    value = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(value)
    except ValueError:
        said = gettext("A day is missing. Write it as 2026-11-19.")
        if value:
            said = gettext("'%(day)s' is not a day. Write it as 2026-11-19.") % {"day": value[:40]}
        raise BadQueryError(said) from None


@require_safe
@door("see_reports")
def one(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A stored report, in the frame of the pages."""
    report = _stored(programme, id)
    audit.by(request.user, "report_read", programme.slug, f"report:{id}")
    context = {
        "row": _row(report),
        "body": _body(report),
        "may_make": access.may(request.user, "make_report", programme.slug),
    }
    return render(request, "web/report_one.html", programme, context)


def _stored(programme: Programme, id: int) -> ReportRow:
    report = publish.stored(programme.slug, id)
    if report is None:
        raise Http404
    return report


def _body(report: ReportRow) -> SafeString | None:
    """None from the moment on at which a post that it quotes was erased."""
    found = publish.page(report.id) if report.state == "ready" else None
    return None if found is None else mark_safe(found)  # noqa: S308 - written by our own template, which escapes


@require_POST
@door("make_report")
def renew(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Make reports anew whose files went because a post they quoted was erased."""
    _stored(programme, id)
    publish.renew(programme.slug)
    audit.by(request.user, "report_made", programme.slug, f"report:{id}")
    return HttpResponseRedirect(reverse("report_one", args=[programme.slug, id]), status=303)


@require_safe
@door("see_reports")
def file(request: HttpRequest, programme: Programme, id: int, format: str) -> HttpResponse:
    """A stored report as a file to take along."""
    report = _stored(programme, id)
    content = publish.take_along(report, format) if format in TYPES else None
    if content is None:
        raise Http404
    audit.by(request.user, "exported", programme.slug, f"report:{id}", detail={"format": format})
    last = report.until - timedelta(days=1)
    name = f"{programme.slug}-{report.since}-to-{last}.{format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    return HttpResponse(content, content_type=TYPES[format], headers=headers)
