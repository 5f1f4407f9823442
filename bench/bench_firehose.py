"""Does Earnest keep up with all of Bluesky? Events at firehose rate, everything on, killed in the middle.

A relay in a process of its own tells synthetic events in Jetstream's form at a steady rate; which, is a
function of their number, so that any stretch can be told again and what must be kept is known to the post. A
second process is `earnest listen` as a person runs it: supervisor, gate, labels, redaction, voices, search
index, SQLite with full synchronisation. In the middle it is killed with SIGKILL and started again. At the end
every post that was about the programme, and not deleted meanwhile, must be kept once.

    python bench/bench_firehose.py [--seconds 600] [--rate 2000] [--matched 0.05] [--no-kill]

Printed: what was told, kept, lost and twice; the listener's share of a core; resident memory over time; how
far behind the present it was.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

WORD = "rider app"
_EARNEST = (sys.executable, "-m", "earnest")
LEAD = 2_000_000
"""Microseconds between the start of the relay's numbers and its first event."""

ABOUT = (
    "The rider app froze again at the {a} restaurant, order {b} never came",
    "Why does the rider app send me to the {a} side of the river? {b} {c}",
    "rider app update: the {a} map is better now, thanks, {b}",
    "My tip was gone after the rider app restarted, {a} {b} {c}",
    "Does anybody know how the {a} bonus of the rider app works? {b}",
    "La rider app no carga desde {a}, {b} {c}",
)
OTHER = (
    "What a {a} morning by the {b}, coffee first",
    "Reading about {a} and {b} again, {c} is next",
    "this cat sat on my {a} for {b} hours",
    "{a} {b} {c} and that is the whole review",
    "Goal! {a} against {b}, who would have thought",
)
_NAMES = """
    amber basil cedar delta ember fjord grove hazel indigo jasper kettle lilac maple nectar onyx pepper quartz
    raven saffron tulip umber velvet willow xenon yarrow zephyr acorn birch clover dahlia fennel garnet
"""
WORDS = tuple(_NAMES.split())


class Told:
    """The event of each number, the same every time."""

    def __init__(self, start: int, rate: int, matched: float) -> None:
        self.start, self.step, self.matched = start + LEAD, 1_000_000 // rate, matched

    def kind(self, number: int) -> str:
        """About the programme, other, a like in disguise (a post elsewhere), or a deletion."""
        chance = random.Random(number * 2_654_435_761)
        if number > 200 and chance.random() < 0.04:
            return "delete"
        return "about" if chance.random() < self.matched else "other"

    def deleted(self, number: int) -> int:
        """Which event a deletion takes back: one of those not long before."""
        return number - 1 - random.Random(number).randrange(150)

    def id(self, number: int) -> str:
        """The post's own name."""
        return f"at://{_did(number)}/app.bsky.feed.post/{_rkey(number)}"

    def line(self, number: int) -> bytes:
        """The event as Jetstream tells it."""
        kind = self.kind(number)
        at = self.start + number * self.step
        subject = self.deleted(number) if kind == "delete" else number
        commit: dict[str, object] = {
            "rev": f"3l{number:011d}",
            "operation": "delete" if kind == "delete" else "create",
            "collection": "app.bsky.feed.post",
            "rkey": _rkey(subject),
        }
        if kind != "delete":
            frames = ABOUT if kind == "about" else OTHER
            a, b, c = (WORDS[number >> (5 * at) & 31] for at in range(3))
            text = frames[number % len(frames)].format(a=a, b=b, c=c)
            commit["cid"] = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
            commit["record"] = {
                "$type": "app.bsky.feed.post",
                "createdAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at / 1e6)),
                "langs": ["es" if text.startswith("La ") else "en"],
                "text": text,
            }
        event = {"did": _did(subject), "time_us": at, "kind": "commit", "commit": commit}
        return json.dumps(event, separators=(",", ":")).encode()

    def expected(self, events: int) -> set[str]:
        """The names of the posts that must be there after so many events."""
        about = {number for number in range(events) if self.kind(number) == "about"}
        about -= {self.deleted(number) for number in range(events) if self.kind(number) == "delete"}
        return {self.id(number) for number in about}


def _did(number: int) -> str:
    return f"did:plc:{number % 5_000:024d}"


def _rkey(number: int) -> str:
    return f"3k{number:011d}"


