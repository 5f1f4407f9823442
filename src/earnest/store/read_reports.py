"""Reading stored reports and the list of what left as a file.

A report's files are shown only while every post that they quote may still be told: retention, the end of a
consent and days that were not looked at again hold here as in every other reading.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from earnest.store import models, scope
from earnest.store.shapes import ReportRow

QUOTING = ("html", "pdf")
"""Formats of a report that hold the words of posts; the others are figures."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A file that left. `held`: posts in it that were erased since; `path` None where nobody knows it."""

    id: int
    programme: str
    what: str
    format: str
    made: datetime
    path: Path | None
    posts: int
    held: int
    stale: datetime | None


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
        state="hidden" if row.state == "ready" and not _may_be_told(row) else row.state,
    )


def _may_be_told(row: models.StoredReport) -> bool:
    """Whether every post that a report quotes is there and may be shown now."""
    if not row.quoted:
        return True
    within = scope.of(row.programme.slug)
    posts = models.Post.objects.filter(pk__in=row.quoted).values_list("place_id", "pk")
    return len(posts) == len(set(row.quoted)) and all(within.tells(place, post) for place, post in posts)


def quoted(id: int) -> tuple[int, ...]:
    """The posts that a stored report quotes."""
    row = models.StoredReport.objects.filter(pk=id).values_list("quoted", flat=True).first()
    return tuple(row or ())


def report_path(id: int, format: str) -> Path:
    """Where a stored report's file of a format is, or would be."""
    return Path(settings.EARNEST_HOME) / "reports" / f"{int(id)}.{format}"


def report_file(id: int, format: str) -> Path | None:
    """The file of a stored report, or None where it was not made in that format, was taken away, may not be
    shown now, or is not the one that was made last (an old backup was put back).
    """
    row = models.StoredReport.objects.select_related("programme").filter(pk=id, state="ready").first()
    if row is None or format not in row.formats or not _may_be_told(row):
        return None
    path = report_path(id, format)
    try:
        found = sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
    return path if found == row.digests.get(format) else None


def exports(*, stale: bool = True) -> list[ExportRow]:
    """What left as a file, newest first; only what still holds erased posts unless `stale` is False.

    A file that is gone or was replaced since is left out of those that hold erased posts.
    """
    rows = models.Export.objects.select_related("programme").order_by("-made", "-pk")
    if stale:
        rows = rows.filter(stale__isnull=False)
    found = []
    for row in rows:
        if stale and row.path and not _still_that(Path(row.path), row.digest):
            continue
        posts = models.ExportPost.objects.filter(export_id=row.pk).count()
        found.append(
            ExportRow(
                id=row.pk,
                programme=row.programme.slug,
                what=row.what,
                format=row.format,
                made=row.made,
                path=Path(row.path) if row.path else None,
                posts=posts + row.held,
                held=row.held,
                stale=row.stale,
            )
        )
    return found


def _still_that(path: Path, digest: str) -> bool:
    """Whether a file is there as it was written; one that cannot be looked at may be."""
    try:
        return sha256(path.read_bytes()).hexdigest() == digest
    except FileNotFoundError:
        return False
    except OSError:
        return True
