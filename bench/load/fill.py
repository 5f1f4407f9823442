"""Makes a desk that has been at work: people, teams, tags, cases, notes, actions. All of it synthetic.

    python bench/load/fill.py --home DIR [--cases 5000] [--people 50]

`DIR` holds posts already (bench_pages_data.py). Prints the people's session keys as JSON, for users.py.
"""

import argparse
import json
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

PROGRAMME = "bench"
ROLES = ("analyst",) * 7 + ("lead",) * 2 + ("steward",)
TEAMS = ("App", "Payments", "Pickup points", "Support")
TAGS = ("refund", "maps", "new version", "station 7", "weekend", "asked twice")
WHAT = ("Crash at the door", "Tips late", "Wrong address", "Long wait", "Scan fails", "No answer")
STATUSES = ("investigating", "waiting", "acted", "answered", "closed")


def fill(cases: int, people: int) -> dict[str, str]:
    from django.db import transaction

    from earnest.desk import access, actions, tags, teams
    from earnest.desk import cases as desk
    from earnest.store import read, read_cases
    from earnest.store.shapes_escalation import Member, Team

    chance = random.Random(17)
    staff = [access.add_person(f"person{n}", PROGRAMME, ROLES[n % len(ROLES)]) for n in range(people)]
    workers = [one for n, one in enumerate(staff) if n % len(ROLES) < 10]
    for name in TEAMS if not teams.of(PROGRAMME) else ():
        members = tuple(Member(one, "", lead=False) for one in chance.sample(staff, 8))
        shape = Team(id=0, slug=teams.slug_of(name), name=name, members=members)
        teams.keep(PROGRAMME, shape, by=staff[-1])
    owners = [team.id for team in teams.of(PROGRAMME)]
    named = [tags.ensure(PROGRAMME, name) for name in TAGS]
    newest = read.newest_id(PROGRAMME)
    rows, _ = read.arrivals(PROGRAMME, read.Filters(), since_id=newest - 20_000, limit=5_000)
    posts = [row.id for row in rows]
    there = sum(read_cases.counts(PROGRAMME).values())
    for start in range(there, cases, 500):
        with transaction.atomic():
            for n in range(start, min(start + 500, cases)):
                by = chance.choice(workers)
                number = desk.open_case(
                    PROGRAMME, f"{chance.choice(WHAT)} {n}", by=by,
                    severity=chance.choice(desk.SEVERITIES), team=chance.choice(owners),
                    posts=chance.sample(posts, chance.randint(1, 12)),
                )  # fmt: skip
                changed: dict[str, object] = {"tags": chance.sample(named, chance.randint(0, 2))}
                if chance.random() < 0.7:
                    changed["assignee"] = chance.choice(workers)
                if chance.random() < 0.5:
                    changed["due"] = datetime.now(UTC) + timedelta(days=chance.randint(-20, 20))
                desk.change(PROGRAMME, number, by=by, seen=1, **changed)
                for _ in range(chance.randint(0, 3)):
                    desk.note(PROGRAMME, number, "Looked at it; asked the team for its log.", by=by)
                if chance.random() < 0.3:
                    actions.record(
                        PROGRAMME, number, what="The form asks once more before it sends.",
                        on=datetime.now(UTC).date() - timedelta(days=chance.randint(3, 40)), by=by,
                        team=chance.choice(owners),
                    )  # fmt: skip
        print(f"  {min(start + 500, cases):,} cases", file=sys.stderr)
    return dict(zip((f"person{n}" for n in range(people)), sessions(staff), strict=True))


def sessions(staff: list[int]) -> list[str]:
    """A session key for each person, as signing in makes them."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    keys = []
    for person in staff:
        client = Client()
        client.force_login(get_user_model().objects.get(pk=person))
        client.get(f"/{PROGRAMME}/today")
        keys.append(client.cookies["sessionid"].value)
    return keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--people", type=int, default=50)
    given = parser.parse_args()
    os.environ["EARNEST_HOSTS"] = "testserver,127.0.0.1"
    from earnest.cli import setup

    setup.django(given.home)
    print(json.dumps(fill(given.cases, given.people)))


if __name__ == "__main__":
    main()
