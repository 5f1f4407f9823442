"""How good each label is here: from blind samples of the last weeks, answered by people of the programme."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from earnest.store import clock, read_review
from earnest.understand.compare import Agreement, Judged, Rolling, agreement, weighed
from earnest.understand.evaluate import Share, category

ROLLING = timedelta(weeks=12)
"""How far back the figures look."""


WIDE = 0.5
"""A likely range wider than this says too little to be told as a figure."""


def tells(share: Share) -> bool:
    """Whether a share is known well enough to be told."""
    return share.value is not None and share.high - share.low <= WIDE


@dataclass(frozen=True, slots=True)
class Here:
    """rolling, categories: figures of each; agreement: of two people; drawn: posts in the samples."""

    rolling: Rolling
    categories: Rolling
    agreement: Agreement
    drawn: int


def measured(programme: str, now: datetime | None = None) -> Here:
    """What the blind samples of the last weeks say of each label, and how often two people agree.

    A post that nobody answered, or of which nobody could tell, is stood for by those of its label and drawing
    that were answered.
    """
    posts = read_review.blind(programme, (now or clock.now()) - ROLLING)
    drawn: dict[tuple[int, str], int] = defaultdict(int)
    answered: dict[tuple[int, str], int] = defaultdict(int)
    said = {post.post: tuple(one.label for one in post.answers if one.label) for post in posts}
    for post in posts:
        drawn[post.round, post.label] += 1
        answered[post.round, post.label] += bool(said[post.post])
    judged = [
        Judged(
            post.label,
            said[post.post],
            post.weight * drawn[post.round, post.label] / answered[post.round, post.label],
        )
        for post in posts
        if said[post.post]
    ]
    pairs = [(post.answers[0].label, post.answers[1].label) for post in posts if len(post.answers) > 1]
    broad = [
        Judged(category(one.said), tuple(category(right) for right in one.right), one.weight)
        for one in judged
    ]
    return Here(weighed(judged), weighed(broad), agreement(pairs), len(posts))
