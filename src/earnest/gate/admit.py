"""The gate: which posts may be heard, and as what. Read this first.

A post passes these steps, in this order, in memory: protected speech (before anything else looks at the
text), the author's opting out, what its community consented to, the limits of text and date, redaction, and
last the key, speaker and domain that stand for its id, author and link. What is withheld is counted in one
number, whatever the reason, and exists nowhere else. If any step cannot run, nothing of the batch is
admitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from earnest.gate import audience as audiences
from earnest.gate.consent import Consent, covers, live
from earnest.gate.optout import flagged_out
from earnest.gate.personal import domain_of
from earnest.gate.protected import hear, is_protected
from earnest.gate.redact import redact
from earnest.gate.text import MAX, clean
from earnest.gate.voice import Keys
from earnest.record.cleared import ClearedPost, Erasure
from earnest.record.errors import GateFailed
from earnest.record.raw import RawPost, Refusal

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far a source's clock may run ahead."""

Withheld = Literal["protected speech", "opted out", "before consent"]
"""Why a post passed by. For a person who tries the gate out by hand; never kept, logged or counted apart."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What came of a batch, in its order. `withheld` mixes every reason."""

    cleared: list[ClearedPost | Erasure]
    withheld: int
    refused: list[Refusal]


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
    ) -> None:
        """`source` names the place within the installation; `region` is its own, where a post names none.

        A closed place needs the `consent` of its community: without a live one nothing is admitted.
        """
        audiences.check(audience, kind)
        self._keys = keys
        self._closed = kind == "closed"
        self._source = source
        self._region = region
        self._consent = consent

    def admit(self, raws: Sequence[RawPost]) -> Admitted:
        """Admit, withhold or refuse each post. GateFailed, and nothing admitted, where a step cannot run."""
        try:
            return _sorted(self.decide(raws))
        except Exception as error:  # noqa: BLE001 - whatever fails, nothing may pass
            failed = type(error).__name__
        # Raised out here, so that neither a cause nor this frame carries a post into a log.
        del raws
        raise GateFailed(
            f"The gate could not run ({failed}): nothing of this batch was admitted.",
            advice="The posts stay with their source and are read again.",
        )

    def decide(self, raws: Sequence[RawPost]) -> list[ClearedPost | Erasure | Refusal | Withheld]:
        """One answer a post, in order. For `admit`, and for a person who tries the gate out by hand."""
        now = datetime.now(UTC)
        if self._closed and not live(self._consent, now):
            raise PermissionError("no live consent")
        latest = now + AHEAD
        return [self._decide(raw, place, now, latest) for place, raw in enumerate(raws, 1)]

    def _decide(
        self, raw: RawPost, place: int, now: datetime, latest: datetime
    ) -> ClearedPost | Erasure | Refusal | Withheld:
        if raw.change == "deleted":
            return Erasure(self._keys.post_key(self._source, raw.id))
        text = raw.text
        if len(text) > MAX:
            return Refusal(f"item {place}", "TooLong", f"the text is longer than {MAX:,} characters")
        withheld = hear(text)
        if withheld is not None:
            return withheld
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
        keys, author = self._keys, raw.author
        return ClearedPost(
            keys.post_key(self._source, raw.id),
            redact(text).text,
            created if created.tzinfo is UTC else created.astimezone(UTC),
            _lang(raw.lang),
            _region(raw.region) if raw.region else self._region,
            domain_of(raw.url) if raw.url else None,
            keys.speaker(self._source, author) if author else None,
            raw.change,
        )


def _sorted(answers: list[ClearedPost | Erasure | Refusal | Withheld]) -> Admitted:
    cleared = [answer for answer in answers if isinstance(answer, (ClearedPost, Erasure))]
    refused = [answer for answer in answers if type(answer) is Refusal] if len(cleared) < len(answers) else []
    return Admitted(cleared, len(answers) - len(cleared) - len(refused), refused)


@lru_cache(1_024)
def _lang(claimed: str | None) -> str | None:
    """The primary tag of what the source claims ("en" of "en-US"), None where it is none."""
    tag = (claimed or "").replace("_", "-").split("-")[0].lower()
    return tag if 2 <= len(tag) <= 3 and tag.isascii() and tag.isalpha() else None


@lru_cache(4_096)
def _region(named: str) -> str | None:
    """A city or country as the source names it, None where it is longer or more personal than that."""
    named = clean(named)
    return named if 0 < len(named) <= 80 and not redact(named).spans and not is_protected(named) else None
