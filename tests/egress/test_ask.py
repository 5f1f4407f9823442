"""`Egress.ask`: an interface that knows Earnest by a token is asked there and nowhere else."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from earnest.egress import Egress
from earnest.record.errors import EgressRefused, SourceBusy, SourceGone


class Interface(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def _answer(self):
        status = int(self.path.strip("/"))
        sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = {"method": self.command, "sent": sent, "token": self.headers.get("authorization")}
        body = json.dumps(told).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = _answer  # noqa: N815 - names of http.server

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Interface)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def ask(address, status, method="GET", **more):
    egress = Egress("Earnest/test", timeout=5, allow_private=True)
    return egress.ask(method, f"{address}/{status}", headers={"authorization": "Bearer x"}, **more)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_it_says_what_it_was_given(address, method):
    body = None if method == "GET" else b'{"a": 1}'
    told = json.loads(ask(address, 200, method, body=body).body)
    assert told == {"method": method, "sent": (body or b"").decode(), "token": "Bearer x"}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_it_is_never_redirected(address, status):
    with pytest.raises(EgressRefused, match="redirects"):
        ask(address, status)


@pytest.mark.parametrize(
    ("status", "error"), [(404, SourceGone), (403, SourceGone), (429, SourceBusy), (502, SourceBusy)]
)
def test_a_status_is_an_error_unless_it_was_asked_for(address, status, error):
    with pytest.raises(error):
        ask(address, status)
    assert ask(address, status, takes=(status,)).status == status


def test_a_private_address_is_refused(address):
    with pytest.raises(EgressRefused, match="private address"):
        Egress("Earnest/test").ask("GET", f"{address}/200")


def test_an_answer_that_is_too_large_is_refused_whatever_its_status(address):
    egress = Egress("Earnest/test", max_bytes=10, allow_private=True)
    with pytest.raises(EgressRefused, match="larger"):
        egress.ask("GET", f"{address}/404", takes=(404,))
