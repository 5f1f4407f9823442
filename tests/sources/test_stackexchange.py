"""Stack Exchange, by a loopback server that answers as the reference of API 2.3 says. All synthetic."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, SourceBusy, SourceGone
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from earnest.sources.stackexchange.posts import ids_of
from earnest.sources.stackexchange.source import StackExchange, StackExchangeSettings
from tests.sources.hostile_payloads import damage, encode
from tests.sources.public_places import AT, NOW, egress, ids, now, pages, refusing, survives
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

SITE = "https://example.stackexchange.com"


def question(n: int, active: int, **more: Any) -> dict[str, Any]:
    return {
        "question_id": n,
        "creation_date": active - 60,
        "last_activity_date": active,
        "title": f"Why {n}?",
        "body": f"<p>It does not {n}</p>",
        "owner": {"user_id": n, "account_id": 9_000 + n, "display_name": "synthetic"},
        "link": f"{SITE}/questions/{n}",
        **more,
    }


def answer(n: int, of: int, at: int) -> dict[str, Any]:
    return {"answer_id": n, "question_id": of, "creation_date": at, "body": f"<p>Answer {n}</p>"}


def comment(n: int, of: int, at: int) -> dict[str, Any]:
    return {"comment_id": n, "post_id": of, "creation_date": at, "body": f"Comment {n}"}


class Site:
    """A site's questions, answers and comments."""

    def __init__(self, questions: list[Any], answers: list[Any] = [], comments: list[Any] = []) -> None:  # noqa: B006 - never changed
        self.questions, self.answers, self.comments = questions, answers, comments
        self.first: list[Reply] = []
        self.extra: dict[str, Any] = {}

    def search(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        low, high = int(asked.query["min"]), int(asked.query["max"])
        found = [one for one in self.questions if low <= _active(one) <= high]
        return self._paged(sorted(found, key=_active), asked)

    def under(self, asked: Asked) -> Reply:
        _, _, _, _, numbers, what = asked.path.split("/")
        wanted = {int(one) for one in numbers.split(";")}
        listed = self.answers if what == "answers" else self.comments
        return self._paged(
            [one for one in listed if one.get("question_id", one.get("post_id")) in wanted], asked
        )

    def _paged(self, found: list[Any], asked: Asked) -> Reply:
        size, page = int(asked.query["pagesize"]), int(asked.query["page"])
        some = found[(page - 1) * size : page * size]
        whole = {"items": some, "has_more": page * size < len(found), "quota_remaining": 9_000, **self.extra}
        return reply_json(encode(whole))


def _active(one: Any) -> int:
    at = one.get("last_activity_date") if isinstance(one, dict) else None
    return at if isinstance(at, int) and abs(at) < 1 << 40 else AT - 900


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    server = Replay({}).start()

    def serve(site: Site, **more: Any) -> StackExchange:
        name = f"/{id(site)}"
        server.add(f"{name}/2.3/search/advanced", optional(site.search))
        server.add(f"{name}/2.3/*/*/*", optional(site.under))
        wanted = StackExchangeSettings(site="example", tags=("app",), server=server.url + name, **more)
        return StackExchange(wanted, egress(), now, lambda seconds: None)

    serve.log = server.asked
    yield serve
    server.close(check=False)


class TestStackExchange(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self, served: Any) -> None:
        # a hundred active in one second, over the edges of pages of fifty
        questions = [question(n, AT - 9_000 + (n // 110) * 7) for n in range(1, 180)]
        answers = [answer(1_000 + n, n, AT - 9_000) for n in range(1, 180, 3)]
        comments = [comment(5_000 + n, 1_000 + n, AT - 8_000) for n in range(1, 180, 6)]
        self.full = served(Site(questions, answers, comments))
        self.bare = served(Site([]))
        bad = question(2, AT - 900, body=["velvet"])
        self.bad = served(Site([question(1, AT - 950), bad, question(3, AT - 800)]))

    def source(self, folder: Path) -> Source:
        return self.full

    def empty(self, folder: Path) -> Source:
        return self.bare

    def damaged(self, folder: Path) -> Damaged:
        return Damaged(self.bad, 1, ["q1", "q3"], ["velvet"])


def test_a_question_comes_with_what_was_said_under_it(served: Any) -> None:
    site = Site(
        [question(1, AT - 900, last_edit_date=AT - 950)], [answer(7, 1, AT - 900)],
        [comment(8, 1, AT - 850), comment(9, 7, AT - 800)],
    )  # fmt: skip
    (page,) = pages(served(site))
    assert [(post.id, post.text) for post in page.posts] == [
        ("q1", "Why 1?\n\nIt does not 1"), ("a7", "Answer 7"), ("c8", "Comment 8"), ("c9", "Comment 9"),
    ]  # fmt: skip
    assert page.posts[0].author == "9001"
    assert page.posts[0].version
    assert int(page.posts[0].version.timestamp()) == AT - 950


def test_an_activity_brings_a_question_again_and_nothing_else(served: Any) -> None:
    site = Site([question(1, AT - 9_000), question(2, AT - 8_000)])
    source = served(site)
    cursor = pages(source)[-1].cursor
    site.questions[0] |= {"last_activity_date": AT + 10}
    later = StackExchange(
        source._settings, egress(), lambda: NOW + timedelta(minutes=5), lambda seconds: None
    )
    assert ids(pages(later, cursor)) == ["q1"]


def test_what_was_deleted_is_not_listed_again(served: Any) -> None:
    site = Site([question(1, AT - 9_000), question(2, AT - 8_000)], [answer(7, 1, AT - 9_000)])
    source = served(site)
    site.answers = []
    del site.questions[1]
    listed = [post.id for page in source.still_there(NOW - timedelta(days=1), NOW) for post in page.posts]
    assert listed == ["q1"]


def test_a_pause_that_is_asked_for_is_kept(served: Any) -> None:
    waited: list[float] = []
    site = Site([question(n, AT - 9_000 + n) for n in range(1, 120)])
    source = served(site)
    source._api._pause = waited.append
    site.extra = {"backoff": 10}
    assert len(ids(pages(source))) == 119
    assert waited
    assert all(9 < one <= 10 for one in waited)
    site.extra = {"backoff": 600}
    with pytest.raises(SourceBusy) as told:
        pages(source)
    assert told.value.after
    assert 590 < told.value.after <= 600


def test_the_end_of_a_days_requests_is_waited_for(served: Any) -> None:
    site = Site([question(n, AT - 9_000 + n) for n in range(1, 120)])
    site.extra = {"quota_remaining": 0}
    with pytest.raises(SourceBusy, match="in a day") as told:
        pages(served(site))
    assert told.value.after
    assert 0 < told.value.after <= 86_400


@pytest.mark.parametrize(
    ("reply", "kind", "advice"),
    [
        ((400, 502, "too many requests, more requests available in 72 seconds"), SourceBusy, "key"),
        ((400, 400, "No site found for name"), SourceGone, "site"),
        ((400, 403, "key is not valid"), SourceGone, "stackapps"),
        ((400, 500, "quollzephyr"), SourceBusy, "again"),
        ((503, 0, ""), SourceBusy, "again"),
    ],
    ids=["throttled", "no such site", "a wrong key", "an error of theirs", "down"],
)
def test_each_refusal_says_what_to_do(
    served: Any, reply: tuple[int, int, str], kind: type[Exception], advice: str
) -> None:
    status, number, message = reply
    site = Site([])
    site.first = [reply_json({"error_id": number, "error_message": message}, status)]
    error = refusing(served(site))
    assert isinstance(error, kind)
    assert advice in error.advice
    if number == 502:
        assert error.after == 72


@pytest.mark.parametrize(
    ("name", "bad"), damage(question(7, AT - 900)), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_damaged_question_costs_only_itself(served: Any, name: str, bad: Any) -> None:
    survives(served(Site([question(1, AT - 950), bad, question(2, AT - 800)])), name, ["q1", "q2"])


@pytest.mark.parametrize(
    ("address", "id"),
    [
        (f"{SITE}/questions/7/why", "q7"), (f"{SITE}/q/7", "q7"), (f"{SITE}/a/8", "a8"),
        (f"{SITE}/questions/7/why/8#8", "a8"), (f"{SITE}/questions/7/why#comment9_7", "c9"),
    ],
)  # fmt: skip
def test_an_address_leads_to_its_post(address: str, id: str) -> None:
    assert ids_of(address) == (id,)


def test_a_wrong_setting_is_named() -> None:
    for wrong, name in (
        ({"site": "x y"}, "site"),
        ({"site": "example"}, "tags"),
        ({"site": "e", "tags": ["a"]}, "site"),
    ):
        with pytest.raises(BadSetting, match=name):
            open_source("stackexchange", wrong, egress())


del SourceContract
