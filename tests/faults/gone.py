"""A small desk in which one post is said, edited and deleted, by every way a source has to say so. Synthetic.

Everything is the real thing but the labels: they are given, so that the post is surely among those a report
quotes.
"""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from earnest.desk import access
from earnest.egress import Egress
from earnest.flow.listen import listen, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.record.raw import Page, RawPost
from earnest.record.verdict import Scored, Verdict
from earnest.report import publish, render
from earnest.sources.submit.sign import new_secret, signature
from earnest.store import read, write
from tests import programmes

SLUG = "riders"
LABEL = "app.crash"
NOW = datetime.now(UTC).replace(microsecond=0)
SAID = NOW - timedelta(days=2)
FILL = "the app crashed at the door and I lost the whole evening"


class Labels:
    """A model that is sure of one label, and surest of the post that is followed."""

    id = "given"

    def classify(self, texts: list[str], *, sentiment: bool) -> list[Verdict]:
        mood = ("negative", 0.9) if sentiment else (None, None)
        return [
            Verdict("complaint", 0.9, (Scored(LABEL, 0.6 if "filler" in text else 0.99),), False, "en", *mood)
            for text in texts
        ]


class Told:
    """A source that gives what it is told, as a room or a firehose does."""

    def __init__(self, *posts: RawPost) -> None:
        self._posts = posts

    def read(self, cursor: str | None) -> Iterator[Page]:
        yield Page(self._posts, '"told"', done=True)


