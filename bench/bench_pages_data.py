"""How fast do pages' questions answer over a million posts?

Fills a database with synthetic posts (words from the public data sets where they are beside the repository),
through the same `keep` as every post, then times what the pages ask. On SQLite by default, on PostgreSQL with
DATABASE_URL.

    python bench/bench_pages_data.py [--posts 1000000] [--home DIR] [--only-fill] [--only-time]
"""

import argparse
import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

WEEKS = 12
BATCH = 10_000
PLACES = (
    ("reviews", "addressed", 5),
    ("survey", "addressed", 2),
    ("forum", "open", 2),
    ("inbox", "addressed", 1),
)
REGIONS = ("London", "Leeds", "Madrid", "Sevilla", "Berlin", "Chicago", "")
KINDS = (("complaint", 55), ("question", 20), ("report", 12), ("praise", 8), ("idea", 5))
SUBS = {
    "app": "crash login maps scan notifications update",
    "offers": "availability allocation rates surge cancel schedule bots",
    "pay": "missing wrong tips cashout costs tax earnings",
    "route": "design load address time",
    "pickup": "wait staff parking checkin packages",
    "delivery": "access customer unavailable damage return weather",
    "support": "noreply unhelpful wrong reach",
    "standing": "rating tiers marks deactivation appeal",
    "safety": "accident threat animals health vehicle",
    "joining": "background waitlist training referral region",
    "ordering": "refund fees courier merchant nocourier",
    "company": "news policy",
}
LABELS = (
    *(f"{category}.{sub}" for category, subs in SUBS.items() for sub in subs.split()),
    "other",
    "unclear",
)
DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "vader" / "tweets_GroundTruth.txt"


def texts(random: random.Random) -> Callable[[], str]:
    """Posts of about 90 characters, with the frequencies of real words."""
    if DATA.is_file():
        said = DATA.read_text(encoding="utf-8", errors="replace")
        lines = [line.split("\t")[-1] for line in said.splitlines()]
    else:
        lines = [
            "the app crashed at the door again",
            "my tips never arrived",
            "thanks for the quick answer",
        ] * 9
    words = [word for line in lines for word in line.split()]

    def one() -> str:
        at = random.randrange(len(words) - 20)
        rare = f" ref{random.randrange(200_000)}" if random.random() < 0.2 else ""
        return " ".join(words[at : at + random.randint(8, 22)]) + rare

    return one


def batches(posts: int, now: datetime) -> Iterator[tuple[int, list[Any]]]:
    """(place, prepared posts): oldest first, spread evenly over the weeks, labels by a long-tailed
    frequency.
    """
    from earnest.store import dialect
    from earnest.store.rows import Prepared
    from earnest.store.words import tsvector

    chance = random.Random(7)
    text_of = texts(chance)
    weights = [1 / (1 + at) ** 0.7 for at in range(len(LABELS))]
    kinds, kind_weights = zip(*KINDS, strict=True)
    with_words = not dialect.is_sqlite()
    first = now - timedelta(weeks=WEEKS)
    step = timedelta(weeks=WEEKS) / posts
    for start in range(0, posts, BATCH):
        place = chance.choices(range(len(PLACES)), [weight for *_, weight in PLACES])[0]
        batch = []
        for number in range(start, min(start + BATCH, posts)):
            labels = list(dict.fromkeys(chance.choices(LABELS, weights, k=chance.choice((1, 1, 2)))))
            text = text_of()
            speaker = f"{chance.randrange(60_000)}/{labels[0]}".encode()
            voice = hashlib.blake2b(speaker, digest_size=12).digest()
            batch.append(
                Prepared(
                    number.to_bytes(16, "big"),
                    text,
                    int((first + step * number).timestamp()),
                    chance.choices(("en", "es", "und"), (70, 25, 5))[0],
                    chance.choice(REGIONS),
                    "",
                    chance.choices(kinds, kind_weights)[0],
                    0.8,
                    labels[0],
                    chance.random() < 0.2,
                    chance.choice(("negative", "neutral", "positive")),
                    0.7,
                    voice,
                    False,
                    [(label, 0.8) for label in labels],
                    tsvector(text) if with_words else None,
                )
            )
        yield place, batch


def fill(posts: int) -> float:
    """Fill the store; posts a second while keeping (making them up is not counted)."""
    from earnest.store import read, write

    now = datetime.now(UTC)
    if read.programme("bench") is None:
        write.add_programme(
            "bench",
            "Bench",
            "customers",
            purpose="Measure Earnest.",
            lawful_basis="consent",
            contact="nobody",
        )
        write.go_live("bench")
    places = [
        write.add_place("bench", slug, type="file", kind=kind, interval=0, region="", lang="")
        for slug, kind, _ in PLACES
    ]
    spent = 0.0
    for at, (place, batch) in enumerate(batches(posts, now)):
        begun = time.perf_counter()
        heard = write.Hearing(at=now, since=None, until=None)
        write.keep_prepared(places[place], batch, cursor=None, heard=heard, model="bench")
        spent += time.perf_counter() - begun
        if at % 10 == 9:
            print(
                f"  {(at + 1) * BATCH:>9,} posts, {(at + 1) * BATCH / spent:,.0f} a second", file=sys.stderr
            )
    return posts / spent


