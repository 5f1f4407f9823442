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
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.sources.replay_answers import (
    FAULTS,
    Answer,
    Asked,
    Reply,
    Row,
    broken,
    optional,
    paged,
    recorded,
    reply_json,
    reply_text,
)
from tests.sources.replay_faults import BOMB, Speaker

__all__ = [
    "BOMB", "FAULTS", "Answer", "Asked", "Replay", "Reply", "Row", "broken", "optional", "paged", "recorded",
    "reply_json", "reply_text",
]  # fmt: skip

_OPENSSL = (
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
    *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
)


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


class _Handler(Speaker):
    server: _Server

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
            self.say(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - names of http.server

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))
