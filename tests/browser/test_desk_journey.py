"""A new user's way through the demo's desk, by what is visible on its pages alone.

Nothing here types an address: after the sign-in link from the terminal, and the link in the mail, every step is
a link or a button that a person reads. EARNEST_RECORD names a folder that takes a video and a trace.
"""

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
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import ROOT
from tests.notify.serve import Mails, smtp

pytestmark = pytest.mark.slow
EARNEST = str(Path(sys.executable).with_name("earnest"))
COUNTERS = "Parcels go back to the depot because of lockers"
LOCKERS = "Lockers refuse the code the app shows"
PAYING = "The app closes while people pay"


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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo") / "home"
    _earnest(home, "demo", "--once")
    for programme in ("ternway-couriers", "ternway-customers"):
        _earnest(home, "user", "add", "lead", "--role", "lead", "--programme", programme)
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
        for _ in range(300):
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
def _window(browser: Browser, name: str) -> Iterator[Page]:
    """A browser of its own, recorded where that is asked for; nothing may stand in its console."""
    record = os.environ.get("EARNEST_RECORD")
    context: BrowserContext = browser.new_context(
        viewport={"width": 1440, "height": 900}, record_video_dir=f"{record}/{name}" if record else None
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


def _room(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name=re.compile(f"^{name}")).click()


def _heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def _mail_of(demo: Demo) -> str:
    """The text of the next mail that comes."""
    for _ in range(450):
        if demo.mails.taken:
            break
        time.sleep(0.1)
    content = demo.mails.taken.pop().content
    message = email.message_from_bytes(content or b"", policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["subject"]) + "\n" + str(body.get_content())


def test_from_a_rising_problem_to_what_became_of_it(browser: Browser, demo: Demo) -> None:
    with _window(browser, "lead") as page:
        page.goto(demo.link("lead"))
        _opens_the_rising_problem(page)
        _merges_a_duplicate_and_takes_it_back(page)
        _escalates_the_sign_in_case(page)
        with _window(browser, "signed-out") as other:
            _acknowledges_by_mail(other, _mail_of(demo))
        _sees_that_somebody_has_it(page)
        _records_what_was_done(page)
        _reads_what_helped(page)


def _opens_the_rising_problem(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Today")).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.locator("main")).to_contain_text(re.compile("above (its|their) usual level"))
    rising = page.get_by_role("region", name="Sign-in and identity check")
    expect(rising).to_contain_text("complaints and reports within")
    expect(rising.get_by_role("img")).to_be_visible()
    rising.get_by_role("link", name="Open a case").click()
    _heading(page, "Open a case")
    title = page.get_by_label("What is wrong, in a few words")
    expect(title).to_have_value("Sign-in and identity check rises")
    title.fill("Couriers cannot get into the app")
    page.get_by_label("Why it is opened").fill("It began in the night, at all depots")
    page.get_by_role("button", name="Open the case").click()
    _heading(page, "Couriers cannot get into the app")
    expect(page.get_by_text("Nothing was done yet, so nothing can have helped.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("It began in the night, at all depots")
    expect(page.locator("main")).to_contain_text(re.compile("sign in|log in|login", re.IGNORECASE))


def _merges_a_duplicate_and_takes_it_back(page: Page) -> None:
    _room(page, "Cases")
    _heading(page, "Cases")
    page.get_by_role("link", name=LOCKERS).click()
    _heading(page, LOCKERS)
    margin = page.get_by_role("complementary")
    expect(margin.get_by_role("link", name=f"“{COUNTERS}”")).to_be_visible()
    margin.get_by_role("button", name=f"Merge it into this one : {COUNTERS}").click()
    _heading(page, LOCKERS)
    expect(page.get_by_role("status").first).to_contain_text("case 2")
    expect(page.get_by_text("this may be the same as the other case on lockers")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    _heading(page, LOCKERS)
    expect(page.get_by_text("this may be the same as the other case on lockers")).to_have_count(0)
    _room(page, "Cases")
    expect(page.get_by_role("link", name=COUNTERS)).to_be_visible()


def _escalates_the_sign_in_case(page: Page) -> None:
    page.get_by_role("link", name="Couriers cannot get into the app").click()
    margin = page.get_by_role("complementary")
    margin.get_by_text("Escalate", exact=True).click()
    margin.get_by_label("To whom").select_option(label="App")
    margin.get_by_role("button", name="Send it up").click()
    _heading(page, "Couriers cannot get into the app")
    expect(margin).to_contain_text("To App, sent by lead.")
    expect(margin).to_contain_text("An answer is asked for until")


def _acknowledges_by_mail(page: Page, mail: str) -> None:
    assert "case 4" in mail.lower()
    for secret in ("log in", "sign in", "Leeds"):
        assert secret not in mail
    link = next(one for one in re.findall(r"http://\S+", mail) if "/ack/" in one)
    for _ in range(2):  # looking twice changes nothing
        page.goto(link)
        _heading(page, "Do you have it?")
    page.get_by_role("button", name="I have it").click()
    _heading(page, "Acknowledged")


def _sees_that_somebody_has_it(page: Page) -> None:
    page.reload()
    expect(page.get_by_role("complementary")).to_contain_text("Acknowledged")


def _records_what_was_done(page: Page) -> None:
    page.get_by_text("Write down what was done").click()
    page.get_by_label("What was done, in one sentence").fill("The sign-in of yesterday is back.")
    page.get_by_label("By which team").select_option(label="App")
    page.get_by_role("button", name="Save the action").click()
    expect(page.locator("main")).to_contain_text("The sign-in of yesterday is back.")
    expect(page.get_by_text(re.compile("Whether it helped can be told from"))).to_be_visible()


def _reads_what_helped(page: Page) -> None:
    page.get_by_text("Ternway couriers, workforce").click()
    page.get_by_role("link", name="Ternway customers, customers").click()
    _room(page, "Cases")
    page.get_by_role("link", name=PAYING).click()
    _heading(page, PAYING)
    expect(page.get_by_text(re.compile("Complaints on this are down by about"))).to_be_visible()
    expect(page.get_by_text("We heard from about 5 voices a week, normally about 10.")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Complaints on this for every 1,000 other posts"))
    expect(chart.first).to_be_visible()
    page.get_by_text("The figures as a table").click()
    expect(page.get_by_role("table").first).to_contain_text("Oct")
