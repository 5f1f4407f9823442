"""Keeping reports: made once for a range, stored as files, the same for the operator and the delegate.

A stored report is never measured again for another reader: whoever may see reports reads the same files
from the same moment on. It is made anew only when a post that it quotes was erased.
"""

from datetime import date, timedelta
from pathlib import Path

from earnest.record.errors import InputError, MissingExtra
from earnest.report import render
from earnest.store import read, read_reports, write
from earnest.store.shapes import Programme, ReportRow

PAST = timedelta(days=3660)
"""How far back a report may begin."""

TRIES = 3

LONGEST = timedelta(days=731)
"""The longest range of one report."""


def publish(programme: Programme, since: date, until: date, *, lang: str = "en") -> int:
    """Make a report from `since` (included) to `until` (not included) and store its files; its id.

    Where the PDF's libraries are not installed, the other formats are stored.
    """
    return give(render.make(programme, since, until, lang=lang))


def give(report: render.Report) -> int:
    """Store a report that was made, for everybody who may see the programme's reports: the community's
    delegate among them, from the same moment on; its id.
    """
    figures = report.figures
    id = write.add_report(
        report.programme.slug, figures.since, figures.until, _files(report),
        quoted=report.story.quotations(), lang=report.story.lang,
    )  # fmt: skip
    stored = read.report(id)
    if stored is not None and stored.state == "stale":  # a quoted post went while it was made
        _make_anew(stored, report.programme)
    return id


def renew(programme: str | None = None) -> int:
    """Make anew every report (of one programme) whose files went because a quoted post was erased; how
    many.
    """
    made = 0
    for row in read.stale_reports():
        found = read.programme(row.programme) if programme in (None, row.programme) else None
        made += found is not None and _make_anew(row, found)
    return made


def _make_anew(row: ReportRow, programme: Programme) -> bool:
    """False where its quotes changed each time while it was made: it stays stale, for the next turn."""
    for _ in range(TRIES):
        report = render.make(programme, row.since, row.until, lang=row.lang)
        if write.renew_report(row.id, _files(report), quoted=report.story.quotations()):
            return True
    return False


def leave(report: render.Report, format: str, what: str, path: Path | None = None) -> bytes:
    """A report as a file that leaves, put on the list of exports before it does: if one of the posts in it is
    erased later, somebody can go after the copy. Raises MissingExtra as `Report.write`.
    """
    content = report.write(format)
    posts = report.story.quoted if format in read_reports.QUOTING else ()
    write.note_export(report.programme.slug, what, format, content, posts=posts, path=path)
    return content


def take_along(row: ReportRow, format: str) -> bytes | None:
    """A stored report's file for somebody who takes it along; None where there is none to be shown now."""
    path = read.report_file(row.id, format)
    if path is None:
        return None
    content = path.read_bytes()
    posts = read_reports.quoted(row.id) if format in read_reports.QUOTING else ()
    write.note_export(row.programme, "download", format, content, posts=posts)
    return content


def stored(programme: str, id: int) -> ReportRow | None:
    """A stored report of this programme, or None."""
    row = read.report(id)
    return row if row is not None and row.programme == programme else None


def page(id: int) -> str | None:
    """The body of a stored report's page, to be read within another; None where the file is not there."""
    path = read.report_file(id, "html")
    return None if path is None else render.body(path.read_text(encoding="utf-8"))


def default_range(today: date) -> tuple[date, date]:
    """The last four full weeks: (first day, day after the last)."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=4), monday


def check_range(first: date, last: date, today: date) -> tuple[date, date]:
    """Days as a person means them (both included) to (first day, day after the last).

    Raises InputError with one sentence for a range that cannot be reported on. Today counts up to now.
    """
    if first > today:
        raise InputError(f"{first} has not come yet.", advice=f"Choose days up to {today}.")
    if first > last:
        raise InputError(
            f"The first day ({first}) is after the last ({last}).", advice="Write the earlier day first."
        )
    if last > today:
        raise InputError(f"The last day ({last}) has not come yet.", advice=f"Choose days up to {today}.")
    if last - first > LONGEST:
        raise InputError(
            "The range is longer than two years.", advice="Choose days that are closer together."
        )
    if first < today - PAST:
        raise InputError(f"{first} is more than ten years ago.", advice="Choose a later first day.")
    return first, last + timedelta(days=1)


def _files(report: render.Report) -> dict[str, bytes]:
    files = {}
    for format in render.FORMATS:
        try:
            files[format] = report.write(format)
        except MissingExtra:
            continue
    return files
