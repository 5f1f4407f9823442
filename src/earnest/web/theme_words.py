"""A theme as a page says it: counts only as much as a report would tell, a trend in a sentence, a few bars.

Counts are rounded to the audience's floor and hidden where fewer voices spoke; a theme of too few voices in
all is not shown at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from earnest.report import cells, shown
from earnest.report.names import Names
from earnest.report.names import of as names_of
from earnest.report.theme_cells import enough as enough
from earnest.report.theme_cells import everything, few_others, voices_of, week
from earnest.store import read_themes
from earnest.store.read import Programme
from earnest.store.read_themes import ThemeRow
from earnest.understand.themes_trend import Trend, trend
from earnest.web import words

SEVERE: dict[str, str | Promise] = {
    "death": _("somebody died"),
    "hurt": _("somebody was hurt"),
    "threat": _("violence or a threat"),
    "danger": _("fire, gas or another danger"),
    "child": _("a child at risk"),
    "medical": _("medicine or medical help"),
    "data": _("personal data laid open"),
    "lost-much": _("a great loss of money"),
    "stranded": _("somebody stranded or trapped"),
    "far-off": _("sent far astray"),
    "life": _("somebody speaks of ending their life"),
    "grave": _("sounds grave"),
}
"""Why a single post is shown on top, in words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A theme for a list or its own page."""

    number: int
    name: str
    own_words: bool
    phrases: tuple[str, ...]
    label: str
    label_id: str
    posts: str
    voices: str
    others: str
    trend: str
    way: str
    first: date
    last: date
    spark: SafeString
    weeks: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    state: str


def show(row: ThemeRow, programme: Programme, names: Names, heard: Sequence[int], first: date) -> Shown:
    """What a page tells of a theme that has enough voices. `heard`: all posts of the same weeks."""
    floor, voices, lang = programme.floor, max(1, voices_of(row, programme)), words.language()
    least = {"voices": words.number(cells.coarse(voices, floor)), "floor": floor}
    moves = trend(row.weeks, heard, posts_a_voice=row.posts / voices)
    told = [week(posts, voices, row.posts, floor) for posts in row.weeks]
    return Shown(
        number=row.number,
        name=row.name or gettext("A theme in %(label)s") % {"label": names.label(row.label)},
        own_words=row.named_by == "words",
        phrases=row.phrases,
        label=names.label(row.label),
        label_id=row.label,
        posts=shown.words(row.posts, floor, lang=lang),
        voices=(
            pgettext("voices", "at least %(voices)s") % least
            if voices >= floor
            else pgettext("voices", "fewer than %(floor)s") % least
        ),
        others=_others(row, programme),
        trend=_trend(moves, row),
        way=moves.way,
        first=row.first_seen.date(),
        last=row.last_seen.date(),
        spark=spark(told, row.number, first),
        weeks=tuple(
            (words.day_of(first + timedelta(weeks=at), short=True), _said(value, floor))
            for at, value in enumerate(told)
        ),
        places=tuple((title, shown.words(posts, floor, lang=lang)) for _slug, title, posts in row.places[:6]),
        state=row.state,
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A theme to go to."""

    number: int
    name: str


def of_post(programme: Programme, post: int) -> Link | None:
    """The theme of a post, where enough voices speak of it."""
    row = read_themes.theme_of(programme.slug, post)
    if row is None or not enough(row, programme):
        return None
    called = names_of(programme, words.language())
    return Link(row.number, row.name or gettext("a theme in %(label)s") % {"label": called.label(row.label)})


def shown_rows(programme: Programme, rows: Sequence[ThemeRow], weeks: int) -> list[Shown]:
    """Themes for a page, beside all that was heard in the same weeks."""
    first, heard = everything(programme, weeks)
    called = names_of(programme, words.language())
    return [show(row, programme, called, heard, first) for row in rows]


def rising(programme: Programme, most: int = 3) -> list[Shown]:
    """The themes that rise, for pages that lead to them."""
    rows = [row for row in read_themes.themes(programme.slug) if enough(row, programme)]
    return [one for one in shown_rows(programme, rows, read_themes.WEEKS) if one.way in ("new", "rising")][
        :most
    ]


def _said(value: int | None, floor: int) -> str:
    if value is None:
        return pgettext("posts", "fewer than %(floor)s") % {"floor": floor}
    return pgettext("posts", "about %(count)s") % {"count": value} if value else pgettext("posts", "none")


def _others(row: ThemeRow, programme: Programme) -> str:
    """How many say the opposite, "" where nobody does."""
    if not row.others:
        return ""
    return shown.words(row.others, programme.floor, few=few_others(row, programme), lang=words.language())


def _trend(moves: Trend, row: ThemeRow) -> str:
    if moves.way == "new":
        return gettext("New: first heard on %(day)s") % {"day": words.day_of(row.first_seen)}
    if moves.way == "unclear":
        return gettext("Too little was heard before to compare")
    if moves.way == "steady":
        return gettext("Neither clearly more nor less than in the weeks before")
    times = {"low": _times(moves.low), "high": _times(moves.high)}
    if moves.way == "rising":
        return gettext("Rising: likely %(low)s to %(high)s times as often as in the weeks before") % times
    return gettext("Falling: likely %(low)s to %(high)s times as often as in the weeks before") % times


def _times(value: float) -> str:
    if value > 20:
        return gettext("more than 20")
    near = round(value, 1)
    return words.number(near, 0 if near == round(near) else 1)


def spark(weeks: Sequence[int | None], number: int, first: date) -> SafeString:
    """Bars of weeks; a dot where too few voices spoke to tell how many."""
    most = max([value for value in weeks if value], default=1)
    width, height = 7.0, 20.0
    bars = [
        (
            f"{at * width:.1f}",
            f"{height - max(2.0, value / most * height):.1f}",
            f"{max(2.0, value / most * height):.1f}",
        )
        for at, value in enumerate(weeks)
        if value
    ]
    dots = [(f"{at * width + 2.5:.1f}",) for at, value in enumerate(weeks) if value is None]
    return format_html(
        '<svg class="spark" viewBox="0 0 {} 20" role="img" aria-label="{}">{}{}</svg>',
        f"{len(weeks) * width:g}",
        gettext("Posts by week since %(day)s: %(counts)s")
        % {
            "day": words.day_of(first),
            "counts": ", ".join(pgettext("posts", "few") if v is None else str(v) for v in weeks),
        },
        format_html_join("", '<rect class="b1" x="{}" y="{}" width="5" height="{}"/>', bars),
        format_html_join("", '<circle class="seen" cx="{}" cy="18.5" r="1.2"/>', dots),
    )


def why(codes: Sequence[str], also: Mapping[str, str | Promise] = SEVERE) -> str:
    """Why a single post is shown on top."""
    return ", ".join(str(also[code]) for code in codes if code in also)
