"""A person's own export of what they said on Facebook (JSON), handed in by themselves.

Groups have had no interface for programs since 2024, so this is the lawful way: members and administrators
give their own posts. Titles of entries name people ("Ann commented on Bob's post") and are looked at in
memory only, to tell which group an entry belongs to.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from earnest.record.errors import BadFile
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import dump_cursor, load_cursor, refusal
from earnest.sources.file import sniff
from earnest.sources.http_json import ItemError, item, moment, post

MOST = 64 * 1024 * 1024
"""Bytes of a file. An export is cut into files of less."""

PAGE = 500
_LISTS = (
    "group_posts_v2",
    "group_comments_v2",
    "comments_v2",
    "posts_v2",
    "status_updates_v2",
    "group_posts",
    "comments",
)


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor of one file."""

    file: str
    entry: int = 0


class _Comment(msgspec.Struct):
    comment: str = ""
    group: str = ""


class _Data(msgspec.Struct):
    post: str = ""
    comment: _Comment | None = None


class _Entry(msgspec.Struct):
    timestamp: int
    data: list[_Data] = []
    title: str = ""


class FacebookExport:
    """One file of an export, as a source."""

    def __init__(self, path: Path, group: str | None, now: Callable[[], datetime]) -> None:
        self._path, self._group, self._now = path, (group or "").strip().casefold(), now

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What the person said, in the order of the file. Raises BadFile where it is no such file."""
        look = sniff.look(self._path, None)
        if self._path.stat().st_size > MOST:
            raise BadFile(f"is larger than {MOST // 1024**2} MB", place="file", advice="Hand in its parts.")
        entries = _entries(self._path.read_bytes())
        mark = load_cursor(cursor, Mark)
        begin = mark.entry if mark is not None and mark.file == look.identity else 0
        seen: set[str] = set()
        for number, raw in enumerate(entries[:begin], 1):
            self._one(raw, number, seen)
        for start in range(begin, max(begin + 1, len(entries)), PAGE):
            end = min(start + PAGE, len(entries))
            found = [self._one(raw, number, seen) for number, raw in enumerate(entries[start:end], start + 1)]
            posts = tuple(one for one in found if isinstance(one, RawPost))
            refused = tuple(one for one in found if isinstance(one, Refusal))
            yield Page(posts, dump_cursor(Mark(look.identity, end)), refused, end >= len(entries))

    def _one(self, raw: msgspec.Raw, number: int, seen: set[str]) -> RawPost | Refusal | None:
        try:
            entry = item(raw, _Entry, "an export of Facebook")
            said = [one.post or (one.comment.comment if one.comment else "") for one in entry.data]
            text = "\n\n".join(mended(one) for one in said if one.strip())
            if not text.strip() or not self._belongs(entry):
                return None
            at = moment(entry.timestamp, self._now())
            id = (
                "fb-"
                + hashlib.sha256(f"{entry.timestamp}\0{text}".encode("utf-8", "replace")).hexdigest()[:40]
            )
            if id in seen:
                return None
            seen.add(id)
            return post(id, text, self._now(), created=at)
        except ItemError as error:
            return refusal(f"entry {number}", str(error))

    def _belongs(self, entry: _Entry) -> bool:
        if not self._group:
            return True
        groups = [one.comment.group for one in entry.data if one.comment and one.comment.group]
        where = groups or [entry.title]
        return any(self._group in mended(one).casefold() for one in where)


def mended(text: str) -> str:
    """Facebook writes the bytes of UTF-8 as if each were a letter."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _entries(body: bytes) -> list[msgspec.Raw]:
    what = "an export of Facebook"
    try:
        return item(body, list[msgspec.Raw], what)
    except ItemError:
        pass
    try:
        named = item(body, dict[str, msgspec.Raw], what)
        for name in _LISTS:
            if name in named:
                return item(named[name], list[msgspec.Raw], what)
    except ItemError as error:
        raise BadFile(
            "is not a file of a Facebook export", place="file", advice="Ask for the export as JSON, not HTML."
        ) from error
    raise BadFile(
        "holds no posts of a Facebook export",
        place="file",
        advice="Hand in the files of posts and comments, such as group_posts_and_comments.json.",
    )
