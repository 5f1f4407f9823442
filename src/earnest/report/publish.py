"""Keeping reports: made once for a range, stored as files, the same for the operator and the delegate.

A stored report is never measured again for another reader: whoever may see reports reads the same files
from the same moment on. It is made anew only when a post that it quotes was erased.
"""

from datetime import date, timedelta

from earnest.record.errors import InputError, MissingExtra
from earnest.report import render
from earnest.store import read, write
from earnest.store.shapes import Programme, ReportRow

PAST = timedelta(days=3660)
"""How far back a report may begin."""

LONGEST = timedelta(days=731)
"""The longest range of one report."""


def publish(programme: Programme, since: date, until: date, *, lang: str = "en") -> int:
    """Make a report from `since` (included) to `until` (not included) and store its files; its id.

    Where the PDF's libraries are not installed, the other formats are stored.
    """
    report = render.make(programme, since, until, lang=lang)
    files = _files(report)
    return write.add_report(programme.slug, since, until, files, quoted=report.story.quoted, lang=lang)


def renew(programme: str | None = None) -> int:
    """Make anew every report (of one programme) whose files went because a quoted post was erased; how
    many.
    """
    rows = [row for row in read.stale_reports() if programme in (None, row.programme)]
    for row in rows:
        found = read.programme(row.programme)
        if found is None:
            continue
        report = render.make(found, row.since, row.until, lang=row.lang)
        write.renew_report(row.id, _files(report), quoted=report.story.quoted)
    return len(rows)


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
