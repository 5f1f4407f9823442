"""GitHub, by a loopback server that answers as the published reference says. Synthetic throughout."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, SourceBusy, SourceGone
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.github.items import ids_of
from earnest.sources.github.source import GitHub, GitHubSettings
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import damage, encode
from tests.sources.public_places import AT, NOW, egress, ids, now, pages, refusing, survives
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

REPO = "https://github.com/example/app"


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def issue(n: int, at: int, **more: Any) -> dict[str, Any]:
    return {
        "number": n,
        "title": f"Crash {n}",
        "body": f"It stops at `a < b` {n}\r\n\r\n<!-- describe the bug -->",
        "created_at": iso(at - 60),
        "updated_at": iso(at),
        "user": {"login": f"user{n}", "type": "User"},
        "html_url": f"{REPO}/issues/{n}",
        **more,
    }


def comment(n: int, at: int, of: str = "issues/1") -> dict[str, Any]:
    return {
        "id": n, "body": f"> quoted\nMe too {n}", "created_at": iso(at), "updated_at": iso(at),
        "user": {"login": "ann"}, "html_url": f"{REPO}/{of}#issuecomment-{n}",
    }  # fmt: skip


def talk(n: int, at: int, comments: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    return {
        "number": n, "title": f"Idea {n}", "body": "Could it…", "createdAt": iso(at - 5),
        "updatedAt": iso(at),
        "lastEditedAt": None, "url": f"{REPO}/discussions/{n}",
        "author": {"__typename": "User", "login": "bo"},
        "comments": {"nodes": list(comments)},
    }  # fmt: skip


def reply(n: int, at: int, replies: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    return {
        "databaseId": n, "body": f"Agreed {n}", "createdAt": iso(at), "updatedAt": iso(at),
        "isMinimized": False,
        "author": None, "replies": {"nodes": list(replies)}, **more,
    }  # fmt: skip


class Repository:
    """A repository as GitHub serves it."""

    def __init__(self) -> None:
        self.issues: list[Any] = []
        self.comments: list[Any] = []
        self.talks: list[Any] = []
        self.first: list[Reply] = []
        self.conditional = 0

    def listed(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        kept = self.issues if asked.path.endswith("/issues") else self.comments
        key = f"{asked.query['sort']}_at"
        kept = [
            one
            for one in kept
            if "since" not in asked.query or _date(one, "updated_at") >= asked.query["since"]
        ]
        found = sorted(kept, key=lambda one: _date(one, key), reverse=asked.query["direction"] == "desc")
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        body = encode(found[(page - 1) * size : page * size])
        etag = f'W/"{hash(body)}"'
        if asked.headers.get("if-none-match") == etag:
            self.conditional += 1
            return Reply(304)
        more = {"Link": '<https://x.example/?page=2>; rel="next"'} if page * size < len(found) else {}
        return reply_json(body, headers={"ETag": etag, **more})

    def graph(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        assert asked.headers["authorization"] == "Bearer t0ken"
        found = sorted(self.talks, key=lambda one: one["updatedAt"], reverse=True)
        begin = int(asked.json["variables"]["after"] or 0)
        info = {"hasNextPage": begin + 25 < len(found), "endCursor": str(begin + 25)}
        nodes = {"pageInfo": info, "nodes": found[begin : begin + 25]}
        return reply_json({"data": {"repository": {"discussions": nodes}}})


def _date(one: Any, key: str) -> str:
    at = one.get(key) if isinstance(one, dict) else None
    return at if isinstance(at, str) else iso(AT - 900)


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    server = Replay({}).start()

    def serve(there: Repository, **more: Any) -> GitHub:
        name = f"/{id(there)}"
        server.add(f"{name}/repos/example/app/issues", optional(there.listed))
        server.add(f"{name}/repos/example/app/issues/comments", optional(there.listed))
        server.add(f"{name}/repos/example/app", optional(lambda _: reply_json({"private": False})))
        server.add(f"POST {name}/graphql", optional(there.graph))
        wanted = GitHubSettings(repository="example/app", server=server.url + name, **more)
        return GitHub(wanted, egress(), now)

    yield serve
    server.close(check=False)


ALL = {"token": "t0ken", "discussions": True}


class TestGitHub(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self, served: Any) -> None:
        there = Repository()
        # more in one second than a page holds
        there.issues = [issue(n, AT - 9_000 + (n // 150) * 7) for n in range(1, 320)]
        there.comments = [comment(n, AT - 9_000 + n) for n in range(1, 130)]
        there.talks = [talk(n, AT - 9_000 + n // 3, [reply(n, AT - 9_000)]) for n in range(1, 60)]
        bad = Repository()
        bad.issues = [issue(1, AT - 900), issue(2, AT - 800, title=["velvet"]), issue(3, AT - 700)]
        self.full, self.bare, self.bad = served(there, **ALL), served(Repository(), **ALL), served(bad)
        self.kept = there, bad

    def source(self, folder: Path) -> Source:
        return self.full

    def empty(self, folder: Path) -> Source:
        return self.bare

    def damaged(self, folder: Path) -> Damaged:
        return Damaged(self.bad, 1, ["issue-1", "issue-3"], ["velvet"])


def test_what_is_said_is_read_as_it_reads(served: Any) -> None:
    there = Repository()
    there.issues = [
        issue(1, AT - 900),
        issue(2, AT - 800, pull_request={}),
        issue(3, AT - 700, user={"login": "x[bot]"}),
    ]
    there.comments = [comment(4, AT - 800), comment(5, AT - 700, "pull/2")]
    hidden = reply(9, AT - 600, isMinimized=True)
    there.talks = [talk(6, AT - 500, [reply(7, AT - 600, [reply(8, AT - 500)]), hidden])]
    read = pages(served(there, **ALL))
    assert not [bad for page in read for bad in page.refused]
    found = [post for page in read for post in page.posts]
    assert [(post.id, post.text) for post in found] == [
        ("issue-1", "Crash 1\n\nIt stops at `a < b` 1"), ("comment-4", "Me too 4"),
        ("discussion-6", "Idea 6\n\nCould it…"), ("discussioncomment-7", "Agreed 7"),
        ("discussioncomment-8", "Agreed 8"),
    ]  # fmt: skip
    assert found[0].version == datetime.fromtimestamp(AT - 900, UTC)


def test_an_edit_comes_again_and_what_did_not_change_is_asked_for_conditionally(served: Any) -> None:
    there = Repository()
    there.issues = [issue(n, AT - 9_000 + n) for n in range(5)]
    source = served(there)
    first = pages(source)[-1].cursor
    second = pages(source, first)[-1].cursor
    assert not ids(pages(source, second))
    assert there.conditional == 3, "comments twice, issues once"
    there.issues[1] |= {"updated_at": iso(AT - 100), "body": "otherwise"}
    (again,) = [post for page in pages(source, second) for post in page.posts]
    assert (again.id, again.text) == ("issue-1", "Crash 1\n\notherwise")


def test_what_was_deleted_or_transferred_is_not_listed_again(served: Any) -> None:
    there = Repository()
    there.issues = [issue(n, AT - 9_000 + n) for n in range(1, 250)]
    there.comments = [comment(n, AT - 9_000) for n in range(1, 4)]
    there.talks = [talk(1, AT - 9_000, [reply(5, AT - 9_000)])]
    source = served(there, **ALL)
    del there.issues[7], there.comments[0]
    there.talks[0]["comments"]["nodes"] = []
    listed = {post.id for page in source.still_there(NOW - timedelta(days=1), NOW) for post in page.posts}
    assert len(listed) == 248 + 2 + 1
    assert not listed & {"issue-8", "comment-1", "discussioncomment-5"}


@pytest.mark.parametrize(
    ("answer", "kind", "advice"),
    [
        (Reply(301, headers={"Location": "https://api.github.com/repositories/1"}), SourceGone, "new name"),
        (Reply(401), SourceGone, ""),
        (Reply(403, b'{"message": "Resource not accessible"}'), SourceGone, "token"),
        (Reply(403, b'{"message": "secondary rate limit"}', {"Retry-After": "77"}), SourceBusy, "by itself"),
        (
            Reply(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}),
            SourceBusy,
            "by itself",
        ),
        (Reply(429), SourceBusy, "by itself"),
        (Reply(404), SourceGone, "repository"),
        (Reply(410), SourceGone, "discussions"),
        (Reply(451), SourceGone, "Close"),
        (Reply(502), SourceBusy, ""),
    ],
    ids=["moved", "401", "403", "secondary limit", "limit", "429", "404", "issues off", "451", "down"],
)
def test_each_refusal_says_what_to_do(served: Any, answer: Reply, kind: type[Exception], advice: str) -> None:
    there = Repository()
    there.first = [answer]
    error = refusing(served(there))
    assert isinstance(error, kind)
    assert advice in error.advice
    if answer.headers.get("Retry-After"):
        assert error.after == 77


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([{"type": "RATE_LIMITED"}], SourceBusy),
        ([{"type": "NOT_FOUND"}], SourceGone),
        ([{"message": "x"}], SourceBusy),
    ],
    ids=["rate limited", "not found", "another"],
)
def test_a_refusal_in_graphql_is_one(served: Any, errors: list[Any], kind: type[Exception]) -> None:
    there = Repository()
    empty = reply_json([])
    there.first = [empty, empty, reply_json({"data": None, "errors": errors})]
    assert isinstance(refusing(served(there, **ALL)), kind)


@pytest.mark.parametrize(
    ("name", "bad"), damage(issue(7, AT - 900)), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_damaged_issue_costs_only_itself(served: Any, name: str, bad: Any) -> None:
    there = Repository()
    there.issues = [issue(1, AT - 950), bad, issue(2, AT - 800)]
    survives(served(there, comments=False), name, ["issue-1", "issue-2"])


def test_a_damaged_discussion_costs_only_itself(served: Any) -> None:
    for name, bad in damage(reply(7, AT - 900)):
        if name.startswith("body: "):
            continue
        there = Repository()
        there.talks = [talk(1, AT - 950), talk(2, AT - 940, [bad, reply(3, AT - 940)])]
        neighbours = ["discussion-1", "discussion-2", "discussioncomment-3"]
        survives(served(there, comments=False, **ALL), name, neighbours)


@pytest.mark.parametrize(
    ("address", "id"),
    [
        (f"{REPO}/issues/7", "issue-7"), (f"{REPO}/issues/7#issuecomment-8", "comment-8"),
        (f"{REPO}/discussions/7", "discussion-7"),
        (f"{REPO}/discussions/7#discussioncomment-8", "discussioncomment-8"),
    ],
)  # fmt: skip
def test_an_address_leads_to_its_post(address: str, id: str) -> None:
    assert ids_of(address) == (id,)


def test_a_repository_says_what_it_is(served: Any) -> None:
    assert served(Repository()).probe() == "The repository example/app on GitHub, in public."


def test_a_wrong_setting_is_named() -> None:
    for wrong, name in (
        ({"repository": "app"}, "repository"),
        ({"repository": "a/b", "discussions": True}, "discussions"),
    ):
        with pytest.raises(BadSetting, match=name):
            open_source("github", wrong, egress())


del SourceContract
