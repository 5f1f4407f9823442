"""A server that is told to stop while people follow Live: it lets them go, at once and without a word."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2], ids=["one process", "two processes"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_open_streams_do_not_hold_the_server(tmp_path: Path, number: signal.Signals, processes: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    desk = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "earnest"]
    own = {**os.environ, "EARNEST_HOME": str(tmp_path), "DATABASE_URL": ""}
    subprocess.run(
        [sys.executable, "-m", "tests.browser.serve", str(tmp_path), "fill"], cwd=ROOT, check=True, env=own
    )
    link = subprocess.run(
        [*command, "user", "link", "admin", "--home", str(tmp_path), "--address", desk],
        capture_output=True,
        text=True,
        check=True,
        env=own,
    ).stdout.strip()
    reader = httpx.Client()
    log = tmp_path / "log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [*command, "serve", "--no-listen", "--port", str(port), "--home", str(tmp_path)]
            + (["--processes", "2"] if processes > 1 else []),
            stdout=said,
            stderr=said,
            env=own,
        )
    try:
        for _ in range(900):
            try:
                reader.get(f"{desk}/sign-in", timeout=1)
                break
            except httpx.TransportError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
        assert reader.get(link).status_code == 302
        heard: list[str] = []
        opened = threading.Semaphore(0)

        def follow() -> None:
            with reader.stream("GET", f"{desk}/riders/live/stream", timeout=60) as answer:
                opened.release()
                heard.extend(answer.iter_lines())

        followers = [threading.Thread(target=follow) for _ in range(3)]
        for follower in followers:
            follower.start()
        for _ in followers:
            assert opened.acquire(timeout=60)
        begun = time.monotonic()
        server.send_signal(number)
        server.wait(timeout=20)
        assert time.monotonic() - begun < 15
        for follower in followers:
            follower.join(timeout=5)
        assert heard.count("event: again") == 3
        assert "Traceback" not in log.read_text()
        assert "ERROR" not in log.read_text()
        with pytest.raises(httpx.ConnectError):  # nobody is left who answers there
            httpx.get(f"{desk}/sign-in", timeout=5)
    finally:
        reader.close()
        server.kill()
        server.wait(timeout=5)
