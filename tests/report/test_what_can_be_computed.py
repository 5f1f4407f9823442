"""What a reader could compute: everything that three reports tell, as one linear programme.

Random desks are measured over three overlapping ranges of weeks. All that any of them tells (totals, weeks,
shares, both heat tables, topics, changes) becomes a line of the programme over unknown counts by label, kind,
week and place. No complaint cell that is hidden because few voices spoke may have one possible value only.
"""

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.optimize import linprog

from earnest.report import cells, figures
from earnest.report.counts import Posts, category
from earnest.report.shapes import Figures, Heat
from earnest.store.read import Programme
from tests.report import build

pytestmark = pytest.mark.django_db

LABELS = ("app.scan", "app.crash", "pay.tips", "pay.missing", "route.design", "other")
KINDS = ("complaint", "question")
WEEKS = tuple(build.weeks_ago(ago) for ago in (5, 4, 3, 2, 1))
PLACES = tuple(slug for slug, _ in build.PLACES[:2])
RANGES = ((0, 4), (0, 5), (1, 5))
"""Three reports: the first weeks, one week more, one week later."""

Unknown = tuple[str, str, date, str]
UNKNOWN: tuple[Unknown, ...] = tuple(
    (a, k, w, p) for a in LABELS for k in KINDS for w in WEEKS for p in PLACES
)


@dataclass
class Told:
    """The programme: sums of unknowns with the least and most that is told of them."""

    sums: list[np.ndarray] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def add(self, picked: np.ndarray, least: float, most: float) -> None:
        self.sums.append(picked)
        self.least.append(least)
        self.most.append(most)

    def possible(self, picked: np.ndarray) -> tuple[int, int]:
        """The least and the most whole number that a sum can be."""
        rows = np.array(self.sums)
        above = np.concatenate([rows, -rows])
        limits = np.concatenate([np.array(self.most), -np.array(self.least)])
        ends = []
        for sign in (1, -1):
            found = linprog(sign * picked, A_ub=above, b_ub=limits, bounds=(0, None))
            assert found.status in (0, 3), found.message  # solved, or without an end
            ends.append(sign * found.fun if found.status == 0 else math.inf)
        return math.ceil(ends[0] - 1e-6), math.floor(min(ends[1], 1e9) + 1e-6)


def pick(
    labels: Iterable[str] = LABELS,
    kinds: Iterable[str] = KINDS,
    weeks: Iterable[date] = WEEKS,
    place: str = "",
) -> np.ndarray:
    chosen, wanted, when = set(labels), set(kinds), set(weeks)
    return np.array(
        [float(a in chosen and k in wanted and w in when and place in ("", p)) for a, k, w, p in UNKNOWN]
    )


def within(topic: str) -> list[str]:
    return [label for label in LABELS if category(label) == topic]


def coarse(told: int, floor: int) -> tuple[int, int]:
    """The counts that are told as this multiple of the floor."""
    return (told - floor // 2, told + (floor - 1) // 2) if told else (0, 0)


def behind(rate: int, total: int, floor: int) -> tuple[int, int]:
    """The counts behind a rate of a total that the reader knows."""
    fits = [n for n in range(0, total + floor, floor) if min(1_000, round(1_000 * n / total)) == rate]
    return coarse(min(fits), floor)[0], coarse(max(fits), floor)[1]


def tell(told: Told, found: Figures, posts: Posts, places: dict[str, int]) -> None:
    """All that one report tells."""
    floor = found.floor
    weeks = [week.week for week in found.weeks]
    open_weeks = [week.week for week in found.weeks if week.posts is not None]
    for week in found.weeks:
        if week.hidden:
            told.add(pick(weeks=[week.week]), 1, floor - 1)
        elif week.posts is not None:
            told.add(pick(weeks=[week.week]), week.posts, week.posts)
            if week.complaints.value is not None:
                count = round(week.complaints.value * week.posts)
                told.add(pick(kinds=["complaint"], weeks=[week.week]), count, count)
    if found.complaints.value is not None:
        count = round(found.complaints.value * posts.total)
        told.add(pick(kinds=["complaint"], weeks=open_weeks), count, count)
    totals = {week.week.isoformat(): week.posts for week in found.weeks if week.posts}
    for topic, week, rate in rates(found.categories):
        ends = behind(rate, totals[week], floor)
        told.add(pick(within(topic), ["complaint"], [date.fromisoformat(week)]), *ends)
    for topic, place, rate in rates(found.by_place):
        ends = behind(rate, places[place], floor)
        told.add(pick(within(topic), ["complaint"], weeks, place), *ends)
    for problem in found.problems:
        told.add(
            pick([problem.label], weeks=open_weeks), max(problem.voices, problem.posts - 5), problem.posts + 5
        )
    for change in found.changes:
        if change.now is not None and found.compared and found.compared.since == found.since:
            told.add(pick([change.label], weeks=open_weeks), *behind(change.now, posts.total, floor))


def rates(heat: Heat) -> Iterator[tuple[str, str, int]]:
    for row in heat.rows:
        for column, cell in zip(heat.columns, row.cells, strict=True):
            if cell.rate is not None:
                yield row.key, column.key, cell.rate


def fill(audience: str, seed: int) -> Programme:
    """A small desk: some weeks full, some nearly empty, few who speak often."""
    chance = random.Random(seed)
    found = build.programme("couriers", audience)
    for number, place in enumerate(build.places("couriers", 2)):
        posts = []
        for week in WEEKS:
            busy = chance.choice((3, 12, 40, 90))
            likely = [chance.random() ** 2 for _ in LABELS]
            for _ in range(chance.randrange(busy)):
                number += 2
                posts.append(
                    build.said(
                        "couriers",
                        number,
                        week + timedelta(days=chance.randrange(7)),
                        chance.choices(LABELS, likely)[0],
                        chance.choices(KINDS, (3, 2))[0],
                        speaker=f"speaker {chance.randrange(200)}",
                    )
                )
        build.keep(place, posts)
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("audience", ["workforce", "customers"])
def test_no_hidden_cell_can_be_computed_from_three_reports(audience: str, seed: int) -> None:
    programme = fill(audience, seed)
    told, hidden = Told(), set()
    for first, last in RANGES:
        span = (WEEKS[first], WEEKS[last - 1] + timedelta(days=7))
        found, posts = figures.measure(programme, *span), Posts(programme, span)
        places: dict[str, int] = {}
        for (_, place), count in _by_place(programme, span):
            places[place] = places.get(place, 0) + count
        tell(told, found, posts, {place: cells.coarse(n, found.floor) for place, n in places.items()})
        hidden |= {
            (row.key, column.key)
            for row in found.categories.rows
            for column, cell in zip(found.categories.columns, row.cells, strict=True)
            if cell.hidden
        }
        whole = posts
    small = {
        (category(label), week)
        for (label, week), count in whole.complaint_weeks.items()
        if 0 < whole.week_voices_of(label, week, count) < programme.floor
    }
    checked = [(topic, week) for topic, week in small if (topic, week.isoformat()) in hidden]
    for topic, week in checked:
        least, most = told.possible(pick(within(topic), ["complaint"], [week]))
        assert least < most


def _by_place(programme: Programme, span: tuple[date, date]) -> Iterable[tuple[tuple[str, str], int]]:
    from earnest.store import read

    return [
        ((key[0], key[1]), count)
        for key, count in read.totals(programme.slug, *span, ("label", "place")).items()
    ]
