"""Correcting: a person says which labels of a post are right, and takes it back."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from earnest.record.errors import StoreError
from earnest.store import clock, erase, read_taxonomy, scope
from earnest.store.arrivals import take_numbers
from earnest.store.models import Correction, Post, PostLabel
from earnest.store.words import tsvector
from earnest.store.write_posts import POST, put_back


def correct(
    programme: str,
    post_id: int,
    labels: Sequence[str],
    kind: str,
    by_user: int | None,
    *,
    asked: bool = False,
) -> bool:
    """A person says which labels and kind are right; the post, its counts and the record of corrections
    follow.

    Saying the same again confirms the model. `asked`: they were given the post, and did not look for an error
    (an unsure post always asks). The voice tag belongs to the old label's theme and cannot be made anew, so
    it goes where the main label changes. False when the post is no longer there. Raises StoreError without
    labels.
    """
    if not labels:
        raise StoreError("A post needs at least one label.", advice="Choose 'other' where none fits.")
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = Post.objects.filter(pk=post_id, programme_id=within.id, pk__gte=within.first_id).first()
        if row is None or not within.tells(row.place_id, row.pk):
            return False
        voice = None if row.voice is None or row.label != labels[0] else bytes(row.voice)
        Correction.objects.create(
            post_id=row.pk,
            programme_id=within.id,
            said_label=row.label,
            said_kind=row.kind,
            label=labels[0],
            kind=kind,
            voice=None if row.voice is None or voice is not None else bytes(row.voice),
            said=_verdict(row),
            asked=asked or row.unsure,
            model=row.model,
            by_id=by_user,
            at=clock.now(),
        )
        scored = [(label, 1.0) for label in list(dict.fromkeys(labels))[:3]]
        right = {"kind": kind, "kind_score": 1.0, "label": labels[0], "unsure": False}
        _put(db, row, right | {"voice": voice, "corrected": True}, scored)
    return True


def undo(programme: str, post_id: int, by_user: int) -> bool:
    """Take back the last correction of a post, where this person made it: the machine's verdict stands again,
    counts follow, and nothing is left of the correction.

    False where there is none to take back: somebody else corrected the post since, or its wording changed.
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = Post.objects.filter(pk=post_id, programme_id=within.id, corrected=True).first()
        last = Correction.objects.filter(post_id=post_id, programme_id=within.id).order_by("-pk").first()
        if row is None or last is None or not within.tells(row.place_id, row.pk):
            return False
        if last.by_id != by_user or last.label != row.label or not last.said:
            return False
        # The taxonomy may have changed since: what was said is put back by the names of now.
        now = read_taxonomy.lineage_of(within.id).now
        label = now(last.said_label)
        before = {
            "kind": last.said_kind,
            "kind_score": last.said["kind_score"],
            "label": label,
            "theme": row.theme if label == last.said_label else row.theme or last.said_label,
            "unsure": last.said["unsure"],
            "voice": bytes(last.voice) if last.voice is not None else row.voice and bytes(row.voice),
            "corrected": last.said["corrected"],
        }
        _put(db, row, before, [(now(label), score) for label, score in last.said["labels"]])
        last.delete()
    return True


def _verdict(row: Post) -> dict[str, Any]:
    """What stands on a post now, so that it can be put back exactly."""
    labels = PostLabel.objects.filter(post_id=row.pk).order_by("rank").values_list("label", "score")
    return {
        "labels": [[label, score] for label, score in labels],
        "kind_score": row.kind_score,
        "unsure": row.unsure,
        "corrected": row.corrected,
    }


def _put(db: Any, row: Post, changes: dict[str, Any], scored: list[tuple[str, float]]) -> None:
    """Within a transaction: take a post out of all that counts it, and put it back changed."""
    erase.take_out(db, row.programme_id, [row.pk])
    erase.withdraw_reports(row.programme_id, {row.pk})
    columns = [getattr(row, name) for name in POST]
    for name, value in changes.items():
        columns[POST.index(name)] = value
    put_back(db, [[*columns, scored, tsvector(row.text)]])
