"""The key of the audit chain: one file in the home folder, outside the database.

A chain that has no link yet gets its key here; one that has links and lost its key is not gone on with, until
somebody says that it is lost for good (`begin_anew`): from then on another key seals, and no key proves what
was before.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from earnest.record.errors import MissingKeys, Refused
from earnest.store import read_audit

SIZE = 32


def path(home: Path) -> Path:
    """Where the key is."""
    return home / "keys" / "audit.key"


def key(home: Path) -> bytes:
    """The key; made for a chain that has no link. Raises MissingKeys where it is gone, damaged or open to
    others.
    """
    where = path(home)
    try:
        return _read(where)
    except FileNotFoundError:
        pass
    if not read_audit.empty():
        raise MissingKeys(
            f"The key of the audit chain, {where}, is missing.",
            advice="Put it back from its backup: nothing is read or changed that cannot be written down. "
            "If it is lost for good: earnest audit begin-anew",
        )
    with suppress(FileExistsError):  # another process was quicker
        _make(where)
    return _read(where)


def first(home: Path) -> int:
    """The first link that this key sealed: 1, unless the key before it was lost."""
    words = path(home).read_text("ascii").split()
    return int(words[1]) if len(words) > 1 else 1


def begin_anew(home: Path) -> int:
    """Go on with a new key behind the last link, the old key being lost for good; the number of the first
    link that it seals. Raises Refused where the key is there or the chain has no link.
    """
    where, last = path(home), read_audit.last()
    if where.exists() or not last:
        raise Refused(f"The key of the audit chain is not lost: {where}.", advice="See: earnest audit verify")
    _make(where, f" {last + 1}")
    return last + 1


def _read(where: Path) -> bytes:
    advice = f"Put the file back from its backup at {where}."
    try:
        if where.stat().st_mode & 0o077:
            raise MissingKeys(
                f"The key of the audit chain, {where}, can be read by others.",
                advice=f"Run: chmod 600 {where}",
            )
        words = where.read_text("ascii").split()
        found = bytes.fromhex(words[0] if words else "")
        if len(words) > 2 or not all(word.isdecimal() for word in words[1:]):
            raise ValueError("words")
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        problem = f"The key of the audit chain, {where}, cannot be read ({type(error).__name__})."
        raise MissingKeys(problem, advice=advice) from None
    if len(found) != SIZE:
        raise MissingKeys(f"The key of the audit chain, {where}, is damaged.", advice=advice)
    return found


def _make(where: Path, after: str = "") -> None:
    """Written whole under another name, then linked: no reader sees half of it, and none is ever replaced."""
    where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = where.with_name(f".{where.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(SIZE).hex() + after)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, where)
    finally:
        fresh.unlink()
