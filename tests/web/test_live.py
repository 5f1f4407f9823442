"""The stream: what it sends, in which order, where it goes on, and when it ends."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import AsyncClient, Client

from earnest.store import read
from earnest.store.models import Post
from earnest.store.read import Filters, PostRow
from earnest.web import live
from tests.web import sample

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _connections_end_with_their_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server keeps a thread's connection for the next look; here a test ends its loop and the threads."""
    monkeypatch.setitem(connections.databases["default"], "CONN_MAX_AGE", 0)
    yield
    asyncio.run(_close_of_views())


async def _close_of_views() -> None:
    """The one thread in which the views' own reads ran outlives the loop."""
    await sync_to_async(connections.close_all)()


@pytest.fixture
def filled(transactional_db: None, django_db_serialized_rollback: None) -> int:
    sample.fill(posts=5)
    return read.newest_id("riders")


def following(after: int, filters: Filters = Filters(), *, allowed: bool = True) -> live.Following:  # noqa: B008 - frozen
    return live.Following(
        programme="riders",
        filters=filters,
        after=after,
        render=lambda row: f"<li>\n{row.text.splitlines()[0]}</li>",
        pace=lambda: "<p>pace</p>",
        passed=lambda count, at_least: f"{'at least ' * at_least}{count}",
        allowed=lambda: allowed,
    )


def collect(stream: AsyncIterator[str]) -> list[str]:
    async def run() -> list[str]:
        return [part async for part in stream]

    return asyncio.run(run())


def test_posts_come_in_their_order_of_arrival_and_with_their_number(filled: int) -> None:
    for number in range(3):
        sample.arrive(number=number)
    parts = collect(live.follow(following(filled), life=0.3, poll=0.1))
    posts = [part for part in parts if part.startswith("event: post")]
    assert [int(part.split("id: ")[1].split("\n")[0]) for part in posts] == [
        filled + 1,
        filled + 2,
        filled + 3,
    ]
    first = sample.SAID[0][0]
    assert posts[0].endswith(f"data: <li>\ndata: {first}</li>\n\n")
    assert parts[0] == "retry: 2000\n\n"
    assert parts[-1].startswith("event: again")


def test_a_browser_that_comes_back_goes_on_after_the_last_it_saw(filled: int) -> None:
    for number in range(3):
        sample.arrive(number=number)
    parts = collect(live.follow(following(filled + 2), life=0.2, poll=0.1))
    assert sum(part.startswith("event: post") for part in parts) == 1


def test_filters_hold_in_the_stream(filled: int) -> None:
    for number in range(4):
        sample.arrive(number=number)
    parts = collect(live.follow(following(filled, Filters(kinds=("question",))), life=0.2, poll=0.1))
    assert ["Is the waiting time" in part for part in parts if part.startswith("event: post")] == [True]


