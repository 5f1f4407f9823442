"""Bluesky as a source: which way it is heard. Read first."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote

from earnest.egress import Egress
from earnest.record.errors import MissingExtra
from earnest.record.raw import Page
from earnest.sources.base import Source, SourceType, settings, way_out
from earnest.sources.bluesky.client import Bluesky
from earnest.sources.bluesky.events import POSTS
from earnest.sources.bluesky.profiles import Wishes, asker
from earnest.sources.bluesky.search import BlueskySearch
from earnest.sources.bluesky.stream import BlueskyStream
from earnest.sources.bluesky.wanted import DID, BlueskySettings


class BlueskyPlace(BlueskyStream):
    """A stream that can also be searched for what was said before it was first heard."""

    search: BlueskySearch

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """By search: the streams hold a day or three, and everybody's."""
        return self.search.backfill(cursor, since, until)


def open_bluesky(given: Mapping[str, Any], egress: Egress | None) -> Source:
    """A source of these settings. Raises BadSetting, or MissingExtra where the libraries are not there."""
    wanted = settings("bluesky", given, BlueskySettings)
    egress = way_out(egress, "Bluesky")
    if find_spec("atproto") is None or find_spec("websockets") is None:
        raise MissingExtra("Reading Bluesky", "bluesky")
    search = BlueskySearch(wanted, Bluesky(wanted, egress))
    if wanted.way == "search":
        return search
    place = BlueskyPlace(wanted, egress, Wishes(asker(egress, wanted.profiles)))
    place.search = search
    return place


def ids_of(name: str) -> tuple[str, ...]:
    """The id in at://did/app.bsky.feed.post/key or https://bsky.app/profile/did/post/key. A handle in place
    of the DID leads to nothing without asking the network.
    """
    parts = unquote(name.strip()).split("?")[0].split("#")[0].rstrip("/").split("/")
    if len(parts) >= 4 and parts[-4] == "profile" and parts[-2] == "post":
        did, key = parts[-3], parts[-1]
    elif len(parts) == 5 and parts[0] == "at:" and parts[3] == POSTS:
        did, key = parts[2], parts[4]
    else:
        return ()
    if not DID.fullmatch(did) or not 0 < len(key) <= 200 or not key.isascii() or not key.isprintable():
        return ()
    return (f"at://{did}/{POSTS}/{key}",)


BLUESKY = SourceType(
    type="bluesky",
    kinds=("open",),
    title="Bluesky",
    extra="bluesky",
    tested_against="a PDS and AppView of @atproto/dev-env 0.3.215; Jetstream: a relay over its firehose",
    open=open_bluesky,
    ids_of=ids_of,
    one_account=True,
    secret="token",  # noqa: S106 - the name of the setting
    settings=BlueskySettings,
    asks="Bluesky asks that deletions are followed and that whoever does not want to be shown to people who"
    " are not signed in is not.",
    key="Only for searching: make an app password for an account of your own (Settings, App passwords).",
    catches_up=True,
    backfills=True,
)
