"""Posts and verdicts for the store's tests, in a line each. Synthetic."""

import hashlib
from datetime import UTC, datetime, timedelta

from earnest.record.cleared import ClearedPost
from earnest.record.verdict import Scored, Verdict
from earnest.store import read, write
from tests import programmes

NOW = datetime.now(UTC).replace(microsecond=0)


def key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:16]


def item(
    name: str,
    text: str = "the app crashed at the door",
    *,
    labels: tuple[str, ...] = ("app.crash",),
    kind: str = "complaint",
    ago: timedelta = timedelta(hours=1),
    lang: str = "en",
    region: str | None = None,
    sentiment: str | None = "negative",
    voice: str | None = None,
    unsure: bool = False,
    change: str = "said",
) -> write.Kept:
    """One post by a short name; `voice` names a speaker, of whom only a tag is kept."""
    return write.Kept(
        post=ClearedPost(
            key=key(name), text=text, created=NOW - ago, region=region, domain="example.org", change=change
        ),
        verdict=Verdict(
            kind=kind,
            kind_score=0.9,
            labels=tuple(Scored(label, 0.9 - 0.2 * at) for at, label in enumerate(labels)),
            unsure=unsure,
            lang=lang,
            sentiment=sentiment,
            sentiment_score=None if sentiment is None else 0.8,
        ),
        voice=None if voice is None else hashlib.sha256(f"{voice}/{labels[0]}".encode()).digest()[:12],
    )


def desk(slug: str = "riders", audience: str = "customers", place: str = "reviews", **terms: object) -> int:
    """A programme with one place; the place's id."""
    if read.programme(slug) is None:
        programmes.live(slug, slug.title(), audience, **terms)
    return write.add_place(slug, place, title=place.title(), type="file", kind="addressed")


def keep(place: int, *items: write.Kept, **more: object) -> write.Outcome:
    """Keep a page, read just now."""
    more.setdefault("heard", write.Hearing(at=NOW))
    more.setdefault("cursor", "1")
    return write.keep(place, list(items), **more)
