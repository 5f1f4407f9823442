"""A served desk with the sample in it, and a real browser in front of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.demo import Demo, running

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("EARNEST_FULL") != "1":
                item.add_marker(pytest.mark.skip(reason="full lane only: EARNEST_FULL=1"))
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=f"{CHROMIUM} is missing: apt-get install chromium"))


class Desk:
    """A running desk: where it is, and how one more post arrives."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.url = home, f"http://127.0.0.1:{port}"

    def write(self, what: str, number: int = 1) -> None:
        """Fill the desk, or let posts arrive, in a process of its own as the listener is."""
        subprocess.run(
            [sys.executable, "-m", "tests.browser.serve", str(self.home), what, str(number)],
            cwd=ROOT,
            check=True,
            timeout=120,
        )


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    desk = Desk(tmp_path_factory.mktemp("desk"), port)
    desk.write("fill")
    environment = {
        **os.environ,
        "EARNEST_HOME": str(desk.home),
        "DJANGO_SETTINGS_MODULE": "earnest.server.settings",
    }
    command = [sys.executable, "-m", "uvicorn", "earnest.server.asgi:application", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--log-level", "warning", "--timeout-graceful-shutdown", "1"], cwd=ROOT, env=environment
    )
    try:
        for _ in range(900):
            try:
                httpx.get(f"{desk.url}/sign-in", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield desk
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("demo") / "home") as served:
        yield served


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Closed when the last of these tests is over: until then its loop runs in this thread, and no other can.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def signed_in(browser: Browser, desk: Desk) -> dict[str, object]:
    """The cookies of the admin."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{desk.url}/sign-in")
    page.fill("#name", "admin")
    page.fill("#password", "admin")
    page.click("main button[type=submit]")
    page.wait_for_url("**/riders/**")
    state = context.storage_state()
    context.close()
    return dict(state)


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, desk: Desk, signed_in: dict[str, object]) -> Iterator[Open]:
    """A page of the desk: path, width, theme, whether scripts run, whether somebody is signed in.

    At the end nothing may stand in the browser's console.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str, *, width: int = 1440, theme: str = "light", script: bool = True, signed: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=script,
            storage_state=signed_in if signed else None,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = page.goto(f"{desk.url}{path}")
        if answer is not None and answer.status >= 400:
            complaints.clear()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints
