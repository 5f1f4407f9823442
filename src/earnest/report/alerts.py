"""What an alert says: what rose, from what usual level, since when, in which words, and what is behind it.

Everything is told anew from the counts each time, as a report would tell it: no figure under the programme's
floor of voices, and the others rounded to a multiple of it, so that two looks at an alert do not give away
what one post changes. Words are such as stand in at least as many posts as the floor.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from earnest.report import alert_chart, alert_words, causes, cells, names, rises, wording
from earnest.report.counts import category
from earnest.report.rises import Hours, Key
from earnest.report.shapes import Word
from earnest.store import clock, read, read_alerts, read_themes, recent, scope
from earnest.store.alert_shapes import AlertRow
from earnest.store.shapes import Programme
from earnest.understand import bursts_panel as panels

BEFORE = timedelta(days=28)
"""What a rise's posts are held against."""

SHOWN_BEFORE, SHOWN_AFTER = 7 * 24, 2 * 24
"""Hours of a chart before the rise and after its end."""


Span = tuple[int, int, int, int]
Drawn = tuple[str, str, tuple[str, ...], str, tuple[tuple[str, str, str], ...]]
"""Of a rise: title, text, where it lies, its chart and the same as rows. Counts, and no word of a post."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in words.

    title     "App crashes: complaints and reports"
    text      what came and what is usual, as far as it may be told
    where     the places and regions in which most of the rise lies
    words     what its posts say much more often than before
    chart     what came by day or quarter of a day over what is usual, as SVG; "" for other sorts
    table     the same as rows (from, came, usual)
    """

    alert: AlertRow
    title: str
    text: str
    where: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    chart: str = ""
    table: tuple[tuple[str, str, str], ...] = ()


def told(
    programme: Programme,
    alerts: Sequence[AlertRow],
    *,
    now: datetime,
    words: bool = False,
    lang: str = "en",
) -> list[Told]:
    """Alerts in words, in their order; `words` also reads posts for what they say."""
    present = clock.seconds(now) // clock.HOUR + 1
    spans = {one.id: _span(one, present) for one in alerts if one.sort == "burst"}
    about = {one.about for one in alerts if one.sort == "burst"}

    @cache
    def hours() -> Hours:
        first = min(begin for begin, *_ in spans.values())
        return rises.load(programme, first, max(end for *_, end in spans.values()), about)

    answer = []
    for one in alerts:
        if one.id not in spans:
            answer.append(Told(one, *_single(programme, one, lang)))
            continue
        key = Key(one.about, one.kind, one.place, one.region)
        found = _words(programme, key, hours(), one) if words else ()
        drawn = _drawn(programme, scope.of(programme.slug), one.id, key, spans[one.id], lang, hours)
        answer.append(
            Told(one, drawn[0], drawn[1], where=drawn[2], words=found, chart=drawn[3], table=drawn[4])
        )
    return answer


def titled(programme: Programme, alert: AlertRow, lang: str = "en") -> str:
    """What an alert is about, without its figures."""
    if alert.sort != "burst":
        return _single(programme, alert, lang)[0]
    return title_of(programme, Key(alert.about, alert.kind, alert.place, alert.region), lang)


def _span(alert: AlertRow, present: int) -> Span:
    """Hours: where its chart begins, the first and last that rose, where its chart ends."""
    first, last = clock.seconds(alert.since) // clock.HOUR, clock.seconds(alert.until) // clock.HOUR
    return first - SHOWN_BEFORE, first, last, max(last + 1, min(present, last + 1 + SHOWN_AFTER))


@recent.kept(
    read_alerts.FRESH,
    by=lambda programme, within, alert, key, span, lang, hours: (
        within.key,
        programme,
        alert,
        key,
        span,
        lang,
    ),
)
def _drawn(
    programme: Programme,
    within: scope.Scope,
    alert: int,
    key: Key,
    span: Span,
    lang: str,
    hours: Callable[[], Hours],
) -> Drawn:
    begin, first, last, end = span
    read = hours()
    series, title = read.cells(key), title_of(programme, key, lang)
    # As of the first hour that rose: the rise itself is no part of what is usual.
    course = panels.course(read.panel, series, since=read.column(first), until=read.column(last + 1))
    around = panels.course(
        read.panel, series, since=read.column(begin), until=read.column(end), learnt=read.column(first)
    )
    shown = alert_chart.draw(around, begin, (first, last), programme.floor, f"alert-{alert}", title, lang)
    text = _text(programme, key, course, first, last, lang)
    return title, text, _where(programme, key, read, first, last), shown.svg, shown.table


