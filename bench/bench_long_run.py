"""Does one process stay flat while it listens for long? A stream in which what people speak of never stops
changing, with repeats and erasures, through a whole supervisor: gate, labels, store, repeats, themes, sweeps.

    python bench/bench_long_run.py [--posts 40000] [--view 3000] [--repeats 5000] [--erased 0.04]

Twenty problems are spoken of at a time, each by some thirty posts, then others: so themes never stop coming.
`--view` and `--repeats` are how many posts the two memories hold; small, so that they are full after a
quarter of the stream. Told after each tenth: posts kept and erased, themes in the store, what the memories
hold, resident memory of the process's own, and seconds a thousand posts. Last: own memory at the end beside
that at half of the stream.
"""

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PAGE = 250
PROBLEM = 600
"""Posts after which twenty problems give way to the next twenty."""
BACK = 2_000
"""So many posts back lies what is repeated or erased, at most."""


def word(dice: random.Random) -> str:
    return "".join(dice.choice("bdfgklmnprstvz") + dice.choice("aeiou") for _ in range(dice.randint(2, 4)))


WORDS = [word(random.Random(number)) for number in range(60_000)]


def text(number: int) -> str:
    """What a post says, the same every time. One in twenty repeats one before it. Synthetic."""
    dice = random.Random(number)
    if number > BACK and dice.random() < 0.05:
        return "RT " + text(number - dice.randrange(1, BACK))
    about = random.Random(number // PROBLEM * 20 + dice.randrange(20))
    own = about.choices(WORDS, k=8)
    dice.shuffle(own)
    return f"the {' '.join(own[:6])} broke again and {' '.join(dice.choices(WORDS, k=4))} today"


class Stream:
    """The place: a page whenever what came before was followed, until all were told."""

    def __init__(self, posts: int, erased: float) -> None:
        self.posts, self.erased, self.begun = posts, erased, datetime.now(UTC) - timedelta(days=20)

    def page(self, first: int) -> object:
        from earnest.record.raw import Page, RawPost

        dice = random.Random(-first)
        told = [
            RawPost(f"p{number}", text(number), self.begun + timedelta(seconds=number), f"writer {number}")
            for number in range(first, min(first + PAGE, self.posts))
        ]
        gone = [
            RawPost(f"p{max(0, first - dice.randrange(1, BACK))}", "", change="deleted")
            for _ in told
            if first and dice.random() < self.erased
        ]
        return Page((*told, *gone), str(first + len(told)), done=True)

    def read(self, cursor: str | None) -> Iterator[object]:
        yield self.page(int(cursor or 0))

    def follow(self, cursor: str | None, stop: threading.Event) -> Iterator[object]:
        from earnest.store import read_follow

        at = int(cursor or 0)
        while not stop.is_set():
            if at < self.posts and not read_follow.waiting("riders"):
                page = self.page(at)
                at = int(page.cursor)
                yield page
            else:
                yield type(self.page(self.posts))((), str(at), done=True)
                time.sleep(0.05)


def own() -> float:
    """Megabytes of this process's own, without mapped files."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--posts", type=int, default=40_000)
    parser.add_argument("--view", type=int, default=3_000)
    parser.add_argument("--repeats", type=int, default=5_000)
    parser.add_argument("--erased", type=float, default=0.04)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EARNEST_HOME"] = folder
        os.environ["DATABASE_URL"] = ""
        run(given, Path(folder))


def run(given: argparse.Namespace, folder: Path) -> None:
    from earnest.cli import setup

    home = setup.django(folder)
    keys = setup.keys(home)
    from earnest.flow import follow, learn, supervise_beside, themes
    from earnest.flow.supervise import Supervisor
    from earnest.sources import registry
    from earnest.sources.base import SourceType
    from earnest.store import write
    from tests import programmes

    themes.VIEW, follow.MOST_REMEMBERED = given.view, given.repeats
    supervise_beside.SWEEP_EVERY, supervise_beside.LEAST_NAP = 60.0, 0.05
    registry._OWN["stream"] = SourceType(
        type="stream",
        kinds=("addressed",),
        title="A stream that never says the same for long",
        extra=None,
        tested_against="itself",
        open=lambda settings, egress: Stream(given.posts, given.erased),
        catches_up=True,
    )
    programmes.live("riders", "Riders", "customers")
    write.add_place("riders", "stream", title="Stream", type="stream", kind="addressed", interval=30)
    supervisor = Supervisor(keys, learn.models(home), None)
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(given, supervisor, stop))
    watcher.start()
    supervisor.run(stop)
    watcher.join()


def watch(given: argparse.Namespace, supervisor: object, stop: threading.Event) -> None:
    """Says how it stands after each tenth, and stops everything at the end."""
    from earnest.flow import themes
    from earnest.store import read_follow, write
    from earnest.store.models import Post, Theme

    try:
        series: list[float] = []
        begun = time.monotonic()
        while len(series) < 10 and not stop.is_set():
            time.sleep(0.5)
            arrived, gone = read_follow.mark("riders")
            if arrived < given.posts * 0.93 * (len(series) + 1) / 10:
                continue  # some are withheld by the gate, as names
            series.append(own())
            group = themes._memory.get("riders")
            print(
                f"{arrived:>7,} followed, {gone:,} times erased, {Post.objects.count():,} kept,"
                f" {Theme.objects.count():,} themes; in memory {len(supervisor._beside._follower):,} firsts,"
                f" {len(group.group) if group else 0:,} posts of themes; own {series[-1]:.0f} MB;"
                f" {(time.monotonic() - begun) / arrived * 1e3:.1f} s a thousand",
                flush=True,
            )
        print(f"own memory at the end / at half: {series[-1] / series[4]:.2f}")
    finally:
        stop.set()
        write.close_connections()


if __name__ == "__main__":
    main()
