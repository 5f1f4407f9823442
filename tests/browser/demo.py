"""The demo as a person runs it: `earnest demo`, `earnest serve`, and a mail server on loopback."""

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.notify.serve import Mails, smtp

ROOT = Path(__file__).resolve().parents[2]
EARNEST = str(Path(sys.executable).with_name("earnest"))


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's desk as `earnest serve` runs it: where it is, its home, and where its mails arrive."""

    url: str
    home: Path
    mails: Mails

    def link(self, name: str) -> str:
        """The one-time link that the terminal gives."""
        said = _earnest(self.home, "user", "link", name, "--address", self.url)
        return re.findall(r"http://\S+", said)[-1]


def _earnest(home: Path, *words: str) -> str:
    command = [EARNEST, *words, "--home", str(home)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=180).stdout


@contextmanager
def running(home: Path) -> Iterator[Demo]:
    """Fill `home` and serve it. A lead, an analyst and a steward are on both programmes."""
    _earnest(home, "demo", "--once")
    for programme in ("ternway-couriers", "ternway-customers"):
        for role in ("analyst", "lead", "steward"):
            _earnest(home, "user", "add", role, "--role", role, "--programme", programme)
    subprocess.run([sys.executable, "-m", "tests.browser.serve", str(home), "mail"], cwd=ROOT, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with smtp() as mails, _served(home, url, port, mails.port):
        yield Demo(url, home, mails)


@contextmanager
def _served(home: Path, url: str, port: int, mail: int) -> Iterator[None]:
    settings = {
        "EARNEST_ADDRESS": url,
        "EARNEST_MAIL_SERVER": f"127.0.0.1:{mail}",
        "EARNEST_MAIL_TLS": "no",
        "EARNEST_MAIL_FROM": "Earnest <desk@example.org>",
        "EARNEST_PRIVATE_CHANNELS": "yes",
    }
    command = [EARNEST, "serve", "--port", str(port), "--home", str(home)]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(900):
            try:
                httpx.get(f"{url}/sign-in", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def window(browser: Browser, name: str, *, script: bool = True) -> Iterator[Page]:
    """A browser of its own, recorded where that is asked for; nothing may stand in its console."""
    record = os.environ.get("EARNEST_RECORD")
    context: BrowserContext = browser.new_context(
        viewport={"width": 1440, "height": 900},
        java_script_enabled=script,
        record_video_dir=f"{record}/{name}" if record else None,
    )
    if record:
        context.tracing.start(screenshots=True, snapshots=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda one: complaints.append(one.url) if one.status >= 400 else None)
    try:
        yield page
    finally:
        if record:
            context.tracing.stop(path=f"{record}/{name}.zip")
        context.close()
    assert complaints == []


def room(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name=re.compile(f"^{name}")).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    page.wait_for_load_state()  # before that no key is listened for


def mail_of(demo: Demo) -> str:
    """The text of the next mail that comes."""
    for _ in range(900):
        if demo.mails.taken:
            break
        time.sleep(0.1)
    content = demo.mails.taken.pop().content
    message = email.message_from_bytes(content or b"", policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["subject"]) + "\n" + str(body.get_content())
