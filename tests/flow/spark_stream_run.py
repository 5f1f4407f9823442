"""Run by the Python that has Spark: a stream in small batches, so that a kill meets one in the middle."""

import sys
from pathlib import Path

from earnest.flow.spark_stream import address_of, stream

if __name__ == "__main__":
    servers, topic = address_of(f"{sys.argv[1]}/posts")
    stream(
        servers,
        topic,
        Path(sys.argv[2]),
        "gig-delivery",
        sentiment=True,
        master="local[2]",
        once=True,
        most=6_000,
    )
