"""The delegate's page: how their community's places stand, the reports, and who accessed the posts."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from earnest.desk import access, audit
from earnest.desk.accesses import Access
from earnest.report import wording
from earnest.store import read
from earnest.store.read import Programme, ReportRow
from earnest.web import access_words, standing, words
from earnest.web.frame import door, render

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Read:
    """What people of one role did on one day, in words."""

    access: Access
    who: str
    did: str
    place: str


@dataclass(frozen=True, slots=True)
class Row:
    """A report and its days."""

    report: ReportRow
    days: str


@require_safe
@door("see_community")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Only the places the delegate speaks for; the reports are those the operator reads."""
    own = access.places_of(request.user, programme.slug) or frozenset()
    titles = {place.slug: place.title for place in read.places(programme.slug)}
    seen = audit.accesses_for(request.user, programme.slug)[:SHOWN] if own else []
    context = {
        "standings": standing.of(programme, own),
        "reports": [
            Row(report, wording.of(words.language()).days(report.since, report.until))
            for report in read.reports(programme.slug)
        ],
        "seen": [
            Read(
                one,
                access_words.who(one.role),
                access_words.did(one.action),
                titles.get(one.place, gettext("every place")),
            )
            for one in seen
        ],
        "told": 90,
    }
    return render(request, "web/community.html", programme, context)
