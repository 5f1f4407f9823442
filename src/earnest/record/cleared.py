"""A post that passed the gate: personal data replaced, no author, nothing that leads back to one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClearedPost:
    """One admitted post.

    key      HMAC of source and post id, 16 bytes: for idempotency and deletion, not for going back
    text     redacted; placeholders in square brackets ("[phone]")
    created  timezone-aware UTC
    lang     what the source claims; the verdict holds what was recognised
    region   city or country, or None
    domain   of the post's link ("example.org"), or None
    voice    32 bytes held in memory only, from which `gate.voice.tag` makes the stored tag once the theme
             is known; None where the source names no author. It is never written.
    change   "said" or "edited" (a deletion needs only the key: see `Erasure`)
    version  when the source says that this wording was written, or None
    """

    key: bytes
    text: str
    created: datetime
    lang: str | None = None
    region: str | None = None
    domain: str | None = None
    voice: bytes | None = field(default=None, repr=False)
    change: Literal["said", "edited"] = "said"
    version: datetime | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """A post is gone, or may no longer be kept: the key under which it may have been. `if_kept`: where it was
    not kept, nothing is remembered of it (`raw.RawPost.if_kept`).
    """

    key: bytes
    if_kept: bool = False
