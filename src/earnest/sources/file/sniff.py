"""What a file is, told by its first bytes and not by its name."""

import codecs
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from earnest.record.errors import BadFile
from earnest.sources.file.stream import Stream

Format = Literal["csv", "tsv", "jsonl", "json", "parquet"]

HEAD = 256 * 1024
"""Decoded bytes looked at before anything is read in earnest."""

# first bytes: what it is and what to do instead
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "Unpack it, or save the sheet as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old office document", "Save it as CSV."),
    (b"%PDF", "a PDF", "Export the posts as CSV or JSON lines."),
    (b"\x7fELF", "a program", "Give a file of posts."),
    (b"MZ", "a program", "Give a file of posts."),
    (b"SQLite format 3\0", "a database", "Export the table as CSV or JSON lines."),
    (b"BZh", "bzip2 data", "Unpack it, or compress it with gzip or zstd."),
    (b"\xfd7zXZ", "xz data", "Unpack it, or compress it with gzip or zstd."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it."),
    (b"\x89PNG", "a picture", "Give a file of posts."),
    (b"\xff\xd8\xff", "a picture", "Give a file of posts."),
    (b"GIF8", "a picture", "Give a file of posts."),
)
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXT_CONTROLS = b"\t\n\r\f\x1b"


@dataclass(frozen=True, slots=True)
class Look:
    """What the first bytes say. `start` is the offset of the first byte after a byte order mark; `written`
    when the file was.
    """

    path: Path
    written: datetime
    identity: str
    compression: str
    encoding: str
    format: Format
    start: int
    head: bytes

    def stream(self, offset: int) -> Stream:
        return Stream(self.path, self.compression, self.encoding, offset)


def look(path: Path, told: Format | None, *, long: bool = False) -> Look:
    """Look at a file; `long`: also at zstd that looks back up to 2 GB. Raises BadFile where it is not a file
    of posts.
    """
    name = path.name
    try:
        if path.is_dir():
            raise BadFile(
                "is a directory", place=name, advice="Give one file; import several one after the other."
            )
        if not path.exists():
            raise BadFile("there is no such file", place=name, advice="Check the path.")
        if not path.is_file():
            raise BadFile("is not an ordinary file", place=name, advice="Save the data as a file first.")
        with path.open("rb") as file:
            first = file.read(64 * 1024)
        facts = path.stat()
    except OSError as error:
        raise BadFile(f"cannot be opened ({error.strerror})", place=name) from error
    except ValueError as error:
        raise BadFile("is not a path", place="path") from error
    written = datetime.fromtimestamp(facts.st_mtime, UTC)
    digest = hashlib.sha256(first).hexdigest()[:16]
    identity = f"{facts.st_size}-{facts.st_mtime_ns}-{digest}"
    compression = (
        "gzip" if first[:2] == b"\x1f\x8b" else "zstd" if first[:4] == b"\x28\xb5\x2f\xfd" else "plain"
    )
    if long and compression == "zstd":
        compression = "zstd-long"
    raw = _head(path, compression, "utf-8", name)
    if not raw:
        raise BadFile("is empty", place=name, advice="Give a file with at least one post.")
    if raw[:4] == b"PAR1":
        return Look(path, written, identity, compression, "utf-8", "parquet", 0, raw[:4])
    for magic, what, instead in _FOREIGN:
        if raw.startswith(magic) and not _reads_as_text(raw[:64]):
            raise BadFile(f"is {what}, not a file of posts", place=name, advice=instead)
    encoding = _encoding(raw)
    head = raw if encoding == "utf-8" else _head(path, compression, encoding, name)
    start = 3 if head.startswith(codecs.BOM_UTF8) else 0
    head = head[start:]
    # one spoilt line of JSON costs only itself, also where it is the first; a spoilt line of names costs all
    sound = any(_reads_as_text(line[:4096]) for line in head.split(b"\n")[: 20 if head[:1] == b"{" else 1])
    if not sound:
        raise BadFile(
            "is not text",
            place=name,
            advice="Earnest reads CSV, TSV, JSON lines, JSON and Parquet, also in gzip or zstd.",
        )
    return Look(path, written, identity, compression, encoding, told or _format(head), start, head)


def _head(path: Path, compression: str, encoding: str, name: str) -> bytes:
    stream = Stream(path, compression, encoding, 0)
    head = bytearray()
    while len(head) < HEAD and (chunk := stream.read()):
        head += chunk
    if not head and stream.broken:
        raise BadFile(stream.broken, place=name, advice="Fetch or compress the file again.")
    return bytes(head[:HEAD])


def _encoding(raw: bytes) -> str:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return encoding
    sample = raw[:200]
    if len(sample) >= 4 and sample[1::2].count(0) * 2 > len(sample[1::2]) and not sample[0::2].count(0):
        return "utf-16-le"
    if len(sample) >= 4 and sample[0::2].count(0) * 2 > len(sample[0::2]) and not sample[1::2].count(0):
        return "utf-16-be"
    return "utf-8"


def _reads_as_text(line: bytes) -> bool:
    odd = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in line)
    return 0 not in line and odd * 10 <= len(line)


def _format(head: bytes) -> Format:
    body = head.lstrip()
    if body[:1] == b"[" and body[1:].lstrip()[:1] in b"{]":
        return "json"
    if body[:1] == b"[" and body[1:].lstrip()[:1] == b"[":
        return "jsonl"  # no list of posts: a spoilt line, whose neighbours may be sound
    if body[:1] == b"{":
        # one object a line, or objects laid out over several lines
        line = body.split(b"\n", 1)[0].split(b"\r", 1)[0].rstrip()
        return "json" if line in (b"{", b"{ ") else "jsonl"
    line = body.split(b"\n", 1)[0]
    return "tsv" if line.count(b"\t") > line.count(b",") else "csv"
