"""The audience at every door: which kinds of place, no feelings of a workforce anywhere, the same for all.

The doors are walked, not listed: every address the resolver knows and every command with such an option.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from earnest.cli import COMMANDS, earnest
from earnest.egress import Egress, user_agent
from earnest.flow import listen, places
from earnest.gate.audience import check
from earnest.gate.voice import Keys
from earnest.record.audience import ALLOWED, AUDIENCES, PLACE_KINDS
from earnest.record.errors import EarnestError, RefusedAudience
from earnest.report import publish, render
from earnest.store import read, write
from tests import programmes
from tests.lanes import mostly_slow
from tests.web import doors, sample
from tests.web.doors import Door

As = Callable[[str], Client]

MOOD = "zebramood"
"""Planted as the tone of every post of a workforce, past every door: it must be told nowhere."""

ASKING = ("mood=negative", "sentiment=negative", "tone=negative", "Sentiment=", "mood=", "feelings=sad")

FORBIDDEN = [
    (audience, kind) for audience in AUDIENCES for kind in PLACE_KINDS if kind not in ALLOWED[audience].kinds
]
EVERY = [(audience, kind) for audience in AUDIENCES for kind in PLACE_KINDS]


def _made(kind: str, audience: str) -> str:
    return programmes.live("thing", audience=audience)


def _by_store(audience: str, kind: str, home: Path) -> None:
    write.add_place(_made(kind, audience), "new", type="feed", kind=kind)


def _by_flow(audience: str, kind: str, home: Path) -> None:
    settings = {"url": "https://feeds.example/f.xml"}
    places.add_place(_made(kind, audience), "New", "feed", kind, settings, Egress(user_agent()), actor="cli")


def _by_gate(audience: str, kind: str, home: Path) -> None:
    check(audience, kind)


def _by_listening(audience: str, kind: str, home: Path) -> None:
    """A row that got there past every door (an older version, another program) is not read."""
    _made(kind, audience)
    write.add_place("thing", "new", type="sample", kind="addressed", settings={})
    with connection.cursor() as db:
        db.execute("UPDATE store_place SET kind = %s WHERE slug = 'new'", [kind])
    Keys.make(home / "keys" / "voices.key")
    keys = Keys.open(home / "keys" / "voices.key")
    listen.open_stages(read.listening_place("thing", "new"), keys, listen.model_for("gig-delivery", home))


def _by_change(audience: str, kind: str, home: Path) -> None:
    """The audience is changed later, when the place is there."""
    programmes.live("thing", audience="customers", directive=True)
    write.add_place("thing", "new", type="feed", kind=kind)
    write.change_programme("thing", audience=audience)


def _by_going_live(audience: str, kind: str, home: Path) -> None:
    write.add_programme("thing", "Thing", audience, **programmes.TERMS, directive=True)
    write.add_place("thing", "new", type="sample", kind="addressed", settings={})
    with connection.cursor() as db:
        db.execute("UPDATE store_place SET kind = %s WHERE slug = 'new'", [kind])
    write.go_live("thing")


def _by_page(audience: str, kind: str, home: Path) -> None:
    """A crafted POST: the page offers no such choice."""
    _made(kind, audience)
    client = _admin()
    answer = client.post(
        "/thing/places/add/feed", {"name": "New", "kind": kind, "url": "https://feeds.example/f.xml"}
    )
    if answer.status_code == 400:
        said = answer.content.decode()
        raise (RefusedAudience if "in public places" in said else EarnestError)(said)
    assert answer.status_code == 303


PLACE_DOORS: dict[str, Callable[[str, str, Path], None]] = {
    "the store": _by_store,
    "adding a place": _by_flow,
    "the gate": _by_gate,
    "listening to a row from elsewhere": _by_listening,
    "changing the audience later": _by_change,
    "going live": _by_going_live,
    "the page": _by_page,
}


@pytest.mark.django_db
@pytest.mark.parametrize("door", PLACE_DOORS)
@pytest.mark.parametrize(("audience", "kind"), EVERY, ids=[f"{a}, {k}" for a, k in EVERY])
def test_doors_by_audience_and_kind_of_place(audience: str, kind: str, door: str, home: Path) -> None:
    if (audience, kind) in FORBIDDEN:
        with pytest.raises(RefusedAudience) as caught:
            PLACE_DOORS[door](audience, kind, home)
        assert "public" in caught.value.sentence() or "may not be heard" in caught.value.sentence()
        return
    try:
        PLACE_DOORS[door](audience, kind, home)
    except RefusedAudience:
        raise
    except EarnestError:
        assert kind == "closed"  # only a community opens it: refused too, for another reason


def test_the_table_says_what_the_directive_asks() -> None:
    workforce = ALLOWED["workforce"]
    assert FORBIDDEN == [("workforce", "open")]
    assert (workforce.sentiment, workforce.floor, workforce.quotes) == (False, 10, False)


# ---- no feelings -----------------------------------------------------------------------------------


def _admin() -> Client:
    from earnest.desk import access

    client = Client()
    access.add_person("root", None, "admin")
    client.force_login(get_user_model().objects.get(username="root"))
    return client


@pytest.fixture
def planted(desk: None, home: Path) -> int:
    """A desk in which every post and roll-up of a workforce has a tone, as if another program had written it;
    the id of a report of it.
    """
    Keys.make(home / "keys" / "voices.key")
    with connection.cursor() as db:
        db.execute("SELECT id FROM store_programme WHERE audience = 'workforce'")
        ids = [id for (id,) in db.fetchall()]
        for id in ids:
            for table in ("store_post", "store_hourcount", "store_weekcount"):
                db.execute(f"UPDATE {table} SET sentiment = %s WHERE programme_id = %s", [MOOD, id])  # noqa: S608 - names of this test
            db.execute(
                "UPDATE store_daycount SET value = %s"
                " WHERE facet = 'kind' AND value = 'idea' AND programme_id = %s",
                [MOOD, id],
            )
            db.execute(
                "UPDATE store_daycount SET facet = 'sentiment' WHERE value = %s AND programme_id = %s",
                [MOOD, id],
            )
    found = read.programme("riders")
    assert found is not None
    today = datetime.now(UTC).date()
    return publish.publish(found, today - timedelta(days=28), today)


def walked(report: int) -> Iterator[tuple[Door, str]]:
    for door in doors.every():
        more = {"id": str(report)} if "report" in door.name else {}
        yield door, door.address("riders", **more)


def test_no_page_file_or_answer_of_a_workforce_tells_of_feelings(as_: As, planted: int) -> None:
    client = as_("admin")
    for door, address in walked(planted):
        if door.name in ("live_stream", "sign_out"):
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            told = b"".join(answer.streaming_content) if answer.streaming else answer.content
            said = told.decode(errors="replace")
            assert MOOD not in said, (door.name, method)
            assert "sounds negative" not in said, (door.name, method)
            assert 'name="mood"' not in said, (door.name, method)
            assert answer.status_code != 500, (door.name, method)


@pytest.mark.parametrize("query", mostly_slow(ASKING, fast=ASKING[:1]))
def test_asking_for_feelings_by_hand_is_refused_or_passed_over(as_: As, planted: int, query: str) -> None:
    client = as_("admin")
    refusing = set()
    for door, address in walked(planted):
        if door.name == "sign_out":
            continue
        answer = client.get(f"{address}?{query}")
        assert answer.status_code < 500 or door.name == "healthz", door.name  # nobody listens here
        if answer.status_code == 400:
            refusing.add(door.name)
            assert "feelings are inferred" in answer.content.decode()
        elif not answer.streaming:
            assert MOOD not in answer.content.decode(errors="replace"), door.name
    assert {"posts", "live", "live_stream"} <= refusing


@pytest.mark.parametrize(
    "q", [MOOD, "sentiment:negative", f"\ue000sentiment{MOOD}", "mood negative", "sentimentnegative"]
)
def test_a_hand_written_search_finds_no_feelings(as_: As, planted: int, q: str) -> None:
    answer = as_("admin").get("/riders/posts", {"q": q})
    assert answer.status_code == 200
    assert not answer.context["posts"]


def test_every_read_of_the_store_refuses_or_leaves_feelings_out(planted: int) -> None:
    asked = read.Filters(sentiments=("negative",))
    since, until = date(2026, 1, 5), datetime.now(UTC).date()
    for call in (
        lambda: read.posts("riders", asked),
        lambda: read.arrived("riders", asked, since_id=0),
        lambda: read.weekly("riders", since, until, ("sentiment",)),
        lambda: read.weekly("riders", since, until, ("label", "sentiment")),
        lambda: read.totals("riders", since, until, ("kind", "sentiment")),
    ):
        with pytest.raises(RefusedAudience, match="nobody's feelings are inferred"):
            call()
    now = datetime.now(UTC)
    assert read.facet_counts("riders", now - timedelta(days=80), now)["sentiment"] == {}
    assert {row.sentiment for row in read.posts("riders", read.Filters()).rows} == {None}
    assert {row.sentiment for row in read.arrived("riders", read.Filters(), since_id=0)} == {None}


def test_what_a_caller_hands_in_is_not_kept(desk: None) -> None:
    place = read.listening_place("riders", "form")
    now = datetime.now(UTC)
    sample.keep(place.id, [sample.item("crafted", now, 2, mood=True)])
    with connection.cursor() as db:
        db.execute("SELECT count(*) FROM store_post WHERE place_id = %s AND sentiment <> ''", [place.id])
        assert db.fetchone() == (0,)
        db.execute("SELECT count(*) FROM store_hourcount WHERE place_id = %s AND sentiment <> ''", [place.id])
        assert db.fetchone() == (0,)


@pytest.mark.parametrize("format", render.FORMATS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_report_of_a_workforce_holds_no_feelings_and_no_words_of_anybody(
    planted: int, format: str, lang: str
) -> None:
    programme = read.programme("riders")
    assert programme is not None
    today = datetime.now(UTC).date()
    report = render.make(programme, today - timedelta(days=28), today, lang=lang)
    content = report.write(format)
    assert MOOD.encode() not in content
    assert report.story.quoted == ()
    assert not report.figures.moods if hasattr(report.figures, "moods") else True
    if format == "json":
        told = json.loads(content)
        assert not [key for key in _keys(told) if re.search("sentiment|mood|tone", key) and _value(told, key)]


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _value(told: Any, wanted: str) -> bool:
    """Whether anything stands under a key."""
    if isinstance(told, dict):
        return any((key == wanted and bool(inner)) or _value(inner, wanted) for key, inner in told.items())
    return any(_value(inner, wanted) for inner in told) if isinstance(told, list) else False


def test_the_delegate_reads_the_same_report_on_the_same_day(as_: As, planted: int) -> None:
    for address in (
        f"/riders/report/{planted}.html",
        f"/riders/report/{planted}.json",
        f"/riders/report/{planted}.csv",
    ):
        operator, delegate = as_("steward").get(address), as_("delegate").get(address)
        assert operator.status_code == delegate.status_code == 200
        assert operator.content == delegate.content


# ---- the command line --------------------------------------------------------------------------------


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Every command, however deep."""
    root = click.Context(earnest)
    for name in COMMANDS:
        found = earnest.get_command(root, name)
        assert found is not None
        yield from _below(name, found)


def _below(name: str, found: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(found, click.Group):
        for inner, one in found.commands.items():
            yield from _below(f"{name} {inner}", one)
    else:
        yield name, found


def _options(command: click.Command) -> set[str]:
    return {one.name for one in command.params if one.name}


AUDIENCE_COMMANDS = {"gate", "classify", "annotate", "programme add", "programme set"}
"""Those that take an audience; what each does with it is tested here, in tests/cli and in tests/gate."""

KIND_COMMANDS = {"sources add"}


def test_every_command_that_takes_an_audience_or_a_kind_is_known_here() -> None:
    """A new one fails here until somebody has written what it does for a workforce."""
    audience = {name for name, one in leaves() if "audience" in _options(one)}
    kinds = {name for name, one in leaves() if "kind" in _options(one) and "type_" in _options(one)}
    assert audience == AUDIENCE_COMMANDS
    assert kinds == KIND_COMMANDS


def test_every_audience_option_offers_the_same_two() -> None:
    for name, one in leaves():
        for option in one.params:
            if option.name == "audience":
                assert isinstance(option.type, click.Choice), name
                assert set(option.type.choices) == set(AUDIENCES), name
