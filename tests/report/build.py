"""A programme with weeks of posts for the report's tests, kept through the store's own door. Synthetic,
seeded.
"""

import hashlib
import random
from datetime import UTC, date, datetime, time, timedelta

from earnest.record.cleared import ClearedPost
from earnest.record.verdict import Scored, Verdict
from earnest.store import read, write
from earnest.store.read import Programme
from tests import programmes

TODAY = datetime.now(UTC).date()
MONDAY = TODAY - timedelta(days=TODAY.weekday())
"""The Monday of the week that runs now: ranges of whole weeks end here."""

PLACES = (("store-reviews", "App Store reviews"), ("survey", "Courier survey"), ("form", "In-app form"))
REGIONS = ("Bristol", "Glasgow", "Leeds", "Sevilla")
LABELS = {
    "app.scan": 4,
    "app.crash": 9,
    "pay.tips": 12,
    "pay.missing": 8,
    "route.design": 10,
    "support.noreply": 9,
    "standing.appeal": 2,
    "safety.animals": 1,
    "other": 3,
    "unclear": 2,
}
KINDS = {"complaint": 45, "question": 22, "report": 15, "praise": 10, "idea": 8}
TEXTS = {
    "app.scan": "The locker code was refused and the parcel went back to the depot",
    "pay.tips": "My tips from the weekend are not on the statement [order number]",
}
PLAIN = "Something about the work today near the bridge"


def weeks_ago(weeks: int) -> date:
    return MONDAY - timedelta(days=7 * weeks)


def programme(slug: str, audience: str = "workforce", **terms: object) -> Programme:
    """A programme with three addressed places and nothing said yet."""
    name = {"couriers": "Ternway couriers", "shoppers": "Ternway customers"}.get(slug, slug.title())
    programmes.live(slug, name, audience, **terms)
    found = read.programme(slug)
    assert found is not None
    return found


def places(slug: str, count: int = 3) -> list[int]:
    return [
        write.add_place(slug, place, title=title, type="file", kind="addressed")
        for place, title in PLACES[:count]
    ]


def said(
    slug: str,
    number: int,
    day: date,
    label: str,
    kind: str,
    *,
    speaker: str | None,
    region: str | None = None,
    lang: str = "en",
    text: str = "",
    sentiment: str | None = None,
) -> write.Kept:
    """One post. `speaker` names who spoke, of whom only a tag under the label is kept."""
    voice = None if speaker is None else hashlib.sha256(f"{slug}/{speaker}/{label}".encode()).digest()[:12]
    return write.Kept(
        post=ClearedPost(
            key=hashlib.sha256(f"{slug}/{number}".encode()).digest()[:16],
            text=f"{text or TEXTS.get(label, PLAIN)} ({number})",
            created=datetime.combine(day, time(8 + number % 12, number % 60), UTC),
            region=region,
        ),
        verdict=Verdict(
            kind=kind,
            kind_score=0.9,
            labels=(Scored(label, 0.5 + number % 40 / 100),),
            unsure=False,
            lang=lang,
            sentiment=sentiment,
            sentiment_score=None if sentiment is None else 0.8,
        ),
        voice=voice,
    )


def keep(place: int, items: list[write.Kept], *, withheld: int = 0) -> None:
    at = datetime.now(UTC)
    write.keep(place, items, cursor=str(len(items)), heard=write.Hearing(at=at), withheld=withheld)


def fill(
    slug: str = "couriers",
    audience: str = "workforce",
    *,
    weeks: int = 12,
    a_week: int = 240,
    gap: tuple[int, ...] = (5,),
    seed: int = 7,
    **terms: object,
) -> Programme:
    """`weeks` full weeks up to this one; `gap` weeks ago nothing was heard. Scanning rises in Sevilla and
    Leeds in the
    last three weeks, tips fall."""
    found = programme(slug, audience, **terms)
    kept = places(slug)
    chance = random.Random(seed)
    number = 0
    for ago in range(weeks, 0, -1):
        if ago in gap:
            continue
        shares = dict(LABELS)
        if ago <= 3:
            shares |= {"app.scan": 22, "pay.tips": 4}
        items: dict[int, list[write.Kept]] = {place: [] for place in kept}
        for _ in range(a_week + chance.randrange(-a_week // 10, a_week // 10 + 1)):
            number += 1
            label = chance.choices(list(shares), list(shares.values()))[0]
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            risen = label == "app.scan" and ago <= 3
            region = chance.choice(("Sevilla", "Leeds") if risen else REGIONS)
            place = chance.choices(kept, (5, 3, 1))[0]
            mood = (
                chance.choice(("negative", "negative", "neutral", "positive"))
                if audience == "customers"
                else None
            )
            items[place].append(
                said(
                    slug,
                    number,
                    weeks_ago(ago) + timedelta(days=chance.randrange(7)),
                    label,
                    "complaint" if risen and chance.random() < 0.8 else kind,
                    speaker=None if place == kept[2] else f"speaker {chance.randrange(a_week * 2)}",
                    region=region,
                    lang="es" if region == "Sevilla" else "en",
                    text="" if risen or label != "app.scan" else "The camera is slow with every label",
                    sentiment=mood,
                )
            )
        for place, posts in items.items():
            keep(place, posts)
    return found