def questions() -> dict[str, Callable[[], object]]:
    """What the pages ask, by name."""
    from earnest.store import read

    now = datetime.now(UTC)
    since, days = now - timedelta(weeks=WEEKS), (now - timedelta(weeks=WEEKS)).date()
    until = now.date() + timedelta(days=1)
    filters = read.Filters

    def posts(**some: Any) -> Callable[[], object]:
        return lambda: read.posts("bench", filters(**some))

    asked: dict[str, Callable[[], object]] = {
        "posts": posts(),
        "posts label": posts(labels=("company.policy",)),
        "posts category": posts(labels=("pay",)),
        "posts kind": posts(kinds=("idea",)),
        "posts place": posts(places=("inbox",)),
        "posts lang": posts(langs=("und",)),
        "posts region": posts(regions=("Leeds",)),
        "posts sentiment": posts(sentiments=("positive",)),
        "posts unsure": posts(unsure=True),
        "posts range": posts(since=now - timedelta(weeks=6), until=now - timedelta(weeks=5)),
        "posts all filters": posts(
            labels=("pay.tips",),
            kinds=("idea",),
            places=("inbox",),
            langs=("und",),
            regions=("Leeds",),
            sentiments=("positive",),
            unsure=True,
        ),
        "posts nothing matches": posts(regions=("Atlantis",)),
        "posts label + region": posts(labels=("company.policy",), regions=("Leeds",)),
        "posts q common": posts(q="the"),
        "posts q two common": posts(q="the and"),
        "posts q rare": posts(q="ref123"),
        "posts q prefix": posts(q="ref12*"),
        "posts q phrase": posts(q='"i love"'),
        "posts q minus": posts(q="the -and"),
        "posts q only minus": posts(q="-the"),
        "posts q common + label": posts(q="the", labels=("company.policy",)),
        "posts q common + all": posts(
            q="the", labels=("pay",), kinds=("idea",), places=("inbox",), langs=("und",)
        ),
        "posts q common + no region": posts(q="the", regions=("Atlantis",)),
        "posts q rare + label": posts(q="ref12*", labels=("pay",)),
        "posts q common + old range": posts(q="the", since=since, until=since + timedelta(days=2)),
        "facet_counts 12 weeks": lambda: read.facet_counts("bench", since, now),
        "facet_counts 3 days": lambda: read.facet_counts("bench", now - timedelta(days=3), now),
        "per_minute": lambda: read.per_minute("bench"),
        "newest_id": lambda: read.newest_id("bench"),
        "arrived": lambda: read.arrived("bench", filters(), since_id=read.newest_id("bench") - 20),
        "arrived filtered, none": lambda: read.arrived(
            "bench", filters(regions=("Atlantis",)), since_id=read.newest_id("bench") - 20
        ),
        "hearing": lambda: read.hearing("bench", days, until),
        "hearing_now": lambda: read.hearing_now("bench"),
        "voices label by week": lambda: read.voices("bench", days, until),
        "voices category by week": lambda: read.voices("bench", days, until, "category"),
        "voices label whole range": lambda: read.voices("bench", days, until, weekly=False),
        "label_quality": lambda: read.label_quality("bench"),
        "quotes": lambda: read.quotes("bench", "pay.tips", since, now, 5),
        "quotes category": lambda: read.quotes("bench", "pay", since, now, 5),
    }
    for by in (
        (), ("category",), ("label",), ("kind",), ("place",), ("sentiment",), ("lang",), ("region",),
        ("category", "kind"), ("category", "place"), ("label", "sentiment"), ("label", "region"),
        ("label", "lang"), ("place", "region"), ("label", "place", "region"),
    ):  # fmt: skip
        asked[f"weekly {' × '.join(by) or 'all'}"] = lambda by=by: read.weekly("bench", days, until, by)
    return asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--only-fill", action="store_true")
    parser.add_argument("--only-time", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        os.environ["EARNEST_HOME"] = str(home)
        from earnest.cli import setup

        setup.django(home)
        if not given.only_time:
            print(f"keep: {fill(given.posts):,.0f} posts a second")
        if given.only_fill:
            return
        for name, ask in questions().items():
            times = []
            for _ in range(5):
                begun = time.perf_counter()
                ask()
                times.append((time.perf_counter() - begun) * 1_000)
            print(f"{name:<32} {statistics.median(times):8.1f} ms   (first {times[0]:.1f})")


if __name__ == "__main__":
    main()
