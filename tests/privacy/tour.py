"""Everything Earnest does with posts, in a process of its own, each step followed by a search for canaries.

    EARNEST_TOUR='[HOME, SEEN, POSTS, EACH, [FOLDER, …]]' python -m tests.privacy.tour

HOME is the home folder, SEEN takes whatever the tour was shown (output, logs at DEBUG, pages, answers, files
that left, what a crash leaves), FOLDER is searched as well (the database server's own). What is posted comes
from beside them. The last line of output is a JSON object; see `Rig.told`.

The worker of an import imports this file again: what stands here at the top happens there, too.
"""

import io
import json
import logging
import os
import re
import time
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.privacy import planted, search
from tests.privacy.rig import EACH, FAIL, HOME, POSTS, SEEN, SLUG, Rig, fail, hear_everything

if os.environ.get(FAIL) and __name__ != "__main__":
    fail(os.environ[FAIL])
if __name__ in ("__main__", "__mp_main__"):
    hear_everything()


class Tour(Rig):
    """The steps."""

    def programme(self) -> None:
        self.earnest(
            "programme", "add", SLUG, "--audience", "workforce", "--organisation", "Ternway Ltd", "--purpose",
            "Find and mend what goes wrong with pay and routes.", "--lawful-basis", "legitimate_interests",
            "--contact", "listening@ternway.example", "--retention", "180", "--directive",
        )  # fmt: skip
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.LOGGING_CONFIG = None  # each command sets up Django, and its logging with it
        hear_everything()

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
                    "--set", f"url={server.url}{name}", "--yes",
                )  # fmt: skip
                if name == "feed":
                    assert "30 read" in self.earnest("listen", "--once")
            with self.failing():
                self.earnest("listen", "--once", code=1)
        finally:
            server.stop()

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
        """An error that nobody foresaw ends a command and a thread, and is logged; logging fails, too."""
        import threading

        from earnest.store import read

        kept = read.programmes

        def broken() -> Any:
            said = planted.protected(5, "uncaught")
            raise RuntimeError(said)

        read.programmes = broken
        try:
            self.earnest("programme", "list", code="uncaught")
        finally:
            read.programmes = kept
        complaints = io.StringIO()
        with redirect_stderr(complaints):
            thread = threading.Thread(target=broken)
            thread.start()
            thread.join()
            logging.getLogger("django.request").error("broken %s %s", "one")
            try:
                broken()
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
