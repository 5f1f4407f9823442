"""The small chart of an alert: what came over the band of what is usual, gaps as gaps.

Bars are quarters of a day, or days where quarters would be under the floor. A bar under the floor is told as
"few" and drawn alike for any such number; the others are rounded to the floor, as their words are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from earnest.report import alert_words, cells, svg, wording
from earnest.report.alert_words import AlertWords
from earnest.store import clock
from earnest.understand.bursts_panel import Course

WIDTH, HEIGHT, BASE, TOP = 340.0, 132.0, 96.0, 12.0
LEFT = 34.0
QUARTER, DAY = 6, 24
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `came` None where nothing is known; -1: some, fewer than the floor."""

    first: int
    came: int | None
    low: float
    high: float
    rose: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The drawing, and the same as rows (from, came, usual)."""

    svg: str
    table: tuple[tuple[str, str, str], ...]


def draw(
    course: Course, first: int, rose: tuple[int, int], floor: int, id: str, title: str, lang: str = "en"
) -> Shown:
    """`course` begins with the hour `first` (since 1970); `rose` are the first and last hour of the rise."""
    long = QUARTER if course.expected.sum() / max(len(course.expected), 1) * QUARTER >= floor else DAY
    bars = _bars(course, first, rose, floor, long)
    say, whole = alert_words.of(lang), wording.of(lang).whole
    table = tuple(
        (_when(bar.first, long, lang), _came(bar, floor, say, whole), _usual(bar, floor, say)) for bar in bars
    )
    most = max([floor * 2.0, *(bar.high for bar in bars), *(float(bar.came or 0) for bar in bars)])
    scale = svg.ticks(most, 2)
    step = (WIDTH - LEFT) / max(len(bars), 1)

    def y(value: float) -> float:
        return BASE - (BASE - TOP) * min(value, scale[-1]) / scale[-1]

    parts = []
    for tick in scale:
        parts.append(svg.line(LEFT, y(tick), WIDTH, y(tick), "rule" if tick else "base"))
        parts.append(svg.text(LEFT - 5, y(tick) + 4, f"{tick:,.0f}", "t-quiet", "end"))
    parts += _band(bars, step, y)
    for at, bar in enumerate(bars):
        x = LEFT + at * step
        if bar.came is None:
            continue
        if bar.came < 0:
            parts.append(svg.rect(x + 1, y(floor * HALF), step - 2, BASE - y(floor * HALF), "empty"))
        elif bar.came:
            parts.append(
                svg.rect(x + 1, y(bar.came), step - 2, BASE - y(bar.came), "b2" if bar.rose else "b0")
            )
        parts.append(svg.rect(x + 0.5, BASE + 4, step - 1, 3, "seen"))
    parts += _gaps(bars, step, say)
    parts += _days(bars, step, long, lang)
    said = "; ".join(say.bar.format(when=when, came=came, usual=usual) for when, came, usual in table)
    return Shown(svg.picture(id, "alert", (WIDTH, HEIGHT), title, f"{said}.", parts), table)


def _bars(course: Course, first: int, rose: tuple[int, int], floor: int, long: int) -> list[Bar]:
    """Whole bars by the local clock's day, the last one up to now."""
    here = datetime.fromtimestamp(first * clock.HOUR, timezone.get_default_timezone())
    at = (-here.hour) % long
    bars = []
    while at < len(course.seen):
        end = min(at + long, len(course.seen))
        known = course.known[at:end]
        came: int | None = None
        if known.sum() * 2 >= len(known):
            count = int(course.seen[at:end].sum())
            came = cells.coarse(count, floor) if count >= floor else -1 if count else 0
        low, high = course.band(at, end)
        low, high = (low if low >= floor else 0.0), max(high, float(floor))
        bars.append(Bar(first + at, came, low, high, rose[0] < first + end and rose[1] >= first + at))
        at = end
    return bars


def _band(bars: list[Bar], step: float, y: Callable[[float], float]) -> list[str]:
    """The band of what is usual, where something is known."""
    parts = []
    run: list[int] = []
    for at in range(len(bars) + 1):
        if at < len(bars) and bars[at].came is not None:
            run.append(at)
            continue
        if run:
            upper = [(LEFT + (spot + side) * step, y(bars[spot].high)) for spot in run for side in (0, 1)]
            lower = [(LEFT + (spot + side) * step, y(bars[spot].low)) for spot in run for side in (0, 1)]
            parts.append(svg.path([*upper, *reversed(lower)], "band1", closed=True))
        run = []
    return parts


def _gaps(bars: list[Bar], step: float, say: AlertWords) -> list[str]:
    parts = []
    at = 0
    while at < len(bars):
        end = at
        while end < len(bars) and bars[end].came is None:
            end += 1
        if (end - at) * step >= 52:
            parts.append(svg.text(LEFT + (at + end) / 2 * step, BASE - 8, say.not_heard, "t-quiet", "middle"))
        at = end + 1
    return parts


def _days(bars: list[Bar], step: float, long: int, lang: str) -> list[str]:
    """The names of some days under the bars."""
    per = DAY // long
    every = per * max(1, -(-len(bars) // (per * 4)))
    parts = []
    for at in range(0, len(bars), every):
        x = LEFT + at * step
        parts.append(svg.line(x, BASE + 9, x, BASE + 13, "tick"))
        parts.append(
            svg.text(
                x, BASE + 27, _when(bars[at].first, DAY, lang), "t-quiet", "end" if x > WIDTH - 40 else ""
            )
        )
    return parts


def _when(hour: int, long: int, lang: str) -> str:
    here = datetime.fromtimestamp(hour * clock.HOUR, timezone.get_default_timezone())
    day = wording.of(lang).short_day(here.date())
    return day if long == DAY else f"{day}, {here:%H:%M}"


def _came(bar: Bar, floor: int, say: AlertWords, whole: Callable[[float], str]) -> str:
    if bar.came is None:
        return say.not_heard
    if not bar.came:
        return say.none
    return say.some.format(count=floor) if bar.came < 0 else say.about.format(count=whole(bar.came))


def _usual(bar: Bar, floor: int, say: AlertWords) -> str:
    high = cells.coarse(round(bar.high), floor)
    if bar.low:
        return say.band.format(low=cells.coarse(round(bar.low), floor), high=high)
    return say.up_to.format(high=max(high, floor))
