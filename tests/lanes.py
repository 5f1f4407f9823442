"""Which variations of a test run in the fast lane, and which in the full one alone."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def mostly_slow(rows: Iterable[Any], *, fast: Collection[Any]) -> list[Any]:
    """Parameters of `pytest.mark.parametrize`: `fast` names those that stay in the fast lane, a tuple by its
    first value.
    """
    return [row if (row[0] if isinstance(row, tuple) else row) in fast else _slow(row) for row in rows]


def _slow(row: Any) -> Any:
    return pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.slow)
