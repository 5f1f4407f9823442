"""Frames of a firehose, made by hand (synthetic), and a server that gives them.

For what a real one does not do when it is asked to.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.relay.relay import POSTS, iso, micro


@dataclass(frozen=True)
class Link:
    """The name of a block."""

    cid: bytes


def cbor(value: Any) -> bytes:
    """DAG-CBOR, as far as frames need it."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode("utf-8", "replace")
        return _head(3, len(text)) + text
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, Link):
        return b"\xd8\x2a" + cbor(b"\0" + value.cid)
    pairs = sorted(value.items(), key=lambda pair: (len(pair[0].encode()), pair[0]))
    return _head(5, len(pairs)) + b"".join(cbor(key) + cbor(one) for key, one in pairs)


def _head(kind: int, number: int) -> bytes:
    for size, code in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 24:
            return bytes([kind << 5 | number])
        if number < 1 << 8 * size:
            return bytes([kind << 5 | code]) + number.to_bytes(size, "big")
    raise OverflowError(number)


def car(records: Sequence[Any]) -> tuple[bytes, list[bytes]]:
    """A CAR with these records, and their names."""
    blocks = [cbor(record) for record in records]
    cids = [b"\x01\x71\x12\x20" + sha256(block).digest() for block in blocks]
    header = cbor({"roots": [Link(cids[0])], "version": 1})
    parts = [header, *(cid + block for cid, block in zip(cids, blocks, strict=True))]
    return b"".join(_varint(len(part)) + part for part in parts), cids


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def frame(kind: str, body: Mapping[str, Any], op: int = 1) -> bytes:
    """One frame."""
    return cbor({"op": op, "t": kind} if kind else {"op": op}) + cbor(body)


def commit(seq: int, did: str, rkey: str, record: Any, at: int | None = None, **more: Any) -> bytes:
    """A post is created."""
    blocks, (cid,) = car([record])
    path = f"{POSTS}/{rkey}"
    body = {"seq": seq, "repo": did, "time": iso(at or micro()), "blocks": blocks, "rev": "3k"}
    return frame("#commit", body | {"ops": [{"action": "create", "path": path, "cid": Link(cid)}]} | more)


def post(text: str) -> dict[str, Any]:
    """A post's record."""
    return {"$type": POSTS, "text": text, "createdAt": iso(micro() - 60_000_000), "langs": ["en"]}


class Frames:
    """Gives frames after a cursor; `first` goes out before them, once for each connection with a cursor."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, bytes]] = []
        self.first: dict[int, bytes] = {}
        self.asked: list[str] = []
        self._server = serve(self._talk, "127.0.0.1", 0, compression=None)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.address = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def _talk(self, peer: ServerConnection) -> None:
        assert peer.request is not None
        self.asked.append(peer.request.path)
        cursor = int(parse_qs(urlsplit(peer.request.path).query).get("cursor", ["0"])[0])
        if cursor in self.first:
            peer.send(self.first[cursor])
        for seq, one in self.frames:
            if seq > cursor:
                peer.send(one)
        with suppress(ConnectionClosed):
            peer.recv()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
