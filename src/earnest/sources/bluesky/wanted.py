"""What a steward sets for a Bluesky place, checked before anything is asked."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from earnest.sources.base import primary_tag
from earnest.sources.relist import Recheck, check_recheck

JETSTREAM = "wss://jetstream2.us-east.bsky.network"
FIREHOSE = "wss://bsky.network"
APPVIEW = "https://public.api.bsky.app"
ACCOUNTS = "https://bsky.social"

Way = Literal["jetstream", "firehose", "search"]
DID = re.compile(r"did:[a-z]{2,10}:[A-Za-z0-9._:%-]{1,200}")
_HANDLE = re.compile(r"@?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")
MOST_WORDS = 100
_LEAST = 2


class BlueskySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a post must be about, and which way it is heard.

    `words`, `hashtags` and `accounts` are alternatives: one of them is enough. `languages` is a condition
    beside them; a post that names no language is taken for one of them.
    """

    words: Annotated[
        tuple[str, ...],
        Meta(
            title="Words to listen for",
            description="A post is heard when it says one of these words or phrases.",
            examples=["Glovo", "delivery app"],
        ),
    ] = ()
    hashtags: Annotated[
        tuple[str, ...],
        Meta(
            title="Hashtags",
            description="A post is heard when it carries one of these.",
            examples=["deliveryapp"],
        ),
    ] = ()
    accounts: Annotated[
        tuple[str, ...],
        Meta(
            title="Your own accounts",
            description="A post is heard when it mentions or answers one of these accounts of your own,"
            " written as a DID.",
            examples=["did:plc:abc123abc123abc123abc123"],
        ),
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        Meta(
            title="Languages",
            description="Only posts that say they are in one of these; all of them where this is empty.",
            examples=["en", "es"],
        ),
    ] = ()
    way: Annotated[
        Way,
        Meta(
            title="How to listen",
            description="Jetstream hears each post as it is said and is right for nearly everybody; firehose"
            " is the full signed stream; search asks every few minutes.",
        ),
    ] = "jetstream"
    account: Annotated[
        str,
        Meta(
            title="Your account for searching",
            description="The handle of an account of your own, where searching needs one.",
            examples=["desk.example.org"],
        ),
    ] = ""
    token: Annotated[
        str,
        Meta(
            title="App password",
            description="An app password of that account, made only for Earnest.",
            examples=["xxxx-xxxx-xxxx-xxxx"],
        ),
    ] = ""
    recheck_hours: Recheck = None
    server: Annotated[str, Meta(extra={"operator": True})] = ""
    appview: Annotated[str, Meta(extra={"operator": True})] = ""
    since_hours: Annotated[int, Meta(ge=0, le=72, extra={"operator": True})] = 0
    memory_hours: Annotated[int, Meta(ge=1, le=24 * 30, extra={"operator": True})] = 24

    def __post_init__(self) -> None:
        if not (self.words or self.hashtags or self.accounts):
            raise ValueError(
                "`words` must hold a word, a hashtag or an account: not everybody is listened to"
            )
        for name in ("words", "hashtags", "accounts", "languages"):
            if len(getattr(self, name)) > MOST_WORDS:
                raise ValueError(f"`{name}` must hold at most {MOST_WORDS}")
        for name in ("words", "hashtags"):
            for one in getattr(self, name):
                if not _LEAST <= len(one.strip().lstrip("#")) <= 100 or not one.isprintable():
                    raise ValueError(f"`{name}` must have {_LEAST} to 100 characters each")
                if ":" in one or '"' in one:
                    # "from:somebody" would be a search for what one person says.
                    raise ValueError(f"`{name}` must be plain words, without a colon or a quotation mark")
        if not all(DID.fullmatch(one) for one in self.accounts):
            raise ValueError("`accounts` must be DIDs such as did:plc:abc123abc123abc123abc123")
        if not all(primary_tag(one) for one in self.languages):
            raise ValueError("`languages` must be language tags such as en")
        if self.account and not _HANDLE.fullmatch(self.account):
            raise ValueError("`account` must be a handle such as desk.example.org")
        if self.token and not _TOKEN.fullmatch(self.token):
            raise ValueError("`token` must be an app password (xxxx-xxxx-xxxx-xxxx), never a person's own")
        if bool(self.token) != bool(self.account):
            raise ValueError("`account` must be set with its app password, or neither of them")
        stream, answers = ("ws", "wss"), ("http", "https")
        _address("server", self.server, answers if self.way == "search" else stream)
        _address("appview", self.appview, answers)
        check_recheck(self.recheck_hours)
        if (self.way == "search") is not (self.recheck_hours is not None):
            raise ValueError(
                "`recheck_hours` must be set (to 24) where posts are searched for, so that what is deleted"
                " goes here too; the streams tell of deletions by themselves"
            )

    @property
    def stream(self) -> str:
        """The address of the stream, without a path."""
        return (self.server or (JETSTREAM if self.way == "jetstream" else FIREHOSE)).rstrip("/")

    @property
    def answers(self) -> str:
        """The address that answers searches and questions about profiles."""
        if self.way == "search" and self.server:
            return self.server.rstrip("/")
        return (self.appview or (ACCOUNTS if self.token else APPVIEW)).rstrip("/")

    @property
    def profiles(self) -> str:
        """The address that is asked about profiles, which needs no sign-in."""
        return (self.appview or APPVIEW).rstrip("/")


def _address(name: str, value: str, schemes: tuple[str, ...]) -> None:
    if not value:
        return
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname or parts.query or "@" in parts.netloc:
        raise ValueError(f"`{name}` must begin with {schemes[-1]}:// and hold no name or password")
