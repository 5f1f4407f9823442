"""Weights as signed bytes: a table a quarter as large, and rows that a vector register adds at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from earnest.terms.design import Weighting
from earnest.terms.kernel import LANES

AT_ONCE = 64
"""Columns whose real weights are in memory at the same time."""


def to_bytes(
    part: Callable[[int, int], NDArray[np.float32]],
    width: int,
    weighting: Weighting,
    intercepts: NDArray[np.float32],
) -> tuple[NDArray[np.int8], tuple[float, ...], tuple[float, ...], int]:
    """(table, scales, intercepts, columns). `part(first, last)` gives the weights of some of the `width`
    columns, a row a bucket; the last column written is the norm's.

    Each column has its own scale, so that its largest weight fits: one that is cut (a kind's "?") costs more
    than what rounding loses.
    """
    columns = -(-(width + 1) // LANES) * LANES
    out = np.zeros((len(weighting.idf), columns), np.int8)
    scales: list[float] = []
    for first in range(0, width, AT_ONCE):
        last = min(first + AT_ONCE, width)
        table = part(first, last)
        found = np.maximum(np.abs(table).max(axis=0) / np.float32(127), np.float32(1e-9))
        out[:, first:last] = np.rint(table / found)
        scales.extend(float(scale) for scale in found)
    out[:, width] = weighting.norm_bytes
    scales.append(weighting.norm_scale)
    return out, tuple(scales), (*(float(value) for value in intercepts), 0.0), columns
