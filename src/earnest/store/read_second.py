"""Reading second opinions: on which terms, what was said of posts, and how much waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from django.db.models import Count, Q

from earnest.record.verdict import Scored
from earnest.store import scope
from earnest.store.models import Second, SecondTerms
from earnest.store.read_posts import wordings

Tier = Literal["off", "accurate", "endpoint"]
TIERS: tuple[Tier, ...] = ("off", "accurate", "endpoint")
LEAST_SHARE, MOST_SHARE, USUAL_SHARE = 5, 20, 10
"""Percent of a programme's new posts."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Whether and by whom a programme's least certain posts are looked at again. `share` is a percentage."""

    programme: str
    tier: Tier
    share: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a second look said of a post.

    tier      accurate or endpoint
    labels    best first, with its own sureness
    agrees    its main label is the one that the post had
    changed   the post has its labels since
    said      the main label that the post had before
    """

    post_id: int
    tier: str
    labels: tuple[Scored, ...]
    at: datetime
    agrees: bool
    changed: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """How many posts of a programme are waiting for a second look, were given one, or got no answer.

    right, judged   of the posts with an opinion that a person labelled too: how many the opinion had right,
                    and how many there are
    """

    waiting: int
    given: int
    agreed: int
    changed: int
    silent: int
    right: int = 0
    judged: int = 0


def terms(programme: str) -> Terms:
    """The terms of a programme; off where nobody said anything. Raises StoreError for an unknown one."""
    within = scope.of(programme)
    row = SecondTerms.objects.filter(pk=within.id).first()
    return Terms(programme, cast(Tier, row.tier) if row else "off", row.share if row else USUAL_SHARE)


def wanted() -> list[Terms]:
    """The terms of every live programme that wants second looks."""
    rows = SecondTerms.objects.filter(programme__state="live").exclude(tier="off")
    found = rows.values_list("programme__slug", "tier", "share").order_by("programme_id")
    return [Terms(slug, cast(Tier, tier), share) for slug, tier, share in found]


def opinions(programme: str, post_ids: Sequence[int]) -> dict[int, Opinion]:
    """What second looks said of these posts, as far as the posts may be told."""
    within = scope.of(programme)
    rows = Second.objects.filter(
        programme_id=within.id, state="given", pk__in=list(post_ids), pk__gte=within.first_id
    ).select_related("post")
    return {
        row.pk: Opinion(
            post_id=row.pk,
            tier=row.tier,
            labels=tuple(Scored(label, score) for label, score in row.opinion),
            at=row.at,
            agrees=bool(row.agrees),
            changed=row.changed,
            said=row.label,
        )
        for row in rows
        if row.at is not None and within.tells(row.post.place_id, row.pk)
    }


def looked(programme: str) -> Looked:
    """How second looks stand."""
    within = scope.of(programme)
    found = Second.objects.filter(programme_id=within.id).aggregate(
        waiting=Count("pk", filter=Q(state="waiting")),
        given=Count("pk", filter=Q(state="given")),
        agreed=Count("pk", filter=Q(state="given", agrees=True)),
        changed=Count("pk", filter=Q(changed=True)),
        silent=Count("pk", filter=Q(state="silent")),
    )
    by_people = Second.objects.filter(programme_id=within.id, state="given", post__corrected=True)
    said = [opinion[0][0] == label for opinion, label in by_people.values_list("opinion", "post__label")]
    return Looked(**found, right=sum(said), judged=len(said))


def texts(programme: str, post_ids: Sequence[int]) -> dict[int, str]:
    """The texts of posts that are to be asked about, as far as they may be told at this moment."""
    return wordings(programme, post_ids)
