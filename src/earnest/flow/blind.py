"""Blind samples: a few posts of each week, drawn by lot, that somebody labels without seeing the machine's
answer. They measure and are never learned from.
"""

import random
from collections import defaultdict
from datetime import datetime, timedelta

from earnest.store import read_review, write_review
from earnest.store.write_review import Drawn
from earnest.understand.compare import allot

EVERY = timedelta(days=7)
DRAWN = 60
"""Posts of a drawing: about ten minutes of a person's week."""
TWICE = 6
"""One of so many is given to two people."""
ASKED = timedelta(weeks=4)
"""How long a drawn post is asked about."""


def draw(programme: str, now: datetime) -> int:
    """Draw from all posts that arrived since the last drawing, where that is a week ago; how many were drawn.

    Of each label by the root of its posts, at least one; within a label every post is as likely as any other.
    Of very many posts (`read_review.ALL`) a first lot finds those among which it is drawn: then how many a
    label has is estimated from that lot, and a label that hardly any post has may be missed.
    """
    last = read_review.last_round(programme)
    if last is not None and now - last[0] < EVERY:
        return 0
    after = last[1] if last else 0
    # Reproducible, and independent of anything a post says: made of where the last drawing ended.
    lot = random.Random(f"{programme}/{after}")  # noqa: S311 - no secret: a drawing that can be checked
    arrived = read_review.arrivals(programme, after, lot)
    if not arrived.posts:
        return 0
    by_label: dict[str, list[read_review.Arrived]] = defaultdict(list)
    for post in arrived.posts:
        by_label[post.label].append(post)
    drawn = []
    for label, count in allot({label: len(posts) for label, posts in by_label.items()}, DRAWN).items():
        posts = by_label[label]
        weight = len(posts) * arrived.each / count
        for post in lot.sample(posts, count):
            twice = lot.randrange(TWICE) == 0
            drawn.append(Drawn(post.id, label, post.score, post.kind, post.model, weight, twice))
    lot.shuffle(drawn)
    posts_there = round(len(arrived.posts) * arrived.each)
    return write_review.add_round(programme, after, arrived.until, posts_there, drawn)


def waiting(programme: str, user: int, now: datetime) -> list[int]:
    """The posts of the blind sample that a person may answer, in an order that has nothing to do with what
    they say.
    """
    asked = []
    for post in read_review.blind(programme, now - ASKED):
        by = {answer.by for answer in post.answers}
        if user not in by and len(post.answers) < (2 if post.twice else 1):
            asked.append(post.post)
    return asked
