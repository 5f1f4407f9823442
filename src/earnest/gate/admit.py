"""The gate: which posts may be heard, and as what. Read this first.

A post passes these steps, in this order, in memory: whether its account was opted out before, protected
speech (before anything else looks at the text), the author's opting out now, what its community consented
to, the limits of text and date, redaction, and last the key, speaker and domain that stand for its id,
author and link. What is withheld is counted in one number, whatever the reason, and exists nowhere else. If
any step cannot run, nothing of the batch is admitted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, final

from earnest.gate import audience as audiences
from earnest.gate.consent import Consent, covers, live
from earnest.gate.optout import flagged_out, wish
from earnest.gate.personal import domain_of
from earnest.gate.protected import Heard, hear_all, is_protected
from earnest.gate.redact import redact, redact_all
from earnest.gate.text import MAX, clean
from earnest.gate.voice import Keys
from earnest.gate.wordless import remembered
from earnest.record.cleared import ClearedPost, Erasure
from earnest.record.errors import GateFailed, MissingKeys
from earnest.record.raw import Change, RawPost, Refusal

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far a source's clock may run ahead."""

Withheld = Literal["protected speech", "opted out", "before consent"]
"""Why a post passed by. For a person who tries the gate out by hand; never kept, logged or counted apart."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody asked that their account be left out, or (`back`) be heard again. It lives in memory only.

    author  as the source names it: to find what the account said before, then dropped
    post    the asking post's id as the source names it, so that a source that can may answer
    key     the same as the store knows it; `said` and `change` as in the post
    code    of the opt-out page, where the post holds one
    """

    author: str = field(repr=False)
    post: str = field(repr=False)
    key: bytes
    said: datetime
    change: Change
    back: bool
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Admitted:
    """What came of a batch, in its order. `withheld` mixes every reason; who is `leaving` counts there too.

    An edit that may not pass is an `Erasure` as well: the wording before it is no longer what was said.
    `withdrawn` are keys of other posts that may not pass: should an earlier wording of one have been kept, it
    goes; otherwise nothing is left of them.
    """

    cleared: list[ClearedPost | Erasure]
    withheld: int
    refused: list[Refusal]
    leaving: list[Leaving] = field(default_factory=list)
    withdrawn: list[bytes] = field(default_factory=list)


Answer = ClearedPost | Erasure | Refusal | Withheld | Leaving


@final
class _Passing(NamedTuple):
    """A post that may go on once its text is redacted."""

    raw: RawPost
    text: str
    created: datetime

    def __repr__(self) -> str:
        return "_Passing()"


