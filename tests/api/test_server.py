"""A real server on loopback: the stream is resumed without loss or repeats, and a key holds over threads."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ARRIVE = [sys.executable, "-m", "tests.api.arriving"]


class Served:
    """A desk that is served, and a token of a lead."""

    def __init__(self, home: Path, address: str, token: str, own: dict[str, str]) -> None:
        self.home, self.own = home, own
        self.http = httpx.Client(
            base_url=f"{address}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def arrive(self, posts: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([*ARRIVE, str(self.home), "arrive", str(posts)], cwd=ROOT, env=self.own)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    own = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": ""}
    token = subprocess.run(
        [*ARRIVE, str(home), "fill"], cwd=ROOT, env=own, check=True, capture_output=True, text=True
    ).stdout.strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "log"
    with log.open("w") as told:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "earnest",
                "serve",
                "--no-listen",
                "--port",
                str(port),
                "--home",
                str(home),
            ],
            stdout=told,
            stderr=told,
            env=own,
        )
    desk = Served(home, f"http://127.0.0.1:{port}", token, own)
    for _ in range(900):
        try:
            if desk.http.get("me").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield desk
    desk.http.close()
    server.terminate()
    server.wait(timeout=20)
    assert "Traceback" not in log.read_text()


def follow(served: Served, after: str, enough: int, until: float) -> tuple[list[tuple[str, int]], str]:
    """(number, id) of posts, until there are enough or it is late; and the last number that was heard."""
    heard, event = [], {}
    headers = {"Last-Event-ID": after} if after else {}
    with served.http.stream("GET", "riders/stream", headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
                after = value if name == "id" else after
                continue
            if event.get("event") == "post":
                heard.append((event["id"], msgspec.json.decode(event["data"])["id"]))
            event = {}
            if len(heard) >= enough or time.monotonic() > until:
                break
    return heard, after


def test_a_stream_that_breaks_again_and_again_loses_nothing_and_repeats_nothing(served):
    begun = time.monotonic()
    _, after = follow(served, "", 0, begun)
    coming = served.arrive(40)
    heard: list[tuple[str, int]] = []
    while len(heard) < 40 and time.monotonic() - begun < 120:
        some, after = follow(served, after, min(7, 40 - len(heard)), begun + 120)
        heard += some
    coming.wait(timeout=60)
    posts = served.http.get("riders/posts", params={"place": "form", "folded": "no", "limit": 100}).json()
    assert [id for _, id in heard] == list(dict.fromkeys(id for _, id in heard))
    assert len(heard) == 40
    assert {id for _, id in heard} <= {post["id"] for post in posts["items"]}
    assert [int(number) for number, _ in heard] == sorted(int(number) for number, _ in heard)


def test_who_is_revoked_or_has_too_many_streams_is_not_served(served):
    with (
        served.http.stream("GET", "riders/stream") as one,
        served.http.stream("GET", "riders/stream") as two,
        served.http.stream("GET", "riders/stream") as three,
    ):
        assert [answer.status_code for answer in (one, two, three)] == [200, 200, 200]
        fourth = served.http.get("riders/stream")
        assert (fourth.status_code, fourth.headers["Retry-After"]) == (429, "5")
    for _ in range(100):
        with served.http.stream("GET", "riders/stream") as again:
            if again.status_code == 200:
                break
        time.sleep(0.1)
    else:
        pytest.fail("the places of streams that ended were not given free")


def test_the_same_key_in_eight_threads_does_it_once(served):
    answers: list[httpx.Response] = []
    headers = {"Idempotency-Key": "eight-threads-1"}
    gate = threading.Barrier(8)

    def send() -> None:
        gate.wait()
        answers.append(served.http.post("riders/cases", json={"title": "Once"}, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    found = served.http.get("riders/cases", params={"q": "Once"}).json()["items"]
    assert len(found) == 1


def test_two_who_change_a_case_at_once_lose_nothing(served):
    number = served.http.post("riders/cases", json={"title": "Two at once"}).json()["number"]
    etag = served.http.get(f"riders/cases/{number}").headers["ETag"]
    answers: dict[str, httpx.Response] = {}

    def save(severity: str) -> None:
        answers[severity] = served.http.patch(
            f"riders/cases/{number}", json={"severity": severity}, headers={"If-Match": etag}
        )

    threads = [threading.Thread(target=save, args=(one,)) for one in ("high", "low")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers.values())
    assert statuses == [200, 412]
    lost = next(answer for answer in answers.values() if answer.status_code == 412).json()
    assert set(lost["fields"]["severity"].values()) == {"high", "low"}
