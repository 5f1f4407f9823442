"""Reading what belongs to the operator's own people: memberships and stored reports."""

from pathlib import Path

from django.conf import settings

from earnest.store import models
from earnest.store.shapes import ReportRow


def roles(user_id: int) -> dict[str, str]:
    """The programmes a person belongs to, with the role in each. `desk.access` says what a role may do."""
    rows = models.Membership.objects.filter(user_id=user_id).values_list("programme__slug", "role")
    return dict(rows)


def reports(programme: str) -> list[ReportRow]:
    """The reports of a programme that were made, newest first."""
    rows = models.StoredReport.objects.filter(programme__slug=programme).select_related("programme")
    return [_report(row) for row in rows.order_by("-made", "-pk")]


def report(id: int) -> ReportRow | None:
    """One stored report, or None."""
    row = models.StoredReport.objects.select_related("programme").filter(pk=id).first()
    return None if row is None else _report(row)


def stale_reports() -> list[ReportRow]:
    """Reports whose files were taken away because a post they quoted was erased: to be made anew."""
    rows = models.StoredReport.objects.filter(state="stale").select_related("programme")
    return [_report(row) for row in rows.order_by("pk")]


def _report(row: models.StoredReport) -> ReportRow:
    return ReportRow(
        id=row.pk,
        programme=row.programme.slug,
        since=row.since,
        until=row.until,
        made=row.made,
        lang=row.lang,
        formats=tuple(row.formats),
        state=row.state,
    )


def report_path(id: int, format: str) -> Path:
    """Where a stored report's file of a format is, or would be."""
    return Path(settings.EARNEST_HOME) / "reports" / f"{int(id)}.{format}"


def report_file(id: int, format: str) -> Path | None:
    """The file of a stored report, or None where it was not made in that format or was taken away."""
    row = report(id)
    if row is None or format not in row.formats:
        return None
    path = report_path(id, format)
    return path if path.is_file() else None
