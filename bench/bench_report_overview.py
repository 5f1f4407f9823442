"""How long do the overview's figures and a report take at a million posts?

Writes synthetic posts over 52 weeks (90 labels and kinds, five places, four regions) through the store's own door
into a fresh SQLite home, then measures `figures.measure` for 4, 12 and 26 weeks and the whole overview page.

    python bench/bench_report_overview.py [POSTS]
"""

import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

POSTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
BATCH = 5_000
WEEKS = 52


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
    write.add_programme("bench", "Bench", "customers")
    places = [write.add_place("bench", f"p{n}", title=f"Place {n}", type="file", kind="addressed") for n in range(5)]
    words = "the courier left my order at the wrong door and nobody answered when I asked for help today".split()
    now = datetime.now(UTC).replace(microsecond=0)
    begun = time.monotonic()
    for at in range(0, POSTS, BATCH):
        kept = []
        for number in range(at, at + BATCH):
            label = chance.choices(labels, weights)[0]
            kept.append(
                write.Kept(
                    post=ClearedPost(
                        key=hashlib.blake2b(str(number).encode(), digest_size=16).digest(),
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
                    voice=hashlib.blake2b(f"{chance.randrange(200_000)}/{label}".encode(), digest_size=12).digest(),
                )
            )
        write.keep(places[at // BATCH % 5], kept, cursor=str(at), heard=write.Hearing(at=now))
    print(f"kept {POSTS:,} posts in {time.monotonic() - begun:.0f} s")


def measure() -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from earnest.report import figures, render
    from earnest.store import read
    from earnest.web.views import overview

    programme = read.programme("bench")
    assert programme is not None
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    for weeks in (4, 12, 26):
        since, until = monday - timedelta(weeks=weeks - 1), today + timedelta(days=1)
        took(f"figures of {weeks} weeks", lambda: figures.measure(programme, since, until, causes_for=4))
    took("a report of 12 weeks, HTML", lambda: render.make(programme, monday - timedelta(weeks=12), monday).html())
    user, _ = get_user_model().objects.get_or_create(username="bench", is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for weeks in (4, 12, 26):
        def page() -> None:
            overview._kept.clear()
            answer = client.get(f"/bench/overview?weeks={weeks}")
            assert answer.status_code == 200, answer.status_code

        took(f"overview page, {weeks} weeks, nothing remembered", page)
        took(f"overview page, {weeks} weeks", lambda: client.get(f"/bench/overview?weeks={weeks}"))


def took(what: str, run: object) -> None:
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        run()
        times.append(1_000 * (time.perf_counter() - begun))
    print(f"{what}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


if __name__ == "__main__":
    main()
