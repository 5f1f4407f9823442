"""A real HTTP(S) server on loopback that answers as a test says: a table of addresses and what is said there.

    with Replay({
        "/api/v1/items": [reply_json([...]), reply_json([])],      # in this order, each exactly once
        "/api/v1/items?page=2": reply_json([...]),                 # as often as is asked, at least once
        "POST /oauth/token": lambda asked: reply_json({"access_token": "t", "for": asked.form["user"]}),
        "/maybe": optional(Reply(304)),                            # need not be asked for
        "/old": [Reply(429, headers={"Retry-After": "3"}), broken("reset"), reply_json([])],
    }) as server:
        source = open_source("mine", {"server": server.url}, Egress("Tests/1", allow_private=True))
        ...
        assert [asked.path for asked in server.asked] == [...]

An address with a query stands for requests that have at least these parameters; the row with most of them
wins. A method stands before it, or none for any. `*` in a path stands for anything but a slash, `**` for
anything. At the end, an answer that was never asked for fails the test, and so does a request that the table
does not know (it gets a 404). Without `with`: `Replay(table).start()`, and `close()` at the end, which with
`check=False` looks at nothing. What may stay unasked is `optional`.

`FAULTS` names what can go wrong below HTTP; `paged` hands a list out page by page.
"""

import fnmatch
import functools
import json
import re
import select
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