class Gate:
    """The gate of one place. RefusedAudience where its audience may not be listened to at its kind of
    place."""

    def __init__(
        self,
        keys: Keys,
        *,
        audience: str,
        kind: str,
        source: str,
        region: str | None = None,
        consent: Consent | None = None,
        out: frozenset[bytes] = frozenset(),
        answered: Callable[[Sequence[bytes]], frozenset[bytes]] | None = None,
    ) -> None:
        """`source` names the place within the installation; `region` is its own, where a post names none.

        A closed place needs the `consent` of its community: without a live one nothing is admitted. `out`
        are the accounts that are not heard here (`Keys.leaver`); whoever opts out in a batch is out for
        those after it. `answered` says which posts were heeded before, so that an old wish, read again, does
        not undo a newer one; without it every wish to leave counts, however often it is read. MissingKeys
        where accounts are out and the key that knows them is gone.
        """
        audiences.check(audience, kind)
        self._keys = keys
        self._closed = kind == "closed"
        self._source = source
        self._region = region
        self._consent = consent
        if out and not keys.knows_leavers:
            raise MissingKeys(
                "The key of opting out is not in the key file: nobody who left would be recognised.",
                advice="Put the newest backup of the key file back. Until then nothing is admitted here.",
            )
        self.out = out
        self._answered = answered

    def admit(self, raws: Sequence[RawPost]) -> Admitted:
        """Admit, withhold or refuse each post. GateFailed, and nothing admitted, where a step cannot run."""
        try:
            answers = self.decide(raws)
            admitted = _sorted(answers, *self._taken_back(raws, answers))
        except Exception as error:  # noqa: BLE001 - whatever fails, nothing may pass
            failed = type(error).__name__
        else:
            self.out |= {self.leaver(one.author) for one in admitted.leaving if not one.back}
            return admitted
        # Raised out here, so that neither a cause nor this frame carries a post into a log.
        del raws
        raise GateFailed(
            f"The gate could not run ({failed}): nothing of this batch was admitted.",
            advice="The posts stay with their source and are read again.",
        )

    def leaver(self, author: str) -> bytes:
        """What stands for an account of this place among those that are out."""
        return self._keys.leaver(self._source, author)

    def decide(self, raws: Sequence[RawPost]) -> list[Answer]:
        """One answer a post, in order. For `admit`, and for a person who tries the gate out by hand."""
        now = datetime.now(UTC)
        if self._closed and not live(self._consent, now):
            raise PermissionError("no live consent")
        latest = now + AHEAD
        heard = hear_all([raw.text if len(raw.text) <= MAX else "" for raw in raws])
        decided = [
            self._decide(raw, place, now, latest, withheld)
            for place, (raw, withheld) in enumerate(zip(raws, heard, strict=True), 1)
        ]
        # One walk over all that may pass costs half of one walk each.
        texts = iter(redact_all([one.text for one in decided if type(one) is _Passing]))
        answers: list[Answer] = [
            self._cleared(one.raw, next(texts), one.created) if type(one) is _Passing else one
            for one in decided
        ]
        leaving = [one for one in answers if type(one) is Leaving and not one.back]
        if leaving and self._answered is not None:
            old = self._answered([one.key for one in leaving if one.change != "edited"])
            answers = ["opted out" if type(one) is Leaving and one.key in old else one for one in answers]
            leaving = [one for one in leaving if one.key not in old]
        for asked in leaving:
            self._leave_out(asked, raws, answers, now)
        return answers

    def _decide(
        self, raw: RawPost, place: int, now: datetime, latest: datetime, withheld: Heard
    ) -> "Answer | _Passing":
        """`withheld` is what the filter of protected speech and opting out heard in the text."""
        if raw.change == "deleted":
            return Erasure(self._keys.post_key(self._source, raw.id), raw.if_kept)
        text = raw.text
        if len(text) > MAX:
            return Refusal(f"item {place}", "TooLong", f"the text is longer than {MAX:,} characters")
        if self.out and raw.author and self.leaver(raw.author) in self.out:
            return self._asking(raw, now) or "opted out"
        if withheld is not None:
            asked = self._asking(raw, now)
            return asked if asked is not None and not asked.back else withheld
        if raw.flags and flagged_out(raw.flags):
            return "opted out"
        text = clean(text)
        created = raw.created or now
        if created.tzinfo is None or not EARLIEST <= created <= latest:
            return Refusal(
                f"item {place}", "BadDate", "the date is not between 1990 and tomorrow, or has no time zone"
            )
        if self._consent is not None and not covers(self._consent, created):
            return "before consent"
        if not text:
            return Refusal(f"item {place}", "NoText", "the text is empty")
        return _Passing(raw, text, created)

    def _cleared(self, raw: RawPost, text: str, created: datetime) -> ClearedPost:
        """A post as it goes on. `text` is redacted."""
        keys, author = self._keys, raw.author
        return ClearedPost(
            keys.post_key(self._source, raw.id),
            text,
            created if created.tzinfo is UTC else created.astimezone(UTC),
            _lang(raw.lang),
            _region(raw.region) if raw.region else self._region,
            domain_of(raw.url) if raw.url else None,
            keys.speaker(self._source, author) if author else None,
            "edited" if raw.change == "edited" else "said",  # deletions left at the first step
            raw.version,
        )

    def _taken_back(
        self, raws: Sequence[RawPost], answers: Sequence[Answer]
    ) -> tuple[list[Erasure], list[bytes]]:
        """What earlier wordings of posts that may not pass must go. Said before a consent: none was kept."""
        edited: list[Erasure] = []
        withdrawn: list[bytes] = []
        for raw, answer in zip(raws, answers, strict=True):
            if isinstance(answer, (ClearedPost, Erasure)) or answer == "before consent":
                continue
            key = self._keys.post_key(self._source, raw.id)
            if raw.change == "edited":
                edited.append(Erasure(key))
            else:
                withdrawn.append(key)
        return edited, withdrawn

    def _asking(self, raw: RawPost, now: datetime) -> Leaving | None:
        """What a post asks for its own account. Where the source names no author there is none to leave
        out.
        """
        asked = wish(raw.text) if raw.author else None
        if asked is None or not raw.author:
            return None
        key, said = self._keys.post_key(self._source, raw.id), _said(raw, now)
        return Leaving(raw.author, raw.id, key, said, raw.change, asked.back, asked.code)

    def _leave_out(
        self, asked: Leaving, raws: Sequence[RawPost], answers: list[Answer], now: datetime
    ) -> None:
        """Take an account's other posts out of a batch: those said before it asked are erased, so that they
        never come in again; those after it pass by. A wish to come back counts from the next batch.
        """
        wished = (asked.said, answers.index(asked))
        for at, raw in enumerate(raws):
            if raw.author != asked.author:
                continue
            answer = answers[at]
            if isinstance(answer, ClearedPost):
                heard = (_said(raw, now), at) < wished
                back = self._asking(raw, now)
                answers[at] = back or (Erasure(answer.key) if heard else "opted out")


def _said(raw: RawPost, now: datetime) -> datetime:
    """When a post was said, for the order of wishes: now where its source tells none, or nonsense."""
    said = raw.created
    return said if said is not None and said.tzinfo is not None else now


def _sorted(answers: list[Answer], edited: list[Erasure], withdrawn: list[bytes]) -> Admitted:
    cleared = [answer for answer in answers if isinstance(answer, (ClearedPost, Erasure))]
    if len(cleared) == len(answers):
        return Admitted(cleared, 0, [])
    refused = [answer for answer in answers if type(answer) is Refusal]
    leaving = [answer for answer in answers if type(answer) is Leaving]
    withheld = len(answers) - len(cleared) - len(refused)
    return Admitted([*cleared, *edited], withheld, refused, leaving, withdrawn)


@lru_cache(1_024)
def _lang(claimed: str | None) -> str | None:
    """The primary tag of what the source claims ("en" of "en-US"), None where it is none."""
    tag = (claimed or "").replace("_", "-").split("-")[0].lower()
    return tag if 2 <= len(tag) <= 3 and tag.isascii() and tag.isalpha() else None


@remembered(4_096)
def _region(named: str) -> str | None:
    """A city or country as the source names it, None where it is longer or more personal than that."""
    named = clean(named)
    if not 0 < len(named) <= 80 or is_protected(named):
        return None
    # Many a place is called as a person is ("San José").
    return None if redact(named, person_names=False).spans else named
