"""Reading for the review queue and the blind samples: what may be asked about, what was drawn and answered.

Everything passes through `scope`: retention and ended consents hold here as everywhere.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from earnest.store import clock, dialect, identity, read_taxonomy, scope
from earnest.store.models import BlindAnswer, BlindRound, Correction
from earnest.store.read_learn import told
from earnest.store.read_posts import rows_of
from earnest.store.shapes import PostRow


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to a blind question; an empty label: it cannot be told. `by` tells two apart."""

    label: str
    kind: str
    at: datetime
    by: int | None


@dataclass(frozen=True, slots=True)
class Blind:
    """A post of a blind sample, with what was said of it (`store.models.learn.BlindPost`).

    drawn   posts of its label that were drawn in its round, and `label` what it had been labelled
    weight  how many posts each of them stands for
    """

    post: int
    round: int
    at: datetime
    text: str = field(repr=False)
    label: str
    score: float
    kind: str
    model: str
    weight: float
    twice: bool
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A post as a drawing sees it: what the machine called it, whatever people said since."""

    id: int
    label: str
    score: float
    kind: str
    model: str


def undecided(programme: str, unsure: int, others: int) -> list[PostRow]:
    """The newest posts that nobody corrected and no blind sample holds: so many unsure ones, so many
    others.
    """
    within = scope.of(programme)
    ids: list[int] = []
    with connection.cursor() as db:
        for is_unsure, most in ((True, unsure), (False, others)):
            db.execute(
                "SELECT p.id FROM store_post p WHERE p.programme_id = %s AND p.id >= %s"  # noqa: S608 - numbers only
                " AND p.corrected = %s AND p.unsure = %s"
                " AND NOT EXISTS (SELECT 1 FROM store_blindpost b WHERE b.post_id = p.id)"
                f"{told(within)} ORDER BY p.id DESC LIMIT %s",
                [within.id, within.first_id, False, is_unsure, most],
            )
            ids += [id for (id,) in db.fetchall()]
    return rows_of(programme, ids)


def posts(programme: str, ids: Sequence[int]) -> list[PostRow]:
    """These posts in the order asked for, as far as they may be told."""
    return rows_of(programme, ids)


def in_new_themes(programme: str, ids: Sequence[int], since: datetime) -> set[int]:
    """Which of these posts are in a theme that was first heard of since then."""
    id = scope.id_of(programme)
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT t.post_id FROM store_themepost t JOIN store_theme h ON h.id = t.theme_id"
            " WHERE h.programme_id = %s AND h.state = 'open' AND h.first_seen >= %s AND",
            "t.post_id",
            list(ids),
            id,
            clock.seconds(since),
        )
    return {post for (post,) in rows}


def corrected_lately(programme: str, most: int) -> list[str]:
    """The labels of the posts that were corrected last, as the machine had given them, the newest first."""
    id = scope.id_of(programme)
    lineage = read_taxonomy.lineage_of(id)
    with connection.cursor() as db:
        db.execute(
            "SELECT said_label FROM store_correction WHERE programme_id = %s ORDER BY id DESC LIMIT %s",
            [id, most],
        )
        return [lineage.now(label) for (label,) in db.fetchall()]


def last_round(programme: str) -> tuple[datetime, int] | None:
    """When a blind sample was drawn last, and up to which arrival."""
    row = BlindRound.objects.filter(programme__slug=programme).order_by("-until").first()
    return None if row is None else (row.at, row.until)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Posts that arrived after a number, up to `until`: all of them, or as many as a lot found. Each of them
    stands for `each` posts.
    """

    posts: list[Arrived]
    until: int
    each: float = 1.0


ALL = 20_000
"""So many new posts are read one and all; of more a lot is drawn."""

NUMBERS, ROUNDS = 5_000, 10
"""Numbers that are drawn at once, and how often at most, until `ENOUGH` posts were met."""
ENOUGH = 10_000


def arrivals(programme: str, after: int, lot: random.Random) -> Arrivals:
    """The posts that arrived after a number and may be told, with what the machine called them.

    Of very many, numbers of arrivals are drawn by `lot` from all there are since then, and those that are
    posts of this programme are read: each of its posts is met with the same chance, whatever it says and
    whenever it came.
    """
    within = scope.of(programme)
    with connection.cursor() as db:
        db.execute(
            "SELECT count(*), max(arrival) FROM (SELECT p.arrival FROM store_post p"
            " WHERE p.programme_id = %s AND p.arrival > %s ORDER BY p.arrival DESC LIMIT %s) AS newest",
            [within.id, after, ALL + 1],
        )
        there, until = db.fetchone()
        if not there:
            return Arrivals([], after)
        before = (
            "SELECT p.id, p.label, p.kind, p.model, p.corrected,"  # noqa: S608 - numbers only
            " (SELECT l.score FROM store_postlabel l WHERE l.post_id = p.id AND l.rank = 0)"
            f" FROM store_post p WHERE p.programme_id = %s AND p.id >= %s{told(within)}"
        )
        if there <= ALL:
            own = [within.id, within.first_id, after, until]
            db.execute(f"{before} AND p.arrival > %s AND p.arrival <= %s ORDER BY p.arrival", own)
            return Arrivals(_arrived(within.id, db.fetchall()), until)
        numbers = lot.sample(range(after + 1, until + 1), min(until - after, NUMBERS * ROUNDS))
        rows: list[tuple[Any, ...]] = []
        drawn = 0
        while drawn < len(numbers) and len(rows) < ENOUGH:
            some = numbers[drawn : drawn + NUMBERS]
            drawn += len(some)
            rows += dialect.among(db, f"{before} AND", "p.arrival", some, within.id, within.first_id)
    # In an order of their own: the database gives them in any.
    return Arrivals(_arrived(within.id, sorted(rows)), until, (until - after) / drawn)


