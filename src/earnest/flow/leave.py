"""Opting out, from a word in a post to a row and an erasure, in the transaction that keeps the page.

`asking.py` carries wishes from the gate to here; `codes.py` is the opt-out page's half, `forget.py` erasing
on request.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from earnest.desk import audit
from earnest.flow.asking import Asking, Kin
from earnest.gate import voice
from earnest.record.errors import SourceError
from earnest.sources.base import Answers
from earnest.sources.registry import TYPES
from earnest.store import read, read_leaving, write, write_leaving
from earnest.store.write_leaving import Account, Asked


def kin(place: read.ListeningPlace) -> tuple[Kin, ...]:
    """The places where an author's name is the same person as at this one; this one first.

    All of its type where the type says so ("@ann:example.org"), else those that read the very same source.
    """
    kind = TYPES.get(place.type)
    everywhere = kind is not None and kind.one_account
    others = [
        Kin(id, source)
        for id, source, settings in read_leaving.places_of(place.type)
        if id != place.id and (everywhere or (settings and settings == place.settings))
    ]
    return (Kin(place.id, read_leaving.source_of(place.id)), *others)


def keep_page(
    place: Kin,
    keys: voice.Keys,
    asking: Sequence[Asking],
    known: frozenset[bytes],
    keep: Callable[[], write.Outcome],
) -> write_leaving.Kept:
    """Keep a page by `keep` and carry out what people asked in it, whole or not at all.

    `known` are the accounts that the page's gate took for out. Raises StoreBusy as `write.keep`, and where
    somebody opted out by another way while the page was read.
    """
    programme, _, slug = place.source.partition("/")

    def noted(kept: write_leaving.Kept) -> None:
        if kept.outcome.erased:
            audit.note(
                "system",
                "erased",
                programme=programme,
                about=f"place:{slug}",
                detail={"posts": kept.outcome.erased},
            )
        for action, number in (("opted_out", len(kept.left)), ("opted_in", len(kept.back))):
            if number:
                audit.note(
                    "system", action, programme=programme, about=f"place:{slug}", detail={"accounts": number}
                )

    wishes = [_asked(keys, one) for one in asking]
    return write_leaving.keep_page(place.place_id, wishes, known, keep, noted)


def depart(place: Kin, keys: voice.Keys, departed: Sequence[tuple[int, bytes, bytes]]) -> int:
    """Erase what accounts said that their place says are gone. They are not out: whoever comes back is heard.

    Before the page that says so is kept, in a transaction of its own: done twice it changes nothing more.
    """
    if not departed:
        return 0
    gone = write_leaving.depart([_account(keys, *one) for one in departed])
    if gone:
        programme, _, slug = place.source.partition("/")
        audit.note("system", "erased", programme=programme, about=f"place:{slug}", detail={"posts": gone})
    return gone


def answer(source: object, asking: Sequence[Asking], kept: write_leaving.Kept) -> None:
    """Let a source that can tell the people in it that they are out. What holds, holds also untold."""
    told = [one.post for one in asking if one.key in kept.left]
    if told and isinstance(source, Answers):
        with suppress(SourceError):
            source.acknowledge(told)


def account(keys: voice.Keys, place: Kin, author: str) -> Account:
    """An account by its name, as the store knows it."""
    return _account(
        keys, place.place_id, keys.leaver(place.source, author), keys.speaker(place.source, author)
    )


def _account(keys: voice.Keys, place_id: int, leaver: bytes, speaker: bytes) -> Account:
    def tags(labels: Sequence[str]) -> list[bytes]:
        made = (voice.tag(keys, label, epoch, speaker) for epoch in keys.living for label in labels)
        return [tag for tag in made if tag is not None]

    return Account(place_id, leaver, tags)


def _asked(keys: voice.Keys, one: Asking) -> Asked:
    return Asked(
        key=one.key,
        said=datetime.fromtimestamp(one.said, UTC),
        accounts=tuple(_account(keys, *account) for account in one.accounts),
        back=one.back,
        edited=one.edited,
        code=one.code,
    )
