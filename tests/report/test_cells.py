"""Small cells are hidden, and with them whatever would give them away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from earnest.report import cells

COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 60))
SPARSE = st.one_of(st.just(0), st.just(0), st.integers(1, 6), st.integers(0, 60))
"""Mostly nothing: where few cells are left to hide, a hidden nothing may pin its neighbours."""
FLOORS = st.sampled_from((5, 10))


@st.composite
def tables(draw: st.DrawFn, counts: st.SearchStrategy[int] = COUNTS) -> list[list[int | None]]:
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    table: list[list[int | None]]
    table = [[draw(counts) for _ in range(columns)] for _ in range(rows)]
    for column in draw(st.sets(st.integers(0, columns - 1), max_size=2)):
        for line in table:
            line[column] = None
    return table


def small_of(table: list[list[int | None]], floor: int) -> set[tuple[int, int]]:
    return {(r, c) for r, line in enumerate(table) for c, count in enumerate(line) if count and count < floor}


def recoverable(table: list[list[int | None]], hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Hidden cells that some sum of row totals, column totals and told cells gives away (linear algebra)."""
    spots = sorted(hidden)
    if not spots:
        return set()
    rows = [[1.0 if r == row else 0.0 for r, _ in spots] for row in range(len(table))]
    columns = [[1.0 if c == column else 0.0 for _, c in spots] for column in range(len(table[0]))]
    told = np.array(rows + columns)
    rank = np.linalg.matrix_rank(told)
    found = set()
    for place, spot in enumerate(spots):
        alone = np.zeros(len(spots))
        alone[place] = 1.0
        if np.linalg.matrix_rank(np.vstack([told, alone])) == rank:
            found.add(spot)
    return found


@given(tables(), FLOORS)
def test_no_hidden_cell_of_a_table_comes_back_from_its_totals(
    table: list[list[int | None]], floor: int
) -> None:
    small = small_of(table, floor)
    hidden = cells.hide_in_table(table, small, floor)
    assert small <= hidden
    live = [c for c in range(len(table[0])) if any(line[c] is not None for line in table)]
    if len(table) > 1 and len(live) > 1:
        assert not recoverable(table, hidden)


@settings(max_examples=300, deadline=None)
@given(st.one_of(tables(), tables(SPARSE)), FLOORS)
def test_every_small_cell_of_a_table_could_be_another_number(
    table: list[list[int | None]], floor: int
) -> None:
    """A linear programme over all that is told: told cells, row and column totals, nothing below nothing.
    Such a programme has whole corners, so an interval of at least one is at least two numbers.
    """
    small = small_of(table, floor)
    hidden = cells.hide_in_table(table, small, floor)
    live = {c for c in range(len(table[0])) if any(line[c] is not None for line in table)}
    known = {(r, c) for r, line in enumerate(table) for c, count in enumerate(line) if count is not None}
    if not small or hidden == known or len(live) < 2 or len(table) < 2:
        return
    spots = sorted(hidden)
    sums = [[float(r == row) for r, _ in spots] for row in range(len(table))]
    sums += [[float(c == column) for _, c in spots] for column in sorted(live)]
    truth = np.array([table[r][c] or 0 for r, c in spots], float)
    for spot in sorted(small):
        aim = np.array([float(one == spot) for one in spots])
        least, most = (
            linprog(sign * aim, A_eq=sums, b_eq=np.array(sums) @ truth, bounds=(0, None)).fun * sign
            for sign in (1, -1)
        )
        assert most - least > 0.99


@given(st.integers(0, 10_000), FLOORS)
def test_a_coarse_count_is_near_and_from_the_floor_on_never_nothing(count: int, floor: int) -> None:
    told = cells.coarse(count, floor)
    assert told % floor == 0
    assert abs(told - count) <= floor / 2
    assert told or count < floor


@given(tables(), FLOORS)
def test_what_is_hidden_of_a_line_reaches_the_floor_together_or_is_all_of_it(
    table: list[list[int | None]], floor: int
) -> None:
    hidden = cells.hide_in_table(table, small_of(table, floor), floor)
    lines = [[(r, c) for c in range(len(table[0]))] for r in range(len(table))]
    lines += [[(r, c) for r in range(len(table))] for c in range(len(table[0]))]
    live_rows, live_columns = (
        len(table),
        sum(any(line[c] is not None for line in table) for c in range(len(table[0]))),
    )
    for line in lines:
        mine = [spot for spot in line if spot in hidden]
        if not any(table[r][c] for r, c in mine) or min(live_rows, live_columns) == 1:
            continue
        known = [spot for spot in line if table[spot[0]][spot[1]] is not None]
        if not any(table[r][c] for r, c in known):
            continue
        assert len(mine) == len(known) or sum(table[r][c] or 0 for r, c in mine) >= floor


@given(tables(), FLOORS)
def test_a_gap_is_never_hidden(table: list[list[int | None]], floor: int) -> None:
    hidden = cells.hide_in_table(table, small_of(table, floor), floor)
    assert all(table[r][c] is not None for r, c in hidden)


@given(st.lists(COUNTS, min_size=1, max_size=9), FLOORS)
def test_no_hidden_figure_of_a_row_comes_back_from_its_total(row: list[int], floor: int) -> None:
    small = {place for place, count in enumerate(row) if 0 < count < floor}
    hidden = cells.hide_in_row(row, small, floor)
    assert small <= hidden
    assert len(hidden) != 1 or len(row) == 1
    if hidden and len(hidden) < len(row):
        assert sum(row[place] for place in hidden) >= floor


@pytest.mark.parametrize(
    ("row", "floor", "hidden"),
    [
        pytest.param([40, 30, 20], 10, set(), id="nothing is small"),
        pytest.param([40, 30, 3], 10, {1, 2}, id="one is small: the next smallest goes with it"),
        pytest.param([40, 2, 3], 10, {0, 1, 2}, id="two small ones that are small together take a third"),
        pytest.param([40, 6, 7], 10, {1, 2}, id="two small ones that are enough together"),
        pytest.param([40, 0, 30], 10, set(), id="nobody spoke is told"),
    ],
)
def test_a_row(row: list[int], floor: int, hidden: set[int]) -> None:
    small = {place for place, count in enumerate(row) if 0 < count < floor}
    assert cells.hide_in_row(row, small, floor) == hidden


@given(st.integers(0, 5_000_000), FLOORS)
def test_a_rounded_total_keeps_what_is_hidden_open(count: int, floor: int) -> None:
    told = cells.about(count, floor)
    assert told % 10 == 0
    assert abs(told - count) <= max(5, count * 0.05)