class Desk:
    """A programme with enough voices on one label that a report quotes posts about it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        path = home / "keys" / "voices.key"
        self.keys = Keys.open(path) if path.exists() else Keys.make(path)
        programmes.live(SLUG, "Riders", "customers", retention_days=100)
        self.others = write.add_place(SLUG, "others", type="sample", kind="addressed", interval=0)
        said = [
            RawPost(f"o{n}", f"{FILL} filler {n}", SAID - timedelta(hours=n), author=f"writer {n}")
            for n in range(8)
        ]
        self.hear("others", Told(*said))
        access.add_person("ana", SLUG, "analyst")
        self.client = Client()
        self.client.force_login(get_user_model().objects.get(username="ana"))

    def stages(self, place: str):
        return open_stages(read.listening_place(SLUG, place), self.keys, Labels())

    def hear(self, place: str, source=None):
        found = read.listening_place(SLUG, place)
        opened = source or open_place(found, Egress("EarnestTests/1", timeout=5, allow_private=True))
        return listen(found, opened, self.stages(place))

    def span(self):
        return (NOW - timedelta(days=14)).date(), (NOW + timedelta(days=1)).date()

    def publish(self) -> int:
        return publish.publish(read.programme(SLUG), *self.span())

    def report(self):
        return render.make(read.programme(SLUG), *self.span())

    def where(self, word: str) -> set[str]:
        """Every place in which a word of a post can be found."""
        found = {f"table {name}" for name in tables() if holds(name, word)}
        pages = {
            "the posts page": f"/{SLUG}/posts",
            "a search": f"/{SLUG}/posts?kind=complaint&q={word}",
            "Live": f"/{SLUG}/live",
        }
        for name, address in pages.items():
            answer = self.client.get(address)
            assert answer.status_code == 200, (name, answer.status_code)
            page = answer.content.decode().replace(f'value="{word}"', "").replace(f"q={word}", "")
            if f"{word} {FILL}" in page:
                found.add(name)
        for row in read.reports(SLUG):
            if word in self.client.get(f"/{SLUG}/report/{row.id}").content.decode():
                found.add("a stored report's page")
            for format in row.formats:
                answer = self.client.get(f"/{SLUG}/report/{row.id}.{format}")
                if answer.status_code == 200 and word.encode() in answer.content:
                    found.add(f"a stored report as {format}")
        for path in (self.home / "reports").iterdir():
            if word.encode() in path.read_bytes():
                found.add("a report's file on the disk")
        made = self.report()
        found |= {
            f"a new report as {format}"
            for format in ("html", "json", "csv")
            if word.encode() in made.write(format)
        }
        return found

    def figures(self) -> tuple[int, ...]:
        """Posts by roll-up and voices: all the same number, for every post is of one author and label."""
        since, until = self.span()
        days = NOW - timedelta(days=14), NOW + timedelta(days=1)
        return (
            read.facet_counts(SLUG, *days)["label"].get(LABEL, 0),
            sum(cell.posts for cell in read.weekly(SLUG, since, until, ("label", "kind"))),
            sum(cell.posts for cell in read.weekly(SLUG, since, until, ("label", "region"))),
            sum(read.totals(SLUG, since, until, ("place", "kind", "sentiment", "lang", "region")).values()),
            sum(posts or 0 for posts in read.per_minute(SLUG)),
            len(read.posts(SLUG, read.Filters(labels=(LABEL,))).rows),
        )

    def voices(self) -> int:
        return read.voices(SLUG, *self.span(), weekly=False).get((None, LABEL), 0)


def tables() -> list[str]:
    with connection.cursor() as db:
        names = connection.introspection.table_names(db)
    # The search index is asked by searching; that its file forgets as well is tested with the sweep.
    return [name for name in names if name.startswith("store_") and not name.startswith("store_search")]


def holds(table: str, word: str) -> bool:
    """Whether any column of any row of a table has the word, in the clear or in the search index."""
    with connection.cursor() as db:
        db.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of the database itself
        rows = db.fetchall()
    as_bytes = word.encode()
    return any(
        word in value if isinstance(value, str) else as_bytes in bytes(value)
        for row in rows
        for value in row
        if isinstance(value, (str, bytes, memoryview))
    )


class Events:
    """A room, a firehose: each thing that happens is told once."""

    kind = "events"
    authors = True

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        write.add_place(SLUG, "room", type="sample", kind="addressed", interval=0)

    def tell(self, change: str, text: str = "", age: int = 0) -> None:
        version = SAID + timedelta(minutes=age) if change == "edited" else None
        post = RawPost("followed", text, SAID, author="followed writer", change=change, version=version)
        self.desk.hear("room", Told(post))


class File:
    """An export that is written anew and imported anew each time."""

    kind = "file"
    authors = True

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.path = desk.home / "export.jsonl"
        write.add_place(
            SLUG, "exports", type="file", kind="addressed", interval=0, settings={"path": str(self.path)}
        )

    def tell(self, change: str, text: str = "", age: int = 0) -> None:
        row = {"id": "followed", "text": text, "created": SAID.isoformat(), "author": "followed writer"}
        if change == "edited":
            row["edited_at"] = (SAID + timedelta(minutes=age)).isoformat()
        elif change == "deleted":
            row = {"id": "followed", "text": "[deleted]", "created": SAID.isoformat()}
        else:
            row["edited_at"] = None
        self.path.write_text(json.dumps(row) + "\n")
        self.desk.hear("exports")


class Feed:
    """An Atom feed on a server of its own."""

    kind = "feed"
    authors = True

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        feed = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/atom+xml")
                self.send_header("Content-Length", str(len(feed.body)))
                self.end_headers()
                self.wfile.write(feed.body)

            def log_message(self, *_):
                pass

        self.body = b""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self.server.server_port}/feed"
        write.add_place(SLUG, "forum", type="feed", kind="open", interval=0, settings={"url": url})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def tell(self, change: str, text: str = "", age: int = 0) -> None:
        updated = (SAID + timedelta(minutes=age)).isoformat()
        entry = (
            f"<entry><id>followed</id><title/><content>{escape(text)}</content>"
            f"<author><name>followed writer</name></author>"
            f"<published>{SAID.isoformat()}</published><updated>{updated}</updated></entry>"
        )
        if change == "deleted":
            entry = f'<at:deleted-entry ref="followed" when="{updated}"/>'
        self.body = (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
            f"<title>Forum</title>{entry}</feed>"
        ).encode()
        self.desk.hear("forum")


class Webhook:
    """Signed requests. They name no author."""

    kind = "signed requests"
    authors = False
    count = 0

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.secret = new_secret()
        (desk.home / "keys" / f"submit-{SLUG}.key").write_text(self.secret)
        write.add_place(SLUG, "form", type="submit", kind="addressed", interval=0)

    def post(self, body: dict, address: str = "", ahead: int = 0):
        """Send something, signed so many seconds later."""
        raw = json.dumps(body).encode()
        Webhook.count += 1
        name, stamp = f"msg_{Webhook.count}", int(time.time()) + ahead
        return Client().post(
            f"/api/submit/{SLUG}{address}",
            raw,
            content_type="application/json",
            headers={
                "webhook-id": name,
                "webhook-timestamp": str(stamp),
                "webhook-signature": signature(self.secret, name, stamp, raw),
            },
        )

    def tell(self, change: str, text: str = "", age: int = 0) -> None:
        body = {"id": "followed", "text": text, "created": SAID.isoformat(), "change": change}
        # The first wording is said to be as old as the post itself, as a replay of it would be.
        body["edited"] = (SAID + timedelta(minutes=age)).isoformat()
        answer = self.post(body)
        assert answer.status_code == 202, answer.content


KINDS = (Events, File, Feed, Webhook)


def aged(post: RawPost, minutes: int) -> RawPost:
    return replace(post, version=SAID + timedelta(minutes=minutes))
