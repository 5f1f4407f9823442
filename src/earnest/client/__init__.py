"""A client of a desk's programming interface, for programs that read or work in somebody's place.

    >>> from earnest.client import Desk
    >>> with Desk("https://desk.example.org", token=TOKEN, programme="riders") as desk:  # doctest: +SKIP
    ...     for post in desk.posts(label=["pay.tips"], since="2026-11-01"):
    ...         print(post.created, post.text)
    ...     number = desk.open_case("Tips are missing on statements", themes=[14])
    ...     desk.change_case(desk.case(number), status="investigating")

It goes from page to page by itself, waits and tries again where the desk is busy or asks for patience
(`Retry-After`), sends what does something with an idempotency key, so that trying again does nothing twice,
and turns every error into one with a sentence. It knows nothing of the rest of Earnest.
"""

from earnest.client.desk import Desk
from earnest.client.problems import (
    Busy,
    ChangedSince,
    NotAllowed,
    NotSignedIn,
    NotThere,
    NotValid,
    Problem,
    Unreachable,
)
from earnest.client.shapes import (
    Action,
    Alert,
    Case,
    Entry,
    Me,
    Outcome,
    Place,
    Post,
    Report,
    Scored,
    Theme,
)

__all__ = [
    "Action",
    "Alert",
    "Busy",
    "Case",
    "ChangedSince",
    "Desk",
    "Entry",
    "Me",
    "NotAllowed",
    "NotSignedIn",
    "NotThere",
    "NotValid",
    "Outcome",
    "Place",
    "Post",
    "Problem",
    "Report",
    "Scored",
    "Theme",
    "Unreachable",
]
