"""Writing what a programme learned: its models, which of them it uses, and how a run goes."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.db import connection, transaction

from earnest.record.errors import StoreError
from earnest.store import clock, dialect, scope
from earnest.store.arrivals import take_numbers
from earnest.store.models import LearnedModel, LearnRun


def add_model(
    programme: str,
    model: str,
    *,
    before: str,
    taxonomy: str,
    version: int,
    state: Literal["candidate", "refused"],
    figures: Mapping[str, Any],
    posts: Sequence[int],
) -> int:
    """Write a model that was made and compared, with the ids of the posts it learned from; its row's id.

    A candidate that was not taken over before is refused by it. Where one of the posts was erased while it
    was made, it is stale from the beginning.
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        ids = list(posts)
        there = [id for (id,) in dialect.among(db, "SELECT id FROM store_post WHERE", "id", ids)]
        if state == "candidate":
            LearnedModel.objects.filter(programme_id=within.id, state="candidate").update(state="refused")
        row = LearnedModel.objects.create(
            programme_id=within.id,
            model=model,
            before=before,
            taxonomy=taxonomy,
            version=version,
            made=clock.now(),
            state=state,
            stale=len(there) < len(set(ids)),
            figures=dict(figures),
        )
        dialect.insert(db, "store_learnedpost", ("post_id", "model_id"), [(id, row.pk) for id in there])
    return int(row.pk)


def use_model(programme: str, row_id: int, by_user: int | None) -> bool:
    """Make a candidate the current model; the one before becomes a former one. False where it is none."""
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        rows = LearnedModel.objects.filter(programme_id=within.id)
        if not rows.filter(pk=row_id, state="candidate", stale=False).exists():
            return False
        rows.filter(state="current").update(state="former")
        rows.filter(pk=row_id).update(state="current", decided=clock.now(), by_id=by_user)
    return True


def go_back(programme: str, to: int | None, by_user: int | None) -> bool:
    """The current model becomes a former one, and `to`, a former one, the current; None: the taxonomy's own.

    False where there is no current model. Raises StoreError where `to` is no former model.
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        rows = LearnedModel.objects.filter(programme_id=within.id)
        if to is not None and not rows.filter(pk=to, state="former").exists():
            raise StoreError("That model cannot be gone back to: it is not there any more.")
        if not rows.filter(state="current").update(state="former"):
            return False
        if to is not None:
            rows.filter(pk=to).update(state="current", decided=clock.now(), by_id=by_user)
    return True


def drop_model(row_id: int) -> None:
    """A former model or a candidate is not kept any longer: it can no more be gone back to."""
    with transaction.atomic(), connection.cursor() as db:
        LearnedModel.objects.filter(pk=row_id).exclude(state="current").update(state="refused")
        dialect.delete(db, "DELETE FROM store_learnedpost WHERE", "model_id", [row_id])


def begin_run(programme: str) -> None:
    """A run begins."""
    within = scope.of(programme)
    LearnRun.objects.update_or_create(
        programme_id=within.id,
        defaults={
            "begun": clock.now(), "ended": None, "what": "beginning", "share": 0.0, "told": "", "learned": 0,
        },
    )  # fmt: skip


def note_run(programme: str, what: str, share: float) -> None:
    """How far a run is."""
    LearnRun.objects.filter(programme__slug=programme).update(what=what[:60], share=share)


def end_run(programme: str, told: str, learned: int) -> None:
    """How a run ended, in a sentence."""
    LearnRun.objects.filter(programme__slug=programme).update(
        ended=clock.now(), what="", share=1.0, told=told[:300], learned=learned
    )
