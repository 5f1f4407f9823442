"""What people ask for their own accounts, on its way from the gate to the store. No Django: it is made in the
process that reads a file, and travels through a pipe to the one that writes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from earnest.gate.admit import Leaving
from earnest.gate.voice import Keys


class Kin(NamedTuple):
    """A place where an author's name is the same person: this one first, then others of its source."""

    place_id: int
    source: str


class Asking(msgspec.Struct):
    """`gate.admit.Leaving`, without the name.

    accounts  place, what stands for the account among those that are out, and its speaker (from which voice
              tags are made): in memory and through the pipe only
    said      seconds since 1970
    code      keyed hash of the opt-out page's code
    post      the source's own id of the asking post, so that the source may answer
    """

    key: bytes
    post: str
    said: float
    edited: bool
    back: bool
    code: bytes | None
    accounts: list[tuple[int, bytes, bytes]]


def asking(keys: Keys, kin: Sequence[Kin], leaving: Iterable[Leaving]) -> list[Asking]:
    """Wishes with keyed hashes for names, at every place where the account is the same one."""
    return [
        Asking(
            key=one.key,
            post=one.post,
            said=one.said.timestamp(),
            edited=one.change == "edited",
            back=one.back,
            code=None if one.code is None else code_hash(keys, one.code),
            accounts=[
                (
                    place.place_id,
                    keys.leaver(place.source, one.author),
                    keys.speaker(place.source, one.author),
                )
                for place in kin
            ],
        )
        for one in leaving
    ]


def code_hash(keys: Keys, code: str) -> bytes:
    """What the store keeps of a code of the opt-out page."""
    return keys.sealed("code", code.encode("ascii"))
