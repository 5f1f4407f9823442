"""How fast is the inbox over a million posts that wait, with much of it dealt with, repeated and severe?

Works on a home that `bench_pages_data.py` filled. On SQLite by default, on PostgreSQL with DATABASE_URL.

    python bench/bench_pages_data.py --home DIR --only-fill
    python bench/bench_inbox.py --home DIR [--days 14]
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

SETTLED, TAGGED = 20_000, 20_000
"""The newest posts that somebody dealt with or tagged."""
PEOPLE = 2


def prepare() -> list[int]:
    """Repeats (one in twenty), severe posts (one in a thousand), settled and tagged ones; once a home."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from earnest.desk import access, tags
    from earnest.store import scope
    from earnest.store.models import Repost

    within = scope.of("bench")
    people = [access.add_person(f"person {at}", "bench", "analyst") for at in range(PEOPLE)]
    if Repost.objects.exists():
        return list(get_user_model().objects.filter(pk__in=people).values_list("pk", flat=True))
    tag = tags.ensure("bench", "slow")
    with connection.cursor() as db:
        db.execute(
            "INSERT INTO store_repost (post_id, programme_id, first_id)"
            " SELECT p.id, p.programme_id, f.id FROM store_post p JOIN store_post f"
            " ON f.programme_id = p.programme_id AND f.arrival = p.arrival - 7"
            " WHERE p.arrival %% 20 = 19",
            [],
        )
        db.execute(
            "INSERT INTO store_severe (post_id, programme_id, why, score, novel, seen)"
            " SELECT id, programme_id, 'hurt', 0.5 + (arrival %% 97) / 200.0, %s, %s"
            " FROM store_post WHERE arrival %% 1000 = 1",
            [False, False],
        )
        db.execute(
            "INSERT INTO store_settled (post_id, programme_id, how, until, act)"
            " SELECT id, programme_id, 'done', 0, 0 FROM store_post WHERE programme_id = %s"
            " ORDER BY id DESC LIMIT %s",
            [within.id, SETTLED],
        )
        db.execute(
            "INSERT INTO store_posttag (tag_id, post_id, act) SELECT %s, id, 0 FROM store_post"
            " WHERE programme_id = %s AND arrival %% 50 = 3 LIMIT %s",
            [tag, within.id, TAGGED],
        )
        if connection.vendor == "postgresql":
            db.execute("ANALYZE")
    return people


def questions(me: int, other: int) -> dict[str, Callable[[], object]]:
    """What the page asks and what people do, by name."""
    from earnest.desk import inbox, undo
    from earnest.store import read, read_inbox

    filters = read.Filters
    some = [
        read_inbox.View(1, "unsure", filters(unsure=True), "newest", None),
        read_inbox.View(2, "pay", filters(labels=("pay",), kinds=("complaint",)), "newest", None),
        read_inbox.View(3, "Leeds", filters(regions=("Leeds",), places=("inbox",)), "newest", None),
        read_inbox.View(4, "words", filters(q="the ref123"), "newest", None),
        read_inbox.View(5, "slow", filters(tags=("slow",)), "newest", None),
    ]

    def work() -> None:
        taken = inbox.take("bench", n=10, by=me)
        inbox.give_back("bench", taken, by=me)

    def settle() -> None:
        (post,) = inbox.take("bench", n=1, by=me)
        done = inbox.settle("bench", [post], "done", by=me)
        undo.undo("bench", done.act, by=me)
        inbox.give_back("bench", by=me)

    def two_hundred() -> None:
        posts = [one.post.id for one in read_inbox.page("bench", limit=200).items]
        done = inbox.settle("bench", posts, "nothing", by=me)
        undo.undo("bench", done.act, by=me)
        inbox.give_back("bench", by=me)

    asked: dict[str, Callable[[], object]] = {
        f"page {order}": lambda order=order: read_inbox.page("bench", order=order)
        for order in read_inbox.ORDERS
    }
    for view in some:
        asked[f"page of {view.name}"] = lambda view=view: read_inbox.page("bench", view.filters)
    asked |= {
        "waiting": lambda: read_inbox.waiting("bench"),
        **{
            f"waiting with {view.name}": lambda view=view: read_inbox.waiting("bench", [view])
            for view in some
        },
        "waiting, five views": lambda: read_inbox.waiting("bench", some),
        "take 10, give back": work,
        "take 1, settle, undo": settle,
        "settle 200, undo": two_hundred,
        "posts tagged": lambda: read.posts("bench", filters(tags=("slow",), folded=True)),
    }
    return asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--days", type=int, default=14)
    given = parser.parse_args()
    os.environ["EARNEST_HOME"] = str(given.home)
    from earnest.cli import setup

    setup.django(given.home)
    me, other = prepare()
    from earnest.desk import inbox

    inbox.set_terms("bench", days=given.days, minutes=15, by=me)
    for name, ask in questions(me, other).items():
        times = []
        for _ in range(7):
            begun = time.perf_counter()
            ask()
            times.append((time.perf_counter() - begun) * 1_000)
        print(f"{name:<32} {statistics.median(times):8.1f} ms   (first {times[0]:.1f})")


if __name__ == "__main__":
    main()
