"""Voices without authors: keyed tags that count distinct voices and lead back to nobody.

Everything is HMAC-SHA256 under random keys that live in one file outside the database. A *speaker* (32 bytes)
exists in memory only; a *tag* (12 bytes) is what is stored. Tags of another theme, epoch or source cannot be
linked to each other, and when an epoch's key is destroyed nothing can be linked to its tags at all.
"""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from hmac import digest
from pathlib import Path

from earnest.record.errors import MissingKeys

VERSION = 1
_XOR_IN = bytes(byte ^ 0x36 for byte in range(256))
_XOR_OUT = bytes(byte ^ 0x5C for byte in range(256))


class _Mac:
    """HMAC-SHA256 with the key's two blocks hashed once: a third of the standard library's cost a message."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(64, b"\0")
        self._inner = sha256(block.translate(_XOR_IN))
        self._outer = sha256(block.translate(_XOR_OUT))

    def __call__(self, message: bytes) -> bytes:
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


class Keys:
    """The keys of one installation. Its repr shows nothing of them."""

    def __init__(
        self,
        path: Path | None,
        posts: bytes,
        speakers: bytes,
        epochs: dict[str, bytes],
        leaving: bytes = b"",
    ) -> None:
        self._file = path
        self._posts = posts
        self._speakers = speakers
        self._epochs = epochs
        self._made: dict[str, str] = {}
        self._leaving = leaving
        self._macs: dict[tuple[str, str], _Mac] = {}
        self._seen: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return "Keys()"

    @classmethod
    def make(cls, path: Path) -> "Keys":
        """Make a key file that only its owner may read. FileExistsError where there is one: keys are never
        replaced."""
        keys = cls(path, secrets.token_bytes(32), secrets.token_bytes(32), {}, secrets.token_bytes(32))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(path):
            if path.exists():
                raise FileExistsError(f"{path} exists; keys are never replaced")
            keys._write()
        return keys

    @classmethod
    def open(cls, path: Path) -> "Keys":
        """Read a key file. MissingKeys where it is gone, damaged or readable by others."""
        keys = cls(path, b"", b"", {})
        keys._read()
        return keys

    @classmethod
    def passing(cls) -> "Keys":
        """Keys of this process alone, for trying the gate out: nothing is read or written."""
        return cls(None, secrets.token_bytes(32), secrets.token_bytes(32), {}, secrets.token_bytes(32))

    def post_key(self, source: str, post_id: str) -> bytes:
        """16 bytes that stand for a post: the same post always gives the same, and it cannot be undone."""
        return self._mac("post", source)(post_id.encode("utf-8", "surrogatepass"))[:16]

    def speaker(self, source: str, author: str) -> bytes:
        """32 bytes that stand for an author within a source, for memory only: never stored, never logged."""
        return self._mac("speaker", source)(author.encode("utf-8", "surrogatepass"))

    def leaver(self, source: str, author: str) -> bytes:
        """32 bytes that stand for an account that asked to be left out of a source. Stored for those alone;
        made under a key of its own, so that it can be compared with no speaker, tag or post.
        """
        return self._leaver(source)(author.encode("utf-8", "surrogatepass"))

    def sealed(self, purpose: str, message: bytes) -> bytes:
        """32 bytes that only these keys make of a message, apart for each purpose ("receipt", "link", …)."""
        return digest(self._leaving_key(), f"seal\0{purpose}\0".encode() + message, "sha256")

    @property
    def knows_leavers(self) -> bool:
        """Whether the file has the key of opting out: one written before there was such a key has none."""
        if not self._leaving:
            self.refresh()
        return bool(self._leaving)

    @property
    def destroyed(self) -> tuple[str, ...]:
        """The epochs whose keys are gone for good, in order, as the file says now."""
        self.refresh()
        return tuple(sorted(name for name, key in self._epochs.items() if not key))

    @property
    def living(self) -> tuple[str, ...]:
        """The epochs whose tags can still be made, in order, as the file says now."""
        self.refresh()
        return tuple(sorted(name for name, key in self._epochs.items() if key))

    def epoch(self, epoch: str) -> bytes:
        """The epoch's key, made when first needed. MissingKeys where it was destroyed."""
        if epoch not in self._epochs and self._file is None:
            self._epochs[epoch] = secrets.token_bytes(32)
        if epoch not in self._epochs:
            with _locked(self._path):
                self._read()
                if epoch not in self._epochs:
                    self._epochs[epoch] = secrets.token_bytes(32)
                    self._made[epoch] = datetime.now(UTC).date().isoformat()
                    self._write()
        key = self._epochs[epoch]
        if not key:
            raise MissingKeys(
                f"The voice key of {epoch} was destroyed.",
                advice="Voices of that time cannot be counted any more.",
            )
        return key

    def made(self, epoch: str) -> date | None:
        """The day on which an epoch's key was made; None where the file does not tell."""
        day = self._made.get(epoch)
        return None if day is None else date.fromisoformat(day)

    def gone(self, epoch: str) -> bool:
        """Whether an epoch's key was destroyed."""
        return self._epochs.get(epoch) == b""

    def destroy(self, epoch: str) -> None:
        """Forget an epoch's key for good: its tags can then be linked to nothing, and no more are made."""
        with _locked(self._path):
            self._read()
            self._epochs[epoch] = b""
            self._write()
        self._macs.clear()

    def rotate_speakers(self) -> None:
        """Begin anew with everybody: the key that makes speakers is replaced and the one before forgotten.

        Whoever speaks before and after within one quarter is two voices. Keys of posts stay: with others a
        post that is read again would be kept twice, and a deleted one would come back.
        """
        with _locked(self._path):
            self._read()
            self._speakers = secrets.token_bytes(32)
            self._write()
        self._macs.clear()

    def refresh(self) -> None:
        """Take over what another process did to the file: a key that was destroyed there is gone here too.
        Raises MissingKeys where the file is gone.
        """
        if self._file is None:
            return
        try:
            unchanged = self._seen == _mark(self._path)
        except OSError:
            unchanged = False  # gone: reading says so
        if not unchanged:
            self._read()
            self._macs.clear()

    @property
    def _path(self) -> Path:
        if self._file is None:
            raise MissingKeys(
                "These keys live in this process alone.", advice="Use the keys of a home folder."
            )
        return self._file

    def _leaving_key(self) -> bytes:
        if not self._leaving:
            with _locked(self._path):
                self._read()
                if not self._leaving:
                    self._leaving = secrets.token_bytes(32)
                    self._write()
        return self._leaving

    def _leaver(self, source: str) -> _Mac:
        mac = self._macs.get(("leaver", source))
        if mac is None:
            key = digest(self._leaving_key(), f"leaver\0{source}".encode(), "sha256")
            mac = self._macs["leaver", source] = _Mac(key)
        return mac

    def _mac(self, purpose: str, source: str) -> _Mac:
        mac = self._macs.get((purpose, source))
        if mac is None:
            root = self._posts if purpose == "post" else self._speakers
            mac = self._macs[purpose, source] = _Mac(digest(root, f"{purpose}\0{source}".encode(), "sha256"))
        return mac

    def _read(self) -> None:
        advice = (
            f"Put the key file back from its backup at {self._path}. Without it posts kept before are no "
            "longer recognised and voices cannot be counted."
        )
        try:
            self._seen = _mark(self._path)
            if self._path.stat().st_mode & 0o077:
                raise MissingKeys(
                    f"The key file {self._path} can be read by others.", advice=f"Run: chmod 600 {self._path}"
                )
            held = json.loads(self._path.read_text("ascii"))
            if held["version"] != VERSION:
                raise ValueError("version")
            posts, speakers = bytes.fromhex(held["posts"]), bytes.fromhex(held["speakers"])
            epochs = {str(name): bytes.fromhex(key) for name, key in held["epochs"].items()}
            made = {
                str(name): date.fromisoformat(day).isoformat() for name, day in held.get("made", {}).items()
            }
            leaving = bytes.fromhex(held.get("leaving", ""))
            if (
                len(posts) != 32
                or len(leaving) not in (0, 32)
                or len(speakers) != 32
                or any(len(key) not in (0, 32) for key in epochs.values())
            ):
                raise ValueError("length")
        except FileNotFoundError:
            raise MissingKeys(f"The key file {self._path} is missing.", advice=advice) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f"The key file {self._path} cannot be read ({type(error).__name__})."
            raise MissingKeys(problem, advice=advice) from None
        self._posts, self._speakers, self._epochs, self._leaving = posts, speakers, epochs, leaving
        self._made = made

    def without_voices(self) -> str:
        """The key file as it may lie in a backup: what posts, deletions and opting out are known by, and
        which quarters' keys were destroyed. No key that leads to a voice: those of quarters are left out, and
        that of speakers is another one, so that destroying a key here leaves no copy elsewhere.
        """
        self.refresh()
        self._leaving_key()
        return json.dumps(
            {
                "version": VERSION,
                "posts": self._posts.hex(),
                "speakers": secrets.token_bytes(32).hex(),
                "leaving": self._leaving.hex(),
                "epochs": dict.fromkeys(self.destroyed, ""),
                "made": {},
            },
            indent=1,
        )

    def _write(self) -> None:
        held = {
            "version": VERSION,
            "posts": self._posts.hex(),
            "speakers": self._speakers.hex(),
            "leaving": self._leaving.hex(),
            "epochs": {name: key.hex() for name, key in sorted(self._epochs.items())},
            "made": dict(sorted(self._made.items())),
        }
        fresh = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(held, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time, across processes."""
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def epoch_of(moment: datetime) -> str:
    """The quarter of a moment: "2026Q4"."""
    return f"{moment.year}Q{(moment.month + 2) // 3}"


def end_of(epoch: str) -> datetime:
    """The first moment after a quarter. Raises ValueError for a text that is no quarter."""
    year, _, quarter = epoch.partition("Q")
    if not re.fullmatch(r"[0-9]{4}Q[1-4]", epoch):
        raise ValueError("a quarter is written as 2026Q4")
    after = int(quarter) * 3 + 1
    return datetime(int(year) + after // 13, (after - 1) % 12 + 1, 1, tzinfo=UTC)


def tag(keys: Keys, theme: str, epoch: str, speaker: bytes) -> bytes | None:
    """12 bytes to store: the same for one speaker within a theme and an epoch, unlinkable across either.

    None where the epoch's key was destroyed: a post of that time is kept without a voice.
    """
    if keys.gone(epoch):
        return None
    return digest(digest(keys.epoch(epoch), theme.encode(), "sha256"), speaker, "sha256")[:12]


def _mark(path: Path) -> tuple[int, int]:
    """What changes whenever a key file is replaced."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns
