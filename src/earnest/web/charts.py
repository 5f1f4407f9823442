"""Two small charts of the work pages, as SVG with classes only: posts a minute, and a strip of weeks.

A gap is drawn as a gap: where nothing is known there is no bar and no line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from earnest.web import words

WIDTH, BASE, TOP = 224.0, 54.0, 8.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Minutes `first` to `last` (included) of a series: their mean, or None where they are unknown."""

    first: int
    last: int
    mean: float | None


def pace(minutes: Sequence[int | None]) -> float | None:
    """Posts a minute over the last five known minutes; None where none of the last fifteen is known."""
    known = [count for count in minutes[-15:] if count is not None][-5:]
    return sum(known) / len(known) if known else None


def stretches(minutes: Sequence[int | None]) -> list[Stretch]:
    """Known stretches (in quarters of the hour) and unknown ones, in order."""
    found: list[Stretch] = []
    numbered = list(enumerate(minutes))
    for known, group in groupby(numbered, key=lambda item: item[1] is not None):
        part = list(group)
        if not known:
            found.append(Stretch(part[0][0], part[-1][0], None))
            continue
        for at in range(0, len(part), 15):
            quarter = [count for _, count in part[at : at + 15] if count is not None]
            first = part[at][0]
            found.append(Stretch(first, first + len(quarter) - 1, sum(quarter) / len(quarter)))
    return found


def minutes_table(minutes: Sequence[int | None], now: datetime) -> list[tuple[str, str]]:
    """The chart as rows of (from, posts a minute)."""
    return [
        (
            _clock(now, len(minutes), stretch.first),
            pgettext("posts a minute", "unknown") if stretch.mean is None else words.number(stretch.mean, 1),
        )
        for stretch in stretches(minutes)
    ]


def per_minute(minutes: Sequence[int | None], now: datetime) -> SafeString:
    """Posts a minute of the last hour."""
    step = WIDTH / max(1, len(minutes))
    most = max([count for count in minutes if count is not None], default=0)
    scale = (BASE - TOP) / max(most, 3)
    bars = [
        (
            "b1" if at == len(minutes) - 1 else "b0",
            _n(at * step),
            _n(BASE - count * scale),
            _n(step - 1),
            _n(count * scale),
        )
        for at, count in enumerate(minutes)
        if count
    ]
    lines, gaps = [], []
    for known, group in groupby(enumerate(minutes), key=lambda item: item[1] is not None):
        part = [at for at, _ in group]
        if known:
            lines.append((_n(part[0] * step), _n((part[-1] + 1) * step)))
        else:
            gaps.append(part)
    start, end = _clock(now, len(minutes), 0), _clock(now, 1, 0)
    wide = [part for part in gaps if len(part) >= 5]
    notes = [(_n((part[0] + len(part) / 2) * step),) for part in wide if 10 < part[0] + len(part) / 2 < 50]
    return format_html(
        '<svg class="spark-wide" viewBox="0 0 224 72" role="img" aria-labelledby="pm-t pm-d">'
        '<title id="pm-t">{}</title><desc id="pm-d">{}</desc>{}{}'
        '<text x="0" y="68" class="t-quiet">{}</text>{}'
        '<text x="224" y="68" class="t-quiet" text-anchor="end">{}</text></svg>',
        gettext("Posts a minute, last hour"),
        _describe(minutes, gaps, now),
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', bars),
        format_html_join("", f'<line class="base" x1="{{}}" y1="{BASE:g}" x2="{{}}" y2="{BASE:g}"/>', lines),
        start,
        format_html_join(
            "",
            '<text x="{}" y="68" class="t-quiet" text-anchor="middle">{}</text>',
            [(x, gettext("not seen")) for (x,) in notes],
        ),
        end,
    )


def _describe(minutes: Sequence[int | None], gaps: list[list[int]], now: datetime) -> str:
    known = [count for count in minutes if count is not None]
    if not known:
        return gettext("Nothing is known of the last hour.")
    named = {"least": min(known), "most": max(known), "now": minutes[-1]}
    said = [gettext("Between %(least)s and %(most)s posts a minute.") % named]
    if minutes[-1] is not None:
        said = [
            gettext("Between %(least)s and %(most)s posts a minute; %(now)s in the minute that runs now.")
            % named
        ]
    for part in gaps:
        first, last = _clock(now, len(minutes), part[0]), _clock(now, len(minutes), part[-1] + 1)
        said.append(gettext("Nothing is known from %(first)s to %(last)s.") % {"first": first, "last": last})
    return " ".join(said)


def _clock(now: datetime, count: int, at: int) -> str:
    return f"{timezone.localtime(now - timedelta(minutes=count - 1 - at)):%H:%M}"


def strip(weeks: Mapping[date, str], title: str) -> SafeString:
    """Coverage of weeks: a line where posts were heard, hollow where nobody spoke, nothing where unknown."""
    step = 12
    parts = []
    for at, (_, state) in enumerate(sorted(weeks.items())):
        if state != "unknown":
            parts.append(("seen" if state == "observed" else "empty", at * step + 0.5))
    return format_html(
        '<svg class="strip" viewBox="0 0 {} 8" role="img" aria-label="{}">{}</svg>',
        len(weeks) * step,
        title,
        format_html_join("", '<rect class="{}" x="{}" y="2" width="10" height="4"/>', parts),
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
