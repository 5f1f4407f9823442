"""Figures: the ones of the Overview and of reports, small cells hidden."""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1.door import asker, get
from earnest.api.v1.shapes import Asked, Day, Out
from earnest.report import lately, publish, story
from earnest.report.shapes import Figures
from earnest.report.wording import of as wording_of

WEEKS = 12


class FiguresAsked(Asked):
    since: Day | None = Field(None, description="The first day; twelve weeks ago where left out.")
    until: Day | None = Field(None, description="The last day; it is included. Today where left out.")


class FiguresOut(Out):
    """What a report on these days would tell, and the same in sentences.

    None is a gap or a hidden figure; `hidden` beside it says which. Nothing hidden is in it.
    """

    sentences: list[str]
    figures: Figures


@get("/{programme}/figures", "see_figures", FiguresOut, tag="Figures")
def figures(request: HttpRequest, programme: str, asked: Query[FiguresAsked]) -> FiguresOut:
    """What the posts of some days say, in figures that may be passed on.

    They are the report's own: counts are rounded, and cells of fewer voices than the programme's floor are
    hidden together with what would give them away. Measured at most once a minute.
    """
    since, until = days(asked.since, asked.until)
    measured = lately.figures(asker(request).here, since, until)
    return FiguresOut(sentences=list(story.sentences(measured, wording_of("en"))), figures=measured)


def days(first: date | None, last: date | None) -> tuple[date, date]:
    """The range of a report: (first day, day after the last). Raises InputError where it cannot be."""
    today = datetime.now(UTC).date()
    last = last or today
    monday = last - timedelta(days=last.weekday())
    return publish.check_range(first or monday - timedelta(weeks=WEEKS - 1), last, today)
