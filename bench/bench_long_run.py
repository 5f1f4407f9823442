"""Does one process stay flat while it listens for long? A stream in which what people speak of never stops
changing, with repeats and erasures, through all that a listener does: gate, labels, store, repeats, themes,
alerts, sweeps.

    python bench/bench_long_run.py [--posts 40000] [--view 3000] [--repeats 5000] [--erased 0.04]

Twenty problems are spoken of at a time, each by some thirty posts, then others: so themes never stop coming.
`--view` and `--repeats` are how many posts the two memories hold; small, so that they are full after a
quarter of the stream. Told after each tenth: posts kept and erased, themes in the store, what the memories
hold, resident memory of the process's own, and CPU. Last: own memory at the end beside
that at half of the stream.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
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
    """The place: a page at each read, with some deletions of what was said before."""

    def __init__(self, posts: int, erased: float) -> None:
        self.posts, self.erased, self.begun = posts, erased, datetime.now(UTC) - timedelta(days=20)

    def read(self, cursor: str | None) -> Iterator[object]:
        from earnest.record.raw import Page, RawPost

        first = int(cursor or 0)
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
        yield Page((*told, *gone), str(first + len(told)), done=True)


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
    from tests import programmes

    from earnest.flow import alerts, follow, learn, schedule, themes
    from earnest.flow.listen import listen, open_stages
    from earnest.store import read, write
    from earnest.store.models import Post, Theme

    themes.VIEW, follow.MOST_REMEMBERED = given.view, given.repeats
    programmes.live("riders", "Riders", "customers")
    write.add_place("riders", "stream", title="Stream", type="submit", kind="addressed")
    source, hand, watcher = Stream(given.posts, given.erased), follow.Follower(), alerts.Watcher()
    model_of = learn.models(home)
    series: list[float] = []
    erased, begun = 0, time.process_time()
    for page in range(given.posts // PAGE):
        place = read.listening_place("riders", "stream")
        stages = open_stages(place, keys, model_of("riders"))
        heard = listen(replace(place, cursor=str(page * PAGE)), source, stages)
        erased += heard.erased
        schedule.look_after(keys, sweep=page % 40 == 0, follower=hand, watcher=watcher)
        if (page + 1) % max(1, given.posts // PAGE // 10) == 0:
            series.append(own())
            held = themes._memory.get("riders")
            print(
                f"{(page + 1) * PAGE:>7,} told, {erased:,} erased, {Post.objects.count():,} kept,"
                f" {Theme.objects.count():,} themes; in memory {hand.remembered:,} posts for repeats,"
                f" {len(held.group) if held else 0:,} for themes; own {series[-1]:.0f} MB,"
                f" {(time.process_time() - begun) / (page + 1) / PAGE * 1e3:.1f} s of CPU a thousand",
                flush=True,
            )
    print(f"own memory at the end / at half: {series[-1] / series[len(series) // 2 - 1]:.2f}")


if __name__ == "__main__":
    main()
