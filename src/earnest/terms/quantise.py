"""Weights as signed bytes: a table a tenth as large, and rows that a vector register adds at once."""

import numpy as np
from numpy.typing import NDArray

from earnest.terms.design import Weighting
from earnest.terms.kernel import LANES


def to_bytes(
    table: NDArray[np.float32], weighting: Weighting, intercepts: NDArray[np.float32]
) -> tuple[NDArray[np.int8], tuple[float, ...], tuple[float, ...], int]:
    """(table, scales, intercepts, columns). Each column has its own scale, so that its largest weight fits:
    one that is cut (a kind's "?") costs more than what rounding loses.
    """
    width = table.shape[1]
    columns = -(-width // LANES) * LANES
    out = np.zeros((len(table), columns), np.int8)
    scales = []
    for column in range(width - 1):
        scale = max(float(np.abs(table[:, column]).max()) / 127, 1e-9)
        out[:, column] = np.rint(table[:, column] / scale)
        scales.append(scale)
    out[:, width - 1] = weighting.norm_bytes
    scales.append(weighting.norm_scale)
    return out, tuple(scales), (*(float(value) for value in intercepts), 0.0), columns
