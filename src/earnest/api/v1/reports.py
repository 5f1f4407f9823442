"""Reports that were made, and their files."""

from datetime import date, timedelta
from typing import Literal

from django.http import HttpRequest, HttpResponse

from earnest.api.v1.door import asker, get
from earnest.api.v1.problems import not_there
from earnest.api.v1.shapes import Moment, Out
from earnest.desk import audit
from earnest.report import publish
from earnest.store import read
from earnest.store.read import ReportRow

TYPES = {"html": "text/html", "pdf": "application/pdf", "json": "application/json", "csv": "text/csv"}
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A report as a file carries its style; it runs nothing and asks for nothing."""


class ReportOut(Out):
    """A stored report. `until` is the last day. `state`: ready; stale or hidden: a post that it quoted may
    not be shown any more, and its files come back when it was made anew.
    """

    id: int
    since: date
    until: date
    made: Moment
    lang: str
    state: str
    formats: list[str]


class Reports(Out):
    """The newest first."""

    items: list[ReportOut]
    next: None = None


FILE = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(TYPES.values())
            },
        }
    }
}


@get("/{programme}/reports", "see_reports", Reports, tag="Reports")
def reports(request: HttpRequest, programme: str) -> Reports:
    """Reports that were made: the same for the operator and for a community's delegate."""
    return Reports(items=[_out(row) for row in read.reports(programme)])


@get("/{programme}/reports/{int:id}", "see_reports", ReportOut, tag="Reports")
def report(request: HttpRequest, programme: str, id: int) -> ReportOut:
    """One report: its days and the formats in which it can be had."""
    return _out(_stored(programme, id))


@get("/{programme}/reports/{int:id}/files/{format}", "see_reports", None, tag="Reports", extra=FILE)
def report_file(
    request: HttpRequest, programme: str, id: int, format: Literal["html", "pdf", "json", "csv"]
) -> HttpResponse:
    """A report as a file to take along. Noted in the audit chain and in the list of files that left."""
    row = _stored(programme, id)
    content = publish.take_along(row, format) if format in row.formats else None
    if content is None:
        raise not_there("There is no such file now.")
    audit.by(asker(request).person, "exported", programme, f"report:{id}", detail={"format": format})
    name = f"{programme}-{row.since}-to-{row.until - timedelta(days=1)}.{format}"
    return HttpResponse(
        content,
        content_type=TYPES[format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": FILE_POLICY,
        },
    )


def _stored(programme: str, id: int) -> ReportRow:
    row = publish.stored(programme, id)
    if row is None:
        raise not_there("There is no such report.")
    return row


def _out(row: ReportRow) -> ReportOut:
    return ReportOut(
        id=row.id,
        since=row.since,
        until=row.until - timedelta(days=1),
        made=row.made,
        lang=row.lang,
        state=row.state,
        formats=list(row.formats),
    )
