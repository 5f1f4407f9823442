"""Asking a homeserver: the dozen requests Earnest makes, all through `earnest.egress`.

matrix-nio checks and reads the events (`events.py`). Its own client is not used: it connects past the guard
that every request of Earnest goes through, and keeps a session where a plain question is enough.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, SourceBusy, SourceGone

LIMIT = 50
"""Events a request: an event may have 64 KB and carry an edit of the same size, an answer 10 MB."""

HEARD = ["m.room.message", "m.room.redaction", "m.room.pinned_events"]

_HIDDEN = (403, 404)
_IMPOSSIBLE = (400, 403, 404)


class Batch(NamedTuple):
    """Events in order, as the homeserver gave them; `limited`: there are more between, which are left out."""

    events: Sequence[msgspec.Raw]
    next: str | None
    limited: bool = False


class _Timeline(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw] = []
    limited: bool = False


class _Room(msgspec.Struct, frozen=True):
    timeline: _Timeline = _Timeline()


class _Rooms(msgspec.Struct, frozen=True):
    join: dict[str, _Room] = {}


class _Sync(msgspec.Struct, frozen=True):
    next_batch: str
    rooms: _Rooms = _Rooms()


class _Messages(msgspec.Struct, frozen=True):
    chunk: list[msgspec.Raw]
    end: str | None = None


class Homeserver:
    """One homeserver, asked as one bot."""

    def __init__(self, address: str, token: str, egress: Egress) -> None:
        self._base = address.strip().rstrip("/") + "/_matrix/client/v3/"
        if not self._base.startswith(("https://", "http://")):
            raise BadSetting(
                "In the setting 'homeserver' of the matrix source: this is not an address.",
                advice="Write it like https://matrix.example.org.",
            )
        if not token.isascii() or not token.isprintable() or " " in token or not 8 <= len(token) <= 4_096:
            raise BadSetting(
                "The access token of the Matrix bot is missing or is not one.",
                advice="Give it again: earnest sources token SLUG",
            )
        self._token = token
        self._egress = egress

    def who(self) -> str:
        """The bot's own name, such as @earnest:example.org."""
        name = self._found("account", "whoami").get("user_id")
        if not isinstance(name, str):
            raise _strange()
        return name

    def room_id(self, alias: str) -> str | None:
        """Where an alias leads, or None."""
        found = self._asked("GET", "directory", "room", alias, takes=_IMPOSSIBLE)
        id = None if found is None else found.get("room_id")
        return id if isinstance(id, str) else None

    def join(self, room: str) -> bool:
        """Join, where the bot was invited or the room is public. Whether it is in now."""
        return self._asked("POST", "join", room, body={}, takes=_IMPOSSIBLE) is not None

    def leave(self, room: str) -> None:
        """Leave a room."""
        self._asked("POST", "rooms", room, "leave", body={})

    def state(self, room: str, type: str, key: str = "") -> dict[str, Any] | None:
        """A state event with its sender, or None where there is none or the bot may not see it."""
        found = self._asked("GET", "rooms", room, "state", type, key, query={"format": "event"})
        if found is None or ("sender" in found and isinstance(found.get("content"), dict)):
            return found
        # A homeserver that knows no `format` gives the content alone: ask for all of the state, once.
        whole = self._answer("GET", "rooms", room, "state")
        for event in whole if isinstance(whole, list) else ():
            if isinstance(event, dict) and event.get("type") == type and event.get("state_key") == key:
                return event if isinstance(event.get("content"), dict) else None
        return None

    def event(self, room: str, id: str) -> dict[str, Any] | None:
        """One event, or None where the bot may not see it."""
        return self._asked("GET", "rooms", room, "event", id)

    def position(self) -> str:
        """The token of this moment."""
        return self._sync(None, {"rooms": []}).next_batch

    def since(self, room: str, token: str) -> Batch:
        """What happened in a room since a token: the newest `LIMIT` events, and the token of now."""
        wanted = {"rooms": [room], "timeline": {"types": HEARD, "limit": LIMIT}, "state": {"types": []}}
        got = self._sync(token, wanted)
        timeline = got.rooms.join.get(room, _Room()).timeline
        return Batch(timeline.events, got.next_batch, timeline.limited)

    def between(self, room: str, token: str, until: str) -> Batch:
        """The first `LIMIT` events after one token and up to another; `next` None at the end."""
        query = {"dir": "f", "from": token, "to": until, "limit": str(LIMIT)}
        query["filter"] = json.dumps({"types": HEARD})
        got = _read(self._raw("GET", ("rooms", room, "messages"), query=query), _Messages)
        if not got.chunk or got.end is None or got.end == token:
            return Batch(got.chunk, None)
        return Batch(got.chunk, got.end)

    def send(self, room: str, type: str, once: str, content: Mapping[str, Any]) -> bool:
        """Say something, once for each `once`. False where the bot may not speak here."""
        return self._asked("PUT", "rooms", room, "send", type, once, body=content) is not None

    def _sync(self, since: str | None, room: Mapping[str, Any]) -> _Sync:
        """A homeserver may give the answer of two minutes ago to the same question again; a filter that was
        never used before makes each question a new one.
        """
        nothing: dict[str, list[str]] = {"types": []}
        unlike = [f"!{secrets.token_hex(8)}:earnest.invalid"]
        wanted = {
            "presence": nothing,
            "account_data": nothing,
            "room": {"ephemeral": nothing, "account_data": nothing, "not_rooms": unlike, **room},
        }
        query = {"timeout": "0", "set_presence": "offline", "filter": json.dumps(wanted)}
        if since is not None:
            query["since"] = since
        got: _Sync = _read(self._raw("GET", ("sync",), query=query), _Sync)
        return got

    def _found(self, *path: str) -> dict[str, Any]:
        found = self._answer("GET", *path)
        if not isinstance(found, dict):
            raise _strange()
        return found

    def _asked(
        self,
        method: str,
        *path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        takes: Sequence[int] = _HIDDEN,
    ) -> dict[str, Any] | None:
        """An answer, or None where the homeserver says that there is none or that the bot may not know."""
        answer = self._raw(method, path, query=query, body=body, takes=takes)
        found: dict[str, Any] = _read(answer, dict[str, Any])
        if isinstance(found.get("errcode"), str):
            return None
        return found

    def _answer(self, method: str, *path: str) -> Any:
        return _read(self._raw(method, path), object)

    def _raw(
        self,
        method: Any,
        path: Sequence[str],
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        takes: Sequence[int] = (),
    ) -> bytes:
        url = self._base + "/".join(quote(part, safe="") for part in path)
        if query:
            url += "?" + urlencode(query)
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        answer = self._egress.ask(method, url, headers=headers, body=sent, takes=(401, *takes))
        if answer.status == 401:
            raise SourceGone(
                "The homeserver does not accept the bot's access token.",
                advice="Make another for the same account: earnest sources token SLUG",
            )
        return answer.body


def _read(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        problem = _strange()
    # Raised out here: what a decoder says may repeat a piece of an answer.
    raise problem


def _strange() -> SourceBusy:
    return SourceBusy(
        "The homeserver's answer is not what Matrix says it should be.",
        advice="Check the homeserver's address; Earnest tries again by itself.",
    )