def relay(start: int, rate: int, matched: float, seconds: int) -> None:
    """The relay's process: a websocket, and the view of profiles beside it."""
    from websockets.asyncio.server import ServerConnection, serve
    from websockets.exceptions import ConnectionClosed

    told, events = Told(start, rate, matched), rate * seconds

    async def talk(peer: ServerConnection) -> None:
        assert peer.request is not None
        cursor = parse_qs(urlsplit(peer.request.path).query).get("cursor")
        now = time.time_ns() // 1_000
        first = int(cursor[0]) if cursor else now
        number = max(0, -(-(first - told.start) // told.step))
        while True:
            ready = min(events, (time.time_ns() // 1_000 - told.start) // told.step)
            if number >= ready:
                await asyncio.sleep(0.02)
                continue
            for _ in range(min(ready - number, 500)):
                try:
                    await peer.send(told.line(number), text=True)
                except ConnectionClosed:
                    return
                number += 1

    class Profiles(BaseHTTPRequestHandler):
        """Everybody is known and wishes nothing."""

        def do_GET(self) -> None:
            dids = parse_qs(urlsplit(self.path).query).get("actors", [])
            body = json.dumps({"profiles": [{"did": did, "handle": "a.test"} for did in dids]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    async def main() -> None:
        profiles = ThreadingHTTPServer(("127.0.0.1", 0), Profiles)
        threading.Thread(target=profiles.serve_forever, daemon=True).start()
        async with serve(talk, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            print(json.dumps({"stream": port, "profiles": profiles.server_port}), flush=True)
            await asyncio.get_running_loop().create_future()

    asyncio.run(main())


class Listener:
    """`earnest listen` in a process, and what it costs."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self.cpu = 0.0
        self.running = self._begin()

    def _begin(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([*_EARNEST, "listen"], env=self._environment, stderr=subprocess.DEVNULL)

    def killed_and_begun_again(self) -> None:
        """SIGKILL, and a start as after any crash."""
        self.cpu += self._used()
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()
        self.running = self._begin()

    def stop(self) -> None:
        self.cpu += self._used()
        self.running.terminate()
        self.running.wait(60)

    def memory(self) -> float:
        """Megabytes of its own. Pages of the database's file that are mapped belong to the system and would
        make a growing file look like a growing process.
        """
        status = Path(f"/proc/{self.running.pid}/status").read_text()
        return int(status.partition("RssAnon:")[2].split()[0]) / 1e3

    def _used(self) -> float:
        """Seconds of processor."""
        fields = Path(f"/proc/{self.running.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_until(home: Path) -> float:
    """The moment up to which the stream was read and kept."""
    with sqlite3.connect(f"file:{home / 'earnest.db'}?mode=ro", uri=True, timeout=20) as db:
        (cursor,) = db.execute("SELECT cursor FROM store_place WHERE slug = 'sky'").fetchone()
    return float(json.loads(cursor)["at"] / 1e6) if cursor else 0.0


def check(home: Path, told: Told, events: int) -> dict[str, int]:
    """Each post that must be there, by its key: kept, lost, more than once, or there without a reason."""
    from earnest.gate.voice import Keys

    keys = Keys.open(home / "keys" / "voices.key")
    wanted = {keys.post_key("default/sky", id) for id in told.expected(events)}
    with sqlite3.connect(f"file:{home / 'earnest.db'}?mode=ro", uri=True, timeout=20) as db:
        found = [bytes(key) for (key,) in db.execute("SELECT key FROM store_post")]
    return {
        "expected": len(wanted),
        "kept": len(found),
        "lost": len(wanted.difference(found)),
        "twice": len(found) - len(set(found)),
        "unexpected": len(set(found) - wanted),
    }


def prepare(environment: dict[str, str], ports: dict[str, int], start: int) -> None:
    """A home with one place, as a person makes it."""
    settings = {
        "words": WORD,
        "server": f"ws://127.0.0.1:{ports['stream']}",
        "appview": f"http://127.0.0.1:{ports['profiles']}",
        "since_hours": "1",
    }
    sets = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    subprocess.run(
        [*_EARNEST, "sources", "add", "sky", "--type", "bluesky", "--untried", "--every", "30", *sets],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--matched", type=float, default=0.05)
    parser.add_argument("--no-kill", action="store_true")
    parser.add_argument("--relay", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.relay:
        relay(given.relay, given.rate, given.matched, given.seconds)
        return
    start = time.time_ns() // 1_000 + 12_000_000
    with tempfile.TemporaryDirectory() as folder:
        _measure(given, Path(folder), start)


def _measure(given: argparse.Namespace, home: Path, start: int) -> None:
    environment = {
        **os.environ,
        "EARNEST_HOME": str(home),
        "EARNEST_PRIVATE_PLACES": "yes",
        "DATABASE_URL": "",
    }
    server = subprocess.Popen(
        [
            *(sys.executable, __file__, "--relay", str(start), f"--seconds={given.seconds}"),
            *(f"--rate={given.rate}", f"--matched={given.matched}"),
        ],
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    try:
        prepare(environment, json.loads(server.stdout.readline()), start)
        listener = Listener(environment)
        _watch(given, home, start, listener)
    finally:
        server.kill()
        server.wait()


def _watch(given: argparse.Namespace, home: Path, start: int, listener: Listener) -> None:
    told, events = Told(start, given.rate, given.matched), given.rate * given.seconds
    first, last = told.start / 1e6, (told.start + events * told.step) / 1e6
    memory: list[tuple[float, float]] = []
    behind: list[float] = []
    killed = given.no_kill
    begun_again = 0.0
    while True:
        time.sleep(1.0)
        now = time.time()
        if now < first:
            continue
        at = read_until(home)
        memory.append((now - first, listener.memory()))
        if now < last and at:
            behind.append(now - at)
        if not killed and now >= first + given.seconds / 2:
            killed, begun_again = True, now
            listener.killed_and_begun_again()
        if at >= last - 2 * told.step / 1e6:
            caught_up = now
            break
        if now > last + 300:
            caught_up = now
            print("It did not catch up within five minutes.")
            break
    listener.stop()
    print(f"{events:,} events in {given.seconds} s, {given.matched:.0%} of the posts about the programme")
    print(f"caught up {max(0.0, caught_up - last):.1f} s after the last event")
    print(", ".join(f"{name} {number:,}" for name, number in check(home, told, events).items()))
    print(f"processor: {listener.cpu / (caught_up - first):.2f} of one core on average")
    print(f"behind the present: median {statistics.median(behind):.1f} s, at most {max(behind):.1f} s")
    if begun_again:
        print(f"killed after {begun_again - first:.0f} s")
    series = memory[:: max(1, len(memory) // 20)]
    print("own MB: " + " ".join(f"{seconds:.0f}s:{megabytes:.0f}" for seconds, megabytes in series))


if __name__ == "__main__":
    main()
