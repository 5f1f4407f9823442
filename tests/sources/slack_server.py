"""A stand-in for Slack, written from its published reference (Web API, socket mode) on 2026-11-22.

It holds one workspace with people and channels and refuses what Slack refuses. Everybody here is made up.
"""

import json
import threading
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.sources.platform_server import Asked, Platform, Told

TOKEN, APP = "xoxb-stand-in", "xapp-stand-in"
BOT = "UBOT00001"


class Slack(Platform):
    """One workspace. Messages are said in the past unless a test says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self._number, self._last, self.token = 0, 0, TOKEN
        self.users: dict[str, dict[str, Any]] = {BOT: {"id": BOT, "is_bot": True}}
        self.channels: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.pins: dict[str, list[tuple[str, str]]] = {}
        self.sockets: list[ServerConnection] = []
        self.acks: list[str] = []
        self.socket = serve(self._socket, "127.0.0.1", 0, compression=None)
        self.ws = f"ws://127.0.0.1:{self.socket.socket.getsockname()[1]}/link"
        threading.Thread(target=self.socket.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.socket.shutdown()
        super().close()

    def next(self) -> int:
        self._number += 1
        return self._number

    def person(self, **more: Any) -> str:
        id = f"U{self.next():08d}"
        self.users[id] = {"id": id, "deleted": False, "is_bot": False, "is_admin": False} | more
        return id

    def channel(self, **more: Any) -> str:
        id = f"C{self.next():08d}"
        told = {"id": id, "is_channel": True, "is_member": True, "is_archived": False, "is_im": False}
        self.channels[id] = told | {"topic": {"value": ""}, "purpose": {"value": ""}} | more
        self.messages[id], self.pins[id] = [], []
        return id

    def stamp(self, ago: float) -> str:
        """No two messages of a channel have the same."""
        micro = int((time.time() - ago) * 1_000_000)
        if not ago:
            self._last = micro = max(self._last + 1, micro)
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    def say(self, who: str, channel: str, text: str, ago: float = 0.0, **more: Any) -> str:
        ts = self.stamp(ago)
        message = {"type": "message", "user": who, "text": text, "ts": ts, "team": "T1"} | more
        with self.lock:
            self.messages[channel].append(message)
            thread = message.get("thread_ts")
            if thread is not None:
                parent = self.message(channel, str(thread))
                parent["latest_reply"] = max(str(parent.get("latest_reply", "")), ts)
        self.ring(message | {"channel": channel})
        return ts

    def message(self, channel: str, ts: str) -> dict[str, Any]:
        return next(one for one in self.messages[channel] if one["ts"] == ts)

    def edit(self, channel: str, ts: str, text: str) -> None:
        message = self.message(channel, ts)
        message |= {"text": text, "edited": {"user": message["user"], "ts": self.stamp(0)}}
        self.ring({"type": "message", "subtype": "message_changed", "channel": channel, "message": message})

    def delete(self, channel: str, ts: str) -> None:
        with self.lock:
            self.messages[channel] = [one for one in self.messages[channel] if one["ts"] != ts]
            self.pins[channel] = [pin for pin in self.pins[channel] if pin[0] != ts]
        deleted = {"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts}
        self.ring(deleted)

    def answer(self, asked: Asked) -> Told:
        method, given = asked.path.removeprefix("/api/"), asked.values
        if method == "apps.connections.open":
            sent = asked.headers.get("authorization")
            return Told({"ok": True, "url": self.ws}) if sent == f"Bearer {APP}" else _no("invalid_auth")
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _no("invalid_auth")
        if method == "auth.test":
            return Told({"ok": True, "user_id": BOT, "user": "earnest"})
        if method == "users.info":
            user = self.users.get(given["user"])
            return Told({"ok": True, "user": user}) if user else _no("user_not_found")
        channel = str(given.get("channel"))
        if channel not in self.channels:
            return _no("channel_not_found")
        if method == "conversations.info":
            return Told({"ok": True, "channel": self.channels[channel]})
        if not self.channels[channel]["is_member"]:
            return _no("not_in_channel")
        return self._channel(method, channel, given)

    def _channel(self, method: str, channel: str, given: Any) -> Told:
        if method == "pins.list":
            items = [
                {"type": "message", "created": 1, "created_by": by, "message": self.message(channel, ts)}
                for ts, by in self.pins[channel]
            ]
            return Told({"ok": True, "items": items[::-1]})
        if method == "conversations.history":
            top = [one for one in self.messages[channel] if _in_channel(one)]
            return self._page(sorted(top, key=_ts, reverse=True), given)
        if method == "conversations.replies":
            said = [one for one in self.messages[channel] if given["ts"] in (one["ts"], one.get("thread_ts"))]
            return self._page(sorted(said, key=_ts), given) if said else _no("thread_not_found")
        if method == "conversations.leave":
            self.channels[channel]["is_member"] = False
            return Told({"ok": True})
        if method == "chat.postMessage":
            if self.channels[channel]["is_archived"]:
                return _no("is_archived")
            ts = self.say(BOT, channel, given["text"], thread_ts=given.get("thread_ts"), bot_id="B1")
            return Told({"ok": True, "ts": ts})
        return _no("unknown_method")

    def _page(self, messages: list[dict[str, Any]], given: Any) -> Told:
        oldest, latest = Decimal(given.get("oldest", "0")), Decimal(given.get("latest", "9999999999"))
        with self.lock:
            found = [one for one in messages if oldest < Decimal(_ts(one)) < latest]
        at, limit = int(given.get("cursor", 0) or 0), min(int(given.get("limit", 100)), 999)
        more = len(found) > at + limit
        told: dict[str, Any] = {"ok": True, "messages": found[at : at + limit], "has_more": more}
        return Told(told | {"response_metadata": {"next_cursor": str(at + limit) if more else ""}})

    def ring(self, event: Any) -> None:
        body = {
            "envelope_id": f"e{self.next()}",
            "type": "events_api",
            "payload": {"type": "event_callback", "event": event},
            "accepts_response_payload": False,
        }
        for socket in list(self.sockets):
            with suppress(ConnectionClosed):
                socket.send(json.dumps(body))

    def hang_up(self) -> None:
        """Slack says so beforehand, every few hours."""
        for socket in list(self.sockets):
            socket.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def _socket(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        self.sockets.append(connection)
        with suppress(ConnectionClosed):
            for message in connection:
                self.acks.append(json.loads(message)["envelope_id"])
        self.sockets.remove(connection)


def _ts(message: dict[str, Any]) -> str:
    return str(message.get("ts"))


def _in_channel(message: dict[str, Any]) -> bool:
    return message.get("thread_ts") is None or message.get("subtype") == "thread_broadcast"


def _no(error: str) -> Told:
    return Told({"ok": False, "error": error})