FAULTS = {
    "reset": "the connection is reset before a word is said",
    "closed": "the connection is closed before a word is said",
    "reset_midway": "half the body, then a reset",
    "truncated": "half the body, then an orderly end",
    "silent": "nothing is said until the client leaves",
    "drip": "a byte now and then, for as long as the client stays",
    "bad_gzip": "called gzip, and damaged in the middle",
    "not_gzip": "called gzip, and is plain",
    "half_gzip": "gzip that ends in the middle, in a whole answer",
    "bomb": "200 MB of spaces in 200 KB of gzip",
    "flood": "200 MB, and nobody said how much it would be",
    "garbage": "something that is not HTTP",
}
BOMB = 200_000_000
_OPENSSL = (
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
    *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: bytes = field(repr=False)
    at: float
    """Seconds, by a clock that nobody sets."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. `after`: seconds before; `fault`: one of FAULTS; `pace`: seconds a dripped byte."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    fault: str | None = None
    pace: float = 0.05


def reply_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """JSON. Bytes are sent as they are (a damaged payload)."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(status, body, {"Content-Type": "application/json", **(headers or {})}, **more)


def reply_text(
    text: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **more: Any
) -> Reply:
    body = text if isinstance(text, bytes) else text.encode()
    return Reply(status, body, {"Content-Type": kind, **more.pop("headers", {})}, **more)


def recorded(path: Path, **more: Any) -> Reply:
    """A file of `samples/` as it stands."""
    kinds = {".json": "application/json", ".xml": "application/xml", ".csv": "text/csv"}
    return Reply(
        body=path.read_bytes(), headers={"Content-Type": kinds.get(path.suffix, "text/plain")}, **more
    )


def broken(fault: str, answer: Reply | None = None) -> Reply:
    """An answer (a long list, where none is given) that meets one of FAULTS on its way."""
    assert fault in FAULTS, fault
    return replace(
        answer or reply_json([{"id": str(n), "text": "said " * 9} for n in range(40)]), fault=fault
    )


Answer = Reply | Callable[[Asked], Reply]


@dataclass(frozen=True, slots=True)
class optional:  # noqa: N801 - reads as a word of the table
    """An answer, or a list of them, that need not be asked for."""

    answer: "Answer | Sequence[Answer]"


Row = Answer | Sequence[Answer] | optional


def paged(
    items: Sequence[Any],
    size: int,
    wrap: Callable[[Sequence[Any], str | None], Any],
    *,
    by: str = "page",
) -> Callable[[Asked], Reply]:
    """Hands `items` out, `size` at a time. `wrap` gets a page's items and the value of the parameter `by`
    that leads to the next page (None on the last), and gives the body.
    """

    def answer(asked: Asked) -> Reply:
        at = int(asked.query.get(by) or 0)
        after = at + size
        return reply_json(wrap(items[at:after], str(after) if after < len(items) else None))

    return answer


class _Row:
    """A row of the table, and how often it was asked for."""

    def __init__(self, key: str, row: Row) -> None:
        self.key = key
        self.optional = isinstance(row, optional)
        told = row.answer if isinstance(row, optional) else row
        self.in_order = list(told) if isinstance(told, Sequence) else None
        self.always = None if isinstance(told, Sequence) else told
        self.times = 0
        method, _, address = key.rpartition(" ")
        split = urlsplit(address)
        self.method = method or None
        # Only stars stand for something: brackets in an address are brackets.
        parts = (re.escape(part) for part in re.split(r"(\*+)", unquote(split.path)))
        self.path = re.compile("".join({r"\*": "[^/]*", r"\*\*": ".*"}.get(part, part) for part in parts))
        self.query = dict(parse_qsl(split.query, keep_blank_values=True))

    def fits(self, asked: Asked) -> bool:
        return (
            self.method in (None, asked.method)
            and self.path.fullmatch(asked.path) is not None
            and all(
                name in asked.query and fnmatch.fnmatchcase(asked.query[name], value)
                for name, value in self.query.items()
            )
        )

    def next(self, asked: Asked) -> Reply | None:
        self.times += 1
        if self.in_order is None:
            answer: Answer | None = self.always
        elif self.times <= len(self.in_order):
            answer = self.in_order[self.times - 1]
        else:
            return None
        return answer if isinstance(answer, Reply) or answer is None else answer(asked)

    def left(self) -> str | None:
        """What was recorded here and never asked for."""
        if self.optional:
            return None
        if self.in_order is not None:
            unused = len(self.in_order) - self.times
            return f"{self.key}: {unused} of {len(self.in_order)} answers" if unused > 0 else None
        return None if self.times else self.key


class Replay:
    """The server. `url` has no slash at its end; `asked` is the log; `hosts` a host and port for sockets."""

    def __init__(self, table: Mapping[str, Row], *, tls: bool = False) -> None:
        self._rows = [_Row(key, row) for key, row in table.items()]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopping = threading.Event()
        self.asked: list[Asked] = []
        self.wrong: list[str] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.trust: ssl.SSLContext | None = None
        self._tls: ssl.SSLContext | None = None
        if tls:
            self._certify()
        self._server = _Server(("127.0.0.1", 0), self)
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def start(self) -> Self:
        self._thread.start()
        return self

    def add(self, key: str, row: Row) -> None:
        """One more row, or another answer in place of one that stands."""
        with self._lock:
            self._rows = [row_ for row_ in self._rows if row_.key != key] + [_Row(key, row)]

    def close(self, *, check: bool = True) -> None:
        """Stop, leave no thread and no socket behind; then say where table and requests disagree."""
        self._stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        with self._lock:
            for peer in self._open:
                with suppress(OSError):
                    peer.shutdown(socket.SHUT_RDWR)
        self._server.server_close()  # waits for the threads of its requests
        if self._folder is not None:
            self._folder.cleanup()
        if check:
            assert not self.wrong, f"asked for what nobody recorded: {self.wrong}"
            left = [said for row in self._rows if (said := row.left())]
            assert not left, f"recorded and never asked for: {left}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(check=kind is None)

    def paths(self) -> list[str]:
        """The log in short: each request's method and path."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def _answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            rows = sorted(
                (row for row in self._rows if row.fits(asked)),
                key=lambda row: (row.method is None, -len(row.query)),
            )
            reply = rows[0].next(asked) if rows else None
            if reply is None:
                what = "once more than recorded: " if rows else ""
                self.wrong.append(f"{what}{asked.method} {asked.path} {dict(asked.query)}")
                return reply_json({"error": "nobody recorded this"}, HTTPStatus.NOT_FOUND)
            return reply

    def _certify(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="replay-")
        cert, key = Path(self._folder.name) / "cert.pem", Path(self._folder.name) / "key.pem"
        subprocess.run(
            [*_OPENSSL, "-keyout", str(key), "-out", str(cert)],
            check=True,
            capture_output=True,
        )
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(cert, key)
        self.trust = ssl.create_default_context(cafile=str(cert))


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], replay: Replay) -> None:
        self.replay = replay
        super().__init__(address, _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        replay = self.replay
        try:
            if replay._tls is not None:
                request = replay._tls.wrap_socket(request, server_side=True)
        except OSError:
            self.shutdown_request(request)
            return
        with replay._lock:
            replay._open.add(request)
        if replay._stopping.is_set():
            self.shutdown_request(request)
            return
        super().process_request_thread(request, client_address)
        with replay._lock:
            replay._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is nobody's fault here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 60

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        split = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=unquote(split.path),
            query=dict(parse_qsl(split.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
            at=time.monotonic(),
        )
        try:
            reply = self.server.replay._answer(asked)
        except Exception as error:  # noqa: BLE001 - a test's own function; its failure is told at the end
            self.server.replay.wrong.append(f"{asked.method} {asked.path}: {error!r}")
            reply = Reply(500)
        if reply.after and self.server.replay._stopping.wait(reply.after):
            return
        with suppress(OSError):
            self._say(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

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

    def _say(self, reply: Reply) -> None:
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
        self.rfile = self.wfile = _Nothing()  # type: ignore[assignment]

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
