"""Writing what the review queue and the blind samples need: holds, drawings, answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction

from earnest.store import clock, dialect, scope
from earnest.store.arrivals import take_numbers
from earnest.store.models import BlindAnswer, BlindPost, BlindRound, Post, ReviewHold

HELD = timedelta(minutes=10)
"""How long a post is kept for the person it was shown to."""
ASIDE = timedelta(days=30)
"""How long a post that somebody put aside is not shown to them again."""


class Drawn(NamedTuple):
    """A post drawn for a blind sample (`store.models.learn.BlindPost`)."""

    post: int
    label: str
    score: float
    kind: str
    model: str
    weight: float
    twice: bool


def hold(programme: str, user: int, wanted: Sequence[int], most: int) -> list[int]:
    """Take up to `most` of these posts for a person, in their order; those that others look at are left out.

    Posts they hold already are held on. What was put aside by them is left out.
    """
    own = scope.id_of(programme)
    now = clock.now()
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        ReviewHold.objects.filter(programme_id=own, until__lt=now).delete()
        taken = set(
            ReviewHold.objects.filter(programme_id=own, skipped=False)
            .exclude(by_id=user)
            .values_list("post_id", flat=True)
        )
        aside = set(
            ReviewHold.objects.filter(programme_id=own, by_id=user, skipped=True).values_list(
                "post_id", flat=True
            )
        )
        free = [id for id in wanted if id not in taken and id not in aside][:most]
        there = {id for (id,) in dialect.among(db, "SELECT id FROM store_post WHERE", "id", free)}
        chosen = [id for id in free if id in there]
        ReviewHold.objects.filter(post_id__in=chosen, by_id=user).delete()
        ReviewHold.objects.bulk_create(
            ReviewHold(post_id=id, by_id=user, programme_id=own, until=now + HELD) for id in chosen
        )
    return chosen


def put_aside(programme: str, user: int, post_id: int) -> None:
    """Somebody does not want to answer a post: it is free for others, and not shown to them again."""
    own = scope.id_of(programme)
    if not Post.objects.filter(pk=post_id, programme_id=own).exists():
        return
    ReviewHold.objects.update_or_create(
        post_id=post_id,
        by_id=user,
        defaults={"programme_id": own, "until": clock.now() + ASIDE, "skipped": True},
    )


def let_go(user: int, post_id: int) -> None:
    """A post was answered, or taken back from where it was put aside: nobody holds it."""
    ReviewHold.objects.filter(post_id=post_id, by_id=user).delete()


def add_round(programme: str, after: int, until: int, posts: int, drawn: Sequence[Drawn]) -> int:
    """Write a drawing from the posts that arrived after one number until another; how many were drawn.

    Nothing where another process drew from them at the same time. Posts that went meanwhile are left out.
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        last = BlindRound.objects.filter(programme_id=within.id).order_by("-until").first()
        if (last.until if last else 0) != after:
            return 0
        ids = [one.post for one in drawn]
        there = {id for (id,) in dialect.among(db, "SELECT id FROM store_post WHERE", "id", ids)}
        round = BlindRound.objects.create(
            programme_id=within.id, at=clock.now(), after=after, until=until, posts=posts
        )
        BlindPost.objects.bulk_create(
            [
                BlindPost(
                    post_id=one.post, programme_id=within.id, round=round, label=one.label, score=one.score,
                    kind=one.kind, model=one.model, weight=one.weight, twice=one.twice,
                )
                for one in drawn
                if one.post in there
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    return len(there)


def answer(programme: str, user: int, post_id: int, label: str, kind: str) -> bool:
    """What somebody says of a post of the blind sample; saying it again changes their answer.

    An empty label: it cannot be told. False where the post is not in the sample any more.
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        asked = BlindPost.objects.filter(
            post_id=post_id, programme_id=within.id, post_id__gte=within.first_id
        ).first()
        if asked is None:
            return False
        BlindAnswer.objects.update_or_create(
            asked=asked, by_id=user, defaults={"label": label, "kind": kind, "at": clock.now()}
        )
        ReviewHold.objects.filter(post_id=post_id, by_id=user).delete()
    return True


def take_back(programme: str, user: int, post_id: int) -> bool:
    """Somebody takes their answer back; False where they gave none."""
    own = scope.id_of(programme)
    gone, _ = BlindAnswer.objects.filter(asked__post_id=post_id, asked__programme_id=own, by_id=user).delete()
    return bool(gone)
