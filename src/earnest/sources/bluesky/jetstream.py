"""Jetstream: the network's events as JSON, one a message, numbered by the microsecond."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from earnest.sources.bluesky.events import POSTS, PROFILE, Event, Profile, Said, Unread


class _Commit(msgspec.Struct, frozen=True):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.Raw(b"null")


class _Account(msgspec.Struct, frozen=True):
    active: bool = True
    status: str | None = None


class _Message(msgspec.Struct, frozen=True):
    time_us: int
    did: str = ""
    kind: str = ""
    commit: _Commit | None = None
    account: _Account | None = None


class _Time(msgspec.Struct, frozen=True):
    time_us: int


_message = msgspec.json.Decoder(_Message)
_time = msgspec.json.Decoder(_Time)
_said = msgspec.json.Decoder(Said)
_profile = msgspec.json.Decoder(Profile)
_BROKEN = (msgspec.DecodeError, UnicodeError, RecursionError)
_CHANGES: dict[str, Any] = {"create": "said", "update": "edited", "delete": "deleted"}


def address(server: str, cursor: int | None) -> str:
    """Where to listen: posts and profiles (for wishes), and what becomes of accounts."""
    query = [("wantedCollections", POSTS), ("wantedCollections", PROFILE)]
    if cursor is not None:
        query.append(("cursor", str(cursor)))
    return f"{server}/subscribe?{urlencode(query)}"


def event_of(message: bytes) -> Event:
    """An event of a message. Raises Unread, which names no content."""
    try:
        got = _message.decode(message)
    except _BROKEN:
        raise Unread("is not an event as Jetstream describes it") from None
    at = got.time_us
    if got.kind == "commit" and got.commit is not None:
        return _committed(got.did, at, got.commit)
    if got.kind == "account" and got.account is not None and not got.account.active:
        return Event(at, at, "account", got.did, status=got.account.status or "deactivated")
    return Event(at, at, "other")


def time_of(message: bytes) -> int | None:
    """When an event that cannot be read happened, where that at least is told."""
    try:
        return _time.decode(message).time_us
    except _BROKEN:
        return None


def _committed(did: str, at: int, commit: _Commit) -> Event:
    kind = _CHANGES.get(commit.operation)
    if commit.collection == PROFILE and kind is not None:
        record = None if kind == "deleted" else _record(_profile, commit.record)
        return Event(at, at, "profile", did, record=record)
    if commit.collection != POSTS or kind is None:
        return Event(at, at, "other")
    record = None if kind == "deleted" else _record(_said, commit.record)
    return Event(at, at, kind, did, commit.rkey, record)


def _record(decoder: Any, raw: msgspec.Raw) -> Any:
    """A record, or None where it is not one."""
    try:
        return decoder.decode(raw)
    except _BROKEN:
        return None
