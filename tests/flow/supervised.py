"""Homes with many places, a real server that they are read from, and supervisors in processes of their
own.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.faults.homes import Home
from tests.sources.replay import Asked, Reply

ROOT = Path(__file__).resolve().parent.parent.parent

FAILING = {
    "401": Reply(401),
    "403": Reply(403),
    "404": Reply(404),
    "410": Reply(410),
    "429 in seconds": Reply(429, headers={"Retry-After": "2"}),
    "429 with a date": Reply(429, headers={"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}),
    "429 with garbage": Reply(429, headers={"Retry-After": "soon"}),
    "nothing left": Reply(
        200, b"<rss/>", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3", "Content-Type": "text/xml"}
    ),
    "500": Reply(500),
    "503": Reply(503),
    "reset": Reply(fault="reset", body=b"x" * 400),
    "closed": Reply(fault="closed", body=b"x" * 400),
    "silent": Reply(fault="silent"),
    "drip": Reply(fault="drip", body=b"x" * 4000),
    "bomb": Reply(fault="bomb"),
    "flood": Reply(fault="flood"),
    "truncated": Reply(fault="truncated", body=b"x" * 400),
    "bad gzip": Reply(fault="bad_gzip", body=b"x" * 400),
    "not gzip": Reply(fault="not_gzip", body=b"x" * 400),
    "garbage": Reply(fault="garbage"),
    "in a circle": None,
    "no feed": Reply(200, b"hello", {"Content-Type": "text/plain"}),
    "empty": Reply(200, b"", {"Content-Type": "text/xml"}),
    "no such name": None,
    "another port": None,
}
"""What a failing place answers. In a circle: it redirects to itself; the last two are never reached."""


def letters(number: int) -> str:
    """A number that no redaction takes for somebody's telephone."""
    return "q" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def number(text: str) -> int:
    """The number of a post."""
    return int("".join(str("abcdefghij".index(one)) for one in text.split(" shift ")[1].split()[0][1:]))


def feed(asked: Asked) -> Reply:
    """Twenty entries, and one more each second: each is a post of its own. Synthetic."""
    now = int(time.time())
    entries = "".join(
        f"<item><guid>{asked.path}-{second}</guid><title>Tips</title><description>the tips of shift"
        f" {letters(second)} are missing since monday</description>"
        f"<pubDate>{datetime.fromtimestamp(second, UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for second in range(now - 20, now)
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{entries}</channel></rss>'
    return Reply(200, body.encode(), {"Content-Type": "application/rss+xml"})


def circle(asked: Asked) -> Reply:
    return Reply(302, headers={"Location": asked.path})


def table() -> dict:
    """The rows of a server for `fill`."""
    from tests.sources.replay import optional

    rows = {"/ok/*": optional(feed)}
    for number, (name, answer) in enumerate(FAILING.items()):
        if name == "in a circle":
            rows[f"/bad/{number}/*"] = optional(circle)
        elif answer is not None:
            rows[f"/bad/{number}/*"] = optional(answer)
    return rows


FILL = """
import json, sys
from earnest.cli import setup
setup.django()
from earnest.store import write
from tests import programmes
programmes.live("guests")
for slug, type, settings, interval in json.load(sys.stdin):
    write.add_place("guests", slug, type=type, kind="open", settings=settings, interval=interval)
"""


def python(home: Home, code: str, given: object = None) -> str:
    """Run a few lines in a process of this home."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=home.environment,
        cwd=ROOT,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def fill(home: Home, url: str, healthy: int, failing: int, interval: int) -> list[str]:
    """Add feeds that work and feeds that fail in every way; the slugs of those that fail, with their way."""
    rows, ways = [], list(FAILING)
    for number in range(healthy):
        rows.append((f"ok-{number}", "feed", {"url": f"{url}/ok/{number}"}, interval))
    names = []
    for number in range(failing):
        way = ways[number % len(ways)]
        address = f"{url}/bad/{number % len(ways)}/{number}"
        if way == "no such name":
            address = "http://nowhere.invalid/feed"
        if way == "another port":
            address = "http://127.0.0.1:44444/feed"
        rows.append((f"bad-{number}", "feed", {"url": address}, interval))
        names.append(way)
    python(home, FILL, rows)
    return names


class Slow:
    """A server whose answers, feeds all, take their time beside each other; `most` asked at once, by path."""

    def __init__(self, seconds: float, hold: threading.Event | None = None) -> None:
        self.most: Counter[str] = Counter()
        self.asked = 0
        self._here: Counter[str] = Counter()
        self._lock = threading.Lock()
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with slow._lock:
                    slow.asked += 1
                    first = slow.asked == 1
                    slow._here[self.path] += 1
                    slow.most[self.path] = max(slow.most[self.path], slow._here[self.path])
                time.sleep(seconds)
                if hold is not None and first:
                    hold.wait(60)
                body = feed(Asked("GET", self.path, {}, {}, b"", 0.0)).body
                with slow._lock:
                    slow._here[self.path] -= 1
                with suppress(OSError):
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Running:
    """A supervisor's process and what it says."""

    def __init__(self, home: Home, **wanted: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.flow.supervise_run", json.dumps(wanted)],
            env=home.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._said: queue.Queue[dict] = queue.Queue()
        self.all: list[dict] = []
        self.errors = ""
        self._threads = [threading.Thread(target=self._hear), threading.Thread(target=self._hear_errors)]
        for thread in self._threads:
            thread.start()

    def _hear(self) -> None:
        for line in self.process.stdout:
            if line.startswith("{"):
                self._said.put(json.loads(line))

    def _hear_errors(self) -> None:
        self.errors = self.process.stderr.read()

    def until(self, fits, seconds: float = 90.0) -> dict:
        """The next thing said that fits; fails after `seconds`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with suppress(queue.Empty):
                said = self._said.get(timeout=left)
                self.all.append(said)
                if fits(said):
                    return said
        raise AssertionError(f"nothing of it was said: {self.all[-3:]} {self.errors}")

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def stop(self) -> float:
        """Stop as a machine is shut down; how long it took."""
        begun = time.monotonic()
        self.signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0, self.errors
        self.drop()
        return time.monotonic() - begun

    def drop(self) -> None:
        """Kill what is left; hear the rest."""
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        for thread in self._threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        while not self._said.empty():
            self.all.append(self._said.get())
