"""Proving the audit chain: is every link there, unchanged and in its place, up to the newest?

A chain that was cut at its end and whose head was set back looks whole by itself. Two things outside the
database show it: the last head that this installation noted beside its keys, and any head that a person
printed or sent elsewhere (an *anchor*).
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest, digest
from pathlib import Path

from django.conf import settings

from earnest.desk import audit_key
from earnest.record.errors import InputError
from earnest.store import chain, read_audit
from earnest.store.read_audit import Head, RawLink

WORD = "EARNEST-AUDIT"
_LINE = re.compile(rf"{WORD} (\d{{1,15}}) ([0-9TZ:.+-]{{1,40}}) ([0-9a-f-]{{64,71}}) ([0-9a-f]{{8}})", re.I)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was noted outside the database: where it came from, for the sentence that names it."""

    seq: int
    at: str
    mac: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that is not as it was written: its number, what happened, and a sentence."""

    seq: int
    what: str
    says: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many links hold, what breaks the chain (None: nothing), and how many of its first links cannot be
    proved because their key was lost: of those only the order is.
    """

    links: int
    broken: Broken | None
    unproved: int = 0


def head_line() -> str:
    """The head as one line to print or send: number, time, seal, and a check against slips of the pen."""
    return _line(_key(), read_audit.head())


def note_head() -> None:
    """Put the newest head beside the keys, outside the database; an older one never replaces a newer one."""
    head = read_audit.head()
    noted = _noted()
    if not head.seq or (noted is not None and noted.seq >= head.seq):
        return
    where = _noted_path()
    fresh = where.with_name(f".{where.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(_line(_key(), head) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(where)


def noted_before() -> int:
    """The number of the head that was noted beside the keys; 0 where none was."""
    found = _noted()
    return 0 if found is None else found.seq


def note_restored(at: datetime) -> None:
    """A backup was put back, and the chain says so: from now on it is held against its own head. The head
    from before is kept beside it, for whoever wants to know what was lost.
    """
    where = _noted_path()
    if where.exists():
        where.rename(where.with_name(f"{where.name}.before-{at:%Y%m%dT%H%M%SZ}"))
    note_head()


def read_anchor(text: str, origin: str = "the anchor") -> Anchor:
    """The head in a line (or in a text that holds one). Raises InputError when it was not copied whole."""
    found = _LINE.search(" ".join(text.split()))
    if found is None:
        raise InputError(
            f"{origin.capitalize()} is not a head of an audit chain.",
            advice=f"Give the whole line that begins with {WORD}.",
        )
    seq, at, seal, check = found.groups()
    mac = bytes.fromhex(seal.replace("-", ""))
    if len(mac) != 32 or not compare_digest(_check(_key(), int(seq), at.upper(), mac), check.lower()):
        raise InputError(
            f"{origin.capitalize()} was copied with a mistake, or is of another installation.",
            advice="Compare it with the original, sign by sign.",
        )
    return Anchor(int(seq), at.upper(), mac, origin)


def verify(*anchors: Anchor) -> Verified:
    """Walk the whole chain, about 20 µs a link, and what is written meanwhile too; nobody is kept waiting."""
    key, noted = _key(), _noted()
    begun = audit_key.first(Path(settings.EARNEST_HOME))
    outside = [*anchors, *([noted] if noted else [])]
    wanted = {one.seq: one for one in outside}
    count, before = 0, chain.START
    while True:
        walked = count
        head = read_audit.head()
        for row in read_audit.raw_links(count or None):
            proof = key if count + 1 >= begun else None
            broken = _look(proof, row, count + 1, before, head.seq) or _against(wanted.get(count + 1), row)
            if broken is not None:
                return Verified(count, broken, min(count, begun - 1))
            count, before = count + 1, row.mac
        head = read_audit.head()
        if head.seq <= count or count == walked:
            return Verified(count, _end(count, before, head, outside), min(count, begun - 1))


def _against(anchor: Anchor | None, row: RawLink) -> Broken | None:
    """Whether a link that holds by itself is another than the one that was noted outside."""
    if anchor is None or anchor.mac == row.mac:
        return None
    says = (
        f"Link {anchor.seq} is not the one of {anchor.origin} ({anchor.at}): the chain was written anew by "
        "somebody who has its key."
    )
    return Broken(anchor.seq, "rewritten", says)


def _look(key: bytes | None, row: RawLink, expected: int, before: bytes, last: int) -> Broken | None:
    """What is wrong with the link that should be the `expected`-th; without a key, with its place alone."""
    if not isinstance(row.seq, int) or row.seq < expected:
        return Broken(expected, "changed", f"Before link {expected} stands one with no number of its own.")
    if row.seq > expected:
        gap = f"Link {expected} is" if row.seq == expected + 1 else f"Links {expected} to {row.seq - 1} are"
        return Broken(expected, "missing", f"{gap} missing.")
    if key is not None and chain.seal(key, row.previous, row.seq, *row.fields()) != row.mac:
        origin = _origin(key, row, last)
        if origin is not None:
            says = f"In the place of link {expected} stands the one that was written as link {origin}."
            return Broken(expected, "moved", says)
        return Broken(expected, "changed", f"Link {expected} was changed after it was written.")
    if row.previous != before:
        says = (
            f"Link {expected} was not written behind the link {expected - 1} that stands before it: links of "
            "two chains were mixed (a backup put back in part?)."
        )
        return Broken(expected, "mixed", says)
    return None


def _origin(key: bytes, row: RawLink, last: int) -> int | None:
    """The number under which a link that stands elsewhere was written."""
    fields = row.fields()
    for seq in range(1, last + 1):
        if chain.seal(key, row.previous, seq, *fields) == row.mac:
            return seq
    return None


def _end(count: int, mac: bytes, head: Head, outside: list[Anchor]) -> Broken | None:
    """What is wrong behind the last link."""
    beyond = [one for one in outside if one.seq > count]
    if head.seq > count:
        gap = f"Link {count + 1} is" if head.seq == count + 1 else f"Links {count + 1} to {head.seq} are"
        return Broken(count + 1, "cut", f"{gap} missing at the end of the chain.")
    if beyond:
        anchor = max(beyond, key=lambda one: one.seq)
        return Broken(
            count + 1,
            "cut",
            f"The chain ends with link {count}, but {anchor.origin} ({anchor.at}) is link {anchor.seq}: its "
            "end was cut off, or an older backup of the database was put back.",
        )
    if head.seq != count or (count and head.mac != mac):
        says = f"The last link is {count}, but the head of the chain says {head.seq}: the head was changed."
        return Broken(min(head.seq + 1, count), "head", says)
    return None


def _line(key: bytes, head: Head) -> str:
    at = (head.at or datetime.fromtimestamp(0, UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    mac = head.mac or chain.START
    seal = "-".join(mac.hex()[i : i + 8] for i in range(0, 64, 8))
    return f"{WORD} {head.seq} {at} {seal} {_check(key, head.seq, at, mac)}"


def _check(key: bytes, seq: int, at: str, mac: bytes) -> str:
    return digest(key, f"head\0{seq}\0{at}\0".encode() + mac, "sha256").hex()[:8]


def _noted_path() -> Path:
    return Path(settings.EARNEST_HOME) / "keys" / "audit.head"


def _noted() -> Anchor | None:
    try:
        text = _noted_path().read_text("ascii")
    except FileNotFoundError:
        return None
    return read_anchor(text, "the head noted beside the keys")


def _key() -> bytes:
    return audit_key.key(Path(settings.EARNEST_HOME))
