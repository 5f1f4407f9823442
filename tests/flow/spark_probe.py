"""Run by the Python that has Spark: which modules a worker has loaded after it labelled, as JSON.

With a second argument the workers are told to expect another version.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from earnest.flow.spark import Labelling, prepared, sentences, session
from earnest.record.errors import EarnestError


def probe(labelling: Labelling) -> Any:
    """A task that labels, then answers the modules it has."""

    def task(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        list(labelling(batches))
        yield pa.record_batch({"name": sorted(sys.modules)})

    return task


def main() -> None:
    """Label the file that is named."""
    with (
        session("local[1]") as spark,
        sentences(),
        prepared(spark, "gig-delivery", sentiment=True) as labelling,
    ):
        if len(sys.argv) > 2:
            labelling = replace(labelling, expected=("0", "0", "0"))
        frame = spark.read.parquet(Path(sys.argv[1]).as_uri())
        found = frame.mapInArrow(probe(labelling), "name string").collect()
        print(json.dumps([row["name"] for row in found]))  # noqa: T201 - what it is for


if __name__ == "__main__":
    try:
        main()
    except EarnestError as error:
        print(error.sentence())  # noqa: T201 - what it is for
