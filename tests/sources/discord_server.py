"""A stand-in for Discord, written from its published reference (API v10 and gateway v10) on 2026-11-22.

It holds one server with roles, members, channels and threads, and refuses what Discord refuses: a wrong
token, a channel the bot may not see, a pin by somebody without the power. Everybody here is made up.
"""

import json
import re
import threading
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.sources.platform_server import Asked, Platform, Told

EPOCH = 1_420_070_400_000
TOKEN = "MTE2.stand-in.bot-token"
VIEW, SEND, MANAGE, ADMIN, PIN = 1 << 10, 1 << 11, 1 << 13, 1 << 3, 1 << 51
GUILD, BOT = 1_100_000_000_000_000_001, 1_100_000_000_000_000_002
EVERYONE = VIEW | SEND | (1 << 16)
START = datetime.now(UTC) - timedelta(hours=2)


class Discord(Platform):
    """One server. `now` moves a second with everything that is done."""

    def __init__(self) -> None:
        super().__init__()
        self._now, self._low = START, 0
        self.flags = 1 << 19
        self.token = TOKEN
        self.roles: dict[int, int] = {GUILD: EVERYONE}
        self.members: dict[int, list[int]] = {BOT: []}
        self.owner = self.person()
        self.channels: dict[int, dict[str, Any]] = {}
        self.messages: dict[int, list[dict[str, Any]]] = {}
        self.pins: dict[int, list[tuple[str, int]]] = {}
        self.hidden: set[int] = set()
        self.sockets: list[Socket] = []
        self.gateway = serve(self._gateway, "127.0.0.1", 0, compression=None)
        self.ws = f"ws://127.0.0.1:{self.gateway.socket.getsockname()[1]}/"
        threading.Thread(target=self.gateway.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.gateway.shutdown()
        super().close()

    def moment(self, seconds: float = 1.0) -> datetime:
        """The next moment; with 0 the same millisecond once more."""
        self._now += timedelta(seconds=seconds)
        return self._now

    def new_id(self, seconds: float = 1.0) -> int:
        self._low += 1
        return (int(self.moment(seconds).timestamp() * 1000) - EPOCH) << 22 | self._low & 0xFFF

    def person(self, *roles: int) -> int:
        id = self.new_id()
        self.members[id] = list(roles)
        return id

    def role(self, power: int) -> int:
        id = self.new_id()
        self.roles[id] = power
        return id

    def channel(self, type: int = 0, parent: int | None = None, **more: Any) -> int:
        id = self.new_id()
        self.channels[id] = {
            "id": str(id),
            "type": type,
            "guild_id": str(GUILD),
            "name": "riders",
            "position": 0,
            "topic": None,
            "nsfw": False,
            "permission_overwrites": [],
            "parent_id": str(parent) if parent else None,
            "last_message_id": None,
        } | more
        if parent:
            self.channels[id]["thread_metadata"] = {"archived": False, "archive_timestamp": stamp(self._now)}
            self.ring("THREAD_CREATE", self.channels[id])
        self.messages[id], self.pins[id] = [], []
        return id

    def say(self, who: int, channel: int, text: str, seconds: float = 1.0, **more: Any) -> int:
        id = self.new_id(seconds)
        message = {
            "id": str(id),
            "type": 0,
            "channel_id": str(channel),
            "content": text,
            "author": {"id": str(who), "username": "someone", "discriminator": "0", "avatar": None},
            "timestamp": stamp(self._now),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "flags": 0,
        } | more
        with self.lock:
            self.messages[channel].append(message)
            self.channels[channel]["last_message_id"] = str(id)
        self.ring("MESSAGE_CREATE", message | {"guild_id": str(GUILD)})
        return id

    def message(self, id: int) -> dict[str, Any]:
        return next(one for said in self.messages.values() for one in said if one.get("id") == str(id))

    def edit(self, id: int, text: str) -> None:
        """Discord lets nobody but its author edit a message."""
        one = self.message(id)
        one |= {"content": text, "edited_timestamp": stamp(self.moment())}
        self.ring("MESSAGE_UPDATE", one | {"guild_id": str(GUILD)})

    def delete(self, id: int) -> None:
        for channel, said in self.messages.items():
            if any(one["id"] == str(id) for one in said):
                self.messages[channel] = [one for one in said if one["id"] != str(id)]
                self.pins[channel] = [pin for pin in self.pins[channel] if pin[1] != id]
                self.ring(
                    "MESSAGE_DELETE", {"id": str(id), "channel_id": str(channel), "guild_id": str(GUILD)}
                )

    def pin(self, who: int, channel: int, id: int) -> None:
        """Refused, as Discord refuses it, where the account has no power over pins."""
        if self.may_pin(who, channel):
            self.pins[channel].insert(0, (stamp(self.moment()), id))
            self.ring("CHANNEL_PINS_UPDATE", {"channel_id": str(channel), "guild_id": str(GUILD)})

    def unpin(self, channel: int, id: int) -> None:
        self.pins[channel] = [pin for pin in self.pins[channel] if pin[1] != id]
        self.ring("CHANNEL_PINS_UPDATE", {"channel_id": str(channel), "guild_id": str(GUILD)})

    def may_pin(self, who: int, channel: int) -> bool:
        if who == self.owner:
            return True
        power = self.roles[GUILD]
        for role in self.members.get(who, []):
            power |= self.roles[role]
        for over in self.channels[channel]["permission_overwrites"]:
            if int(over["id"]) in (*self.members.get(who, []), who):
                power = power & ~int(over["deny"]) | int(over["allow"])
        return bool(power & (ADMIN | MANAGE | PIN))

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bot {self.token}":
            return Told({"message": "401: Unauthorized", "code": 0}, 401)
        path = asked.path.removeprefix("/api/v10")
        if path == "/users/@me":
            return Told({"id": str(BOT), "username": "earnest", "bot": True})
        if path == "/oauth2/applications/@me":
            return Told({"id": str(BOT), "name": "Earnest", "flags": self.flags})
        if path == "/gateway/bot":
            limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
            return Told({"url": self.ws, "shards": 1, "session_start_limit": limit})
        if BOT not in self.members:
            return Told({"message": "Missing Access", "code": 50001}, 403)
        found = re.fullmatch(r"/guilds/(\d+)(/.*)?", path)
        if found and int(found[1]) == GUILD:
            return self._guild(found[2] or "")
        if asked.method == "DELETE" and path == f"/users/@me/guilds/{GUILD}":
            del self.members[BOT]
            return Told(status=204)
        found = re.fullmatch(r"/channels/(\d+)(/.*)?", path)
        if found is None or int(found[1]) not in self.channels:
            return Told({"message": "Unknown Channel", "code": 10003}, 404)
        if int(found[1]) in self.hidden:
            return Told({"message": "Missing Access", "code": 50001}, 403)
        return self._channel(int(found[1]), found[2] or "", asked)

    def _guild(self, path: str) -> Told:
        if not path:
            roles = [
                {
                    "id": str(id),
                    "name": "role",
                    "permissions": str(power),
                    "color": 0,
                    "hoist": False,
                    "position": number,
                    "managed": False,
                    "mentionable": False,
                    "flags": 0,
                }
                for number, (id, power) in enumerate(self.roles.items())
            ]
            told = {"id": str(GUILD), "name": "Riders", "owner_id": str(self.owner), "roles": roles}
            return Told(told | {"emojis": [], "features": [], "stickers": []})
        if path == "/threads/active":
            live = [one for one in self.channels.values() if _thread(one) and not _archived(one)]
            return Told({"threads": live, "members": []})
        found = re.fullmatch(r"/members/(\d+)", path)
        if found and int(found[1]) in self.members:
            who = int(found[1])
            user = {"id": str(who), "username": "someone", "discriminator": "0", "avatar": None}
            roles = [str(role) for role in self.members[who]]
            return Told(
                {
                    "user": user,
                    "roles": roles,
                    "joined_at": stamp(START),
                    "deaf": False,
                    "mute": False,
                    "flags": 0,
                }
            )
        return Told({"message": "Unknown Member", "code": 10007}, 404)

    def _channel(self, id: int, path: str, asked: Asked) -> Told:
        if not path:
            return Told(self.channels[id])
        if path == "/messages" and asked.method == "POST":
            return Told({"id": str(self.say(BOT, id, asked.values["content"]))})
        if path == "/messages":
            limit, after = int(asked.values["limit"]), int(asked.values.get("after", 0))
            with self.lock:
                fresh = [one for one in self.messages[id] if _id(one) > after]
            return Told(fresh[:limit][::-1])
        if path == "/messages/pins":
            before = asked.values.get("before", "9999")
            pins = [pin for pin in self.pins[id] if pin[0] < before]
            items = [{"pinned_at": when, "message": self.message(pin)} for when, pin in pins[:50]]
            return Told({"items": items, "has_more": len(pins) > 50})
        if path == "/threads/archived/public":
            before = asked.values.get("before", "9999")
            old = [one for one in self.channels.values() if _thread(one) and _archived(one)]
            old = [one for one in old if one["type"] != 12 and one["parent_id"] == str(id)]
            old = sorted(
                (one for one in old if _when(one) < before), key=lambda one: str(_when(one)), reverse=True
            )
            limit = int(asked.values["limit"])
            return Told({"threads": old[:limit], "members": [], "has_more": len(old) > limit})
        return Told({"message": "404: Not Found", "code": 0}, 404)

    def ring(self, what: str, data: Any) -> None:
        for socket in list(self.sockets):
            with suppress(ConnectionClosed):
                socket.dispatch(what, data)

    def _gateway(self, connection: ServerConnection) -> None:
        query = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        socket = Socket(connection, query.get("compress", [""])[0] == "zlib-stream")
        socket.send({"op": 10, "d": {"heartbeat_interval": 41_250}, "s": None, "t": None})
        with suppress(ConnectionClosed):
            self._talk(connection, socket)
        if socket in self.sockets:
            self.sockets.remove(socket)

    def _talk(self, connection: ServerConnection, socket: "Socket") -> None:
        for message in connection:
            told = json.loads(message)
            if told["op"] == 2:
                if told["d"]["token"] != self.token:
                    connection.close(4004, "Authentication failed.")
                    return
                if not self.flags and told["d"]["intents"] & (1 << 15):
                    connection.close(4014, "Disallowed intent(s).")
                    return
                user = {"id": str(BOT), "username": "earnest", "discriminator": "0", "avatar": None}
                ready = {"v": 10, "user": user, "guilds": [], "session_id": "s", "shard": [0, 1]}
                application = {"id": str(BOT), "flags": self.flags}
                socket.dispatch("READY", ready | {"resume_gateway_url": self.ws, "application": application})
                self.sockets.append(socket)
            elif told["op"] == 6:
                self.sockets.append(socket)
                socket.dispatch("RESUMED", {})
            elif told["op"] == 1:
                socket.send({"op": 11, "d": None, "s": None, "t": None})


class Socket:
    """One connection of the gateway, packed as it asked for."""

    def __init__(self, connection: ServerConnection, packed: bool) -> None:
        self.connection = connection
        self._pack = zlib.compressobj() if packed else None
        self._number = 0
        self._lock = threading.Lock()

    def dispatch(self, what: str, data: Any) -> None:
        self._number += 1
        self.send({"op": 0, "t": what, "s": self._number, "d": data})

    def send(self, payload: Any) -> None:
        text = json.dumps(payload)
        with self._lock:
            if self._pack is None:
                self.connection.send(text)
            else:
                packed = self._pack.compress(text.encode()) + self._pack.flush(zlib.Z_SYNC_FLUSH)
                self.connection.send(packed)


def stamp(when: datetime) -> str:
    return when.isoformat()


def wait_for(what: Any, seconds: float = 60.0) -> None:
    """Until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def _id(message: Any) -> int:
    try:
        return int(message["id"])
    except (KeyError, TypeError, ValueError):
        return 1 << 62


def _thread(channel: dict[str, Any]) -> bool:
    return channel["type"] in (10, 11, 12)


def _archived(channel: dict[str, Any]) -> bool:
    return bool(channel["thread_metadata"]["archived"])


def _when(channel: dict[str, Any]) -> str:
    return str(channel["thread_metadata"]["archive_timestamp"])
