"""Correcting: a person says which labels of a post are right."""

from collections.abc import Sequence

from django.db import connection, transaction

from earnest.record.errors import StoreError
from earnest.store import clock, erase, scope
from earnest.store.models import Correction, Post
from earnest.store.words import tsvector
from earnest.store.write_posts import POST, put_back, take_numbers


def correct(programme: str, post_id: int, labels: Sequence[str], kind: str, by_user: int | None) -> bool:
    """A person says which labels and kind are right; the post, its counts and the record of corrections
    follow.

    Saying the same again confirms the model. The voice tag belongs to the old label's theme and cannot be
    made anew, so it goes where the main label changes. False when the post is no longer there. Raises
    StoreError without labels.
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
            model=row.model,
            by_id=by_user,
            at=clock.now(),
        )
        erase.take_out(db, within.id, [row.pk])
        erase.withdraw_reports(within.id, {row.pk})
        columns = [getattr(row, name) for name in POST]
        right = {"kind": kind, "kind_score": 1.0, "label": labels[0], "unsure": False}
        for name, value in (right | {"voice": voice, "corrected": True}).items():
            columns[POST.index(name)] = value
        scored = [(label, 1.0) for label in list(dict.fromkeys(labels))[:3]]
        put_back(db, [[*columns, scored, tsvector(row.text)]])
    return True
