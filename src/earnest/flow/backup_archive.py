"""The file of a backup: a tar of members, zstd, age. Made and read as a stream, in a few MiB of memory.

The format is three public ones inside each other, so that a backup can be opened without Earnest:
`age -d -i KEY FILE | zstd -d | tar -x`. age encrypts to a public key: the machine that writes backups cannot
read them. Every 64 KiB are authenticated, and so is the end of the file; what says that nothing is missing
is the last member, `manifest.json`, which has the size and SHA-256 of every other.

Large members are written as pieces (`database/000000`, …) because their size is not known beforehand.
"""

import io
import os
import re
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, BinaryIO

import msgspec
import pyrage
from backports import zstd

from earnest.record.errors import BadFile, SetupError

PIECE = 4 * 1024 * 1024
MOST_MANIFEST = 256 * 1024 * 1024
MANIFEST = "manifest.json"
HEAD = "head.json"
NAME = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9_.@+-][A-Za-z0-9_.@+/ -]{0,250}")
"""Names that members may have: relative, no step upwards."""

Recipient = Any
Identity = Any


class Member(msgspec.Struct, frozen=True):
    """Size in bytes and SHA-256 of a member."""

    size: int
    sha256: str


def recipient(text: str) -> Recipient:
    """A public key (`age1…`). Raises SetupError for anything else."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise SetupError(
            "This is not the public key of a backup.",
            advice="Make a pair with earnest backup key FILE; the public one begins with age1.",
        ) from None


def identity(path: Path) -> Identity:
    """The private key in a file as `earnest backup key` or age-keygen write it."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"The key file {path} cannot be read.",
            advice="Name the private key's file, which this user may read: --key FILE",
        ) from error
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-1"):
            with suppress(pyrage.IdentityError):
                return pyrage.x25519.Identity.from_str(line.strip())
    raise SetupError(
        f"{path} holds no private key of a backup.", advice="It is the file that earnest backup key made."
    )


@dataclass(slots=True)
class Writer:
    """Takes members one after another and remembers what they were."""

    tar: tarfile.TarFile
    members: dict[str, Member] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> None:
        """A small member, from memory."""
        self._put(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path) -> bool:
        """A file as it is; False where it went meanwhile. One that grows is cut where it was."""
        if not NAME.fullmatch(name):
            raise BadFile("its name cannot stand in a backup", place=name)
        try:
            with path.open("rb") as file:
                self._put(name, file, os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            return False
        return True

    def add_pieces(self, name: str, source: IO[bytes]) -> int:
        """A stream of unknown length, in pieces; how many bytes."""
        count = total = 0
        while piece := _read(source, PIECE):
            self.add(f"{name}/{count:06}", piece)
            count, total = count + 1, total + len(piece)
        return total

    def _put(self, name: str, source: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashed = _Hashed(source)
        self.tar.addfile(info, hashed)  # type: ignore[arg-type]  # it only reads
        self.tar.members = []  # type: ignore[attr-defined]  # the library keeps them all, otherwise
        self.members[name] = Member(size, hashed.hash.hexdigest())


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.hash = sha256()

    def read(self, size: int) -> bytes:
        found = self._source.read(size)
        self.hash.update(found)
        return found


def _read(source: IO[bytes], size: int) -> bytes:
    found = b""
    while len(found) < size and (more := source.read(size - len(found))):
        found += more
    return found


@contextmanager
def writing(target: BinaryIO, recipients: list[Recipient]) -> Iterator[Writer]:
    """A writer whose members arrive encrypted in `target`. Raises what writing there raises (OSError)."""
    out, into = os.pipe()
    failed: list[BaseException] = []

    def encrypt() -> None:
        try:
            with os.fdopen(out, "rb") as source:
                pyrage.encrypt_io(source, target, recipients)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failed.append(error)

    thread = threading.Thread(target=encrypt, name="encrypt")
    thread.start()
    try:
        with (
            os.fdopen(into, "wb") as pipe,
            zstd.open(pipe, "wb", level=3) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            yield Writer(tar)
    except BrokenPipeError:
        if not failed:
            thread.join()
    finally:
        thread.join()
    if failed:
        raise failed[0]


Take = Callable[[str, IO[bytes], int], None]


def read(source: BinaryIO, identities: list[Identity], take: Take) -> dict[str, Member]:
    """Hand every member but the manifest to `take(name, content, size)` as it comes; then hold all of them
    against the manifest. The members' sizes and hashes, as they were found.

    Raises BadFile for a file that is none, was changed, cut off or is for another key: what was taken until
    then is not to be used.
    """
    out, into = os.pipe()
    failed: list[BaseException] = []

    def decrypt() -> None:
        try:
            with os.fdopen(into, "wb") as target:
                pyrage.decrypt_io(source, target, identities)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failed.append(error)

    thread = threading.Thread(target=decrypt, name="decrypt")
    thread.start()
    said: bytes | None = None
    found: dict[str, Member] = {}
    try:
        with os.fdopen(out, "rb") as pipe:
            try:
                with zstd.open(pipe, "rb") as packed:
                    said = _members(packed, take, found)  # type: ignore[arg-type]  # it only reads
            except (tarfile.TarError, zstd.ZstdError, EOFError) as error:
                thread.join()
                raise _whose(failed, error) from error
    finally:
        thread.join()
    if failed and not isinstance(failed[0], BrokenPipeError):
        raise _whose(failed, failed[0]) from failed[0]
    if said is None:
        raise BadFile("ends before its end: it was cut off")
    try:
        wanted = msgspec.json.decode(said, type=dict[str, Member])
    except msgspec.DecodeError as error:
        raise BadFile("its list of contents cannot be read") from error
    if wanted != found:
        raise BadFile("does not hold what its list of contents says")
    return found


def _members(packed: IO[bytes], take: Take, found: dict[str, Member]) -> bytes | None:
    said: bytes | None = None
    with tarfile.open(fileobj=packed, mode="r|") as tar:
        for info in tar:
            tar.members = []  # type: ignore[attr-defined]  # as above
            content = tar.extractfile(info) if info.isreg() else None
            if content is None or not NAME.fullmatch(info.name) or info.name in found or said is not None:
                raise BadFile("holds something that no backup holds")
            if info.name == MANIFEST:
                if info.size > MOST_MANIFEST:
                    raise BadFile("its list of contents is too long")
                said = content.read()
                continue
            hashed = _Hashed(content)
            take(info.name, hashed, info.size)  # type: ignore[arg-type]  # it only reads
            while hashed.read(1 << 20):
                pass
            found[info.name] = Member(info.size, hashed.hash.hexdigest())
    return said


def _whose(failed: list[BaseException], error: BaseException) -> BaseException:
    """What to say when reading broke off: the key is another, or the file is damaged."""
    cause = failed[0] if failed else error
    if isinstance(cause, pyrage.DecryptError):
        return BadFile("cannot be opened with this key", advice="Give the key that it was made for.")
    return BadFile("is damaged or was cut off")
