"""Every file of routes, in the order in which the page of the interface shows them."""

from earnest.api.v1 import (
    about,
    actions,
    alerts,
    case_work,
    cases,
    escalations,
    figures,
    inbox,
    messages,
    places,
    posts,
    reports,
    themes,
)
from earnest.api.v1.door import ROUTES, Route, router

FILES = (
    about, posts, themes, alerts, inbox, cases, case_work, escalations, actions, figures, reports, places,
    messages,
)  # fmt: skip

__all__ = ["FILES", "Route", "every", "router"]


def every() -> list[Route]:
    """All routes that exist, the stream among them: what tests try as every role."""
    from earnest.api.v1 import stream

    return [*ROUTES, stream.ROUTE]
