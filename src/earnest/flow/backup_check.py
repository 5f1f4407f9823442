"""What a backup's files are called, what they say of themselves, and whether one is whole. No Django."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import IO

import msgspec
import pyrage

from earnest.flow import backup_archive as archive
from earnest.gate.voice import Keys
from earnest.record.errors import BadFile, SetupError

FORMAT = 1
ENDING = ".tar.zst.age"
NAME = re.compile(r"earnest-(\d{8}T\d{6}Z)(?:-\d+)?\.tar\.zst\.age")
KEYS = f"earnest-keys{ENDING}"
FOLDERS = ("reports", "attachments", "models", "gone")
SEAL = "seal.txt"
NOTED = "backups.json"
_MAGIC = b"age-encryption.org/v1\n"


class Head(msgspec.Struct, frozen=True):
    """The first member: what this is. `made` in UTC; `applied` are the changes of the tables it has."""

    format: int
    what: str
    made: datetime
    earnest: str
    database: str = ""
    applied: tuple[tuple[str, str], ...] = ()


class Noted(msgspec.Struct):
    """What the home folder remembers of backups: the last one, and the folders they went to."""

    made: datetime
    folders: list[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a whole backup says of itself. `size` is of what is in it."""

    head: Head
    members: dict[str, archive.Member]
    size: int


def check(path: Path, key: Path, take: archive.Take | None = None, keys: Keys | None = None) -> Checked:
    """Read a backup to its end. With `keys` also whether this installation wrote it. Raises BadFile."""
    heads: list[Head] = []
    seals: list[str] = []

    def look(name: str, content: IO[bytes], size: int) -> None:
        if not heads:
            if name != archive.HEAD or size > 1 << 20:
                raise BadFile("is no backup of Earnest")
            heads.append(_head(content.read(size)))
            return
        if name == SEAL:
            seals.append(content.read(200).decode("ascii", "replace"))
        elif take is not None:
            take(name, content, size)

    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise BadFile("is no backup of Earnest")
            file.seek(0)
            members = archive.read(file, [archive.identity(key)], look)
    except BadFile as error:
        raise BadFile(error.reason, place=str(path), advice=error.advice) from error
    except FileNotFoundError as error:
        raise BadFile("is not there", place=str(path)) from error
    if not heads:
        raise BadFile("is empty", place=str(path))
    if keys is not None and heads[0].what == "backup":
        others = {name: one for name, one in members.items() if name != SEAL}
        if len(seals) != 1 or not compare_digest(seals[0].strip(), seal(keys, others)):
            raise BadFile(
                "was not written by the installation whose keys are here",
                place=str(path),
                advice="Give the keys that were written with it: --keys FILE",
            )
    return Checked(heads[0], members, sum(member.size for member in members.values()))


def written(folder: Path) -> list[tuple[Path, datetime]]:
    """The backups in a folder and when they were made, oldest first."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            if match := NAME.fullmatch(path.name):
                with suppress(ValueError):
                    at = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                    found.append((path, at))
    return sorted(found, key=lambda one: one[1])


def noted(home: Path) -> Noted | None:
    """What this home remembers of its backups."""
    try:
        return msgspec.json.decode((home / NOTED).read_bytes(), type=Noted)
    except (OSError, msgspec.DecodeError):
        return None


def make_key(path: Path) -> str:
    """Write a new private key, readable by its owner alone; the public one. SetupError where it exists."""
    pair = pyrage.x25519.Identity.generate()
    public = str(pair.to_public())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SetupError(
            f"The key cannot be written to {path} ({error.strerror}).",
            advice="Name a file that is not there.",
        ) from error
    with os.fdopen(handle, "w") as file:
        file.write(
            f"# The private key of Earnest's backups. Keep it on another machine.\n# {public}\n{pair}\n"
        )
        file.flush()
        os.fsync(file.fileno())
    return public


def seal(keys: Keys, members: dict[str, archive.Member]) -> str:
    """What only the installation with these keys can say of these members."""
    return keys.sealed("backup", sha256(msgspec.json.encode(members, order="sorted")).digest()).hex()


def _head(content: bytes) -> Head:
    try:
        head = msgspec.json.decode(content, type=Head)
    except msgspec.DecodeError as error:
        raise BadFile("is no backup of Earnest") from error
    if head.format != FORMAT:
        raise BadFile(
            f"is of format {head.format}, and this version reads {FORMAT}",
            advice="Use the version of Earnest that wrote it, or a newer one.",
        )
    return head
