"""Labelling a page so that one text on which the model falls over takes no neighbour with it."""

import logging
from collections.abc import Sequence
from typing import Protocol

from earnest.record.cleared import ClearedPost
from earnest.record.errors import EarnestError
from earnest.record.raw import Refusal
from earnest.record.verdict import Verdict

LOG = logging.getLogger(__name__)

HARMLESS = "the app is slow"
"""A text that every model can label. Where this fails as well, it is the model that is broken."""

Labelled = tuple[ClearedPost, Verdict]


class Labels(Protocol):
    """What of a model is needed (`understand.classify.Model` is one)."""

    @property
    def id(self) -> str: ...
    def classify(self, texts: Sequence[str], *, sentiment: bool) -> list[Verdict]: ...


def label(
    model: Labels, posts: Sequence[ClearedPost], *, sentiment: bool
) -> tuple[list[Labelled], list[Refusal]]:
    """Every post with its verdict, and a refusal for each on which the model falls over.

    Raises what the model raises where it labels nothing at all: then nothing of the page is kept, and nothing
    of it is lost.
    """
    try:
        verdicts = model.classify([post.text for post in posts], sentiment=sentiment)
    except EarnestError:
        raise
    except Exception as error:  # noqa: BLE001 - its words may hold a post: only its class is told
        model.classify([HARMLESS], sentiment=sentiment)
        LOG.warning("A page could not be labelled as a whole (%s): post by post.", type(error).__name__)
        return _one_by_one(model, posts, sentiment)
    return list(zip(posts, verdicts, strict=True)), []


def _one_by_one(
    model: Labels, posts: Sequence[ClearedPost], sentiment: bool
) -> tuple[list[Labelled], list[Refusal]]:
    fine: list[Labelled] = []
    refused: list[Refusal] = []
    for number, post in enumerate(posts, 1):
        try:
            (verdict,) = model.classify([post.text], sentiment=sentiment)
        except EarnestError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it is this post's
            refused.append(Refusal(f"post {number}", "NotLabelled", "the model cannot label this text"))
        else:
            fine.append((post, verdict))
    return fine, refused
