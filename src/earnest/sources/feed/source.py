"""A feed as a source. Read first: `FeedSource.read` is the whole of it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadFile, SourceGone
from earnest.record.raw import Page, SourceKind
from earnest.sources import person
from earnest.sources.base import SourceType, dump_cursor, load_cursor, primary_tag, settings, way_out
from earnest.sources.feed import caps
from earnest.sources.feed.parse import ids_of, parse
from earnest.sources.relist import Recheck, check_recheck, within

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_MAX_VALIDATOR = 1_000


class FeedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `lang` and `region` stand where an entry says nothing.

    `recheck_hours` is for a feed that lists everything it ever had: what it does not list any more is
    erased. Other feeds roll on, and leaving one means nothing.
    """

    url: Annotated[
        str,
        msgspec.Meta(
            title="Address",
            description="The address of the feed itself: RSS, Atom or JSON Feed.",
            examples=["https://example.org/feed.xml"],
        ),
    ]
    lang: str | None = None
    region: str | None = None
    recheck_hours: Recheck = None

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("`url` must begin with https:// or http://")
        if "@" in self.url.partition("://")[2].partition("/")[0]:
            raise ValueError(
                "`url` must not hold a name and a password: nothing is read with a person's login"
            )
        if self.lang is not None and primary_tag(self.lang) is None:
            raise ValueError("`lang` must be a language tag such as en")
        check_recheck(self.recheck_hours)


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cursor of a feed.

    url       where it was asked for, so that a changed setting starts afresh
    moved     its new address, where the server said that it moved for good
    etag, modified   what makes the next request conditional
    digest    of the whole body, for servers that know no conditional requests. No entry is remembered here:
              a trace of one post, even a hash, could outlive what the gate withheld.
    """

    url: str
    moved: str | None = None
    etag: str | None = None
    modified: str | None = None
    digest: str | None = None


def _today() -> datetime:
    return datetime.now(UTC)


class FeedSource:
    """Reads one feed. `notes` holds, after a read, sentences for the steward ("The feed moved to …")."""

    def __init__(self, settings: FeedSettings, egress: Egress, now: Callable[[], datetime] = _today) -> None:
        self._settings = settings
        self._egress = egress
        self._now = now
        self.notes: list[str] = []
        self.moved: str | None = None

    def read(self, cursor: str | None) -> Iterator[Page]:
        """One page: every entry of the feed if it changed, none if it did not.

        A feed repeats its older entries each time; they fold by their names where they are kept. Raises
        SourceBusy, SourceGone, EgressRefused, or BadFile where what came back is no feed.
        """
        mark = load_cursor(cursor, Mark)
        if mark is None or mark.url != self._settings.url:
            mark = Mark(self._settings.url)
        return self._pages(mark)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The feed as it is now, asked for without conditions."""
        return within(self._whole(), since, until, self._now())

    def _whole(self) -> Iterator[Page]:
        for page in self._pages(Mark(self._settings.url)):
            if any(f"first {caps.MAX_ENTRIES:,}" in refused.problem for refused in page.refused):
                raise BadFile("has more entries than are read", place="feed", advice="Do not re-check it.")
            yield page

    def _pages(self, mark: Mark) -> Iterator[Page]:
        ask = {"accept": _ACCEPT}
        if mark.etag:
            ask["if-none-match"] = mark.etag
        if mark.modified:
            ask["if-modified-since"] = mark.modified
        answer = self._egress.get(mark.moved or mark.url, ask)
        if person.of_one(answer.url) or person.of_one(answer.moved or ""):
            raise SourceGone(
                "This feed leads on to what one person says.", advice=person.ADVICE, why="not_allowed"
            )
        moved = self.moved = answer.moved or mark.moved
        self.notes = [f"The feed moved to {moved}; its settings should say so."] if moved else []
        digest = hashlib.sha256(answer.body).hexdigest()[:32]
        if answer.status == 304 or digest == mark.digest:
            yield Page((), dump_cursor(msgspec.structs.replace(mark, moved=moved)), done=True)
            return
        if not answer.body.strip():
            raise BadFile("is empty", place="feed", advice="Check the address.")
        told = self._settings
        found = parse(answer.body, answer.headers, self._now(), told.lang, told.region)
        after = Mark(
            url=mark.url,
            moved=moved,
            etag=_validator(answer.headers.get("etag")),
            modified=_validator(answer.headers.get("last-modified")),
            digest=digest,
        )
        yield Page(found.posts, dump_cursor(after), found.refused, done=True)


def _validator(value: str | None) -> str | None:
    """What the server may get back: short and printable, or not at all."""
    return (
        value if value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable() else None
    )


def _open(given: Mapping[str, Any], egress: Egress | None) -> FeedSource:
    """A feed. Raises BadSetting, and RefusedConfiguration for the feed of one person."""
    wanted = settings("feed", given, FeedSettings)
    person.check(wanted.url)
    return FeedSource(wanted, way_out(egress, "A feed"))


_PUBLIC = re.compile(
    r"(?:^|\.)(?:reddit\.com|news\.google\.[a-z.]{2,6}|youtube\.com|github\.com|gitlab\.com|hnrss\.org|bsky\.app"
    r"|ycombinator\.com|stackoverflow\.com|stackexchange\.com|medium\.com|tumblr\.com|twitter\.com|x\.com"
    r"|bing\.com|mastodon\.[a-z]{2,12}|nitter\.[a-z.]{2,12}|rsshub\.app)$"
)
"""Hosts where people speak to each other in public, never to whoever reads their feeds."""


def kind_of(given: Mapping[str, Any]) -> SourceKind | None:
    """What is plainly public is not addressed to anybody; of other feeds the steward says what they are."""
    try:
        host = urlsplit(str(given.get("url", "")).strip()).hostname or ""
    except ValueError:
        return None
    return "open" if _PUBLIC.search(host.rstrip(".").lower()) else None


FEED = SourceType(
    type="feed",
    kinds=("addressed", "open"),
    title="RSS, Atom and JSON feeds",
    extra=None,
    tested_against="nginx 1.22 and 1,850 recorded feeds",
    open=_open,
    kind_of=kind_of,
    ids_of=ids_of,
    settings=FeedSettings,
    asks="A feed is made to be read by programs; its host may ask, in its headers, how often and by whom.",
)
