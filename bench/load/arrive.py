"""Posts that arrive at a steady rate, read by a source, passed by the gate, labelled and kept. Synthetic.

    python bench/load/arrive.py --home DIR [--rate 1000] [--seconds 60]

Each page is a second's posts. Prints, as JSON lines, the second at which each page was kept and the newest
arrival in it, and last how many were given and how many are in the store.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earnest.record.raw import Page

BENCH = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(BENCH.parent / "src"), str(BENCH)]

PROGRAMME, PLACE = "bench", "arrivals"


class Steady:
    """A source that gives `rate` posts a second for so many seconds, and never before their time."""

    def __init__(self, rate: int, seconds: int) -> None:
        from bench_pages_data import texts

        self._text = texts(random.Random(23))
        self.rate, self.seconds, self.late = rate, seconds, 0.0

    def read(self, cursor: str | None) -> "Iterator[Page]":
        begun, run = time.monotonic(), int(time.time())
        for second in range(self.seconds):
            wait = begun + second + 1 - time.monotonic()
            self.late = max(self.late, -wait)
            if wait > 0:
                time.sleep(wait)
            yield self.page(str(run), second, self.rate)

    def page(self, run: str, second: int, posts: int) -> "Page":
        """The posts of one second."""
        from earnest.record.raw import Page, RawPost

        now = datetime.now(UTC)
        said = tuple(
            RawPost(id=f"{run}-{second}-{n}", text=f"{self._text()} n{n}", created=now, author=f"a{n}")
            for n in range(posts)
        )
        return Page(said, cursor=json.dumps({"at": second}), done=second == self.seconds - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    from earnest.cli import setup

    home = setup.django(given.home)
    from earnest.flow import learn
    from earnest.flow.listen import hearing, keep_digest, open_stages
    from earnest.store import read, write

    if not any(place.slug == PLACE for place in read.places(PROGRAMME)):
        write.add_place(PROGRAMME, PLACE, title="Arrivals", type="file", kind="addressed", interval=0)
    (place,) = [one for one in read.listening_places() if (one.programme, one.slug) == (PROGRAMME, PLACE)]
    source = Steady(given.rate, given.seconds)
    stages = open_stages(place, setup.keys(home), learn.models(home)(PROGRAMME))
    stages.digest(source.page("warm", 0, 10))  # compiles what is compiled once an installation
    print(json.dumps({"ready": True}), flush=True)
    sent = admitted = withheld = 0
    cursor: str | bool | None = place.cursor
    for page in source.read(None):
        digest = stages.digest(page)
        outcome = keep_digest(
            place, source, stages, digest, hearing(place, whole=False), digest.cursor, cursor
        )
        cursor = digest.cursor
        sent += digest.read
        admitted += outcome.admitted
        withheld += digest.withheld + outcome.duplicates
        print(json.dumps({"at": time.time(), "newest": read.newest_id(PROGRAMME)}), flush=True)
    print(json.dumps({"sent": sent, "kept": admitted, "not kept": withheld, "late": round(source.late, 2)}))


if __name__ == "__main__":
    main()
