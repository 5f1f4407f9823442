"""A real Synapse on loopback, and rooms in it. One process a test run; SQLite; nothing leaves the machine.

It is installed beside the tests' own environment (`make synapse`), because it brings its own versions of
libraries that Earnest uses too. `EARNEST_TEST_SYNAPSE` names another Python that has it.
"""

import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

NAME = "synapse.example"
_ONCE = count(1)


def python() -> Path | None:
    """The Python that has Synapse, or None."""
    named = os.environ.get("EARNEST_TEST_SYNAPSE")
    path = Path(named) if named else Path(sys.prefix) / "synapse" / "bin" / "python"
    return path if path.exists() else None


class Refused(Exception):
    """The homeserver said no: its status and code."""


class Synapse:
    """One homeserver. `stop` and `start` keep its data and its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self.port = door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._write()
        self._run("--generate-keys").wait(60)

    def _write(self) -> None:
        plenty = {"per_second": 10_000, "burst_count": 10_000}
        resources = [{"names": ["client"], "compress": False}]
        (self._folder / "homeserver.yaml").write_text(
            yaml.safe_dump(
                {
                    "server_name": NAME,
                    "pid_file": str(self._folder / "pid"),
                    "listeners": [
                        {
                            "port": self.port,
                            "type": "http",
                            "tls": False,
                            "bind_addresses": ["127.0.0.1"],
                            "resources": resources,
                        }
                    ],
                    "database": {"name": "sqlite3", "args": {"database": str(self._folder / "db")}},
                    "log_config": str(self._folder / "log.yaml"),
                    "media_store_path": str(self._folder / "media"),
                    "signing_key_path": str(self._folder / "signing.key"),
                    "registration_shared_secret": "tests",
                    "macaroon_secret_key": "tests",
                    "form_secret": "tests",
                    "bcrypt_rounds": 4,
                    "report_stats": False,
                    "trusted_key_servers": [],
                    "presence": {"enabled": False},
                    "rc_message": plenty,
                    "rc_registration": plenty,
                    "rc_joins": {"local": plenty, "remote": plenty},
                    "rc_invites": {"per_room": plenty, "per_user": plenty, "per_issuer": plenty},
                    "rc_room_creation": plenty,
                }
            )
        )
        handlers = {"file": {"class": "logging.FileHandler", "filename": str(self._folder / "log")}}
        root = {"level": "WARNING", "handlers": ["file"]}
        (self._folder / "log.yaml").write_text(
            yaml.safe_dump({"version": 1, "handlers": handlers, "root": root})
        )

    def _run(self, *more: str) -> subprocess.Popen[bytes]:
        config = str(self._folder / "homeserver.yaml")
        return subprocess.Popen(
            [str(python()), "-m", "synapse.app.homeserver", "-c", config, *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
        )

    def start(self) -> None:
        """Return when it answers."""
        self._process = self._run()
        late = time.monotonic() + 90
        while time.monotonic() < late:
            try:
                self.call("GET", "/_matrix/client/versions")
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("Synapse did not start: see its log")

    def stop(self) -> None:
        """End it, as a restart of the machine would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def call(self, method: str, path: str, token: str | None = None, body: Any = None) -> Any:
        """One request as some account. Raises Refused."""
        url = self.url + (path if path.startswith("/_") else "/_matrix/client/v3" + path)
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(url, method=method, data=data)  # noqa: S310 - loopback
        if token:
            asked.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, json.load(error).get("errcode")) from None

    def account(self, name: str) -> "Account":
        """A new account."""
        nonce = self.call("GET", "/_synapse/admin/v1/register")["nonce"]
        mac = hmac.new(b"tests", "\0".join([nonce, name, "pw", "notadmin"]).encode(), hashlib.sha1)
        made = self.call(
            "POST",
            "/_synapse/admin/v1/register",
            body={"nonce": nonce, "username": name, "password": "pw", "admin": False, "mac": mac.hexdigest()},
        )
        return Account(self, made["user_id"], made["access_token"])


@dataclass(frozen=True)
class Account:
    """Somebody on the homeserver."""

    server: Synapse
    id: str
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.server.call(method, path, self.token, body)


@dataclass(frozen=True)
class Room:
    """A room, and what people do in it. `owner` is its creator; others are asked for by account."""

    id: str
    owner: Account

    @classmethod
    def make(cls, owner: Account, *others: Account, **options: Any) -> "Room":
        """A private room in which `others` are already; rooms of version 11 unless said otherwise."""
        options = {"preset": "private_chat", "room_version": "11"} | options
        made = owner.call("POST", "/createRoom", options | {"invite": [one.id for one in others]})
        room = cls(made["room_id"], owner)
        for one in others:
            room.enter(one)
        return room

    def _path(self, *parts: str) -> str:
        return "/rooms/" + "/".join(quote(part, safe="") for part in (self.id, *parts))

    def enter(self, who: Account) -> None:
        who.call("POST", "/join/" + quote(self.id, safe=""), {})

    def leave(self, who: Account) -> None:
        who.call("POST", self._path("leave"), {})

    def invite(self, who: Account) -> None:
        self.owner.call("POST", self._path("invite"), {"user_id": who.id})

    def kick(self, who: Account) -> None:
        self.owner.call("POST", self._path("kick"), {"user_id": who.id})

    def ban(self, who: Account) -> None:
        self.owner.call("POST", self._path("ban"), {"user_id": who.id})

    def event(self, who: Account, type: str, content: Mapping[str, Any]) -> str:
        sent = who.call("PUT", self._path("send", type, f"t{next(_ONCE)}"), content)
        return str(sent["event_id"])

    def say(self, who: Account, text: str, **more: Any) -> str:
        return self.event(who, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    def edit(self, who: Account, id: str, text: str) -> str:
        fresh = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": id}
        return self.say(who, f"* {text}", **{"m.new_content": fresh, "m.relates_to": relation})

    def redact(self, who: Account, id: str) -> str:
        sent = who.call("PUT", self._path("redact", id, f"t{next(_ONCE)}"), {})
        return str(sent["event_id"])

    def state(self, who: Account, type: str, content: Mapping[str, Any], key: str = "") -> None:
        who.call("PUT", self._path("state", type, key), content)

    def pin(self, who: Account, *ids: str) -> None:
        self.state(who, "m.room.pinned_events", {"pinned": list(ids)})

    def power(self, users: Mapping[str, int], **more: Any) -> None:
        """Change levels; what is not named stays."""
        levels = self.owner.call("GET", self._path("state", "m.room.power_levels", ""))
        levels["users"] = levels.get("users", {}) | users
        self.state(self.owner, "m.room.power_levels", levels | more)

    def standing(self, who: Account) -> str:
        """Somebody's membership, as the owner sees it."""
        return str(self.owner.call("GET", self._path("state", "m.room.member", who.id))["membership"])

    def told(self, who: Account) -> Sequence[Mapping[str, Any]]:
        """The newest messages, as an account sees them, newest first."""
        seen = who.call("GET", self._path("messages") + "?dir=b&limit=50")
        return [event for event in seen["chunk"] if event["type"] == "m.room.message"]
