"""Months of a list's web archive as mails: Pipermail's text files and HyperKitty's exports."""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from earnest.egress import Egress
from earnest.record.errors import EgressRefused, SourceBusy, SourceGone

MOST = 64_000_000
"""Bytes of one month, unpacked."""

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MAIL = re.compile(rb"(?:\A|\n\r?\n)From [^\n]{1,500}\d{4}\r?\n(?=[A-Za-z-]{1,60}:)")
_HIDDEN = re.compile(rb"^(From: [^\s<>@]{1,200}) at ([^\s<>@]{1,200})", re.MULTILINE)


def months(first: str, now: datetime) -> Iterator[str]:
    """Each month from one ("2026-11") to the present one."""
    year, month = int(first[:4]), int(first[5:7])
    while (year, month) <= (now.year, now.month):
        yield f"{year:04d}-{month:02d}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def month_of(when: datetime) -> str:
    """The month of a moment, in UTC as archives count."""
    return f"{when.astimezone(UTC):%Y-%m}"


def address(archive: str, month: str) -> str:
    """Where a month of an archive is."""
    year, number = month.split("-")
    base = archive.rstrip("/")
    if "/hyperkitty/" in base or "/archives/list/" in base:
        name = base.rpartition("/")[2].replace("@", "-at-")
        after = next_month(month)
        return f"{base}/export/{name}-{month}.mbox.gz?start={month}-01&end={after}-01"
    return f"{base}/{year}-{_MONTHS[int(number) - 1]}.txt.gz"


def next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:7])
    return f"{year:04d}-{number + 1:02d}" if number < 12 else f"{year + 1:04d}-01"


def mails(egress: Egress, archive: str, month: str) -> list[bytes] | None:
    """The mails of a month in the order they came; None where the archive has no such month."""
    answer = egress.ask("GET", address(archive, month), takes=(404,))
    if answer.status == 404:
        return None
    return list(split(unpacked(answer.body)))


def look(egress: Egress, archive: str) -> None:
    """Raises SourceGone where the archive itself is not there: a month that is missing is then no silence."""
    answer = egress.ask("GET", archive.rstrip("/") + "/", takes=(404,))
    if answer.status == 404:
        raise SourceGone(
            "The list's archive is not at its address any more.",
            advice="Ask who runs the list where its archive is now, and change the setting 'archive'.",
            why="gone",
        )


def unpacked(body: bytes) -> bytes:
    """A file as it is, or what gzip packed; never more than `MOST`."""
    if body[:2] != b"\x1f\x8b":
        return body
    inflate = zlib.decompressobj(31)
    try:
        plain = inflate.decompress(body, MOST)
    except zlib.error as error:
        raise SourceBusy("The archive's file is damaged.", advice="Earnest tries again by itself.") from error
    if inflate.unconsumed_tail:
        raise EgressRefused(f"A month of the archive is larger than {MOST:,} bytes.")
    if not inflate.eof:
        raise SourceBusy("The archive's file was cut off.", advice="Earnest tries again by itself.")
    return plain


def split(text: bytes) -> Iterator[bytes]:
    """The mails of an mbox. An address that the archive hides ("ann at example.org") is one again, so that
    whoever opts out is known.
    """
    marks = list(_MAIL.finditer(text))
    if not marks and text.strip():
        raise SourceBusy(
            "The archive's file is no mbox.", advice="Check the setting 'archive'.", why="bad_content"
        )
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        mail = text[mark.end() : end]
        head, blank, body = mail.partition(b"\n\n")
        yield _HIDDEN.sub(rb"\1@\2", head, count=1) + blank + body
