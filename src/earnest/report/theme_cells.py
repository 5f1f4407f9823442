"""What may be told of a theme: nothing where too few voices speak, and counts as coarse as in a report."""

from dataclasses import dataclass
from datetime import date, timedelta

from earnest.report import cells
from earnest.store import clock, read, read_themes
from earnest.store.read import Programme
from earnest.store.read_themes import ThemeRow
from earnest.understand.themes_trend import Trend, trend


@dataclass(frozen=True, slots=True)
class Told:
    """A theme in numbers that may be told; None is a number that is hidden.

    posts, others, weeks, places   rounded to the audience's floor
    voices                         distinct ones at least
    """

    posts: int | None
    voices: int
    others: int | None
    weeks: tuple[int | None, ...]
    places: tuple[tuple[str, str, int | None], ...]
    moves: Trend


def voices_of(row: ThemeRow, programme: Programme) -> int:
    """Distinct voices at least; posts of customers that came without any author count as one each where none
    of the theme's has one, as in reports.
    """
    if programme.audience == "customers" and not row.voices:
        return row.nameless
    return row.voices


def enough(row: ThemeRow, programme: Programme) -> bool:
    """Whether enough voices speak of a theme for anything to be told of it."""
    return voices_of(row, programme) >= programme.floor


def week(posts: int, voices: int, of: int, floor: int) -> int | None:
    """A week's posts as they are told; None where too few voices spoke."""
    if not posts:
        return 0
    return cells.coarse(posts, floor) if min(posts, posts * voices // max(1, of)) >= floor else None


def few_others(row: ThemeRow, programme: Programme) -> bool:
    """Whether too few voices say the opposite of most."""
    alone = row.others if programme.audience == "customers" and not row.voices else 0
    return (row.other_voices or alone) < programme.floor


def everything(programme: Programme, weeks: int) -> tuple[date, list[int]]:
    """All that was heard in the last weeks, beside which a theme's are held; and the first Monday."""
    now = clock.now()
    first = clock.day_date(read_themes.first_week(now, weeks))
    counted = dict.fromkeys((first + timedelta(weeks=at) for at in range(weeks)), 0)
    for cell in read.weekly(programme.slug, first, now.date() + timedelta(days=1), ("kind",)):
        if cell.week in counted:
            counted[cell.week] += cell.posts
    return first, list(counted.values())


def tell(row: ThemeRow, programme: Programme, heard: list[int]) -> Told:
    """The numbers of a theme that has enough voices."""
    floor, voices = programme.floor, max(1, voices_of(row, programme))
    return Told(
        posts=_told(row.posts, floor),
        voices=cells.coarse(voices, floor),
        others=0 if not row.others else None if few_others(row, programme) else _told(row.others, floor),
        weeks=tuple(week(posts, voices, row.posts, floor) for posts in row.weeks),
        places=tuple((slug, title, _told(posts, floor)) for slug, title, posts in row.places[:6]),
        moves=trend(row.weeks, heard, posts_a_voice=row.posts / voices),
    )


def _told(count: int, floor: int) -> int | None:
    """As `shown.words`, in numbers."""
    if not count:
        return 0
    return None if count < floor else cells.coarse(count, floor)
