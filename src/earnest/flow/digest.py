"""What becomes of a page between its source and the store: the gate, the verdicts, the voice tags."""

from dataclasses import dataclass

from earnest.flow import trace
from earnest.flow.asking import Asking, Kin, asking
from earnest.flow.labelled import Labels, label
from earnest.gate import voice
from earnest.gate.admit import Gate
from earnest.record.cleared import ClearedPost
from earnest.record.raw import Page, Refusal
from earnest.record.verdict import Verdict
from earnest.store.rows import Kept


@dataclass(frozen=True, slots=True)
class Digest:
    """A page, ready to keep. `read` counts everything the source gave, also what was withheld or refused.

    `asking` is what people in it ask for their own accounts; `departed` are accounts of which the place says
    that they went, each as a place, what stands for it among those that are out, and its speaker.
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
    departed: tuple[tuple[int, bytes, bytes], ...] = ()


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
        with trace.span("gate", posts=len(page.posts)):
            admitted = self.gate.admit(page.posts)
        posts = [item for item in admitted.cleared if isinstance(item, ClearedPost)]
        with trace.span("understand"):
            labelled, unlabelled = label(self.model, posts, sentiment=self.audience == "customers")
        gone = [item for item in admitted.cleared if not isinstance(item, ClearedPost)]
        return Digest(
            kept=tuple(Kept(post, verdict, self._tag(post, verdict)) for post, verdict in labelled),
            erased=tuple(item.key for item in gone if not item.if_kept),
            withdrawn=(*admitted.withdrawn, *(item.key for item in gone if item.if_kept)),
            refused=(*page.refused, *admitted.refused, *unlabelled),
            withheld=admitted.withheld,
            read=len(page.posts) + len(page.refused),
            cursor=page.cursor,
            done=page.done,
            asking=tuple(asking(self.keys, self.kin, admitted.leaving)),
            departed=tuple(
                (kin.place_id, self.keys.leaver(kin.source, author), self.keys.speaker(kin.source, author))
                for author in page.departed
                for kin in self.kin
            ),
        )

    def _tag(self, post: ClearedPost, verdict: Verdict) -> bytes | None:
        """The voice tag under the post's main label; the speaker is forgotten with this call."""
        if post.voice is None:
            return None
        return voice.tag(self.keys, verdict.labels[0].id, voice.epoch_of(post.created), post.voice)
