"""A relay that stands in for Jetstream: JSON events over a websocket, replayed from a cursor.

Fed by a test with synthetic events, or by the firehose of a real server (`Pump`).
"""

import json
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libipld
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

POSTS = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
HOUR = 3_600_000_000


def micro() -> int:
    """Now, in microseconds."""
    return time.time_ns() // 1_000


def iso(at: int) -> str:
    """Microseconds as the date of a record."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at / 1_000_000))


class Relay:
    """Holds events in order of their numbers and gives them to whoever asks."""

    def __init__(self, start: int | None = None) -> None:
        self._times: list[int] = []
        self._lines: list[bytes] = []
        self._more = threading.Condition()
        self._last = micro() - HOUR if start is None else start
        self.asked: list[str] = []
        self.breaks_after: int | None = None
        self._server = serve(self._talk, "127.0.0.1", 0, compression=None)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.address = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._stopped = False

    def say(self, did: str, rkey: str, text: str, *, op: str = "create", **record: Any) -> int:
        """A post is written (or `op` update, delete). Returns its time."""
        commit: dict[str, Any] = {"operation": op, "collection": POSTS, "rkey": rkey, "rev": "1"}
        at = self._tick()
        if op != "delete":
            commit["record"] = {"$type": POSTS, "text": text, "createdAt": iso(at), **record}
        return self.tell({"did": did, "time_us": at, "kind": "commit", "commit": commit})

    def profile(self, did: str, **record: Any) -> int:
        """A profile is written."""
        commit = {"operation": "update", "collection": PROFILE, "rkey": "self", "record": record}
        return self.tell({"did": did, "time_us": self._tick(), "kind": "commit", "commit": commit})

    def account(self, did: str, status: str | None) -> int:
        """An account's status: None is active."""
        told: dict[str, Any] = {"active": status is None, "did": did}
        if status:
            told["status"] = status
        return self.tell({"did": did, "time_us": self._tick(), "kind": "account", "account": told})

    def tell(self, event: Mapping[str, Any]) -> int:
        """Any event."""
        return self.raw(int(event["time_us"]), json.dumps(event, ensure_ascii=False).encode())

    def raw(self, at: int, line: bytes) -> int:
        """Any bytes, under a time."""
        with self._more:
            self._times.append(at)
            self._lines.append(line)
            self._last = max(self._last, at)
            self._more.notify_all()
        return at

    def lines(self) -> list[bytes]:
        """Every event that is held."""
        with self._more:
            return list(self._lines)

    def forget(self, before: int) -> None:
        """The relay's memory ends: what was before is not replayed."""
        with self._more:
            first = bisect_left(self._times, before)
            del self._times[:first], self._lines[:first]

    def stop(self) -> None:
        self._stopped = True
        with self._more:
            self._more.notify_all()
        self._server.shutdown()
        self._thread.join()

    def _tick(self) -> int:
        self._last += 1_000
        return self._last

    def _talk(self, peer: ServerConnection) -> None:
        assert peer.request is not None
        self.asked.append(peer.request.path)
        query = parse_qs(urlsplit(peer.request.path).query)
        cursor = query.get("cursor")
        with self._more:
            at = bisect_left(self._times, int(cursor[0])) if cursor else len(self._times)
        given = 0
        try:
            while not self._stopped:
                with self._more:
                    if at >= len(self._lines):
                        self._more.wait(0.05)
                    lines = self._lines[at : at + 500]
                for line in lines:
                    if self.breaks_after is not None and given >= self.breaks_after:
                        return
                    peer.send(line, text=True)
                    given += 1
                at += len(lines)
        except ConnectionClosed:
            return


class Profiles:
    """Answers `app.bsky.actor.getProfiles`: every account is known and wishes nothing, but those named."""

    def __init__(self) -> None:
        self.labels: dict[str, list[str]] = {}
        self.about: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.status = 200
        self.asked: list[list[str]] = []
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                dids = parse_qs(urlsplit(self.path).query).get("actors", [])
                here.asked.append(dids)
                body = json.dumps({"profiles": [here.view(did) for did in dids if did not in here.unknown]})
                self.send_response(here.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def view(self, did: str) -> dict[str, Any]:
        """What the network shows of an account."""
        labels = [{"src": did, "uri": did, "val": val} for val in self.labels.get(did, [])]
        return {"did": did, "handle": "a.test", "labels": labels, "description": self.about.get(did, "")}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Pump:
    """Carries a real firehose into a relay, commit by commit."""

    def __init__(self, firehose: str, relay: Relay) -> None:
        self._relay = relay
        self._peer = connect(
            f"{firehose}/xrpc/com.atproto.sync.subscribeRepos?cursor=0", max_size=None, legacy=True
        )
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def wait_for(self, deleted: str) -> None:
        """Until the deletion of this post came by."""
        key = deleted.rsplit("/", 1)[1]
        for _ in range(1_200):
            if any(b'"delete"' in line and key.encode() in line for line in self._relay.lines()):
                return
            time.sleep(0.05)
        raise AssertionError("the firehose tells of a deletion")

    def _carry(self) -> None:
        try:
            for frame in self._peer:
                assert isinstance(frame, bytes)
                for event in told(frame, self._relay._tick):
                    self._relay.tell(event)
        except ConnectionClosed:
            return

    def stop(self) -> None:
        self._peer.close()
        self._thread.join()


def told(frame: bytes, tick: Callable[[], int]) -> Iterable[dict[str, Any]]:
    """The events of a firehose frame as Jetstream tells them."""
    header, body = libipld.decode_dag_cbor_multi(frame)
    if header.get("t") == "#account":
        account = {key: body[key] for key in ("active", "did", "status") if key in body}
        yield {"did": body["did"], "time_us": tick(), "kind": "account", "account": account}
    if header.get("t") != "#commit":
        return
    blocks = libipld.decode_car(body["blocks"])[1] if body["blocks"] else {}
    for op in body["ops"]:
        collection, rkey = op["path"].split("/", 1)
        if collection not in (POSTS, PROFILE):
            continue
        commit = {"operation": op["action"], "collection": collection, "rkey": rkey, "rev": body["rev"]}
        if op["action"] != "delete":
            commit["record"] = _plain(blocks[op["cid"]])
        yield {"did": body["repo"], "time_us": tick(), "kind": "commit", "commit": commit}


def _plain(value: Any) -> Any:
    """JSON of a record: bytes and links become text, as nothing of them is needed."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else value
