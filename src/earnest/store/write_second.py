"""Second opinions: choosing the least certain new posts, claiming them, and writing down what was said.

Each step is one transaction. `choose` moves the watermark together with what it chose; `claim` lends posts
to one asker for a while; `settle` writes an opinion only while its post still waits for one. So a process
that is killed anywhere loses nothing and writes nothing twice: at worst the same question is asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Least

from earnest.record.errors import BadSetting, StoreBusy
from earnest.record.verdict import Scored
from earnest.store import clock, erase, scope
from earnest.store.arrivals import take_numbers
from earnest.store.models import Post, PostLabel, Second, SecondTerms
from earnest.store.read_second import LEAST_SHARE, MOST_SHARE, TIERS, USUAL_SHARE
from earnest.store.words import tsvector
from earnest.store.write_posts import POST, put_back

WINDOW = 2_000
"""Posts among which the least certain are found, and of which no more than the share is asked about."""

BATCH = 500
LEASE = 15 * 60
"""Seconds for which posts are lent to an asker; after a kill they are asked about again then."""

MOST_TRIES = 4
AGAIN = 10 * 60
"""Seconds until a post without an answer is asked about again; four times as long after each try."""

SOON = 2 * 60
"""Seconds, where it was not asked at all."""

PATIENCE = timedelta(days=7)
"""A post that waited longer is asked about no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking about a post.

    text    the wording that was asked about
    labels  the opinion, best first; empty: no label
    unsure  the opinion itself is not sure
    asked   False where it could not be asked (nobody answered anything): that is no try
    """

    post_id: int
    text: str
    labels: tuple[Scored, ...] = ()
    unsure: bool = True
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """How many opinions were written; of those, how many agreed and how many changed their post."""

    given: int = 0
    agreed: int = 0
    changed: int = 0


def set_terms(programme: str, tier: str, share: int = USUAL_SHARE) -> bool:
    """Say whether and by whom the least certain new posts are looked at again; whether that is a change.

    Posts from now on: where it was off, those that are there stay as they are (`look_back` takes some in).
    Raises BadSetting.
    """
    if tier not in TIERS:
        raise BadSetting(f"There is no second look '{tier[:20]}'.", advice=f"Choose: {', '.join(TIERS)}.")
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise BadSetting(
            f"The share of posts to look at again is {share} %.",
            advice=f"Choose {LEAST_SHARE} to {MOST_SHARE}.",
        )
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = SecondTerms.objects.filter(pk=within.id).first()
        before = (row.tier, row.share) if row else ("off", USUAL_SHARE)
        values: dict[str, Any] = {"tier": tier, "share": share}
        if row is None or row.tier == "off":
            values["since"] = values["arrival"] = _newest(db, within.id)
        SecondTerms.objects.update_or_create(pk=within.id, defaults=values)
        if tier == "off":
            Second.objects.filter(programme_id=within.id, state="waiting").delete()
    return before != (tier, share)


def look_back(programme: str, posts: int) -> None:
    """Let the newest posts that are there be considered too. Nothing is asked about twice."""
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        db.execute(
            "SELECT min(arrival) FROM (SELECT arrival FROM store_post WHERE programme_id = %s"
            " ORDER BY arrival DESC LIMIT %s) newest",
            [within.id, max(1, posts)],
        )
        (first,) = db.fetchone()
        if first is not None:
            rows = SecondTerms.objects.filter(pk=within.id, arrival__gte=first)
            rows.update(arrival=first - 1, since=Least("since", first - 1))


def choose(programme: str) -> int | None:
    """Choose the least certain among the next new posts; how many, or None when there are no new ones.

    Least certain: unsure before sure, then by the score of the main label; among the last WINDOW posts, and
    never more than the share of them. What a person corrected is not chosen.
    """
    within = scope.of(programme)
    mark = SecondTerms.objects.filter(pk=within.id).values_list("arrival", flat=True).first()
    if mark is None or not Post.objects.filter(programme_id=within.id, arrival__gt=mark).exists():
        return None  # looked at without waiting for writers: most of the time there is nothing new
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        terms = SecondTerms.objects.filter(pk=within.id).exclude(tier="off").first()
        if terms is None:
            return None
        db.execute(
            "SELECT max(arrival) FROM (SELECT arrival FROM store_post WHERE programme_id = %s"
            " AND arrival > %s ORDER BY arrival LIMIT %s) coming",
            [within.id, terms.arrival, BATCH],
        )
        (last,) = db.fetchone()
        if last is None:
            return None
        chosen = _least_certain(_window(db, within.id, terms.since, last), terms.arrival, terms.share)
        now = clock.seconds(clock.now())
        Second.objects.bulk_create(
            [
                Second(
                    post_id=post.id,
                    programme_id=within.id,
                    chosen=now,
                    label=post.label,
                    score=post.score,
                    unsure=post.unsure,
                )
                for post in chosen
            ],
            ignore_conflicts=True,
        )
        SecondTerms.objects.filter(pk=within.id).update(arrival=last)
    return len(chosen)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A post of the window, as its first verdict was."""

    id: int
    arrival: int
    label: str
    score: float
    unsure: bool
    asked: bool

    @property
    def certainty(self) -> tuple[bool, float, int]:
        return (not self.unsure, self.score, self.id)


