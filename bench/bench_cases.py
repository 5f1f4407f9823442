"""How fast are cases over a million posts and five thousand cases?

Works on a home that `bench_pages_data.py` filled. On SQLite by default, on PostgreSQL with DATABASE_URL.
Cases, themes and repeats are made once a home: 5,000 cases of about 100 posts, a third with a theme, and two
of 10,000 posts each.

    python bench/bench_pages_data.py --home DIR --only-fill
    python bench/bench_cases.py --home DIR
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

CASES, POSTS, LARGE, THEMES, IN_THEME = 5_000, 100, 10_000, 300, 400
STATUSES = ("new", "investigating", "waiting", "acted", "answered", "closed", "closed", "closed")
WORDS = (
    "crash",
    "door",
    "tips",
    "late",
    "map",
    "wrong",
    "refund",
    "support",
    "login",
    "update",
    "screen",
    "card",
)


def prepare() -> tuple[int, int]:
    """The numbers of the two large cases."""
    from django.db import connection, transaction

    from earnest.desk import access
    from earnest.store import clock, dialect, scope, theme_counts
    from earnest.store.models import Case, CaseChange, CaseMark, CaseTheme, Post, Theme

    within = scope.of("bench")
    if Case.objects.exists():
        return CASES + 1, CASES + 2
    lot = random.Random(5)
    people = [access.add_person(f"analyst {at}", "bench", "analyst") for at in range(50)]
    ids = list(Post.objects.filter(programme_id=within.id).order_by("pk").values_list("pk", flat=True))
    now = clock.now()
    with transaction.atomic(), connection.cursor() as db:
        if not Theme.objects.exists():
            seen = {"first_seen": clock.seconds(now) - 10**6, "last_seen": clock.seconds(now)}
            Theme.objects.bulk_create(
                Theme(
                    programme_id=within.id,
                    number=at + 1,
                    label=("app.crash", "pay.tips", "route.map")[at % 3],
                    name=f"theme {at}",
                    named_by="words",
                    phrases=[[" ".join(lot.sample(WORDS, 2)), 9] for _ in range(5)],
                    **seen,
                )
                for at in range(THEMES)
            )
            themes = list(Theme.objects.order_by("number").values_list("pk", flat=True))
            chosen = lot.sample(ids[len(ids) // 2 :], THEMES * IN_THEME)
            dialect.insert(
                db,
                "store_themepost",
                ("post_id", "programme_id", "theme_id", "origin_id", "other", "fixed"),
                [
                    (post, within.id, themes[at % THEMES], themes[at % THEMES], False, False)
                    for at, post in enumerate(chosen)
                ],
            )
            theme_counts.recount(db, themes)
            db.execute(
                "INSERT INTO store_repost (post_id, programme_id, first_id)"
                " SELECT p.id, p.programme_id, f.id FROM store_post p JOIN store_post f"
                " ON f.programme_id = p.programme_id AND f.arrival = p.arrival - 7"
                " WHERE p.arrival %% 20 = 19",
                [],
            )
        themes = list(Theme.objects.order_by("number").values_list("pk", flat=True))
        Case.objects.bulk_create(
            Case(
                programme_id=within.id,
                number=at + 1,
                title=f"{' '.join(lot.sample(WORDS, 3))} {at}",
                status=lot.choice(STATUSES),
                severity=lot.choice(("low", "normal", "normal", "high", "severe")),
                assignee_id=lot.choice((None, *people)),
                due=now + timedelta(hours=lot.randrange(-300, 900)) if lot.random() < 0.3 else None,
                opened=now,
                changed=now - timedelta(minutes=lot.randrange(100_000)),
            )
            for at in range(CASES + 2)
        )
        CaseMark.objects.create(pk=within.id, last=CASES + 2)
        cases = list(Case.objects.order_by("number").values_list("pk", flat=True))
        CaseChange.objects.bulk_create(CaseChange(case_id=case, sort="opened", at=now) for case in cases)
        opened = dict(CaseChange.objects.values_list("case_id", "pk"))
        rows = []
        for at, case in enumerate(cases):
            count = LARGE if at >= CASES else POSTS
            start = lot.randrange(len(ids) - 50_000)
            some = sorted(lot.sample(range(start, start + 50_000), count))
            rows += [(case, ids[one], "hand", opened[case]) for one in some]
        dialect.insert(db, "store_casepost", ("case_id", "post_id", "how", "added_id"), rows)
        CaseTheme.objects.bulk_create(
            CaseTheme(case_id=case, theme_id=themes[at % THEMES], added_id=opened[case])
            for at, case in enumerate(cases)
            if at % 3 == 0
        )
        db.execute("ANALYZE")
    return CASES + 1, CASES + 2


def questions(first: int, second: int) -> dict[str, Callable[[], object]]:
    """What pages ask and what people do, by name."""
    from django.contrib.auth import get_user_model
    from django.db.models import Q

    from earnest.desk import cases, cases_figures
    from earnest.store import read_case_posts, read_cases
    from earnest.store.models import CasePost

    filters = read_cases.Filters
    (me,) = get_user_model().objects.filter(username="analyst 7").values_list("pk", flat=True)
    numbers = [case.number for case in read_cases.listing("bench", filters(), None, 50).rows]
    one = next(number for number in numbers if read_cases.one("bench", number).themes)
    links = CasePost.objects.filter(case__number=one, out__isnull=True).order_by("-post_id")
    posts = list(links.values_list("post_id", flat=True)[:50])
    third = read_cases.listing("bench", filters(order="opened"), None, 50).next

    def merge_and_undo() -> None:
        cases.undo("bench", cases.merge("bench", first, second, by=me), by=me)

    def split_and_undo() -> None:
        held = Q(case__number=first) | Q(case__root__number=first)
        links = CasePost.objects.filter(held, out__isnull=True)
        some = list(links.values_list("post_id", flat=True)[:1_000])
        new = cases.split("bench", first, title="Part of it", posts=some, by=me)
        cases.undo("bench", read_cases.opening("bench", new), by=me)

    def add_and_undo() -> None:
        cases.undo("bench", cases.add("bench", second, posts=posts[:20], by=me), by=me)

    def open_and_undo() -> None:
        number = cases.open_case("bench", "Crash at the door", posts=posts[:5], by=me)
        cases.undo("bench", read_cases.opening("bench", number), by=me)

    return {
        **{
            f"list of 50, {order}": lambda order=order: read_cases.listing("bench", filters(order=order))
            for order in ("changed", "due", "severity", "opened")
        },
        "list of 50, of all, second page": lambda: read_cases.listing(
            "bench", filters(statuses=("any",), order="opened"), third
        ),
        "list of 50, words": lambda: read_cases.listing("bench", filters(q="crash door")),
        "list of 50, one person's": lambda: read_cases.listing("bench", filters(assignee=me)),
        "counts by status": lambda: read_cases.counts("bench"),
        "trends of 50": lambda: cases_figures.trends("bench", numbers),
        "one case": lambda: read_cases.one("bench", one),
        "its timeline": lambda: read_cases.timeline("bench", one),
        "its posts": lambda: read_case_posts.posts("bench", one),
        "its figures": lambda: cases_figures.figures("bench", one),
        "its suggestions": lambda: cases.suggestions("bench", one),
        "duplicates of a draft": lambda: cases.duplicates_of(
            "bench", cases.Draft("Black screen after login", posts=posts[:5])
        ),
        "cases of 50 posts": lambda: read_cases.of_post("bench", posts),
        "due": lambda: read_cases.due("bench", me),
        "mentions": lambda: read_cases.mentions(me, "bench"),
        "one case of 10,000 posts": lambda: read_cases.one("bench", first),
        "its figures (10,000)": lambda: cases_figures.figures("bench", first),
        "its suggestions (10,000)": lambda: cases.suggestions("bench", first),
        "open, undo": open_and_undo,
        "add 20 posts, undo": add_and_undo,
        "merge two of 10,000, undo": merge_and_undo,
        "split 1,000 off, undo": split_and_undo,
        "note": lambda: cases.note("bench", second, "looked at it, @analyst 9", by=me),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    given = parser.parse_args()
    os.environ["EARNEST_HOME"] = str(given.home)
    from earnest.cli import setup

    setup.django(given.home)
    first, second = prepare()
    for name, ask in questions(first, second).items():
        times, worked = [], []
        for _ in range(7):
            begun, cpu = time.perf_counter(), time.process_time()
            ask()
            times.append((time.perf_counter() - begun) * 1_000)
            worked.append((time.process_time() - cpu) * 1_000)
        # On a busy machine the second figure says more: what this process itself worked.
        told = f"{statistics.median(times):8.1f} ms  (own work {statistics.median(worked):6.1f})"
        print(f"{name:<34} {told}", flush=True)


if __name__ == "__main__":
    main()
