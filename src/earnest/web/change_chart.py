"""Posts of a label in each of the last weeks, as small columns: grey as it was, petrol as it would be.

A week with fewer posts than the floor is told as a dot, not as a column.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from earnest.report import cells
from earnest.web import words

WIDTH, BASE, TOP = 228.0, 46.0, 6.0


class Row(Protocol):
    """What is drawn (`flow.preview.Row`)."""

    @property
    def name(self) -> str: ...
    @property
    def weeks(self) -> tuple[int, ...]: ...


def weeks(id: str, row: Row, mondays: Sequence[date], most: int, floor: int, *, new: bool) -> SafeString:
    """One small chart. `most` is the highest week of all that stand beside it, so that they share a scale."""
    step = WIDTH / max(1, len(row.weeks))
    told = [cells.coarse(count, floor) if count >= floor else None for count in row.weeks]
    scale = (BASE - TOP) / max(cells.coarse(most, floor), floor)
    bars = [
        ("b1" if new else "b0", _n(at * step + 1), _n(BASE - count * scale), _n(step - 3), _n(count * scale))
        for at, count in enumerate(told)
        if count
    ]
    dots = [
        (_n((at + 0.5) * step), _n(BASE - 3))
        for at, count in enumerate(row.weeks)
        if told[at] is None and count
    ]
    key = id.replace(".", "-")
    return format_html(
        '<svg class="spark-wide" viewBox="0 0 228 62" role="img" aria-labelledby="{key}-t {key}-d">'
        '<title id="{key}-t">{title}</title><desc id="{key}-d">{says}</desc>{bars}{dots}'
        '<line class="base" x1="0" y1="46" x2="228" y2="46"/>'
        '<text x="0" y="60" class="t-quiet">{first}</text>'
        '<text x="228" y="60" class="t-quiet" text-anchor="end">{last}</text></svg>',
        key=key,
        title=gettext("%(label)s, posts a week") % {"label": row.name},
        says=_describe(told, row.weeks, mondays, floor),
        bars=format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', bars),
        dots=format_html_join("", '<text x="{}" y="{}" class="t-quiet" text-anchor="middle">·</text>', dots),
        first=_day(mondays[0]),
        last=_day(mondays[-1]),
    )


def _describe(told: Sequence[int | None], counts: Sequence[int], mondays: Sequence[date], floor: int) -> str:
    said = []
    for monday, count, posts in zip(mondays, told, counts, strict=True):
        if posts:
            named = {"day": _day(monday), "floor": floor, "count": words.number(count or 0)}
            few = gettext("%(day)s: fewer than %(floor)s") % named
            said.append(few if count is None else gettext("%(day)s: about %(count)s") % named)
    return ". ".join(said) or gettext("No posts in these weeks.")


def _day(day: date) -> str:
    return words.day_of(day, short=True)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
