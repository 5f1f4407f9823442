"""Reading what a programme learned: its models, how the last run went, and what there is to learn from."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import F

from earnest.store import dialect, overdue, read_taxonomy, scope
from earnest.store.models import LearnedModel, LearnRun
from earnest.store.scope import Scope

State = Literal["candidate", "current", "former", "refused"]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that a programme learned. `figures` are those of its comparison with `before`."""

    id: int
    model: str
    before: str
    taxonomy: str
    version: int
    made: datetime
    state: State
    stale: bool
    figures: dict[str, Any] = field(repr=False)
    decided: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """The last run: how far it is, or how it ended (`told`). `learned`: from how many corrected posts."""

    begun: datetime
    ended: datetime | None
    what: str
    share: float
    told: str
    learned: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A post whose labels a person said; `key` is what the split between teaching and asking goes by.

    asked  the person was given the post, and did not look for an error
    """

    id: int
    key: bytes = field(repr=False)
    text: str = field(repr=False)
    labels: tuple[str, ...]
    kind: str
    lang: str
    asked: bool


def current_model(programme: str) -> ModelRow | None:
    """The model of its own that a programme uses; None where it uses the one of its taxonomy.

    A model that was made for another taxonomy, or another version of it, than the present one is not used.
    """
    row = LearnedModel.objects.filter(
        programme__slug=programme, state="current", taxonomy=F("programme__taxonomy")
    ).first()
    if row is None or row.version != read_taxonomy.number_of(programme):
        return None
    return _model(row)


def models_of(programme: str) -> list[ModelRow]:
    """Every model that a programme learned, newest first."""
    rows = LearnedModel.objects.filter(programme__slug=programme).order_by("-made", "-pk")
    return [_model(row) for row in rows]


def was_learned(programme: str, model: str) -> bool:
    """Whether a model of this name was ever learned here."""
    return LearnedModel.objects.filter(programme__slug=programme, model=model).exists()


def last_run(programme: str) -> Run | None:
    """The last time that its model was made anew, or None."""
    row = LearnRun.objects.filter(programme__slug=programme).first()
    if row is None:
        return None
    return Run(row.begun, row.ended, row.what, row.share, row.told, row.learned)


def lessons(programme: str) -> list[Lesson]:
    """Posts with the labels that people said, oldest first, as far as they may be told.

    Never one of a blind sample, which only measures; never one whose wording changed since. Labels are named
    as they are now.
    """
    within = scope.of(programme)
    lineage = read_taxonomy.lineage_of(within.id)
    with connection.cursor() as db:
        db.execute(
            "SELECT p.id, p.key, p.text, p.kind, p.lang FROM store_post p"  # noqa: S608 - numbers only
            " WHERE p.programme_id = %s AND p.id >= %s AND p.id IN"
            " (SELECT c.post_id FROM store_correction c WHERE c.programme_id = %s)"
            " AND NOT EXISTS (SELECT 1 FROM store_blindpost b WHERE b.post_id = p.id)"
            f" AND p.corrected = %s{told(within)} ORDER BY p.id",
            [within.id, within.first_id, within.id, True],
        )
        rows = db.fetchall()
        ids = [row[0] for row in rows]
        labels: dict[int, list[str]] = {}
        for post, label in dialect.among(
            db, "SELECT post_id, label FROM store_postlabel WHERE", "post_id", ids, then=" ORDER BY rank"
        ):
            labels.setdefault(post, []).append(lineage.now(label))
        asked: dict[int, bool] = {}
        for post, was in dialect.among(
            db, "SELECT post_id, asked FROM store_correction WHERE", "post_id", ids, then=" ORDER BY id"
        ):
            asked[post] = bool(was)
    return [
        Lesson(id, bytes(key), text, tuple(dict.fromkeys(labels[id])), kind, lang, asked[id])
        for id, key, text, kind, lang in rows
        if id in labels
    ]


def waiting(programme: str, since: datetime | None) -> int:
    """How many posts were corrected since a moment."""
    within = scope.of(programme)
    sql = "SELECT count(DISTINCT post_id) FROM store_correction WHERE programme_id = %s"
    values: list[Any] = [within.id]
    if since is not None:
        sql += " AND at > %s"
        values.append(connection.ops.adapt_datetimefield_value(since))
    with connection.cursor() as db:
        db.execute(sql, values)
        return int(db.fetchone()[0])


def told(within: Scope) -> str:
    """The condition on a post `p` that it may be told, but for retention (`p.id >= first_id`)."""
    return within.told("p.place_id", "p.id", overdue.ids)


def _model(row: LearnedModel) -> ModelRow:
    return ModelRow(
        id=row.pk,
        model=row.model,
        before=row.before,
        taxonomy=row.taxonomy,
        version=row.version,
        made=row.made,
        state=row.state,  # type: ignore[arg-type]  # only its own codes are written
        stale=row.stale,
        figures=dict(row.figures),
        decided=row.decided,
    )
