"""The review queue of a programme: which posts a person is asked about next, and among which labels.

Joins what the store has with what the present model makes of it: a model that was taken over a minute ago
orders the queue anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from earnest.flow import learn
from earnest.store import read_review, read_second, write_review
from earnest.store.read import PostRow
from earnest.understand import review
from earnest.understand.review import Doubt

UNSURE, OTHERS = 400, 200
"""The newest posts that the queue is made of."""
LATELY = 40
"""Corrections that count as asked about lately."""
SHOWN = 8
"""Posts that are given to a person at once."""
NEW = timedelta(days=14)
"""How long a theme counts as new."""
CHOICES = 5
"""Labels that are offered by number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A post, the labels that are offered for it (the machine's own first), and why it is asked about."""

    post: PostRow
    choices: tuple[str, ...]
    why: review.Why


def queue(programme: str, user: int, most: int = SHOWN) -> list[Asked]:
    """The next posts for a person, held for them a while so that nobody else is given the same.

    Raises ModelError, StoreError.
    """
    posts = {post.id: post for post in read_review.undecided(programme, UNSURE, OTHERS) if post.labels}
    doubts, choices = _doubts(programme, posts)
    turns = {
        turn.id: turn for turn in review.order(doubts, None, read_review.corrected_lately(programme, LATELY))
    }
    held = write_review.hold(programme, user, list(turns), most)
    return [Asked(posts[id], choices[id], turns[id].why) for id in held]


def one(programme: str, post: PostRow) -> Asked:
    """One post as the queue shows it. Raises ModelError."""
    doubts, choices = _doubts(programme, {post.id: post})
    return Asked(post, choices[post.id], review.why(doubts[0]))


def _doubts(programme: str, posts: Mapping[int, PostRow]) -> tuple[list[Doubt], dict[int, tuple[str, ...]]]:
    if not posts:
        return [], {}
    model = learn.model_of(programme)
    rows = list(posts.values())
    found = model.columns([row.text for row in rows], top=CHOICES)
    opinions = read_second.opinions(programme, list(posts))
    fresh = read_review.in_new_themes(programme, list(posts), datetime.now(UTC) - NEW)
    doubts, choices = [], {}
    for at, row in enumerate(rows):
        best = [model.labels[label] for label in found.labels[at].tolist()]
        chances = found.chances[at].tolist()
        margin = chances[0] - chances[1] if len(chances) > 1 else chances[0]
        opinion = opinions.get(row.id)
        stored = [label.id for label in row.labels]
        second = [label.id for label in opinion.labels] if opinion else []
        choices[row.id] = tuple(dict.fromkeys([*stored, *second[:1], *best]))[:CHOICES]
        doubts.append(
            Doubt(
                id=row.id,
                text=row.text,
                label=stored[0],
                margin=float(margin),
                unsure=row.unsure,
                disagrees=opinion is not None and not opinion.agrees,
                fresh=row.id in fresh,
            )
        )
    return doubts, choices
