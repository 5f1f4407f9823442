"""Makes many themes, alerts and escalations in a home that holds posts and cases already. All synthetic.

    python bench/load/lots.py --home DIR [--themes 3000]

Six posts in ten are in a theme, by a long-tailed frequency; 2,000 alerts, 60 of them open, over 60 days;
1,500 escalations, 80 of them running; themes in 1,500 cases. Measure with bench_web_pages.py.
"""

import argparse
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

LABELS = ("pay.tips", "pay.missing", "app.crash", "safety.threat", "route.design", "support.noreply")


def group(programme: int, count: int, chance: random.Random) -> list[int]:
    """The themes with their posts, weeks and voices, as following would leave them; their rows."""
    from django.db import connection, transaction

    from earnest.store import dialect, models, read_taxonomy, theme_counts, theme_voices

    models.Theme.objects.bulk_create(
        [
            models.Theme(
                programme_id=programme, number=n + 1, label=chance.choice(LABELS), name=f"crash at door {n}",
                named_by="words", phrases=[[f"crash at {n}", 50], [f"door {n}", 40], ["again now", 30]],
                sized=100,
            )
            for n in range(count)
        ],
        batch_size=500,
    )  # fmt: skip
    themes = list(models.Theme.objects.order_by("number").values_list("pk", flat=True))
    posts = models.Post.objects.filter(programme_id=programme).order_by("id").values_list("id", flat=True)
    chosen = [post for post in posts if chance.random() < 0.6]
    homes = chance.choices(themes, [1 / (1 + at) ** 0.8 for at in range(count)], k=len(chosen))
    columns = ("post_id", "programme_id", "theme_id", "origin_id", "other", "fixed")
    rows = [
        (post, programme, home, home, chance.random() < 0.05, False)
        for post, home in zip(chosen, homes, strict=True)
    ]
    theme_voices.AT_ONCE = count
    with transaction.atomic(), connection.cursor() as db:
        dialect.insert(db, "store_themepost", columns, rows)
        theme_counts.recount(db, themes)
        theme_counts.settle(db, themes)
        theme_voices.refresh(db, themes, lambda: read_taxonomy.lineage_of(programme))
        theme_counts.touch(programme)
    return themes


def raise_and_climb(programme: int, themes: list[int], chance: random.Random) -> None:
    """Alerts, escalations, and themes of cases."""
    from earnest.store import models

    now = datetime.now(UTC)
    at = int(now.timestamp())
    alerts, climbing = [], []
    for n in range(2_000):
        opened = at - chance.randrange(60 * 86_400)
        closed = None if n < 60 else opened + chance.randrange(86_400)
        alerts.append(
            models.Alert(
                programme_id=programme, sort="burst", about=chance.choice(LABELS), key=f"bench {n}",
                kind="trouble", opened=opened, since=opened - 7_200, until=opened, rings=opened,
                closed=closed, reason="" if closed is None else chance.choice(("real", "noise")),
            )
        )  # fmt: skip
    models.Alert.objects.bulk_create(alerts, batch_size=500)
    teams = list(models.Team.objects.filter(programme_id=programme).values_list("pk", flat=True))
    for n in range(1_500):
        opened_at = now - timedelta(minutes=chance.randrange(60 * 24 * 60))
        runs = n < 80
        climbing.append(
            models.Escalation(
                programme_id=programme, case=chance.randint(1, 5_000), team_id=chance.choice(teams),
                thing=f"case:{n}", key=f"bench {n}", opened=opened_at, moved=opened_at, step=1,
                due=opened_at + timedelta(hours=4) if runs else None,
                state="running" if runs else chance.choice(("acknowledged", "answered", "stopped")),
                settled=None if runs else opened_at + timedelta(hours=2),
            )
        )  # fmt: skip
    models.Escalation.objects.bulk_create(climbing, batch_size=500)
    first = models.CaseChange.objects.filter(sort="opened").values_list("case_id", "pk")
    links = [
        models.CaseTheme(case_id=case, theme_id=theme, added_id=change)
        for case, change in chance.sample(list(first), 1_500)
        for theme in chance.sample(themes[:400], chance.randint(1, 3))
    ]
    models.CaseTheme.objects.bulk_create(links, batch_size=500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--themes", type=int, default=3_000)
    given = parser.parse_args()
    from earnest.cli import setup

    setup.django(given.home)
    from earnest.store import models

    begun, chance = time.perf_counter(), random.Random(3)
    programme = models.Programme.objects.get(slug="bench").pk
    raise_and_climb(programme, group(programme, given.themes, chance), chance)
    print(f"made in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
