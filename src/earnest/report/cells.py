"""Small cells: which figures of a table must not be told, so that no few voices can be picked out.

A figure that stands for fewer voices than the floor is hidden. A hidden figure could come back by
subtraction from a total that is told elsewhere, so further figures are hidden with it: in a row alone, at
least two whose sum reaches the floor; in a table, until every hidden cell lies on a closed ring of hidden
cells (then no combination of row and column totals gives it away), and every small one on a ring along which
numbers can move without one of them falling below nothing (then no bound gives it away either).

What is told of a topic is rounded to a multiple of the floor (`coarse`), so that two reports whose days
overlap do not give away, by subtraction, what both hide.
"""

from collections.abc import Iterable, Sequence

Spot = tuple[int, int]
Table = Sequence[Sequence[int | None]]
"""The voices that each figure stands for: 0 where nobody spoke, None for a gap."""


def about(count: int, floor: int) -> int:
    """A total for use beside hidden figures: rounded so coarsely that what is hidden stays hidden."""
    unit = max(10, floor)
    while count >= unit * 100:
        unit *= 10
    return round(count / unit) * unit


def coarse(count: int, floor: int) -> int:
    """A count of a topic as it is told: the nearest multiple of the floor, halves up. From the floor on it is
    never nothing.
    """
    return (2 * count + floor) // (2 * floor) * floor


def hide_in_row(weights: Sequence[int | None], small: Iterable[int], floor: int) -> set[int]:
    """Which places of a row with a known total to hide: `small` and what would give them away.

    None is a gap and takes no part. A true zero is told: nobody spoke.
    """
    hidden = {place for place in small if weights[place]}
    if not hidden:
        return hidden
    order = sorted(
        (place for place, weight in enumerate(weights) if weight is not None and place not in hidden),
        key=lambda place: (weights[place] == 0, weights[place]),
    )
    for place in order:
        if len(hidden) >= 2 and sum(weights[spot] or 0 for spot in hidden) >= floor:
            break
        hidden.add(place)
    return hidden


def hide_in_table(weights: Table, small: Iterable[Spot], floor: int) -> set[Spot]:
    """Which cells of a table with known row and column totals to hide. `small` are those under the floor.

    Columns that are gaps throughout take no part; what is left of one row or one column is a row.
    """
    live = [
        c for c in range(len(weights[0]) if weights else 0) if any(line[c] is not None for line in weights)
    ]
    dense = [[line[c] for c in live] for line in weights]
    spots = {(row, live.index(column)) for row, column in small if column in live}
    return {(row, live[column]) for row, column in _hide_in_dense(dense, spots, floor)}


def _hide_in_dense(weights: Table, small: set[Spot], floor: int) -> set[Spot]:
    if not weights or not weights[0]:
        return set()
    if len(weights) == 1:
        return {(0, column) for column in hide_in_row(weights[0], (column for _, column in small), floor)}
    if len(weights[0]) == 1:
        return {
            (row, 0) for row in hide_in_row([line[0] for line in weights], (row for row, _ in small), floor)
        }
    hidden = {(row, column) for row, column in small if weights[row][column]}
    while hidden:
        _widen(weights, hidden, floor)
        loose = _bridges(hidden) or _pinned(weights, hidden, small)
        if not loose:
            break
        ring = next((found for spot in loose if (found := _ring(weights, hidden, spot))), None)
        if ring is None:
            # Gaps on every side leave no ring to close: then nothing of the table is told.
            return {
                (r, c)
                for r, line in enumerate(weights)
                for c, weight in enumerate(line)
                if weight is not None
            }
        hidden |= ring
    return hidden


def _widen(weights: Table, hidden: set[Spot], floor: int) -> None:
    """Hide more of each row and column until what is hidden there reaches the floor together."""
    rows = [[(r, c) for c in range(len(weights[0]))] for r in range(len(weights))]
    columns = [[(r, c) for r in range(len(weights))] for c in range(len(weights[0]))]
    changed = True
    while changed:
        changed = False
        for line in rows + columns:
            if hidden.isdisjoint(line):
                continue
            numbers = [weights[r][c] for r, c in line]
            places = hide_in_row(numbers, [place for place, spot in enumerate(line) if spot in hidden], floor)
            more = {line[place] for place in places} - hidden
            hidden |= more
            changed = changed or bool(more)


def _ring(weights: Table, hidden: set[Spot], spot: Spot) -> set[Spot] | None:
    """The cheapest three cells that close a ring through `spot`: least is lost, zeros only where nothing
    else is.
    """
    row, column = spot
    best: tuple[int, set[Spot]] | None = None
    for other_row in range(len(weights)):
        for other_column in range(len(weights[0])):
            if other_row == row or other_column == column:
                continue
            corners = {(row, other_column), (other_row, other_column), (other_row, column)}
            values = [weights[r][c] for r, c in corners - hidden]
            if not values or any(weights[r][c] is None for r, c in corners):
                continue
            beside = weights[row][other_column] and weights[other_row][column]
            if not beside and not (weights[row][column] and weights[other_row][other_column]):
                continue  # numbers could not move along it
            cost = sum(value or 1_000_000 for value in values)
            if best is None or cost < best[0]:
                best = (cost, corners)
    return best[1] if best else None


def _pinned(weights: Table, hidden: set[Spot], small: set[Spot]) -> list[Spot]:
    """Small cells that could be no other number: every change elsewhere would leave a cell below nothing."""
    return [
        spot
        for spot in sorted(small & hidden)
        if weights[spot[0]][spot[1]] and not any(_moves(weights, hidden, spot, up) for up in (True, False))
    ]


def _moves(weights: Table, hidden: set[Spot], spot: Spot, up: bool) -> bool:
    """Whether a cell could be one more (or less), with all totals as they are: a walk over hidden cells from
    its row back to its column, in turns one less and one more (or the other way round).
    """
    row, column = spot
    others = hidden - {spot}
    rows, columns, todo = {row}, set[int](), [("row", row)]
    while todo:
        side, at = todo.pop()
        if side == "row":
            fresh = {c for r, c in others if r == at and (not up or weights[r][c])} - columns
            columns |= fresh
            todo += [("column", c) for c in fresh]
        else:
            fresh = {r for r, c in others if c == at and (up or weights[r][c])} - rows
            rows |= fresh
            todo += [("row", r) for r in fresh]
    return column in columns


def _bridges(hidden: set[Spot]) -> list[Spot]:
    """Hidden cells that lie on no ring: rows and columns are the nodes of a graph, hidden cells its edges."""
    near: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for row, column in sorted(hidden):
        near.setdefault(("row", row), []).append(("column", column))
        near.setdefault(("column", column), []).append(("row", row))
    found: list[Spot] = []
    for row, column in sorted(hidden):
        start, goal = ("row", row), ("column", column)
        seen, todo = {start}, [start]
        while todo and goal not in seen:
            node = todo.pop()
            for other in near[node]:
                if other not in seen and {node, other} != {start, goal}:
                    seen.add(other)
                    todo.append(other)
        if goal not in seen:
            found.append((row, column))
    return found
