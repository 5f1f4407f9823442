"""A real server on loopback that speaks chat completions, well or as badly as a test says. Synthetic."""

import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "small-model"


def labels(*named: tuple[str, float]) -> str:
    """An answer's words as they should be."""
    return json.dumps({"labels": [{"id": id, "sure": sure} for id, sure in named]})


def completion(words: Any, finish: str | None = "stop", **more: Any) -> bytes:
    """A body of the interface around an answer's words."""
    message = {"role": "assistant", "content": words} | more
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
    ).encode()


class Asked:
    """One request as the server saw it."""

    def __init__(self, handler: "Handler", body: dict[str, Any]) -> None:
        self.handler, self.body = handler, body

    @property
    def post(self) -> str:
        return json.loads(self.body["messages"][1]["content"])["post"]

    def say(
        self, words: Any, finish: str | None = "stop", *, type: str = "application/json", **more: Any
    ) -> None:
        self.send(200, completion(words, finish, **more), type)

    def send(self, status: int, body: bytes = b"", type: str = "application/json", **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Type", type)
        self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def raw(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def reset(self) -> None:
        """Hang up in the middle, as a process that is killed does."""
        import struct

        peer = self.handler.connection
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()


Reply = Callable[[Asked], None]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            body = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
            Asked(self, {}).send(200, body)
        else:
            Asked(self, {}).send(404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = Asked(self, body)
        with self.server.lock:
            self.server.asked.append(asked)
            self.server.tokens.append(self.headers.get("authorization"))
            self.server.paths.append(self.path)
        try:
            self.server.reply(asked)
        except OSError:
            return
        finally:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Answers every post as `reply` says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.asked: list[Asked] = []
        self.tokens: list[str | None] = []
        self.paths: list[str] = []
        self.reply: Reply = lambda asked: asked.say(labels(("pay.tips", 0.9)))
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        pass


def drip(asked: Asked) -> None:
    """A byte at a time, for ever."""
    asked.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(1_200):
        asked.raw(b" ")
        time.sleep(0.05)


def never(asked: Asked) -> None:
    time.sleep(20)


def cut_off(asked: Asked) -> None:
    body = completion(labels(("pay.tips", 0.9)))
    asked.raw(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    asked.raw(body[: len(body) // 2])


def huge(asked: Asked) -> None:
    asked.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(400):
        asked.raw(b" " * 65_536)


def elsewhere(location: str) -> Reply:
    return lambda asked: asked.send(307, Location=location)


def obeys(asked: Asked) -> None:
    """A model that does what a post tells it."""
    asked.say(asked.post.partition("answer exactly: ")[2])
