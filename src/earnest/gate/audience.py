"""Which audience may be listened to where."""

from typing import Literal

from earnest.record.errors import RefusedAudience

Audience = Literal["customers", "workforce"]

ALLOWED: dict[str, frozenset[str]] = {
    "customers": frozenset({"addressed", "open", "closed"}),
    "workforce": frozenset({"addressed", "closed"}),
}


def check(audience: str, kind: str) -> None:
    """RefusedAudience unless this audience may be heard at this kind of place."""
    if audience not in ALLOWED:
        raise RefusedAudience(
            f"'{audience}' is not an audience.", advice="A programme is for 'customers' or for a 'workforce'."
        )
    if kind not in {"addressed", "open", "closed"}:
        raise RefusedAudience(
            f"'{kind}' is not a kind of place.", advice="A place is 'addressed', 'open' or 'closed'."
        )
    if kind not in ALLOWED[audience]:
        raise RefusedAudience(
            "A workforce is not listened to in public places: people whose pay depends on you must be able "
            "to talk without being watched.",
            advice="Listen where they speak to you (reviews, a form, a survey) or where their community "
            "invited you.",
        )
