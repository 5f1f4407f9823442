"""What seals a link of the audit chain: HMAC-SHA256 over the seal before it and its own fields.

Pure functions, so that writing and proving cannot differ.
"""

import json
from collections.abc import Mapping
from hmac import digest

START = bytes(32)
"""What stands for the seal before the first link."""


def detail_text(detail: Mapping[str, str | int]) -> str:
    """A link's small facts as the text that is sealed and kept."""
    return json.dumps(dict(detail), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def seal(
    key: bytes,
    previous: bytes,
    seq: object,
    at: object,
    actor: object,
    action: object,
    programme: object,
    about: object,
    detail: object,
) -> bytes:
    """The 32 bytes that seal a link. Fields may be anything a damaged database holds: they then differ."""
    fields = [seq, at, actor, action, programme, about, detail]
    said = json.dumps(fields, separators=(",", ":"), ensure_ascii=True, default=repr)
    return digest(key, previous + said.encode("ascii"), "sha256")
