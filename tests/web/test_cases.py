"""The list of cases: filters that an address holds, pages, several at once, and opening one."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from earnest.desk import case_room, cases, tags
from earnest.store import clock, moment, read, read_cases, write_alerts
from earnest.store.shapes_cases import Filters
from tests.web import sample

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db

LIST = "/riders/cases"


def said(client: Client, where: str = LIST, status: int = 200) -> str:
    answer = client.get(where)
    assert answer.status_code == status, (where, answer.status_code)
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def user(name: str) -> int:
    return int(get_user_model().objects.get(username=name).pk)


def posts(label: str = "pay.tips", limit: int = 2) -> list[int]:
    """The newest posts of a main label."""
    rows = read.posts("riders", read.Filters(labels=(label,)), limit=50).rows
    return [row.id for row in rows if row.labels[0].id == label][:limit]


def opened(title: str, label: str = "pay.tips", **fields: object) -> int:
    number = cases.open_case("riders", title, by=user("lead"), posts=posts(label))
    if fields:
        cases.change("riders", number, by=user("lead"), seen=1, **fields)
    return number


@pytest.fixture
def five(desk: None) -> dict[str, int]:
    """Five cases, each unlike the others in one thing."""
    return {
        "plain": opened("Tips are missing"),
        "severe": opened("The app crashes at the door", "app.crash", severity="severe"),
        "mine": opened(
            "Waiting is not paid", "pickup.wait", assignee=user("analyst"), status="investigating"
        ),
        "late": opened("Routes cross the bridge twice", "route.design", due=clock.now() - timedelta(days=3)),
        "closed": opened("No blocks since Thursday", "offers.availability", status="closed"),
    }


ASKED: tuple[tuple[str, set[str]], ...] = (
    ("", {"plain", "severe", "mine", "late"}),
    ("?status=any", {"plain", "severe", "mine", "late", "closed"}),
    ("?status=closed", {"closed"}),
    ("?status=investigating", {"mine"}),
    ("?status=investigating&status=closed", {"mine", "closed"}),
    ("?severity=severe", {"severe"}),
    ("?severity=severe&severity=high", {"severe"}),
    ("?assignee=me", {"mine"}),
    ("?assignee=nobody", {"plain", "severe", "late"}),
    ("?late=yes", {"late"}),
    ("?q=bridge", {"late"}),
    ("?q=BRIDGE+routes", {"late"}),
    ("?q=bridge+crash", set()),
    ("?team=0", {"plain", "severe", "mine", "late"}),
    ("?label=pay.tips", {"plain"}),
    ("?label=pay", {"plain"}),
    ("?label=offers&status=any", {"closed"}),
    ("?label=standing.deactivation", set()),
)
"""What an address asks for, and which of the five cases fit."""


def test_what_an_address_asks_for(as_: As, five: dict[str, int]) -> None:
    client = as_("analyst")
    for query, found in ASKED:
        page = said(client, f"{LIST}{query}")
        there = {name for name, number in five.items() if f'href="/riders/cases/{number}" data-open' in page}
        assert there == found, query


BAD = (
    "status=gone",
    "severity=5",
    "order=people",
    "team=x",
    "late=maybe",
    "assignee=-1",
    "theme=1e9",
    "label=<b>",
)


def test_an_address_that_cannot_be_read_is_a_sentence(as_: As) -> None:
    client = as_("analyst")
    for query in BAD:
        assert "Traceback" not in said(client, f"{LIST}?{query}", 400), query
    for query in ("post=x", "theme=-1", "alert=9999999999999999999", "post=1e3"):
        assert "Traceback" not in said(client, f"{LIST}/new?{query}", 400), query


def test_an_empty_list_says_what_there_is_besides(as_: As) -> None:
    assert "No case was opened yet." in said(as_("analyst"))
    opened("One", status="closed")
    assert "No case is open. 1 is closed or answered." in said(as_("analyst"))
    assert "No case fits these filters." in said(as_("analyst"), f"{LIST}?q=zzz")


WHO = {
    "viewer": 403,
    "delegate": 403,
    "nobody": 403,
    "analyst": 200,
    "lead": 200,
    "steward": 200,
    "admin": 200,
}


def test_who_sees_cases(as_: As, five: dict[str, int]) -> None:
    for who, status in WHO.items():
        page = said(as_(who), LIST, status)
        assert ("Tips are missing" in page) is (status == 200), who
        assert ("With the chosen ones" in page) is (status == 200), who
        assert " style=" not in page


def test_it_is_sorted_and_paged_without_a_gap(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earnest.web.views.cases.SHOWN", 4)
    numbers = [opened(f"Case of day {n}", due=clock.now() + timedelta(days=20 - n)) for n in range(9)]
    for order, expected in (("due", numbers[::-1]), ("opened", numbers[::-1]), ("", numbers[::-1])):
        where, seen = f"{LIST}?order={order}" if order else LIST, []
        while where:
            page = said(as_("analyst"), where)
            seen += [int(one) for one in re.findall(r'/riders/cases/(\d+)" data-open', page)]
            more = re.search(r'<a href="(\?[^"]*after=[^"]*)">More cases', page)
            where = f"{LIST}{more[1]}" if more else ""
        assert seen == expected, order


def test_several_are_set_at_once_and_all_or_none(as_: As, five: dict[str, int]) -> None:
    client = as_("lead")
    two = [five["plain"], five["severe"]]
    answer = client.post(
        f"{LIST}/bulk",
        {"case": two, "assignee": user("analyst"), "tag": "tips", "status": "investigating", "back": "?q=a"},
    )
    assert answer.status_code == 303
    assert answer["Location"] == "/riders/cases?q=a&done=2"
    assert "2 cases were changed." in said(client, answer["Location"])
    for number in two:
        case = read_cases.one("riders", number)
        assert case is not None
        assert (case.assignee_name, case.status) == ("analyst", "investigating")
        assert [name for _, name in case.tags] == ["tips"]
    # A case that is closed cannot be set to waiting, so neither is.
    answer = client.post(f"{LIST}/bulk", {"case": [five["plain"], five["closed"]], "status": "waiting"})
    assert answer.status_code == 400
    case = read_cases.one("riders", five["plain"])
    assert case is not None
    assert case.status == "investigating"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"status": "acted"}, "No case is chosen."),
        ({"case": ["1"]}, "Nothing is chosen to set."),
        ({"case": ["1"], "tag": "union organisers"}, ""),
        ({"case": ["999"], "status": "acted"}, "There is no case 999."),
    ],
    ids=["nothing chosen", "nothing to set", "a tag that is refused", "no such case"],
)
def test_what_cannot_be_set_is_said(
    as_: As, five: dict[str, int], sent: dict[str, object], says: str
) -> None:
    answer = as_("lead").post(f"{LIST}/bulk", sent)
    assert answer.status_code == 400
    assert says in unescape(answer.content.decode())
    assert tags.of("riders") == []


def test_its_questions_do_not_grow_with_the_rows(as_: As) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions, moment.one():
            case_room.listing("riders", Filters(), None, 40)
        return len(questions)

    for n in range(2):
        opened(f"Case {n}")
    few = asked()
    for n in range(2, 20):
        opened(f"Case {n}", assignee=user("analyst"))
    assert asked() == few <= 30


# ---- opening -------------------------------------------------------------------------------------


def test_a_case_is_opened_from_posts(as_: As) -> None:
    client, (one, two) = as_("analyst"), posts()
    page = said(client, f"{LIST}/new?post={one}&post={two}")
    assert page.count('class="words"') == 2
    answer = client.post(
        f"{LIST}/new",
        {"post": [one, two], "title": "Tips go missing", "severity": "high", "because": "Two in a day."},
    )
    assert answer["Location"] == "/riders/cases/1"
    case = read_cases.one("riders", 1)
    assert case is not None
    assert (case.title, case.severity, case.posts) == ("Tips go missing", "high", 2)
    assert "Two in a day." in said(client, "/riders/cases/1")


def test_a_likely_duplicate_is_shown_before_anything_is_saved(as_: As) -> None:
    client, (one, two) = as_("analyst"), posts()
    cases.open_case("riders", "Tips are missing", by=user("lead"), posts=[one, two])
    sent = {"post": [one, two], "title": "Tips are gone"}
    answer = client.post(f"{LIST}/new", sent)
    page = unescape(answer.content.decode())
    assert "It may be the same as" in page
    assert "Tips are missing" in page
    assert 'value="Tips are gone"' in page
    assert read_cases.one("riders", 2) is None
    assert client.post(f"{LIST}/new", {**sent, "sure": "yes"})["Location"] == "/riders/cases/2"


def test_posts_are_put_into_a_case_that_is_there(as_: As) -> None:
    number = opened("Tips are missing")
    more = posts("app.crash")
    answer = as_("analyst").post(f"{LIST}/new", {"post": more, "title": "", "into": ["", str(number)]})
    assert answer["Location"] == f"/riders/cases/{number}"
    case = read_cases.one("riders", number)
    assert case is not None
    assert case.posts == 4


def test_an_alert_becomes_a_case(as_: As) -> None:
    now = clock.seconds(clock.now())
    alert = write_alerts.raise_alert(
        "riders", about="pay.tips", at=now, since=now - 40 * 86_400, until=now, sort="burst",
        key="burst:pay.tips", why={}, kind="trouble",
    )  # fmt: skip
    client = as_("analyst")
    page = said(client, f"{LIST}/new?alert={alert}")
    title = re.search(r'name="title"[^>]*value="([^"]+)"', page)
    assert title
    assert "Tips" in title[1]
    answer = client.post(f"{LIST}/new", {"alert": alert, "title": title[1]})
    case = read_cases.one("riders", 1)
    assert answer["Location"] == "/riders/cases/1"
    assert case is not None
    assert case.posts > 0
    assert "/riders/cases/1" in said(client, f"/riders/alerts/{alert}")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"title": ""}, "A case needs a title."),
        ({"title": "x" * 161}, "at most 160 characters"),
        ({"title": "Who is organising the union at Leeds"}, ""),
        ({"title": "Gone", "post": ["4"]}, "None of these posts and themes is there any more."),
        ({"title": "Into nothing", "into": "77"}, ""),
    ],
    ids=[
        "no title",
        "too long",
        "aims at protected speech",
        "posts that are gone",
        "a case that is not there",
    ],
)
def test_what_cannot_be_opened_keeps_what_was_typed(as_: As, sent: dict[str, object], says: str) -> None:
    answer = as_("analyst").post(f"{LIST}/new", {"because": "My own reason", **sent})
    page = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert says in page
    assert 'data-state="error"' in page
    assert "My own reason" in page
    assert read_cases.one("riders", 1) is None


def test_a_hostile_title_is_only_words(as_: As) -> None:
    opened(sample.HOSTILE[:150])
    answer = as_("analyst").get(LIST)
    html = answer.content.decode()
    assert "<script>alert" not in html
    assert "onerror=alert(2)&gt;" in html
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")
    assert "<script>alert" not in as_("analyst").get("/riders/cases/1").content.decode()


def test_a_theme_and_a_post_lead_to_a_case_and_say_in_which_they_are(as_: As) -> None:
    number = opened("Tips are missing")
    post = posts()[0]
    page = said(as_("analyst"), f"/riders/posts/{post}")
    assert f"In case {number}" in page
    assert f"/riders/cases/new?post={post}" in page
    assert as_("viewer").get(f"/riders/posts/{post}").status_code == 403
