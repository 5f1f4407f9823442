"""The firehose (com.atproto.sync.subscribeRepos): frames of CBOR, commits as CAR, numbered by the relay.

The decoder is the one that `atproto` brings (libipld). Most frames are likes and follows: the records of a
commit that names no post and no profile are not unpacked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from earnest.sources.bluesky.events import (
    POSTS,
    PROFILE,
    Event,
    Profile,
    Said,
    Unread,
    shaped,
)

OUTDATED = "OutdatedCursor"
FUTURE = "FutureCursor"
_CHANGES: dict[str, Any] = {"create": "said", "update": "edited", "delete": "deleted"}


class Told(Exception):
    """The relay itself says something: `what` is its own short word (`OUTDATED`, `FUTURE`, …)."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def address(server: str, cursor: int | None) -> str:
    """Where to listen."""
    query = "" if cursor is None else "?" + urlencode({"cursor": cursor})
    return f"{server}/xrpc/com.atproto.sync.subscribeRepos{query}"


def events_of(frame: bytes) -> list[Event]:
    """The events of a frame: at least one. Raises Unread, or Told where the relay speaks for itself."""
    header, body = _parts(frame)
    kind = header.get("t")
    if header.get("op") == -1:
        raise Told(_word(body.get("error")))
    if kind == "#info":
        raise Told(_word(body.get("name")))
    seq, at = body.get("seq"), _micro(body.get("time"))
    if type(seq) is not int or not 0 < seq < 1 << 53 or at is None:
        raise Unread("is not a frame as the protocol describes it")
    if kind == "#commit":
        return _commits(body, seq, at) or [Event(at, seq, "other")]
    did = body.get("did")
    if kind == "#account" and isinstance(did, str) and body.get("active") is False:
        status = body.get("status")
        return [Event(at, seq, "account", did, status=status if isinstance(status, str) else "deactivated")]
    return [Event(at, seq, "other")]


def seq_of(frame: bytes) -> int | None:
    """The number of a frame that cannot be read otherwise."""
    try:
        seq = _parts(frame)[1].get("seq")
    except Unread:
        return None
    return seq if type(seq) is int and 0 < seq < 1 << 53 else None


def _commits(body: Mapping[str, Any], seq: int, at: int) -> list[Event]:
    did, ops = body.get("repo"), body.get("ops")
    if not isinstance(did, str) or not isinstance(ops, list):
        raise Unread("is not a commit as the protocol describes it")
    wanted = [op for op in ops if isinstance(op, dict) and _collection(op) in (POSTS, PROFILE)]
    if not wanted:
        return []
    blocks = _blocks(body.get("blocks"))
    events = []
    for op in wanted:
        collection, rkey = str(op["path"]).split("/", 1)
        kind = _CHANGES.get(str(op.get("action")))
        if kind is None:
            continue
        record = None if kind == "deleted" else blocks.get(_key(op.get("cid")))
        if collection == PROFILE:
            events.append(Event(at, seq, "profile", did, record=shaped(record, Profile)))
        elif kind == "deleted":
            events.append(Event(at, seq, kind, did, rkey))
        else:
            events.append(Event(at, seq, kind, did, rkey, shaped(record, Said)))
    return events


def _collection(op: Mapping[str, Any]) -> str:
    path = op.get("path")
    return path.split("/", 1)[0] if isinstance(path, str) and "/" in path else ""


def _parts(frame: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    import libipld

    try:
        parts = libipld.decode_dag_cbor_multi(frame)
    except (ValueError, RecursionError, OverflowError):
        parts = []
    if len(parts) != 2 or not all(isinstance(part, dict) for part in parts):
        raise Unread("is not a frame as the protocol describes it")
    return parts[0], parts[1]


def _blocks(car: object) -> dict[bytes, Any]:
    import libipld

    if not isinstance(car, bytes) or not car:
        return {}
    try:
        _, blocks = libipld.decode_car(car)
    except (ValueError, RecursionError, OverflowError):
        raise Unread("holds records that cannot be unpacked") from None
    return {_key(cid): block for cid, block in blocks.items()}


def _key(cid: object) -> bytes:
    """A content's name, however the decoder gives it."""
    return cid if isinstance(cid, bytes) else str(cid).encode()


def _micro(value: object) -> int | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        when = datetime.fromisoformat(value)
        return int(when.timestamp() * 1_000_000) if when.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _word(value: object) -> str:
    """The relay's own word, where it is one."""
    return value if isinstance(value, str) and value.isalnum() and len(value) <= 40 else "unknown"
