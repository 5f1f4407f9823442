"""Everything Earnest does with posts, in a process of its own, each step followed by a search for canaries.

    EARNEST_TOUR='[HOME, SEEN, POSTS, EACH, [FOLDER, …]]' python -m tests.privacy.tour

HOME is the home folder, SEEN takes whatever the tour was shown (output, logs at DEBUG, pages, answers, files
that left, what a crash leaves), FOLDER is searched as well (the database server's own). What is posted comes
from beside them. The last line of output is a JSON object; see `Tour.told`.

The worker of an import imports this file again: what stands here at the top happens there, too.
"""

import faulthandler
import io
import json
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.privacy import planted, search

_given = json.loads(os.environ["EARNEST_TOUR"])
HOME, SEEN = Path(_given[0]), Path(_given[1])
POSTS, EACH, OTHERS = int(_given[2]), int(_given[3]), _given[4]
SLUG = "riders"
FAIL = "EARNEST_TOUR_FAIL"
"""How the worker of the next import fails with posts in its hands: "raise" or "abort"."""


def _hear_everything() -> None:
    """Logs at DEBUG, of every library, as they come out of a server; and Python's own crash report."""
    from earnest.record.quiet import Quiet

    handler = logging.FileHandler(SEEN / f"log-{os.getpid()}.txt")
    handler.setFormatter(Quiet("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    faulthandler.enable((SEEN / f"crash-{os.getpid()}.txt").open("w"), all_threads=True)


def _fail(how: str) -> None:
    """The stages fail, and what they fail with says what it failed on."""
    from earnest.flow.digest import Stages

    def digest(self: Stages, page: Any) -> Any:
        said = " ".join(f"{post.author} {post.text}" for post in page.posts)
        if how == "abort":
            os.abort()
        raise RuntimeError(said)

    Stages.digest = digest  # type: ignore[method-assign]


if os.environ.get(FAIL) and __name__ != "__main__":
    _fail(os.environ[FAIL])
if __name__ in ("__main__", "__mp_main__"):
    _hear_everything()


class Tour:
    """The steps, what they found, and what the test must know to trust it."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {"found": {}, "seconds": {}, "counts": {}}
        self.folders = [HOME, SEEN, *map(Path, OTHERS)]
        self.given = HOME.parent / "given"
        self.clean: search.Clean = {}
        self.pages = 0

    def step(self, name: str, do: Callable[[], object]) -> None:
        begun = time.monotonic()
        try:
            do()
        except Exception:  # noqa: BLE001 - whatever it is, it is told and ends the tour
            traceback.print_exc()  # with words: for whoever mends this test
            sys.exit(f"The step '{name}' failed.")
        self.activity()
        done = time.monotonic()
        for file in search.files(*self.folders, clean=self.clean):
            self.told["found"].setdefault(file, name)
        self.told["seconds"][name] = (round(done - begun, 2), round(time.monotonic() - done, 2))

    def keep(self, name: str, content: bytes) -> None:
        """What was shown: searched with the rest after the step."""
        path = SEEN / name
        path.parent.mkdir(exist_ok=True)
        with path.open("ab") as file:
            file.write(content + b"\n")

    def earnest(self, *words: str, code: int = 0, stdin: str = "") -> str:
        """A command through its real entry, in this process; what it prints."""
        from earnest.cli import main

        out, complaints = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        argv, given = sys.argv, sys.stdin
        sys.argv, sys.stdin = ["earnest", *words], io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        ended: object = 0
        try:
            with redirect_stdout(out), redirect_stderr(complaints):
                try:
                    main()
                except SystemExit as end:
                    ended = end.code or 0
                except BaseException:  # noqa: BLE001 - as the interpreter does at its end
                    sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
                    ended = "uncaught"
        finally:
            sys.argv, sys.stdin = argv, given
        out.flush()
        printed = out.buffer.getvalue()  # type: ignore[attr-defined]
        self.keep("printed.txt", printed + complaints.getvalue().encode())
        assert ended == code, f"earnest {words[0]} ended with {ended}: {complaints.getvalue()[-2_000:]}"
        return str(printed.decode("utf-8", "replace"))

    def activity(self) -> None:
        """What a database server shows of its sessions; and it writes down whatever it holds in memory."""
        from django.apps import apps

        if not apps.ready:
            return
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as db:
                db.execute("SELECT query, application_name FROM pg_stat_activity")
                self.keep("activity.txt", repr(db.fetchall()).encode())
                db.execute("CHECKPOINT")

    # -- the steps -----------------------------------------------------------------------------------------

    def programme(self) -> None:
        self.earnest(
            "programme", "add", SLUG, "--audience", "workforce", "--organisation", "Ternway Ltd", "--purpose",
            "Find and mend what goes wrong with pay and routes.", "--lawful-basis", "legitimate_interests",
            "--contact", "listening@ternway.example", "--retention", "180", "--directive",
        )  # fmt: skip
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.LOGGING_CONFIG = None  # each command sets up Django, and its logging with it
        _hear_everything()

    def import_(self, rows: list[dict[str, Any]], place: str, *words: str, code: int = 0) -> dict[str, Any]:
        file = planted.write(self.given / f"{place}.jsonl", rows)
        out = self.earnest(
            "import", str(file), "--source", place, "--programme", SLUG, "--json", *words, code=code
        )
        summary: dict[str, Any] = json.loads(out.splitlines()[-1]) if code == 0 else {}
        return summary

    def everything(self) -> None:
        summary = self.import_(planted.rows(POSTS, EACH), "reviews")
        self.told["counts"] |= {what: summary[what] for what in ("read", "admitted", "withheld", "refused")}

    def refused(self) -> None:
        rows = [planted.row("l", n, f"vxcanaryrefused{n} " * 2_000) for n in range(20)]
        rows.append(planted.row("d", 1, planted.protected(1)) | {"created": "vxcanarydate"})
        file = planted.write(self.given / "reviews-refused.jsonl", rows)
        with file.open("a") as lines:
            lines.write('{"id": "x", "text": "vxcanarybroken\n')
        self.earnest("import", str(file), "--source", "refused", "--programme", SLUG, "--json", code=1)

    def edited(self) -> None:
        """What was ordinary becomes protected, opted out or deleted; a code of the opt-out page is posted."""
        rows = planted.rows(POSTS, EACH)
        later = (planted.NOW + timedelta(minutes=1)).isoformat()
        for n, one in enumerate(rows[3 * EACH : 3 * EACH + 30]):
            texts = (planted.protected(n, "edit"), f"vxcanaryedit{n} Earnest opt out", "[deleted]")
            one |= {"text": texts[n % 3], "edited_at": later}
        self.import_(rows[3 * EACH : 3 * EACH + 30], "reviews")

    def signed(self) -> None:
        from django.test import Client

        from earnest.sources.submit.sign import signature

        secret = self.earnest("sources", "secret", SLUG).split()[-1]
        (SEEN / "printed.txt").write_bytes((SEEN / "printed.txt").read_bytes().replace(secret.encode(), b""))
        taken = []
        for n in range(30):
            body = json.dumps({"text": self.said(n, "sign"), "id": f"vxcanaryid-s-{n}"}).encode()
            stamp = int(time.time())
            headers = {
                "webhook-id": f"vxcanaryhook{n}",
                "webhook-timestamp": str(stamp),
                "webhook-signature": signature(secret, f"vxcanaryhook{n}", stamp, body),
            }
            for sent in (headers, headers | {"webhook-signature": "v1,vxcanary"}):
                answer = Client().post(
                    f"/api/submit/{SLUG}", body, content_type="application/json", headers=sent
                )
                self.keep("pages/signed.txt", answer.content)
                taken.append(answer.status_code)
        broken = Client().post(
            f"/api/submit/{SLUG}", b'{"text": "vxcanarybroken', content_type="application/json",
        )  # fmt: skip
        self.keep("pages/signed.txt", broken.content)
        assert set(taken) == {202, 401}, set(taken)

    def said(self, n: int, of: str) -> str:
        """What is said at a door: protected, opted out, personal by turns."""
        return (planted.protected(n, of), f"vxcanary{of}{n} too slow #nobot", planted.personal(n))[n % 3]

    def form(self) -> None:
        from django.test import Client

        links = []
        for n in range(30):
            client = Client(REMOTE_ADDR=f"127.0.1.{n + 1}")
            answer = client.post(f"/say/{SLUG}", {"text": self.said(n, "form"), "where": ""})
            assert answer.status_code == 302, answer.status_code
            thanks = client.get(answer["Location"]).content
            self.keep("pages/said.html", thanks)
            links += re.findall(rf"/leave/{SLUG}/sent/[\w-]{{43}}", thanks.decode())[:1]
        for link in links[:6]:
            Client().post(link)
            self.keep("pages/left.txt", Client().get(f"{link}/receipt.txt").content)
        assert len(links) == 30

    def leave(self) -> None:
        """A code of the opt-out page, posted by an account with a canary for a name."""
        from django.test import Client

        url = Client().post(f"/leave/{SLUG}")["Location"]
        page = Client().get(url).content.decode()
        code = re.search(r"earnest-out(-[a-z2-9]{4}){3}", page)
        assert code is not None
        asking = planted.row("c", 1, f"vxcanarycode {code[0]}")
        asking["created"] = datetime.now(UTC).isoformat()
        self.import_([asking], "reviews-2")
        self.keep("pages/mine.html", Client().get(url).content)
        receipt = Client().get(url.replace("?", "/receipt.txt?"))
        self.keep("pages/mine.txt", receipt.content)
        assert receipt.status_code == 200

    def erase(self) -> None:
        for n, words in enumerate((("--also-out",), (), ("--dry-run",))):
            handle = f"vxcanaryauthor-a-{n}"
            self.earnest(
                "erase", "--handle", "-", "--source", "reviews", "--programme", SLUG, "--receipt",
                str(SEEN / f"receipt{n}.txt"), *words, stdin=f"{handle}\n",
            )  # fmt: skip
        self.earnest("erase", "--id", "vxcanaryid-a-9", "--source", "reviews", "--programme", SLUG, "--json")
        url = "https://vxcanaryhost8.example.org/vxcanarypath8"
        self.earnest("erase", "--url", url, "--source", "reviews", "--programme", SLUG, "--json", code=1)

    def feed(self) -> None:
        """A feed on this machine, read by the listener; then one whose posts make the stages fail."""
        from tests.egress.build import Server

        items = "".join(
            f"<item><guid>vxcanaryid-f-{n}</guid><title></title><author>vxcanaryauthor-f-{n}</author>"
            f"<link>https://vxcanaryhost{n}.example.org/vxcanarypath</link>"
            f"<description>{self.said(n, 'feed')}</description></item>"
            for n in range(30)
        )
        body = f'<rss version="2.0"><channel><title>c</title>{items}</channel></rss>'.encode()
        server = Server()
        server.says("200 OK", "Content-Type: application/rss+xml\r\n", body)
        try:
            for name in ("feed", "feed-2"):
                self.earnest(
                    "sources", "add", name, "--type", "feed", "--kind", "addressed", "--programme", SLUG,
                    "--set", f"url={server.url}{name}",
                )  # fmt: skip
                if name == "feed":
                    assert "30 read, 10 kept" in self.earnest("listen", "--once")
            with self.failing():
                self.earnest("listen", "--once", code=1)
        finally:
            server.stop()

    @contextmanager
    def failing(self) -> Iterator[None]:
        from earnest.flow.digest import Stages

        kept = Stages.digest
        _fail("raise")
        try:
            yield
        finally:
            Stages.digest = kept  # type: ignore[method-assign]

    def doors(self) -> None:
        """Every page and answer, as everybody who may or may not see it; errors among them."""
        from django.contrib.auth import get_user_model
        from django.test import Client

        from tests.web import doors

        for name, role in (("admin", "admin"), ("dee", "delegate")):
            where = () if role == "admin" else ("--programme", SLUG)
            places = ("--place", "reviews") if role == "delegate" else ()
            self.earnest("user", "add", name, *where, "--role", role, *places)
        for name in ("admin", "dee", ""):
            client = Client(raise_request_exception=False)
            if name:
                client.force_login(get_user_model().objects.get(username=name))
            for door in doors.every():
                if door.name == "live_stream":
                    continue
                for query in ("", "?lang=es", "?q=bag&kind=complaint") if name == "admin" else ("",):
                    answer = client.get(door.address(SLUG) + query, headers={"User-Agent": "tour"})
                    content = b"".join(answer) if answer.streaming else answer.content
                    self.keep(f"pages/{name or 'nobody'}.txt", content + repr(answer.headers).encode())
                    self.pages += 1
        admin = Client()
        admin.force_login(get_user_model().objects.get(username="admin"))
        admin.post(f"/{SLUG}/report", {})
        for door in doors.every():
            if door.name == "report_file":
                for format in ("html", "json", "csv", "pdf"):
                    answer = admin.get(door.address(SLUG, format=format))
                    self.keep(f"pages/report.{answer.status_code}.{format}", answer.content)
        self.told["counts"]["pages"] = self.pages

    def errors(self) -> None:
        """Error pages while a post is in memory. (The form itself, where it asks for something else, gives
        writers their own words back.)
        """
        from django.test import Client

        said = {"text": planted.protected(1, "error"), "where": "vxcanarywhere"}
        strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="127.0.2.1")
        plain = Client(REMOTE_ADDR="127.0.2.2")
        broken = Client(raise_request_exception=False, REMOTE_ADDR="127.0.2.3")
        answers = {
            403: strict.post(f"/say/{SLUG}", said),
            404: plain.post("/say/nowhere", said),
            405: plain.put(f"/say/{SLUG}", said),
            413: plain.post(f"/api/submit/{SLUG}", b"vxcanarylarge" * 9_000, content_type="application/json"),
        }
        with self.failing():
            answers[500] = broken.post(f"/say/{SLUG}", said)
            body = json.dumps({"text": planted.protected(2, "error")}).encode()
            answer = broken.post(f"/api/submit/{SLUG}", body, content_type="application/json")
            self.keep("pages/error-api.txt", answer.content)
        for status, answer in answers.items():
            self.keep(f"pages/error-{status}.txt", answer.content)
        got = {status: answer.status_code for status, answer in answers.items()}
        assert all(status == given for status, given in got.items()), got

    def commands(self) -> None:
        for n, format in enumerate(("html", "pdf", "json", "csv")):
            self.earnest(
                "report", "--programme", SLUG, "--out", str(SEEN / f"report.{format}"), "--lang",
                "es" if n % 2 else "en",
            )  # fmt: skip
        for ending in ("md", "html"):
            self.earnest("dpia", "--programme", SLUG, "--out", str(SEEN / f"dpia.{ending}"))
        self.earnest("exports", "--all", "--json")
        self.earnest("audit", "verify")
        self.earnest("audit", "head")
        self.earnest("audit", "show")
        self.earnest("keys", "list")
        self.earnest("keys", "check")
        self.earnest("programme", "list")
        given = "".join(
            json.dumps({"id": str(n), "text": self.said(n, "gate"), "author": f"vxcanaryauthor-g-{n}"}) + "\n"
            for n in range(30)
        )
        self.earnest("gate", "--audience", "workforce", stdin=given)
        self.earnest("redact", stdin='{"id": "1", "text": "' + planted.personal(3) + '"}\n')

    def doctor(self) -> None:
        from earnest.cli.doctor import examine

        self.keep("doctor.txt", repr(list(examine(HOME))).encode())

    def crashes(self) -> None:
        """The process that reads a file dies, and fails with words, while it holds the posts."""
        for how in ("raise", "abort"):
            os.environ[FAIL] = how
            self.import_(planted.rows(90, 30), f"crash-{how}", code=1)
        del os.environ[FAIL]

    def uncaught(self) -> None:
        """An error that nobody foresaw ends a command, a thread, and a finaliser."""
        import threading

        from earnest.store import read

        kept = read.programmes

        def fail() -> Any:
            said = planted.protected(5, "uncaught")
            raise RuntimeError(said)

        read.programmes = fail
        try:
            self.earnest("programme", "list", code="uncaught")  # type: ignore[arg-type]
        finally:
            read.programmes = kept
        complaints = io.StringIO()
        with redirect_stderr(complaints):
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
            logging.getLogger("django.request").error("broken %s %s", "one")
            try:
                fail()
            except RuntimeError:
                logging.getLogger("django.request").exception("failed")
        self.keep("uncaught.txt", complaints.getvalue().encode())
        assert "RuntimeError" in complaints.getvalue()

    def control(self) -> None:
        """The same search after a post with a canary that is admitted: it must be found."""
        before = set(self.told["found"])
        self.import_([planted.row("z", 1, "The app froze again vxcanarycontrol at the door")], "reviews-2")
        from django.contrib.auth import get_user_model
        from django.test import Client

        client = Client()
        client.force_login(get_user_model().objects.get(username="admin"))
        self.keep("pages/control.html", client.get(f"/{SLUG}/posts?q=vxcanarycontrol").content)
        logging.getLogger("control").debug("vxcanarycontrol")
        self.activity()
        self.told["control"] = sorted(set(search.files(*self.folders)) - before)


def main() -> None:
    tour = Tour()
    tour.given.mkdir(exist_ok=True)
    for name in (
        "programme", "everything", "refused", "edited", "leave", "erase", "signed", "form", "feed",
        "commands", "doors", "errors", "crashes", "uncaught", "doctor",
    ):  # fmt: skip
        tour.step(name, getattr(tour, name))
    tour.clean.clear()
    tour.step("everything once more", lambda: None)
    tour.control()
    print(json.dumps(tour.told))  # noqa: T201 - this is what the test reads


if __name__ == "__main__":
    main()
