"""Each page asks the database a fixed, small number of questions, however much there is to show."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from earnest.desk import cases
from earnest.flow import themes
from earnest.flow.follow import Follower
from earnest.store import clock, read, read_cases, write_alerts
from tests import themes as said
from tests.store import build
from tests.web import sample

pytestmark = pytest.mark.django_db

MOST = {
    "today": 60,
    "inbox": 75,
    "cases": 50,
    "a case": 100,
    "posts": 40,
    "posts?label=pay.tips&lang=es": 40,
    "live": 40,
    "themes": 35,
    "a theme": 60,
    "alerts": 60,
    "escalations": 30,
    "actions": 30,
    "places": 30,
}
"""Questions at most, signing in and the frame around the page included."""

LABELS = ("pay.tips", "app.crash", "app.scan", "route.design", "pickup.wait", "support.unhelpful")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    themes._memory.clear()


def work(round: int) -> None:
    """Cases, alerts, posts and themes of a desk at work; each round brings as much again."""
    by = get_user_model().objects.get(username="lead").pk
    now = datetime.now(UTC)
    place = read.listening_place("riders", "reviews").id
    sample.keep(place, [sample.item(f"more/{round}/{n}", now, n, mood=False) for n in range(40)])
    rows = read.posts("riders", read.Filters(), limit=20).rows
    for n in range(6):
        cases.open_case("riders", f"A case {round} {n}", by=by, posts=[row.id for row in rows[n::6]])
    if round == 1:
        label = said.PROBLEMS["closed"][0]
        texts = said.texts("closed")
        build.keep(place, *(build.item(text, text, labels=(label,), voice=text) for text in texts))
        Follower().follow("riders")
    at = clock.seconds(now)
    for label in LABELS[:3] if round == 1 else LABELS[3:]:
        write_alerts.raise_alert(
            "riders", about=label, at=at, since=at - 7_200, until=at, sort="burst",
            key=f"burst:{label}", why={}, kind="trouble",
        )  # fmt: skip


def asked(client: Client, page: str) -> int:
    where = {
        "a case": lambda: f"cases/{min(number for number, _ in read_cases.offered('riders', 50))}",
        "a theme": lambda: "themes/1",
    }.get(page, lambda: page)()
    client.get(f"/riders/{where}")  # what is noted once an hour is noted
    with CaptureQueriesContext(connection) as questions:
        assert client.get(f"/riders/{where}").status_code == 200, where
    return len(questions)


def test_pages_ask_few_questions_however_much_there_is(as_: Callable[[str], Client]) -> None:
    client = as_("admin")
    work(1)
    few = {page: asked(client, page) for page in MOST}
    work(2)
    more = {page: asked(client, page) for page in MOST}
    # Each chart of an alert asks once for its voices; three more of them are shown.
    assert {page: count - few[page] for page, count in more.items() if count > few[page] + 3} == {}
    assert {page: count for page, count in more.items() if count > MOST[page]} == {}