def test_more_than_a_batch_comes_whole(filled: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BATCH", 2)
    for number in range(5):
        sample.arrive(number=number)
    parts = collect(live.follow(following(filled), life=0.6, poll=0.05))
    assert sum(part.startswith("event: post") for part in parts) == 5


def sent(parts: list[str]) -> list[int]:
    """The arrivals of the posts that were sent."""
    return [int(part.split("id: ")[1].split("\n")[0]) for part in parts if part.startswith("event: post")]


@pytest.mark.parametrize(
    ("came", "told", "passed"),
    [
        pytest.param(4, [1, 2, 3, 4], [], id="as many as a page shows: all of them"),
        pytest.param(9, [7, 8, 9], ["6"], id="more: the newest, and how many were passed over"),
        pytest.param(14, [12, 13, 14], ["at least 10"], id="far more: counted so far and no further"),
    ],
)
def test_live_falls_forward_when_more_comes_than_it_can_show(
    filled: int, monkeypatch: pytest.MonkeyPatch, came: int, told: list[int], passed: list[str]
) -> None:
    for name, value in {"BATCH": 2, "SHOWN": 4, "NEWEST": 3, "COUNTED": 10}.items():
        monkeypatch.setattr(live, name, value)
    for number in range(came):
        sample.arrive(number=number)
    parts = collect(live.follow(following(filled), life=0.4, poll=0.05))
    assert sent(parts) == [filled + number for number in told]
    words = [part.split("data: ")[1].strip() for part in parts if part.startswith("event: passed")]
    assert words == passed


def test_what_was_passed_over_adds_up_and_nothing_comes_twice(
    filled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"BATCH": 2, "SHOWN": 4, "NEWEST": 3}.items():
        monkeypatch.setattr(live, name, value)

    async def run() -> list[str]:
        stream, parts = live.follow(following(filled), life=1.2, poll=0.3), []
        for _ in range(2):  # the delay for a reconnect and what was there before
            parts.append(await anext(stream))
        for _ in range(2):
            for number in range(7):
                await sync_to_async(sample.arrive)(number=number)
            parts += [await anext(stream) for _ in range(4)]
        return parts + [part async for part in stream]

    parts = asyncio.run(run())
    assert sent(parts) == [filled + number for number in (5, 6, 7, 12, 13, 14)]
    assert [part.split("data: ")[1].strip() for part in parts if part.startswith("event: passed")] == [
        "4",
        "8",
    ]


def test_with_filters_only_what_fits_is_counted_and_a_search_misses_nothing(
    filled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"BATCH": 2, "SHOWN": 4, "NEWEST": 3, "SEARCHED": 3}.items():
        monkeypatch.setattr(live, name, value)
    for number in range(8):
        sample.arrive(number=number)
    questions = collect(live.follow(following(filled, Filters(kinds=("question",))), life=0.3, poll=0.05))
    searched = collect(live.follow(following(filled, Filters(q="the")), life=0.4, poll=0.05))
    alone = read.arrived("riders", Filters(kinds=("question",)), since_id=filled)
    found = read.arrived("riders", Filters(q="the"), since_id=filled)
    assert sent(questions) == [row.arrival for row in alone]
    assert sent(searched) == [row.arrival for row in found]
    assert not any(part.startswith("event: passed") for part in (*questions, *searched))


def test_posts_that_are_erased_or_edited_leave_an_open_page(
    filled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    rows = read.posts("riders", Filters()).rows
    erased, edited = rows[0].id, rows[1].id

    def later() -> None:
        time.sleep(0.2)
        Post.objects.filter(pk=erased).delete()
        Post.objects.filter(pk=edited).update(text="other words")
        connection.close()

    meanwhile = threading.Thread(target=later)
    meanwhile.start()
    parts = collect(live.follow(following(filled), life=1.0, poll=0.05))
    meanwhile.join()
    there = next(part for part in parts if part.startswith("event: there"))
    assert {str(erased), str(edited)} <= set(there.split())
    gone = [part for part in parts if part.startswith("event: gone")]
    assert len(gone) == 1
    assert set(gone[0].split("data: ")[1].split()) == {str(erased), str(edited)}


def test_the_stream_ends_when_it_may_no_longer_be_seen(filled: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    stayed = collect(live.follow(following(filled), life=0.4, poll=0.05))
    left = collect(live.follow(following(filled, allowed=False), life=5, poll=0.05))
    assert ": heartbeat\n\n" in stayed
    assert ": heartbeat\n\n" not in left


def test_the_stream_ends_when_the_server_is_told_to_stop(filled: int) -> None:
    live.CLOSING.set()
    try:
        assert collect(live.follow(following(filled), life=60))[-1].startswith("event: again")
    finally:
        live.CLOSING.clear()


def test_a_text_cannot_break_out_of_its_event() -> None:
    assert live.event("post", "a\n\nevent: evil\r\ndata: b") == (
        "event: post\ndata: a\ndata: \ndata: event: evil\ndata: data: b\n\n"
    )


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {}, 200),
        ("?after=0&kind=question", {}, 200),
        ("?kind=rant", {}, 400),
        ("?after=x", {}, 400),
        ("", {"Last-Event-ID": "x"}, 400),
    ],
)
def test_the_streams_address(filled: int, query: str, headers: dict[str, str], status: int) -> None:
    async def run() -> object:
        client = AsyncClient()
        await client.aforce_login(await get_user_model().objects.aget(username="admin"))
        return await client.get(f"/riders/live/stream{query}", headers=headers)

    answer = asyncio.run(run())
    assert answer.status_code == status
    if status == 200:
        assert answer["Content-Type"] == "text/event-stream"
        assert answer["Cache-Control"] == "no-store"


def test_the_delegate_gets_no_stream(filled: int) -> None:
    client = Client()
    client.force_login(get_user_model().objects.get(username="delegate"))
    assert client.get("/riders/live/stream").status_code == 403


def test_a_row_of_the_stream_is_a_row_of_the_page(filled: int) -> None:
    from django.template.loader import render_to_string

    from earnest.web.views.live import _row

    programme = read.programme("riders")
    (row, *_) = read.posts("riders", Filters()).rows
    assert programme is not None
    assert isinstance(row, PostRow)
    assert f'id="p{row.id}"' in render_to_string(*_row(row, programme, may_correct=True))
