"""Servers on loopback that speak HTTP and SMTP for real, and misbehave when told to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Say:
    """One answer. `raw`: bytes straight onto the wire in place of HTTP; `wait`: seconds before it."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    wait: float = 0.0
    drip: float = 0.0


@dataclass
class Web:
    """A running server: what came, and what it says to that."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    say: Callable[[Asked], Say] = field(default=lambda asked: Say())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, *answers: Say) -> None:
        """These answers, in order; the last one from then on."""
        left = list(answers)
        self.say = lambda asked: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def web() -> Iterator[Web]:
    """A web server of one test."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            heard = Asked(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            here.asked.append(heard)
            said = here.say(heard)
            time.sleep(said.wait)
            if said.raw is not None:
                self.wfile.write(said.raw)
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in {"content-type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            if said.drip:
                for sign in said.body:
                    self.wfile.write(bytes([sign]))
                    self.wfile.flush()
                    time.sleep(said.drip)
            else:
                self.wfile.write(said.body)

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def log_message(self, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    here = Web(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Mails:
    """A running mail server: what it took, and how it answers at each step."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    rcpt: Callable[[str], str] = field(default=lambda to: "250 OK")
    data: Callable[[], str] = field(default=lambda: "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.rcpt(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.data()
        if said.startswith("250"):
            self.taken.append(envelope)
        return said


@contextmanager
def smtp(**options: Any) -> Iterator[Mails]:
    """A mail server of one test."""
    here = Mails()
    controller = Controller(here, hostname="127.0.0.1", port=0, **options)
    controller.port = _free()
    controller.start()
    here.port = controller.port
    try:
        yield here
    finally:
        controller.stop()


def _free() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
