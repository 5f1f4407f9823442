"""How long do the overview's figures and a report take at a million posts?

Writes synthetic posts over 52 weeks (every label and kind of a pack, five places, four regions) through the
store's own door into a fresh SQLite home, then measures figures of 4, 12 and 26 weeks and the overview page.

    python bench/bench_report_overview.py [POSTS]
"""

import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

POSTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
BATCH = 5_000
WEEKS = 52
TEXT = "the courier left my order at the wrong door and nobody answered when I asked for help today"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="earnest-bench-") as home:
        from earnest.cli import setup

        setup.django(Path(os.environ.get("BENCH_HOME", home)))
        from earnest.store import read

        if read.programme("bench") is None:
            fill()
        measure()


def fill() -> None:
    """The posts, in batches, as an import would keep them."""
    from earnest.record.cleared import ClearedPost
    from earnest.record.verdict import KINDS, SENTIMENTS, Scored, Verdict
    from earnest.store import write
    from earnest.understand import taxonomy

    chance = random.Random(1)
    labels = [label.id for label in taxonomy.pack("gig-delivery").labels]
    weights = [1 / (3 + at % 17) for at in range(len(labels))]
    write.add_programme(
        "bench", "Bench", "customers", purpose="Measure Earnest.", lawful_basis="consent", contact="nobody"
    )
    write.go_live("bench")
    places = [
        write.add_place("bench", f"p{n}", title=f"Place {n}", type="file", kind="addressed") for n in range(5)
    ]
    words = TEXT.split()
    now = datetime.now(UTC).replace(microsecond=0)
    begun = time.monotonic()
    for at in range(0, POSTS, BATCH):
        kept = []
        for number in range(at, at + BATCH):
            label = chance.choices(labels, weights)[0]
            kept.append(
                write.Kept(
                    post=ClearedPost(
                        key=_tag(str(number), 16),
                        text=" ".join(chance.choices(words, k=16)),
                        created=now - timedelta(seconds=chance.randrange(WEEKS * 7 * 86_400)),
                        region=("Leeds", "Bristol", "Sevilla", "Glasgow")[number % 4],
                    ),
                    verdict=Verdict(
                        kind=chance.choice(KINDS),
                        kind_score=0.8,
                        labels=(Scored(label, 0.7),),
                        unsure=False,
                        lang="en",
                        sentiment=chance.choice(SENTIMENTS),
                        sentiment_score=0.7,
                    ),
                    voice=_tag(f"{chance.randrange(200_000)}/{label}", 12),
                )
            )
        write.keep(places[at // BATCH % 5], kept, cursor=str(at), heard=write.Hearing(at=now))
    print(f"kept {POSTS:,} posts in {time.monotonic() - begun:.0f} s")


def _tag(name: str, size: int) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=size).digest()


def measure() -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from earnest.report import figures, render
    from earnest.store import read

    programme = read.programme("bench")
    assert programme is not None
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    for weeks in (4, 12, 26):
        days = monday - timedelta(weeks=weeks - 1), today + timedelta(days=1)
        took(f"figures of {weeks} weeks", partial(figures.measure, programme, *days, causes_for=4))
    report = partial(render.make, programme, monday - timedelta(weeks=12), monday)
    took("a report of 12 weeks, HTML", lambda: report().html())
    user, _ = get_user_model().objects.get_or_create(username="bench", is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for weeks in (4, 12, 26):
        address = f"/bench/overview?weeks={weeks}"
        took(f"overview page, {weeks} weeks, nothing remembered", partial(page, client, address, fresh=True))
        took(f"overview page, {weeks} weeks", partial(page, client, address))


def page(client: Any, address: str, *, fresh: bool = False) -> None:
    from earnest.report import lately

    if fresh:
        lately._kept.clear()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code


def took(what: str, run: Callable[[], object]) -> None:
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        run()
        times.append(1_000 * (time.perf_counter() - begun))
    print(f"{what}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


if __name__ == "__main__":
    main()
