"""The endpoint as a teacher (`understand.distil.Teacher`): its labels as shares that a model learns from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earnest.flow.endpoint.client import Client, Later
from earnest.flow.endpoint.prompt import prompt
from earnest.record.errors import SourceBusy
from earnest.record.verdict import Scored
from earnest.understand.taxonomy import Taxonomy


class EndpointTeacher:
    """Asks about each text; what it does not answer, or not with labels, is a row of NaN."""

    def __init__(self, client: Client, taxonomy: Taxonomy | None = None) -> None:
        self._client = client
        self._taxonomy = taxonomy

    def shares(self, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float32]:
        """Texts × labels. What the teacher leaves open is shared by the labels it did not name.

        Raises SourceBusy where the endpoint does not answer at all: then nothing can be learned from it.
        """
        found = np.full((len(texts), len(labels)), np.nan, np.float32)
        at = {label: column for column, label in enumerate(labels)}
        silent = 0
        for row, outcome in enumerate(self._client.ask(texts, prompt(labels, self._taxonomy))):
            if isinstance(outcome, Later):
                silent += 1
            elif outcome is not None:
                found[row] = _row(outcome, at)
        if texts and silent == len(texts):
            raise SourceBusy("The endpoint does not answer.", advice="Start it; earnest doctor looks at it.")
        return found


def _row(said: tuple[Scored, ...], at: dict[str, int]) -> NDArray[np.float32]:
    row = np.zeros(len(at), np.float32)
    for one in said:
        row[at[one.id]] = one.score
    total = float(row.sum())
    if total == 0:
        return np.full(len(at), np.nan, np.float32)
    others = len(at) - len(said)
    if total >= 1 or not others:
        return np.asarray(row / total, np.float32)
    named = np.zeros(len(at), bool)
    named[[at[one.id] for one in said]] = True
    row[~named] = (1 - total) / others
    return row
