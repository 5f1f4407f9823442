"""A loopback server that a test tells what to answer."""

import socket
import ssl
import threading
from collections.abc import Callable

from earnest.egress import Answer, Egress, user_agent

AGENT = user_agent("steward@example.org")
Reply = Callable[[bytes, socket.socket], None]


class Server:
    """A loopback server that answers each connection as a test says and keeps what was asked."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self.asked: list[bytes] = []
        self.reply: Reply = lambda asked, peer: None
        self._trust = trust
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            with peer:
                try:
                    if self._trust:
                        peer = self._trust.wrap_socket(peer, server_side=True)
                    asked = peer.recv(65_536)
                    if asked == b"stop":
                        return
                    self.asked.append(asked)
                    self.reply(asked, peer)
                except OSError:
                    continue
                finally:
                    peer.close()

    def says(self, status: str, headers: str = "", body: bytes = b"") -> None:
        """Answer every request like this."""
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
        self.reply = lambda asked, peer: peer.sendall(head + body)

    def stop(self) -> None:
        self._trust = None
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"stop")
        self._thread.join()
        self._listener.close()


def get(url: str, **more: object) -> Answer:
    return Egress(AGENT, **({"allow_private": True, "timeout": 5.0} | more)).get(url)
