"""Weeks of posts in a line each, for what is told of actions. Synthetic.

weeks.said(place, 56, 0, about=6, others=10, rest=20)   from 56 days ago to today, so many posts a day
"""

from datetime import UTC, date, datetime, timedelta

from earnest.store import clock, write
from tests.store import build

LABEL = "pay.tips"
OTHER = "app.crash"


def day(ago: int) -> date:
    """So many days ago, whatever clock a test has put forward; fewer than none: to come."""
    return datetime.now(UTC).date() - timedelta(days=ago)


def said(
    place: int,
    first: int,
    last: int,
    *,
    about: float = 0,
    others: float = 0,
    rest: float = 0,
    voices: int = 40,
    label: str = LABEL,
    name: str = "a",
) -> None:
    """So many posts a day on each day from `first` days ago to `last` days ago (not included)."""
    items: list[write.Kept] = []
    spoke = {"about": 0, "others": 0, "rest": 0}
    owed = {"about": 0.0, "others": 0.0, "rest": 0.0}
    for ago in range(first, last, -1):
        for sort, each in (("about", about), ("others", others), ("rest", rest)):
            owed[sort] += each
            while owed[sort] >= 1:
                owed[sort] -= 1
                spoke[sort] += 1
                items.append(_item(f"{name}-{sort}-{spoke[sort]}", sort, ago, spoke[sort] % voices, label))
    heard = write.Hearing(at=clock.now())
    for at in range(0, len(items), 2_000):
        build.keep(place, *items[at : at + 2_000], cursor=f"{name}{first}.{at}", heard=heard)


def _item(name: str, sort: str, ago: int, voice: int, label: str) -> write.Kept:
    kinds = {"about": (label, "complaint"), "others": (OTHER, "complaint"), "rest": (OTHER, "praise")}
    said_as, kind = kinds[sort]
    noon = datetime.combine(day(ago), datetime.min.time(), UTC) + timedelta(hours=12)
    return build.item(
        name,
        f"words about {said_as}",
        labels=(said_as,),
        kind=kind,
        ago=build.NOW - noon,
        voice=f"v{voice}",
    )
