"""How much is said of a case, by how many voices, where and since when: as it may be told.

A week in which nothing was heard is unknown, never nothing. For a workforce what stands for fewer voices than
the floor is hidden and the rest is rounded to it, so that no difference of two figures gives a few people
away; for customers the figures are exact, and are read by those who may read the posts as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from earnest.store import clock, moment, read, read_case_figures, read_case_trend, read_cases, scope
from earnest.store.shapes import FLOORS

WEEKS = 12

Known = Literal["heard", "partly", "unknown", "hidden"]


@dataclass(frozen=True, slots=True)
class Week:
    """One week, by its Monday. posts: None where it is unknown or hidden. `partly`: some places were not
    heard, so there may have been more.
    """

    begins: date
    posts: int | None
    known: Known


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the posts of a case that may be told, over all time but `weeks` (the last ones, the oldest first).

    voices   distinct ones at least; None where they are fewer than the floor
    nameless posts that came without any voice
    places   (slug, title, posts), most first, and `labels` (id, posts): posts None where they are hidden
    gone     posts that were linked and are not kept any more
    floor    the fewest voices a figure stands for; 0: nothing is hidden
    """

    posts: int
    voices: int | None
    nameless: int
    first: datetime | None
    last: datetime | None
    weeks: tuple[Week, ...]
    places: tuple[tuple[str, str, int | None], ...]
    labels: tuple[tuple[str, int | None], ...]
    gone: int
    floor: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The same in short, of the last weeks only, for a page of cases.

    posts     of all these weeks; None where there are some, of fewer voices than the floor
    nameless  posts of the largest group that came without any voice, where none of them had one; of a
              workforce nothing is told of these
    """

    weeks: tuple[Week, ...]
    posts: int | None
    voices: int | None
    nameless: int


def figures(programme: str, number: int) -> Figures | None:
    """The figures of a case that stands by itself; None where there is none."""
    weeks = _span()
    with moment.one():
        told = read_case_figures.of(programme, number)
        case = read_cases.one(programme, number)
        if told is None or case is None:
            return None
        heard = _heard(programme, weeks, {slug for slug, _ in told.places})
    floor = _floor(told.audience)
    return Figures(
        posts=_about(told.posts, floor),
        voices=_least(told.voices, floor),
        nameless=_about(told.nameless, floor),
        first=told.first,
        last=told.last,
        weeks=tuple(
            _week(week, told.weeks.get(week, 0), told.week_voices.get(week, 0), heard[week], floor)
            for week in weeks
        ),
        places=tuple(
            (*place, _cell(posts, told.place_voices.get(place, 0), floor))
            for place, posts in sorted(told.places.items(), key=lambda one: (-one[1], one[0]))
        ),
        labels=tuple(
            (label, _cell(posts, told.label_voices.get(label, 0), floor))
            for label, posts in sorted(told.labels.items(), key=lambda one: (-one[1], one[0]))
        ),
        gone=case.gone,
        floor=floor,
    )


def trends(programme: str, numbers: Sequence[int]) -> dict[int, Trend]:
    """How much was said of each of these cases in the last weeks: a fixed number of questions for all. For a
    workforce a week is hidden where its share of the case's voices, or its posts, are fewer than the floor.
    """
    weeks = _span()
    with moment.one():
        floor = _floor(scope.of(programme).audience)
        heard = _heard(programme, weeks, set())
        found = read_case_trend.of(programme, numbers)
    return {
        number: Trend(
            tuple(
                _week(week, posts, min(posts, posts * one.voices // max(1, one.posts)), heard[week], floor)
                for week, posts in zip(weeks, one.weeks, strict=True)
            ),
            _cell(one.posts, one.voices, floor),
            _least(one.voices, floor),
            0 if floor else one.nameless,
        )
        for number, one in found.items()
    }


def _floor(audience: str) -> int:
    return FLOORS[audience] if audience == "workforce" else 0


def _span() -> list[date]:
    last = clock.week_of(clock.now())
    return [last - timedelta(days=7 * at) for at in range(WEEKS - 1, -1, -1)]


def _heard(programme: str, weeks: Sequence[date], places: set[str]) -> Mapping[date, Known]:
    """What is known of each week: of the places that the posts came from, else of all."""
    rows = read.hearing(programme, weeks[0], weeks[-1] + timedelta(days=7))
    own = [row for row in rows if row.place.slug in places] or rows
    answer: dict[date, Known] = {}
    for week in weeks:
        unknown = sum(row.weeks.get(week, "unknown") == "unknown" for row in own)
        answer[week] = "unknown" if unknown == len(own) else "partly" if unknown else "heard"
    return answer


def _week(week: date, posts: int, voices: int, known: Known, floor: int) -> Week:
    if not posts:
        return Week(week, None if known == "unknown" else 0, known)
    if voices < floor:
        return Week(week, None, "hidden")
    # Posts were kept, so something was heard.
    return Week(week, _about(posts, floor), "partly" if known == "unknown" else known)


def _cell(posts: int, voices: int, floor: int) -> int | None:
    return None if posts and voices < floor else _about(posts, floor)


def _least(voices: int, floor: int) -> int | None:
    return None if voices < floor else voices


def _about(posts: int, floor: int) -> int:
    """To the nearest multiple of the floor, halves up; exact without one."""
    return (2 * posts + floor) // (2 * floor) * floor if floor else posts
