"""Overview: what the last weeks say, in one sentence and a few figures. The figures are the report's own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from earnest.desk import access
from earnest.record.errors import InputError
from earnest.report import lately, publish, story, wording
from earnest.report.document import HeatTable, Section
from earnest.report.shapes import Change, Figures, Word
from earnest.report.wording import Wording
from earnest.store import read
from earnest.store.read import Programme
from earnest.web import theme_words, words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError

WEEKS = (4, 12, 26)


@dataclass(frozen=True, slots=True)
class Range:
    """The days that are shown: `until` is not included. `weeks` is 0 for days that were typed."""

    since: date
    until: date
    weeks: int

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Riser:
    """What is said of a label that moved, and where its posts are."""

    title: str
    text: str
    words: tuple[Word, ...]
    url: str


@door("see_figures")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The overview of the last 12 weeks, or of the weeks or days that the address names."""
    say = wording.of(words.language())
    say.this_range = gettext("these days")
    shown = _range(request, datetime.now(UTC).date())
    figures = lately.figures(programme, shown.since, shown.until, words.language())
    linked = access.may(request.user, "see_posts", programme.slug)
    said = story.sentences(figures, say)
    since = figures.compared.since if figures.compared else shown.since
    context = {
        "range": shown,
        "choices": [(weeks, weeks == shown.weeks) for weeks in WEEKS],
        "days": say.days(shown.since, shown.until),
        "figures": figures,
        "lead": said[0],
        "also": said[1:],
        "volume": story.volume(figures, say),
        "share": story.share(figures, say),
        "changes": _without_facts(story.changes(figures, say)),
        "movers": [_riser(programme, change, shown, since, say, linked) for change in figures.changes],
        "by_week": _by_week(programme, figures, shown, say, linked),
        "by_place": _by_place(programme, figures, shown, say, linked),
        "heat_note": say.heat_note(figures.floor, figures.categories.few),
        "heat_none": say.heat_none(figures.floor),
        "gaps": say.gaps_note(figures.gaps),
        "unclear": say.unclear(figures.unclear),
        "withheld": say.withheld(figures.withheld),
        "problems": figures.problems[:5],
        "themes": theme_words.rising(programme) if figures.posts else [],
        "story": {"table_word": say.as_table},
        "last_post": max(
            (place.last_post for place in read.places(programme.slug) if place.last_post), default=None
        ),
    }
    return render(request, "web/overview.html", programme, context)


def _range(request: HttpRequest, today: date) -> Range:
    since, until = request.GET.get("since", "").strip(), request.GET.get("until", "").strip()
    if since or until:
        last = _day(until) if until else today
        first = _day(since) if since else date.fromordinal(max(1, last.toordinal() - 83))
        try:
            return Range(*publish.check_range(first, last, today), weeks=0)
        except InputError as error:
            raise BadQueryError(error.sentence()) from error
    asked = request.GET.get("weeks", "12")
    if asked not in map(str, WEEKS):
        raise BadQueryError(
            gettext("The overview shows 4, 12 or 26 weeks, or the days from 'since' to 'until'.")
        )
    monday = today - timedelta(days=today.weekday())
    return Range(monday - timedelta(weeks=int(asked) - 1), today + timedelta(days=1), int(asked))


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadQueryError(
            gettext("'%(value)s' is not a day. Write it as 2026-11-19.") % {"value": value[:40]}
        ) from None


def _without_facts(section: Section | None) -> Section | None:
    """The section with its chart alone: this page says the facts itself, with links."""
    if section is None:
        return None
    charts = tuple(block for block in section.blocks if block.kind == "chart")
    return Section(section.id, section.heading, section.prose, charts, section.aside)


def _riser(
    programme: Programme, change: Change, shown: Range, since: date, say: Wording, linked: bool
) -> Riser:
    title, text = say.change_fact(change)
    url = _posts(programme, since, shown.last, label=change.label) if linked and change.rising else ""
    return Riser(title, text, change.cause.words, url)


def _posts(programme: Programme, since: date, last: date, **filters: str) -> str:
    days = {"since": since.isoformat(), "until": last.isoformat()}
    return f"{reverse('posts', args=[programme.slug])}?{urlencode({**filters, **days})}"


def _by_week(
    programme: Programme, figures: Figures, shown: Range, say: Wording, linked: bool
) -> HeatTable | None:
    heat = figures.categories
    if not heat.rows:
        return None
    links = {}
    for column in heat.columns if linked else ():
        monday = date.fromisoformat(column.key)
        since, last = max(monday, shown.since), min(monday + timedelta(days=6), shown.last)
        for row in heat.rows:
            links[row.key, column.key] = _posts(programme, since, last, label=row.key, kind="complaint")
    return story.heat_table(heat, say.heat_week_title, figures.floor, say, links)


def _by_place(
    programme: Programme, figures: Figures, shown: Range, say: Wording, linked: bool
) -> HeatTable | None:
    heat = figures.by_place
    if not heat.rows or len(heat.columns) < 2:
        return None
    links = {}
    for column in heat.columns if linked else ():
        for row in heat.rows:
            links[row.key, column.key] = _posts(
                programme, shown.since, shown.last, label=row.key, kind="complaint", place=column.key
            )
    return story.heat_table(heat, say.heat_place_title, figures.floor, say, links)
