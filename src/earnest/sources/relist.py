"""Listing again what is still there: what the sources that can do it share."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import msgspec

from earnest.record.raw import Page

LONGEST = 24 * 366
"""Hours."""

Recheck = Annotated[
    int | None,
    msgspec.Meta(
        title="List it again every (hours)",
        description="Only where it always shows everything it has: what it lacks then is erased here too.",
        examples=["24"],
    ),
]
"""The setting `recheck_hours`."""


def check_recheck(hours: int | None) -> None:
    """Raises ValueError for a setting `recheck_hours` that is none."""
    if hours is not None and not 1 <= hours <= LONGEST:
        raise ValueError(f"`recheck_hours` must be 1 to {LONGEST:,}")


def within(pages: Iterator[Page], since: datetime, until: datetime, now: datetime) -> Iterator[Page]:
    """Pages with the posts of a stretch of time alone. An undated post may be of any time, and one ahead of
    the clock counts as said when it arrived: both stay.
    """
    for page in pages:
        posts = tuple(
            post
            for post in page.posts
            if post.created is None or since <= post.created < until or post.created > now
        )
        yield replace(page, posts=posts)


def dated_within(page: Page, since: datetime, until: datetime) -> Page:
    """A page of a place that dates everything, with the posts of a stretch of time alone."""
    posts = tuple(post for post in page.posts if post.created and since <= post.created < until)
    return Page(posts, page.cursor, page.refused, page.done)
