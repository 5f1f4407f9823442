"""How a replayed server says an answer: whole, or with what goes wrong below HTTP."""

import functools
import select
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.sources.replay_answers import Reply

BOMB = 200_000_000


class Speaker(BaseHTTPRequestHandler):
    """Says one answer; a method a fault, called as `FAULTS` calls it. `server.replay` is who stops."""

    protocol_version = "HTTP/1.1"
    server: Any
    timeout = 60

    def log_message(self, *_: object) -> None:
        pass

    def _head(self, reply: Reply, length: int | None, **more: str) -> None:
        self.send_response(reply.status)
        for name, value in {
            **reply.headers,
            **{key.replace("_", "-"): said for key, said in more.items()},
        }.items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Connection", "close")
        elif reply.status >= 200 and reply.status not in (204, 304):
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def say(self, reply: Reply) -> None:
        if reply.fault is not None:
            self.close_connection = True
            getattr(self, f"_{reply.fault}")(reply)
            return
        self._head(reply, len(reply.body))
        if self.command != "HEAD" and reply.status not in (204, 304):
            self.wfile.write(reply.body)

    def _reset(self, _: Reply) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._detached_close()

    def _detached_close(self) -> None:
        # Files of the connection keep it open: a reset is sent when the last of them goes.
        self.rfile.close()
        with suppress(OSError):
            self.wfile.close()
        self.connection.close()
        self.rfile = self.wfile = _Nothing()

    def _closed(self, _: Reply) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def _half(self, reply: Reply) -> None:
        self._head(reply, len(reply.body))
        self.wfile.write(reply.body[: len(reply.body) // 2])
        self.wfile.flush()

    def _reset_midway(self, reply: Reply) -> None:
        self._half(reply)
        self._wait(0.05)  # what was sent arrives before the reset that would throw it away
        self._reset(reply)

    def _truncated(self, reply: Reply) -> None:
        self._half(reply)
        self.connection.shutdown(socket.SHUT_RDWR)

    def _silent(self, _: Reply) -> None:
        self._wait(60)

    def _drip(self, reply: Reply) -> None:
        self._head(reply, len(reply.body))
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self._wait(reply.pace):
                return

    def _wait(self, seconds: float) -> bool:
        """Until the time is over (False), the client left or the server stops (True)."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.server.replay._stopping.is_set():
                return True
            readable, _, _ = select.select([self.connection], [], [], min(left, 0.05))
            if readable:
                return True
        return False

    def _whole(self, reply: Reply, body: bytes, **more: str) -> None:
        self._head(reply, len(body), **more)
        self.wfile.write(body)

    def _bad_gzip(self, reply: Reply) -> None:
        packed = bytearray(_gzip(reply.body))
        middle = len(packed) // 2
        packed[middle : middle + 4] = b"\xff\xff\xff\xff"
        packed[-8:] = bytes(8)  # and its checksum says so, where the middle does not
        self._whole(reply, bytes(packed), Content_Encoding="gzip")

    def _not_gzip(self, reply: Reply) -> None:
        self._whole(reply, reply.body, Content_Encoding="gzip")

    def _half_gzip(self, reply: Reply) -> None:
        packed = _gzip(reply.body)
        self._whole(reply, packed[: len(packed) // 2], Content_Encoding="gzip")

    def _bomb(self, reply: Reply) -> None:
        self._head(reply, None, Content_Encoding="gzip")
        for piece in _bomb():
            self.wfile.write(piece)

    def _flood(self, reply: Reply) -> None:
        self._head(reply, None)
        piece = b" " * 100_000
        for _ in range(BOMB // len(piece)):
            self.wfile.write(piece)

    def _garbage(self, _: Reply) -> None:
        self.wfile.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")


class _Nothing:
    """Where a file of a closed connection stood."""

    closed = True

    def flush(self) -> None: ...
    def close(self) -> None: ...


def _gzip(body: bytes) -> bytes:
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    return pack.compress(body) + pack.flush()


@functools.cache
def _bomb_piece() -> tuple[bytes, int]:
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    return pack.compress(b" " * 1_000_000) + pack.flush(zlib.Z_FULL_FLUSH), 1_000_000


def _bomb() -> Iterator[bytes]:
    """A gzip stream without its end: nobody gets that far."""
    piece, size = _bomb_piece()
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
    for _ in range(BOMB // size):
        yield piece
