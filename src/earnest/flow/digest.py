"""What becomes of a page between its source and the store: the gate, the verdicts, the voice tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from earnest.flow.asking import Asking, Kin, asking
from earnest.gate import voice
from earnest.gate.admit import Gate
from earnest.record.cleared import ClearedPost
from earnest.record.raw import Page, Refusal
from earnest.record.verdict import Verdict
from earnest.store.rows import Kept


class Labels(Protocol):
    """What of a model is needed (`understand.classify.Model` is one)."""

    @property
    def id(self) -> str: ...
    def classify(self, texts: Sequence[str], *, sentiment: bool) -> list[Verdict]: ...


@dataclass(frozen=True, slots=True)
class Digest:
    """A page, ready to keep. `read` counts everything the source gave, also what was withheld or refused.

    `asking` is what people in it ask for their own accounts.
    """

    kept: tuple[Kept, ...]
    erased: tuple[bytes, ...]
    withdrawn: tuple[bytes, ...]
    refused: tuple[Refusal, ...]
    withheld: int
    read: int
    cursor: str
    done: bool
    asking: tuple[Asking, ...] = ()


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages that a place's posts pass: its gate, the keys of its voices, the model, and its audience.

    `kin` are the places at which an author's name is the same person, this one first.
    """

    gate: Gate
    keys: voice.Keys
    model: Labels
    audience: str
    kin: tuple[Kin, ...] = ()

    def digest(self, page: Page) -> Digest:
        """Admit, label and tag a page. Nobody's feelings are inferred where the audience is `workforce`.

        Raises MissingKeys when the key file has gone meanwhile: then nothing is admitted.
        """
        self.keys.refresh()
        admitted = self.gate.admit(page.posts)
        posts = [item for item in admitted.cleared if isinstance(item, ClearedPost)]
        verdicts = self.model.classify([post.text for post in posts], sentiment=self.audience == "customers")
        return Digest(
            kept=tuple(
                Kept(post, verdict, self._tag(post, verdict))
                for post, verdict in zip(posts, verdicts, strict=True)
            ),
            erased=tuple(item.key for item in admitted.cleared if not isinstance(item, ClearedPost)),
            withdrawn=tuple(admitted.withdrawn),
            refused=(*page.refused, *admitted.refused),
            withheld=admitted.withheld,
            read=len(page.posts) + len(page.refused),
            cursor=page.cursor,
            done=page.done,
            asking=tuple(asking(self.keys, self.kin, admitted.leaving)),
        )

    def _tag(self, post: ClearedPost, verdict: Verdict) -> bytes | None:
        """The voice tag under the post's main label; the speaker is forgotten with this call."""
        if post.voice is None:
            return None
        return voice.tag(self.keys, verdict.labels[0].id, voice.epoch_of(post.created), post.voice)