def _window(db: Any, programme_id: int, since: int, last: int) -> list[_Seen]:
    db.execute(
        "SELECT p.id, p.arrival, p.label, COALESCE(s.score, l.score), COALESCE(s.unsure, p.unsure),"
        " s.post_id IS NOT NULL FROM store_post p"
        " JOIN store_postlabel l ON l.post_id = p.id AND l.rank = 0"
        " LEFT JOIN store_second s ON s.post_id = p.id"
        " WHERE p.programme_id = %s AND p.arrival > %s AND p.arrival <= %s AND NOT p.corrected"
        " ORDER BY p.arrival DESC LIMIT %s",
        [programme_id, since, last, WINDOW],
    )
    return [
        _Seen(id, arrival, label, float(score), bool(unsure), bool(asked))
        for id, arrival, label, score, unsure, asked in db.fetchall()
    ]


def _least_certain(window: Sequence[_Seen], after: int, share: int) -> list[_Seen]:
    most = len(window) * share // 100
    lowest = sorted(window, key=lambda post: post.certainty)[:most]
    room = most - sum(post.asked for post in window)
    return [post for post in lowest if post.arrival > after and not post.asked][: max(0, room)]


def claim(programme: str, most: int) -> list[int]:
    """Posts that wait, the longest due first, lent to the caller for LEASE seconds."""
    within = scope.of(programme)
    now = clock.seconds(clock.now())
    waiting = Second.objects.filter(programme_id=within.id, state="waiting")
    if not waiting.filter(due__lte=now).exists():
        return []
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        waiting.filter(chosen__lt=now - int(PATIENCE.total_seconds())).update(state="silent", at=clock.now())
        ids = list(waiting.filter(due__lte=now).order_by("due", "pk").values_list("pk", flat=True)[:most])
        Second.objects.filter(pk__in=ids).update(due=now + LEASE)
    return ids


def settle(programme: str, tier: str, model: str, answers: Sequence[Answer]) -> Settled:
    """Write opinions beside their posts, and let a post follow where the opinion is the surer one.

    A post that was erased, edited or answered by somebody else meanwhile is passed over; of one that a person
    corrected only the opinion is kept. Raises StoreBusy: nothing was written.
    """
    try:
        with transaction.atomic(), connection.cursor() as db:
            take_numbers(db, 0)
            return _settle(db, scope.of(programme).id, tier, model, answers)
    except OperationalError as error:
        raise StoreBusy("The database is busy or restarting.", advice="It is tried again later.") from error


def _settle(db: Any, programme_id: int, tier: str, model: str, answers: Sequence[Answer]) -> Settled:
    ids = [answer.post_id for answer in answers]
    waiting = {row.pk: row for row in Second.objects.filter(pk__in=ids, state="waiting")}
    posts = {row.pk: row for row in Post.objects.filter(pk__in=ids, programme_id=programme_id)}
    changes: list[list[Any]] = []
    given = agreed = changed = 0
    for answer in answers:
        row, post = waiting.get(answer.post_id), posts.get(answer.post_id)
        if row is None or post is None or post.text != answer.text:
            continue
        if not answer.labels:
            _wait(row, asked=answer.asked)
            continue
        row.state, row.tier, row.model, row.at = "given", tier, model[:32], clock.now()
        row.opinion = [[one.id, one.score] for one in answer.labels]
        row.label, row.agrees = post.label, answer.labels[0].id == post.label
        given += 1
        agreed += row.agrees
        if not post.corrected:
            new = _after(row, post, answer)
            changed += row.changed
            if new is not None:
                changes.append(new)
        row.save()
    touched = [new[0] for new in changes]
    erase.take_out(db, programme_id, touched)
    erase.withdraw_reports(programme_id, set(touched))
    put_back(db, changes)
    return Settled(given, agreed, changed)


def _wait(row: Second, *, asked: bool) -> None:
    row.tries += asked
    if row.tries >= MOST_TRIES:
        row.state, row.at = "silent", clock.now()
    row.due = clock.seconds(clock.now()) + (AGAIN * 4 ** (row.tries - 1) if asked else SOON)
    row.save()


def _after(row: Second, post: Post, answer: Answer) -> list[Any] | None:
    """The post's row as it is from now on, or None where nothing changes.

    The surer of two opinions stands. Where both are sure of different labels and the second is not the surer,
    the post is unsure: a person is asked.
    """
    takes = not answer.unsure and (answer.labels[0].score > row.score or (row.unsure and not row.agrees))
    new: dict[str, Any] = {}
    if takes:
        new = {"label": answer.labels[0].id, "unsure": False, "model": row.model}
        row.changed = post.label != answer.labels[0].id
        if row.changed:  # the voice tag stays one of the label under which it was made
            made_under = post.theme or post.label
            new["theme"] = "" if post.voice is None or made_under == new["label"] else made_under
    elif row.agrees and not answer.unsure:
        new = {"unsure": False}
    elif not row.agrees and not answer.unsure:
        new = {"unsure": True}
    if not takes and all(getattr(post, name) == value for name, value in new.items()):
        return None
    columns = [getattr(post, name) for name in POST]
    for name, value in new.items():
        columns[POST.index(name)] = value
    scored = [(one.id, one.score) for one in answer.labels] if takes else _labels(post.pk)
    return [*columns, scored, tsvector(post.text)]


def _labels(post_id: int) -> list[tuple[str, float]]:
    rows = PostLabel.objects.filter(post_id=post_id).order_by("rank")
    return list(rows.values_list("label", "score"))


def _newest(db: Any, programme_id: int) -> int:
    db.execute("SELECT max(arrival) FROM store_post WHERE programme_id = %s", [programme_id])
    (found,) = db.fetchone()
    return int(found or 0)