def _arrived(programme_id: int, rows: Sequence[tuple[Any, ...]]) -> list[Arrived]:
    said = _said(programme_id) if any(row[4] for row in rows) else {}
    found = []
    for id, label, kind, model, corrected, score in rows:
        if corrected and id in said:
            label, kind, score, model = said[id]
        found.append(Arrived(id, label, float(score or 0.0), kind, model))
    return found


def samples(programme: str, days: Sequence[tuple[date, date]], most: int) -> list[list[str]]:
    """For each range of days (the last not included) the texts of about `most` posts that were said in it,
    evenly by arrival; all of them where there are no more.
    """
    within = scope.of(programme)
    where = f"FROM store_post p WHERE p.programme_id = %s AND p.id >= %s AND p.id < %s{told(within)}"
    spans = [
        (
            at,
            within.id,
            max(within.first_id, identity.floor(clock.day_number(since) * clock.DAY)),
            identity.floor(clock.day_number(until) * clock.DAY),
        )
        for at, (since, until) in enumerate(days)
    ]
    found: list[list[str]] = [[] for _ in spans]
    if not spans:
        return found
    with connection.cursor() as db:
        of_each = " UNION ALL ".join([f"SELECT %s, count(*) {where}"] * len(spans))
        db.execute(of_each, [value for span in spans for value in span])
        steps = {at: max(1, -(-int(count) // most)) for at, count in db.fetchall()}
        # An id ends in the post's running number: every step-th of them is as good as a lot.
        sample = " UNION ALL ".join(
            [f"SELECT %s AS span, p.id AS id, p.text AS text {where} AND p.id %% %s = 0"] * len(spans)
        )
        db.execute(
            f"SELECT span, text FROM ({sample}) AS sampled ORDER BY span, id",  # noqa: S608 - conditions of `scope`
            [value for span in spans for value in (*span, steps[span[0]])],
        )
        for at, text in db.fetchall():
            found[at].append(text)
    return found


def _said(programme_id: int) -> dict[int, tuple[str, str, float, str]]:
    """What the machine had said of each post that was corrected: label, kind, score and its own id."""
    rows = Correction.objects.filter(programme_id=programme_id).order_by("pk")
    found = {}
    for post, label, kind, said, model in rows.values_list(
        "post_id", "said_label", "said_kind", "said", "model"
    ):
        if not said.get("corrected"):
            labels = said.get("labels") or [[label, 0.0]]
            found[post] = label, kind, float(labels[0][1]), model
    return found


def blind(programme: str, since: datetime | None = None) -> list[Blind]:
    """The blind samples drawn since a moment, as far as their posts may be told, oldest first."""
    within = scope.of(programme)
    lineage = read_taxonomy.lineage_of(within.id)
    rounds = BlindRound.objects.filter(programme_id=within.id)
    if since is not None:
        rounds = rounds.filter(at__gte=since)
    drawn = dict(rounds.values_list("pk", "at"))
    answers: dict[int, list[Answer]] = {}
    for row in BlindAnswer.objects.filter(asked__round__in=rounds).order_by("pk"):
        answers.setdefault(row.asked_id, []).append(
            Answer(lineage.now(row.label), row.kind, row.at, row.by_id)
        )
    with connection.cursor() as db:
        db.execute(
            "SELECT b.id, b.post_id, b.round_id, p.text, b.label, b.score, b.kind, b.model, b.weight, b.twice"  # noqa: S608 - numbers only
            " FROM store_blindpost b JOIN store_post p ON p.id = b.post_id"
            f" WHERE b.programme_id = %s AND p.id >= %s{told(within)} ORDER BY b.id",
            [within.id, within.first_id],
        )
        rows = db.fetchall()
    return [
        Blind(
            post=post, round=round, at=drawn[round], text=text, label=lineage.now(label), score=score,
            kind=kind, model=model, weight=weight, twice=bool(twice), answers=tuple(answers.get(id, ())),
        )
        for id, post, round, text, label, score, kind, model, weight, twice in rows
        if round in drawn
    ]  # fmt: skip
