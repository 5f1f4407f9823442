"""A post goes through every door of the desk and is erased: no table and no file holds a word of it."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from earnest.desk import alert_work, cases, channels, tokens
from earnest.flow import follow, themes
from earnest.gate.voice import Keys
from earnest.notify.base import Notice, Quote
from earnest.store import clock, erase, read, read_outbox, write_alerts, write_outbox
from earnest.store.models import Case, CasePost, Post, Theme
from tests.privacy import search
from tests.security import desk
from tests.security.build import person
from tests.store.build import item, keep

pytestmark = pytest.mark.django_db

SAID = "The app stops at the door of vxcanarydesk{} when it rains"
MANY = 12


@pytest.fixture
def posts(db: None, home: Path) -> list[int]:
    """Posts of many voices that say nearly the same, each with a canary."""
    Keys.make(home / "keys" / "voices.key")
    desk.fill()
    place = read.listening_place(desk.HERE, "bristol").id
    keep(place, *(item(f"canary{n}", SAID.format(n % 2), voice=f"v{n}") for n in range(MANY)))
    follow.Follower().follow(desk.HERE)
    themes.refresh(desk.HERE)
    return list(Post.objects.filter(text__contains="vxcanarydesk").values_list("pk", flat=True))


def everywhere(home: Path) -> list[str]:
    """The tables and files that hold a canary."""
    found = []
    with connection.cursor() as db:
        for table in _tables(db):
            db.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of the database itself
            if any(search.held(_bytes(value)) for row in db.fetchall() for value in row):
                found.append(table)
    return found + search.files(home)


def _tables(db: Any) -> list[str]:
    """All tables; of a search index those that it keeps its words in."""
    if connection.vendor != "sqlite":
        return connection.introspection.table_names(db)
    db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%%'")
    return [name for (name,) in db.fetchall()]


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def through_every_door(posts: list[int]) -> None:
    """Pages and routes as a lead and a program use them; a message with a quote waits."""
    lead, first = desk.client("steward"), str(posts[0])
    send = lambda path, **form: lead.post(f"/{desk.HERE}/{path}", form)  # noqa: E731 - one line of a table
    assert (
        send("cases/new", title="The app stops", post=first, sure="yes", because="It is often").status_code
        == 303
    )
    assert send("cases/1/add", post=[str(id) for id in posts[1:4]]).status_code == 303
    send("cases/1/note", text="Three say it.")
    send("inbox/take")
    for do in ("tag", "label", "later", "done", "case"):
        send("inbox/do", do=do, tag="rain", label="app.crash", until="2999-01-01", case="1", post=posts[4:6])
    send("inbox/undo")
    send("escalations/case/1/ask", because="It is often")
    channels.add(desk.HERE, "mail", "Mail", {"to": "team@ternway.example"}, actor="cli")
    channel = read_outbox.channels(desk.HERE)[0].id
    words = Post.objects.get(pk=posts[0]).text
    write_outbox.queue(
        desk.HERE, channel, kind="escalation", key="quoted", case=1,
        payload=Notice("Case 1", lines=("It waits.",), quotes=(Quote(posts[0], words),)).plain(),
    )  # fmt: skip
    cases.split(desk.HERE, 1, title="When it rains", posts=posts[1:2], by=None)
    cases.undo(desk.HERE, cases.merge(desk.HERE, 1, 2, by=None), by=None)
    token = tokens.make(person("steward"), desk.HERE, "A program", ["read", "work"], days=1).token
    program = Client(headers={"authorization": f"Bearer {token}"})
    for path in (
        "posts",
        f"posts/{first}",
        f"posts/{first}/repeats",
        "inbox",
        "cases/1/posts",
        "cases/1/suggestions",
    ):
        assert program.get(f"/api/v1/{desk.HERE}/{path}").status_code == 200, path
    opened = program.post(
        f"/api/v1/{desk.HERE}/cases", {"title": "Again", "posts": posts[6:8]},
        content_type="application/json", headers={"idempotency-key": "12345678"},
    )  # fmt: skip
    assert opened.status_code == 201
    for path in (
        "today",
        "inbox",
        "cases",
        "cases/1",
        "cases/new?post=" + first,
        "posts?q=rains",
        "live",
        "sent",
        "report",
    ):
        assert lead.get(f"/{desk.HERE}/{path}").status_code == 200, path
    lead.post(f"/{desk.HERE}/report", {})


def test_an_erased_post_leaves_no_word_at_the_desk(posts: list[int], home: Path) -> None:
    through_every_door(posts)
    assert "store_post" in everywhere(home), "the search finds what is there"
    assert "store_message" in everywhere(home), "a quote waits"
    rows = Post.objects.filter(pk__in=posts)
    place = rows[0].place_id
    erase.erase_posts(place, [bytes(key) for key in rows.values_list("key", flat=True)])
    erase.sweep()
    assert everywhere(home) == []
    assert not CasePost.objects.filter(post_id__in=posts).exists()
    steward = desk.client("steward")
    for path in ("today", "inbox", "cases", "cases/1", "sent", "escalations", "actions", "alerts", "themes"):
        page = steward.get(f"/{desk.HERE}/{path}").content
        assert not search.held(page), path


def test_the_title_of_a_case_that_opened_by_itself_holds_no_words_of_posts(
    posts: list[int], home: Path
) -> None:
    """A theme is named by its posts' words, which go with them; a case's title stays."""
    Theme.objects.update(name="door of vxcanarydesk0", named_by="phrases")
    at = clock.seconds(clock.now())
    for theme in Theme.objects.all():
        alert = write_alerts.raise_alert(
            desk.HERE, about=f"theme:{theme.number}", at=at, since=at - 3600, until=at + 3600, sort="new",
            key=f"new:{theme.number}", why={}, kind="trouble",
        )  # fmt: skip
        alert_work.open_case(desk.HERE, alert or 0, by=None)
    assert Theme.objects.exists()
    assert not search.held(repr(list(Case.objects.values())).encode())
