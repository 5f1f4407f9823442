"""The floor that the stand-ins of platforms stand on: a loopback HTTP server that asks one function.

A stand-in is written from a platform's published reference. It holds people, places and messages as that
platform does and refuses what it refuses, so that the real client library is what is tested against it.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request: `values` are those of the query and of a form or JSON body together."""

    method: str
    path: str
    values: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """An answer. `body` is JSON, text or bytes."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Platform:
    """A stand-in: subclasses answer. `faults` are given out first, one a request; `log` is what was asked."""

    def __init__(self) -> None:
        self.faults: list[Told] = []
        self.log: list[Asked] = []
        self.lock = threading.RLock()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                values: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
                sent = self.rfile.read(int(self.headers.get("content-length") or 0))
                kind = self.headers.get("content-type", "")
                if sent and "json" in kind:
                    values |= json.loads(sent)
                elif sent and "form-urlencoded" in kind:
                    values |= dict(parse_qsl(sent.decode(), keep_blank_values=True))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, unquote(parts.path), values, headers)
                with platform.lock:
                    platform.log.append(asked)
                    told = platform.faults.pop(0) if platform.faults else None
                told = told or platform.answer(asked)
                body = told.body
                if not isinstance(body, bytes):
                    text = body if isinstance(body, str) else json.dumps(body)
                    body = b"" if told.status == 204 else text.encode("utf-8", "surrogatepass")
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """A test's log is its own."""

        for method in ("GET", "POST", "PUT", "DELETE"):
            setattr(Handler, f"do_{method}", Handler._serve)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.daemon = True
        self._thread.start()

    def answer(self, asked: Asked) -> Told:
        raise NotImplementedError

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Answerer = Callable[[Asked], Told]
