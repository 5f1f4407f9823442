"""The heat tables: complaints for every 1,000 posts, by category and week, and by category and place."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from earnest.report import cells, stats
from earnest.report.counts import ASIDE, Posts, category
from earnest.report.names import Names
from earnest.report.shapes import Cell, Heat, HeatColumn, HeatRow, Week
from earnest.store import read
from earnest.store.shapes import Heard, PlaceHours, Programme

MOST_PLACES = 8


def together(states: Iterable[Heard], posts: int) -> Heard:
    """What is known over all places: observed where anything was said, empty where all known is so."""
    known = set(states)
    if posts or "observed" in known:
        return "observed"
    return "empty" if "empty" in known else "unknown"


def by_week(programme: Programme, posts: Posts, weeks: Sequence[Week], called: Names) -> Heat:
    columns = [HeatColumn(week.week.isoformat(), week.week.isoformat(), week.state) for week in weeks]
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    voices: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (label, week), count in posts.complaint_weeks.items():
        spot = (category(label), week.isoformat())
        counts[spot] += count
        voices[spot] = max(voices[spot], posts.week_voices_of(label, week, count))
    totals = {week.week.isoformat(): posts.weeks[week.week] for week in weeks if week.posts}
    return _heat(programme.floor, columns, _rows(posts), counts, voices, totals, called)


def by_place(programme: Programme, posts: Posts, heard: Sequence[PlaceHours], called: Names) -> Heat:
    """Complaints by category and place over the whole range, for every 1,000 posts of the place."""
    places: Counter[str] = Counter()
    complaints: Counter[tuple[str, str]] = Counter()
    if len(heard) > 1:
        for (label, kind, place), count in read.totals(
            programme.slug, *posts.span, ("label", "kind", "place")
        ).items():
            places[place] += count
            if kind == "complaint":
                complaints[posts.families.one(label), place] += count
    known = [row for row in heard if places[row.place.slug] or row.observed or row.empty]
    columns = [HeatColumn(row.place.slug, row.place.title, together(row.weeks.values(), 0)) for row in known]
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    voices: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (label, place), count in complaints.items():
        spot = (category(label), place)
        counts[spot] += count
        voices[spot] = max(voices[spot], posts.voices_of(label, count))
    floor = programme.floor
    totals = {place: cells.coarse(count, floor) for place, count in places.items() if count >= floor}
    return _largest(_heat(programme.floor, columns, _rows(posts), counts, voices, totals, called), places)


def _largest(heat: Heat, places: Mapping[str, int]) -> Heat:
    """The places in which most was said and something can be told. Others are left out after hiding, never
    before: what hides a small cell must not depend on what fits on a page.
    """
    if len(heat.columns) < 2:
        return heat
    told = [n for n in range(len(heat.columns)) if any(row.cells[n].rate for row in heat.rows)]
    most = sorted(told, key=lambda n: -places.get(heat.columns[n].key, 0))[:MOST_PLACES]
    kept = [n for n in range(len(heat.columns)) if n in most]
    return replace(
        heat,
        columns=tuple(heat.columns[n] for n in kept),
        rows=tuple(replace(row, cells=tuple(row.cells[n] for n in kept)) for row in heat.rows),
    )


def _rows(posts: Posts) -> list[str]:
    """Categories of the range, those with most complaints first."""
    counts: Counter[str] = Counter()
    for label in posts.labels:
        counts[category(label)] += posts.complaint_labels[label]
    return [
        key for key, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if key not in ASIDE
    ]


def _heat(
    floor: int,
    columns: Sequence[HeatColumn],
    rows: Sequence[str],
    counts: Mapping[tuple[str, str], int],
    voices: Mapping[tuple[str, str], int],
    totals: Mapping[str, int],
    called: Names,
) -> Heat:
    """Rates with small cells taken out. ASIDE posts are part of the totals, so they stand as a row while
    hiding.
    """
    lines = [*rows, *ASIDE]
    weights: list[list[int | None]] = []
    small = []
    for number, row in enumerate(lines):
        line: list[int | None] = []
        for place, column in enumerate(columns):
            count = counts.get((row, column.key), 0)
            heard = voices.get((row, column.key), 0)
            if column.state == "unknown":
                line.append(None)
                continue
            line.append(max(1, heard) if count else 0)
            if count and (heard < floor or column.key not in totals):
                small.append((number, place))
        weights.append(line)
    hidden = cells.hide_in_table(weights, small, floor)
    rates: dict[tuple[int, int], int] = {}
    for number, row in enumerate(rows):
        for place, column in enumerate(columns):
            if weights[number][place] is not None and (number, place) not in hidden and column.key in totals:
                told = cells.coarse(counts.get((row, column.key), 0), floor)
                rates[number, place] = min(1_000, round(1_000 * told / totals[column.key]))
    thresholds = stats.steps(rate for rate in rates.values() if rate)
    shown = [
        number
        for number in range(len(rows))
        if any(rates.get((number, place)) for place in range(len(columns)))
    ]
    return Heat(
        columns=tuple(columns),
        rows=tuple(
            HeatRow(
                rows[number],
                called.category(rows[number]),
                tuple(
                    _cell(rates.get((number, place)), (number, place) in hidden, thresholds)
                    for place in range(len(columns))
                ),
            )
            for number in shown
        ),
        steps=tuple(round(step) for step in thresholds),
        few=len(rows) - len(shown),
    )


def _cell(rate: int | None, hidden: bool, thresholds: Sequence[float]) -> Cell:
    return Cell(rate, None if rate is None else sum(rate >= step for step in thresholds), hidden)