def title_of(programme: Programme, key: Key, lang: str = "en") -> str:
    """What a rise is about, and where."""
    called, say = names.of(programme, lang), alert_words.of(lang)
    about = called.labels.get(key.about) or called.category(key.about)
    if key.place:
        titles = {place.slug: place.title for place in read.places(programme.slug)}
        return say.at_place.format(about=about, place=titles.get(key.place, key.place))
    return say.in_region.format(about=about, region=key.region) if key.region else about


def kind(code: str, lang: str = "en") -> str:
    """The posts of a kind, by their plural."""
    return alert_words.of(lang).kinds.get(code, code)


def _text(programme: Programme, key: Key, course: panels.Course, first: int, last: int, lang: str) -> str:
    floor, say, whole = programme.floor, alert_words.of(lang), wording.of(lang).whole
    came, expected = int(course.seen.sum()), float(course.expected.sum())
    low, high = course.band(0, len(course.expected))
    long = last - first + 1
    span = say.hours.format(count=long) if long < 48 else say.days.format(count=round(long / 24))
    span = say.one_hour if long == 1 else span
    voices = read_alerts.voices(programme.slug, *key, first, last)
    what = kind(key.kind, lang)
    if came < floor or voices < floor:
        return say.lost.format(what=what, span=span)
    if high < floor:
        usual = say.fewer.format(count=floor)
    elif expected >= floor / 2:
        usual = say.likely.format(
            middle=cells.coarse(round(expected), floor),
            low=cells.coarse(round(low), floor),
            high=cells.coarse(round(high), floor),
        )
    else:
        usual = say.fewer.format(count=cells.coarse(round(high), floor) + floor)
    return say.came.format(
        came=whole(cells.coarse(came, floor)),
        what=what,
        span=span,
        voices=whole(cells.coarse(voices, floor)),
        usual=usual,
    )


def _where(programme: Programme, key: Key, hours: Hours, first: int, last: int) -> tuple[str, ...]:
    """Places and regions in which most of the rise lies, by their names."""
    titles = {place.slug: place.title for place in read.places(programme.slug)}
    now: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    before: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    start = first - int(BEFORE.total_seconds()) // clock.HOUR
    totals = hours.every(first, last + 1), hours.every(start, first)
    for row in hours.rows(key):
        hour, place, _, _, region, posts = hours.counted.rows[row]
        if start <= hour <= last:
            side = now if hour >= first else before
            side[0][hours.counted.places[place]] += posts
            side[1][region] += posts
    found: list[str] = []
    if not key.place:
        found += [titles.get(slug, slug) for slug in causes.where(now[0], before[0], totals, programme.floor)]
    if not key.region:
        found += causes.where(now[1], before[1], totals, programme.floor)
    return tuple(found)


def _words(programme: Programme, key: Key, hours: Hours, alert: AlertRow) -> tuple[Word, ...]:
    """The words of what rose, held against those of the weeks before."""
    labels = frozenset(label for label in hours.labels if key.about in (label, category(label)))
    since, until = alert.since.date(), alert.until.date() + timedelta(days=1)
    if not labels:
        return ()
    now, before = (since, until), (since - BEFORE, since)
    return causes.words(programme, labels, now, before) or causes.words_beside(programme, labels, now, before)


UNSORTED = ("other", "unclear")
"""Labels that say nothing of what a post is about."""


def _single(programme: Programme, alert: AlertRow, lang: str) -> tuple[str, str]:
    """An alert that is no burst."""
    called, say = names.of(programme, lang), alert_words.of(lang)
    about = called.labels.get(alert.about) or called.category(alert.about)
    if alert.about.startswith("theme:"):
        about = _theme(programme, alert.about) or say.theme
    if alert.sort == "severe":
        return (say.single_post if alert.about in UNSORTED else about), say.single
    return about, say.new


def _theme(programme: Programme, about: str) -> str:
    found = read_themes.theme(programme.slug, int(about.removeprefix("theme:")))
    return found.name if found is not None else ""
