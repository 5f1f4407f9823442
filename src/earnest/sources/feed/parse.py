"""The bytes of a feed as posts. No network, no clock but the one handed in."""

import calendar
import hashlib
import io
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import feedparser
import msgspec

from earnest.record.errors import BadFile
from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_ID, MAX_TEXT, primary_tag, refusal
from earnest.sources.dates import DateError, when
from earnest.sources.feed import caps
from earnest.sources.feed.plain import plain

_NOT_A_FEED = "what came back is not a feed"
_TOMBSTONE = re.compile(rb"""<(?:[\w.-]+:)?deleted-entry\s(?:[^>]*\s)?ref\s*=\s*["']([^"'<>]{1,2048})["']""")
_ROBOTS = re.compile(rb"""<(?:\w+:)?meta\s[^>]*name\s*=\s*["']robots["'][^>]*noindex""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a feed holds."""

    posts: tuple[RawPost, ...]
    refused: tuple[Refusal, ...]


def parse(
    body: bytes, headers: Mapping[str, str], now: datetime, lang: str | None, region: str | None
) -> Parsed:
    """Posts of a feed, newest as the feed orders them, and what it says was deleted. `headers` are
    lower-case. Raises BadFile.
    """
    caps.check(body)
    noindex = (
        "noindex" in headers.get("x-robots-tag", "").lower() or _ROBOTS.search(body[:20_000]) is not None
    )
    flags = frozenset({"noindex"}) if noindex else frozenset()
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        entries, claimed = _json_entries(body)
    else:
        entries, claimed = _xml_entries(body, headers)
    posts: list[RawPost] = []
    refused: list[Refusal] = []
    for number, entry in enumerate(entries, 1):
        place = f"entry {number}"
        if number > caps.MAX_ENTRIES:
            refused.append(refusal(place, f"only the first {caps.MAX_ENTRIES:,} entries of a feed are read"))
            break
        try:
            posts.append(_post(entry, now, lang or claimed, region, flags))
        except ValueError as error:
            problem = str(error) if type(error) in (_EntryError, DateError) else "cannot be understood"
            refused.append(refusal(place, problem))
    posts += [RawPost(name, "", change="deleted") for name in _deleted(body)]
    return Parsed(tuple(posts), tuple(refused))


class _EntryError(ValueError):
    """Says what is wrong with an entry, never what is in it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str | None
    title: str
    text: str
    created: object
    author: str | None
    lang: str | None
    url: str | None
    noindex: bool = False
    edited: datetime | str | None = None


def _post(
    entry: _Entry | str, now: datetime, lang: str | None, region: str | None, flags: frozenset[str]
) -> RawPost:
    if isinstance(entry, str):
        raise _EntryError(entry)
    title, text = plain(entry.title), plain(entry.text)
    # a short post's title is often its first words again
    whole = text if not title or text.startswith(title.rstrip("….")) else f"{title}\n\n{text}".strip()
    if not whole:
        raise _EntryError("has no text")
    if len(whole) > MAX_TEXT:
        raise _EntryError(f"its text has {len(whole):,} characters; the most is {MAX_TEXT:,}")
    created = when(entry.created, now)
    name = (entry.name or entry.url or "").strip() or hashlib.sha256(
        whole.encode("utf-8", "replace")
    ).hexdigest()
    try:
        edited = when(entry.edited, now)
    except DateError:
        edited = None
    return RawPost(
        id=_short(name),
        text=whole,
        created=created,
        author=entry.author or None,
        lang=primary_tag(entry.lang) or primary_tag(lang),
        region=region,
        url=entry.url if entry.url and len(entry.url) <= 2_048 else None,
        flags=flags | {"noindex"} if entry.noindex else flags,
        # A feed that does not date its edits is believed as it stands now.
        version=edited or now,
    )


def _short(name: str) -> str:
    long = len(name) > MAX_ID
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest() if long else name.replace("\0", "")


def ids_of(address: str) -> tuple[str, ...]:
    """The ids an entry may have by its address: feeds name most entries by their link, spelled this way or
    that. One that its feed names otherwise ("tag:example.org,2026:17") cannot be told from its address alone.
    """
    scheme, mark, rest = address.strip().partition("://")
    if not mark or scheme.lower() not in ("http", "https") or not rest:
        return ()
    bare = rest.partition("#")[0]
    spelled = [rest, bare, bare.removesuffix("/"), f"{bare.removesuffix('/')}/"]
    found = [f"{way}://{one}" for way in (scheme, "https", "http") for one in spelled]
    return tuple(dict.fromkeys(map(_short, found)))


def _deleted(body: bytes) -> list[str]:
    """Ids of entries that an Atom feed says were deleted (RFC 6721)."""
    if b"http://purl.org/atompub/tombstones/1.0" not in body:
        return []
    found = [unescape(one[1].decode("utf-8", "replace")).strip() for one in _TOMBSTONE.finditer(body)]
    return list(dict.fromkeys(_short(name) for name in found if name))[: caps.MAX_ENTRIES]


def _xml_entries(body: bytes, headers: Mapping[str, str]) -> tuple[list[_Entry | str], str | None]:
    wanted = {"content-type", "content-language", "content-location"}
    given = {name: value for name, value in headers.items() if name in wanted}
    with warnings.catch_warnings():
        # feedparser warns about the names its fields once had
        warnings.simplefilter("ignore")
        try:
            feed = feedparser.parse(
                io.BytesIO(body), response_headers=given, sanitize_html=False, resolve_relative_uris=False
            )
        except Exception as error:
            raise BadFile(
                f"{_NOT_A_FEED}, or is broken beyond reading", place="feed", advice="Check the address."
            ) from error
        entries = [_xml_entry(entry) for entry in feed.get("entries") or []]
        claimed = (feed.get("feed") or {}).get("language")
    if not entries and not feed.get("version"):
        web_page = re.search(rb"<html|<!doctype html", body[:2_000], re.IGNORECASE) is not None
        what = f"{_NOT_A_FEED}: it is a web page" if web_page else _NOT_A_FEED
        raise BadFile(what, place="feed", advice="Look for the feed's own address; it may have moved.")
    return entries, claimed if isinstance(claimed, str) else None


def _xml_entry(entry: Any) -> _Entry | str:
    try:
        bodies = [part for part in entry.get("content") or [] if isinstance(part.get("value"), str)]
        longest = max(bodies, key=lambda part: len(part["value"]), default=None)
        text = longest["value"] if longest else entry.get("summary")
        stamp = entry.get("published_parsed") or entry.get("updated_parsed") or entry.get("created_parsed")
        return _Entry(
            name=_text(entry.get("id")) or None,
            title=_text(entry.get("title")),
            text=_text(text),
            created=_moment(stamp),
            author=_text(entry.get("author")) or None,
            lang=_text((longest or {}).get("language")) or None,
            url=_text(entry.get("link")) or None,
            edited=_moment(entry.get("updated_parsed")),
            noindex="yes"
            in (_text(entry.get("itunes_block")).lower(), _text(entry.get("googleplay_block")).lower()),
        )
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, OSError):
        return "cannot be understood"


def _moment(stamp: Any) -> datetime | None:
    return datetime.fromtimestamp(calendar.timegm(stamp), UTC) if stamp else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class _Author(msgspec.Struct):
    name: str | None = None


class _Item(msgspec.Struct):
    id: str | int | float | None = None
    url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    authors: list[_Author] | None = None
    author: _Author | None = None
    language: str | None = None


class _Feed(msgspec.Struct):
    version: str
    items: list[msgspec.Raw]
    language: str | None = None


def _json_entries(body: bytes) -> tuple[list[_Entry | str], str | None]:
    try:
        feed = msgspec.json.decode(body.lstrip(b"\xef\xbb\xbf"), type=_Feed)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadFile(
            f"{_NOT_A_FEED}: it is JSON but no JSON Feed", place="feed", advice="Check the address."
        ) from error
    if "jsonfeed.org" not in feed.version:
        raise BadFile(
            f"{_NOT_A_FEED}: it is JSON but no JSON Feed", place="feed", advice="Check the address."
        )
    return [_json_entry(raw) for raw in feed.items], feed.language


def _json_entry(raw: msgspec.Raw) -> _Entry | str:
    try:
        item = msgspec.json.decode(raw, type=_Item)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "is not a JSON Feed item"
    author = next((one.name for one in item.authors or [] if one.name), None) or (
        item.author and item.author.name
    )
    return _Entry(
        name=str(item.id) if item.id is not None else None,
        title=item.title or "",
        text=item.content_html or escaped(item.content_text or item.summary or ""),
        created=item.date_published or item.date_modified,
        author=author or None,
        lang=item.language,
        url=item.url,
        edited=item.date_modified,
    )


def escaped(text: str) -> str:
    """Plain text as HTML, so that all entries take one way; a lone "<" stays a "<"."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
