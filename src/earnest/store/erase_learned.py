"""Erasing posts: what the review queue, the blind samples and a programme's own models hold of them."""

from collections.abc import Sequence
from typing import Any

from earnest.store import dialect
from earnest.store.models import LearnedModel


def unlearn(db: Any, ids: Sequence[int]) -> None:
    """Within a transaction: these posts, or their wordings, are gone.

    Holds, blind questions and answers about them go; a model that learned from one of them is stale: it holds
    no text (a table of hashed terms), but it is made anew from what may still be read (`flow.learn`).
    """
    wanted = list(ids)
    dialect.delete(db, "DELETE FROM store_reviewhold WHERE", "post_id", wanted)
    asked = [id for (id,) in dialect.among(db, "SELECT id FROM store_blindpost WHERE", "post_id", wanted)]
    if asked:
        dialect.delete(db, "DELETE FROM store_blindanswer WHERE", "asked_id", asked)
        dialect.delete(db, "DELETE FROM store_blindpost WHERE", "id", asked)
    learned = dialect.among(db, "SELECT DISTINCT model_id FROM store_learnedpost WHERE", "post_id", wanted)
    if learned:
        LearnedModel.objects.filter(pk__in={model for (model,) in learned}).update(stale=True)
        dialect.delete(db, "DELETE FROM store_learnedpost WHERE", "post_id", wanted)
