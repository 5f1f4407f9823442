"""A real server on loopback, and each foreign library asking it through its way out."""

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from requests import Request

from earnest.egress import Egress
from earnest.egress.ways import (
    aiohttp_session,
    httplib2_http,
    httpx_async_transport,
    httpx_transport,
    requests_session,
)

Told = tuple[int, bytes, dict[str, str]]
Door = Callable[[Egress, str, str, bytes | None, Mapping[str, str]], Told]


class Interface(BaseHTTPRequestHandler):
    """Answers as the path says."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        what = self.path.partition("?")[0].strip("/")
        if what == "large":
            self._says(200, b"x" * 200_000)
        elif what == "bomb":
            self._says(200, gzip.compress(b"\0" * 50_000_000), {"Content-Encoding": "gzip"})
        elif what == "packed":
            self._says(200, gzip.compress(b"unpacked"), {"Content-Encoding": "gzip"})
        elif what == "away":
            self._says(302, b"", {"Location": "/200"})
        elif what == "drip":
            self._drip()
        else:
            told = {
                "method": self.command,
                "sent": sent.decode(),
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "path": self.path,
            }
            self._says(int(what), json.dumps(told).encode(), {"Set-Cookie": "who=1", "Retry-After": "7"})

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _answer  # noqa: N815 - names of http.server

    def _says(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            for _ in range(600):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silence."""


class _Quiet(ThreadingHTTPServer):
    """A client that hangs up is no news."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Silence."""


class Running:
    """The interface on a free port."""

    def __init__(self) -> None:
        self.server = _Quiet(("127.0.0.1", 0), Interface)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def by_requests(
    egress: Egress, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
) -> Told:
    with requests_session(egress) as session:
        answer = session.send(session.prepare_request(Request(method, url, headers, data=body)))
        assert not session.cookies
        return answer.status_code, answer.content, dict(answer.headers)


def by_httplib2(
    egress: Egress, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
) -> Told:
    answer, content = httplib2_http(egress).request(url, method, body=body, headers=dict(headers))
    return answer.status, content, dict(answer)


def by_httpx(egress: Egress, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Told:
    with httpx.Client(transport=httpx_transport(egress), follow_redirects=True) as client:
        answer = client.request(method, url, content=body, headers=headers)
        assert not client.cookies
        return answer.status_code, answer.content, dict(answer.headers)


def by_async_httpx(
    egress: Egress, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
) -> Told:
    async def ask() -> Told:
        async with httpx.AsyncClient(transport=httpx_async_transport(egress)) as client:
            answer = await client.request(method, url, content=body, headers=headers)
            return answer.status_code, answer.content, dict(answer.headers)

    return asyncio.run(ask())


def by_aiohttp(egress: Egress, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Told:
    async def ask() -> Told:
        async with (
            aiohttp_session(egress) as session,
            session.request(method, url, data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.read(), dict(answer.headers)

    return asyncio.run(ask())


DOORS: dict[str, Door] = {
    "requests": by_requests,
    "httplib2": by_httplib2,
    "httpx": by_httpx,
    "httpx, async": by_async_httpx,
    "aiohttp": by_aiohttp,
}
