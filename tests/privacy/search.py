"""Looks for canaries in bytes: as they are, in other alphabets' bytes, and inside what is packed.

A search index keeps of a word only what differs from the word before it: every canary begins with "vx", as no
other word does, and what is looked for leaves the first letter out.
"""

import base64
import gzip
import io
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

WORD = "xcanary"
FILMS = re.compile(rb"7700[ -]?900[ -]?\d{3}(?!\d)")
"""A telephone number of a canary; no second since 1970 of these years is written like this."""

EXACT = tuple(
    # In base64, by where it begins; without the first and last letter, whose bits are shared with neighbours.
    base64.b64encode(b"\0" * at + WORD.encode())[-(-8 * at // 6) : 8 * (at + len(WORD)) // 6]
    for at in range(3)
)
LOWERED = (
    WORD.encode(),
    WORD.encode("utf-16-le"),
    WORD.encode("utf-16-be"),
    WORD.encode().hex().encode(),
)


def held(content: bytes) -> bool:
    """Whether a canary is in the bytes."""
    return any(_told(one) for one in _layers(content))


def _told(content: bytes) -> bool:
    lowered = content.lower()
    return (
        any(word in lowered for word in LOWERED)
        or any(word in content for word in EXACT)
        or FILMS.search(content) is not None
    )


def _layers(content: bytes) -> Iterator[bytes]:
    """The bytes, and what is packed in them: gzip, zip, and the streams and words of a PDF."""
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from _layers(packed.read(name))
    elif content[:5] == b"%PDF-":
        yield from inflated_streams(content)
        yield subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout


def inflated_streams(content: bytes) -> list[bytes]:
    """The packed streams of a PDF, unpacked."""
    begun = (one for one in re.finditer(rb"(?<!end)stream\r?\n", content))
    return [_inflated(content[one.end() :]) for one in begun]


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content)
    except zlib.error:
        return b""


Clean = dict[Path, tuple[int, int, int]]
"""Files in which nothing was found: when they were last changed, their size and number."""


def files(*folders: Path, clean: Clean | None = None) -> list[str]:
    """The files below the folders that hold a canary, in their content or their name.

    With `clean`, files that did not change since they were in it are not read again.
    """
    found = []
    clean = {} if clean is None else clean
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            try:
                now = path.stat()
                stamp = (now.st_mtime_ns, now.st_size, now.st_ino)
                if clean.get(path) == stamp:
                    continue
                content = path.read_bytes() if path.is_file() else b""
            except FileNotFoundError:  # a database throws away files of its own while we look
                continue
            if held(name.encode()) or held(content):
                found.append(name)
            else:
                clean[path] = stamp
    return found
