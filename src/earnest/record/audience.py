"""What an audience allows: one table, asked at every door.

`customers` chose the operator and can leave. A `workforce` are people whose pay depends on it: they are heard
only where they speak to the operator or where their community invited it, nobody's feelings are inferred,
small numbers stay hidden and nothing is quoted unless the community allowed it (Directive (EU) 2024/2831,
art. 7).
"""

from dataclasses import dataclass
from typing import Literal, get_args

from earnest.record.errors import RefusedAudience

Audience = Literal["customers", "workforce"]
PlaceKind = Literal["addressed", "open", "closed"]

AUDIENCES: tuple[Audience, ...] = get_args(Audience)
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one audience allows.

    kinds      kinds of place that may be listened to
    sentiment  whether the tone of a post may be computed, kept, filtered by or shown
    floor      the smallest number of voices that a figure may stand for
    quotes     whether reports quote posts unless somebody decides otherwise
    """

    kinds: frozenset[PlaceKind]
    sentiment: bool
    floor: int
    quotes: bool


ALLOWED: dict[Audience, Allowed] = {
    "customers": Allowed(frozenset(PLACE_KINDS), sentiment=True, floor=5, quotes=True),
    "workforce": Allowed(frozenset({"addressed", "closed"}), sentiment=False, floor=10, quotes=False),
}

NO_FEELINGS = "In a workforce programme nobody's feelings are inferred, so posts cannot be chosen by them."


def of(audience: str) -> Allowed:
    """What an audience allows. Raises RefusedAudience for one that is none: nothing is allowed by default."""
    for known, allowed in ALLOWED.items():
        if known == audience:
            return allowed
    raise RefusedAudience(
        f"'{audience[:40]}' is not an audience.",
        advice="A programme is for 'customers' or for a 'workforce'.",
    )


def check(audience: str, kind: str) -> None:
    """RefusedAudience unless this audience may be heard at this kind of place."""
    allowed = of(audience)
    if kind not in PLACE_KINDS:
        raise RefusedAudience(
            f"'{kind[:40]}' is not a kind of place.", advice="A place is 'addressed', 'open' or 'closed'."
        )
    if kind not in allowed.kinds:
        raise RefusedAudience(
            "A workforce is not listened to in public places: people whose pay depends on you must be able "
            "to talk without being watched.",
            advice="Listen where they speak to you (reviews, a form, a survey) or where their community "
            "invited you.",
        )


def check_sentiment(audience: str) -> None:
    """RefusedAudience where the tone of posts may not be asked for."""
    if not of(audience).sentiment:
        raise RefusedAudience(
            NO_FEELINGS, advice="Ask for complaints instead: a post's kind says what it is."
        )
