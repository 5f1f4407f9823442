"""Every source that is registered, against a server that answers whatever it likes: never a traceback.

Each type is opened through the registry, as a place is, and reads over real HTTP (or from a file). What comes
out is a page that is sound, or one of Earnest's own errors with a sentence; nothing of the content stands in
it. That neighbours survive a damaged item is tested beside each source, with items of its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.record.errors import EarnestError, MissingExtra
from earnest.record.raw import Page
from earnest.sources.registry import TYPES, open_source
from tests.sources.hostile_payloads import (
    SECRET,
    SECRETS,
    check_error,
    check_pages,
    damage,
    damaged_bodies,
    encode,
    may_refuse_whole,
)
from tests.sources.replay import Asked, Replay, Reply, broken, optional, reply_json, reply_text

RECORDED = Path(__file__).parents[2].parent / "shared/data/payloads/feeds"

SETTINGS: dict[str, dict[str, Any]] = {
    "feed": {"url": "{server}/feed"},
    "matrix": {
        "homeserver": "{server}",
        "room": "!room:example.org",
        "token": "syt_" + "a" * 40,
        "notice": "$n",
    },
    "bluesky": {
        "server": "{server}",
        "appview": "{server}",
        "words": ["app"],
        "way": "search",
        "recheck_hours": 24,
    },
    "discord": {
        "server": "{server}",
        "channel": "1000000000000001",
        "token": f"{'M' * 26}.{'G' * 6}.{'h' * 38}",
        "guild": "1000000000000002",
    },
    "telegram": {"server": "{server}", "chat": "-1000000001", "token": "1:t"},
    "slack": {
        "server": "{server}",
        "channel": "C0000000001",
        "token": "xoxb-t xapp-t",
        "since": "1700000000.000100",
    },
    "discourse": {"server": "{server}"},
    "mastodon": {"server": "{server}", "hashtag": "apps"},
    "reddit": {"server": "{server}", "subreddit": "apps", "client_id": "i", "secret": "s"},
    "x": {"server": "{server}", "query": "app", "token": "A" * 110, "policy_confirmed": "yes"},
    "youtube": {"server": "{server}", "channel": "UCaaaaaaaaaaaaaaaaaaaaaa", "key": "AIza" + "S" * 35},
    "hackernews": {"server": "{server}", "query": "app"},
    "stackexchange": {"server": "{server}", "site": "stackoverflow", "query": "app"},
    "github": {"server": "{server}", "repository": "example/app"},
    "app_store": {"server": "{server}", "app": "123456789", "country": "us"},
    "google_play": {"server": "{server}", "app": "org.example.app", "key": "{account}"},
}
"""One way to open each type that reads over HTTP."""

SIGN_IN = {"POST /token": optional(reply_json({"access_token": "made-up", "expires_in": 3_599}))}
"""Where a source signs in before it reads. Statuses and broken lines meet the sign-in as well."""


@cache
def account() -> str:
    """A synthetic service account."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps({"type": "service_account", "client_email": "earnest@example.net", "private_key": pem})


ITEM = {
    "id": "17",
    "text": f"the app crashed {SECRET}",
    "created_at": "2026-11-20T10:00:00Z",
    "author": {"name": "ann", "id": 4},
    "tags": ["a"],
    "score": 3,
}
BODIES = [
    *damaged_bodies(json.dumps({"items": [ITEM], "data": [ITEM], "posts": [ITEM], "next": "2"}).encode()),
    ("a list of items", json.dumps([ITEM] * 3).encode()),
    ("items of every shape", json.dumps({"items": [None, 1, "x", [], {}, ITEM]}).encode()),
    ("a list of every shape", json.dumps([None, 1, "x", [], {}, ITEM]).encode()),
]


def opened(kind: str, server: str) -> Any:
    given = {
        name: value.replace("{server}", server) if isinstance(value, str) else value
        for name, value in SETTINGS[kind].items()
    }
    given |= {name: account() for name, value in given.items() if value == "{account}"}
    try:
        return open_source(kind, given, Egress("EarnestTests/1", timeout=2.0, allow_private=True))
    except MissingExtra as error:
        pytest.skip(error.sentence())


def pages_of(source: Any, most: int = 30) -> list[Page]:
    """Its pages; a server that always has more is left after some."""
    pages: list[Page] = []
    for page in source.read(None):
        pages.append(page)
        if len(pages) >= most:
            break
    return pages


def read(source: Any, name: str, words: Sequence[str] = SECRETS) -> None:
    try:
        pages = pages_of(source)
    except EarnestError as error:
        check_error(error, words)
        return
    except Exception as error:
        raise AssertionError(f"{name}: a foreign error came out: {error!r}") from error
    check_pages(pages, words=words)


OVER_HTTP = [kind for kind in SETTINGS if kind in TYPES]


def test_every_type_that_speaks_http_is_here() -> None:
    """A new source is fuzzed from its first day on: it names its settings above."""
    otherwise = {
        "file",
        "drop",
        "archive",
        "sample",
        "submit",
        "s3",
        "mail",
        "mailing_list",
        "survey",
        "singer",
    }
    assert set(TYPES) - set(SETTINGS) <= otherwise


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_no_answer_brings_a_source_down(kind: str) -> None:
    said, met = [b""], [0]

    def answer(_: Asked) -> Reply:
        met[0] += 1
        return reply_text(said[0], "application/json")

    with Replay(SIGN_IN | {"/**": optional(answer)}) as server:
        source = opened(kind, server.url)
        for name, body in BODIES:
            said[0] = body
            read(source, name)
    assert met[0] >= len(BODIES) // 2


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_no_status_and_no_broken_line_does_either(kind: str) -> None:
    now: list[Reply] = []
    with Replay({"/**": optional(lambda asked: now[0])}) as server:
        source = opened(kind, server.url)
        for status in (204, 304, 401, 403, 404, 410, 429, 500, 503, 599):
            now[:] = [Reply(status, f"{SECRET} no".encode())]
            read(source, str(status))
        for fault in ("reset", "closed", "truncated", "bad_gzip", "garbage"):
            now[:] = [broken(fault)]
            read(source, fault)


@pytest.mark.slow
@pytest.mark.parametrize("kind", OVER_HTTP)
def test_no_json_that_chance_makes_brings_a_source_down(kind: str) -> None:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    keys = st.sampled_from(
        (
            *("id", "items", "data", "posts", "next", "text", "author", "created_at", "children", "kind"),
            *("ok", "result", "messages", "hits", "results", "topics", "meta", "access_token", "error"),
        )
    )
    shapes = st.recursive(
        leaves,
        lambda more: st.lists(more, max_size=4) | st.dictionaries(keys, more, max_size=5),
        max_leaves=25,
    )
    said = [b""]
    any_of_it = optional(lambda asked: reply_text(said[0], "application/json"))
    with Replay(SIGN_IN | {"/**": any_of_it}) as server:
        source = opened(kind, server.url)

        @settings(
            max_examples=60,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(shapes)
        def fuzzed(value: Any) -> None:
            said[0] = json.dumps(value).encode()
            read(source, "by chance")

        fuzzed()


def files(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "file", {"path": str(folder / "posts.jsonl")}
    yield "drop", {"folder": str(folder), "settle": 0}
    yield "archive", {"path": str(folder / "posts.jsonl")}


@pytest.mark.parametrize("kind", ["file", "drop", "archive"])
def test_no_file_brings_a_source_of_files_down(kind: str, tmp_path: Path) -> None:
    given = dict(files(tmp_path))[kind]
    lines = [json.dumps({**ITEM, "id": str(n), "author": "ann", "created": "2026-11-20"}) for n in range(20)]
    path = tmp_path / "posts.jsonl"
    for name, body in damaged_bodies("\n".join(lines).encode()):
        path.write_bytes(body)
        # A file's first line names its columns, and whoever hands it in is told which there are.
        read(open_source(kind, given, None), name, ())


@pytest.mark.parametrize("kind", ["file", "drop"])
def test_a_damaged_line_leaves_its_neighbours(kind: str, tmp_path: Path) -> None:
    good = [
        {"id": name, "text": "the app crashed", "created": "2026-11-20", "author": "a"}
        for name in ("g1", "g2")
    ]
    item = {
        "id": "bad",
        "text": f"said {SECRET}",
        "created": "2026-11-20T10:00:00Z",
        "author": "ann",
        "lang": "en",
    }
    given = dict(files(tmp_path))[kind]
    for name, bad in damage(item):
        body = b"\n".join(encode(one) for one in (good[0], bad, good[1])) + b"\n"
        (tmp_path / "posts.jsonl").write_bytes(body)
        try:
            pages = pages_of(open_source(kind, given, None))
        except EarnestError as error:
            assert may_refuse_whole(name), name
            check_error(error)
        else:
            check_pages(pages, ["g1", "g2"])


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded feeds (../shared/data/payloads/feeds) are not here"
)
@pytest.mark.parametrize(
    "every", [pytest.param(19, id="a hundred"), pytest.param(1, id="all 1,850", marks=pytest.mark.slow)]
)
def test_recorded_feeds_over_http_are_read_or_refused(every: int) -> None:
    """Well-formed, ill-formed and oddly encoded, with the headers that they name in a comment."""
    paths = sorted(RECORDED.rglob("*.xml"))[::every]
    by_address = {f"/{number}": path for number, path in enumerate(paths)}
    words = (SECRET,)
    tally = {"read": 0, "refused": 0, "posts": 0}

    def answer(asked: Asked) -> Reply:
        return reply_text(by_address[asked.path].read_bytes(), "application/xml")

    with Replay({"/*": optional(answer)}) as server:
        for address, path in by_address.items():
            egress = Egress("EarnestTests/1", timeout=5, allow_private=True)
            try:
                pages = list(open_source("feed", {"url": server.url + address}, egress).read(None))
            except EarnestError as error:
                check_error(error, words)
                tally["refused"] += 1
            else:
                check_pages(pages, words=words)
                tally["read"] += 1
                tally["posts"] += sum(len(page.posts) for page in pages)
                for page in pages:
                    for refused in page.refused:
                        assert path.read_bytes().find(refused.problem.encode()) == -1
    assert tally["read"] + tally["refused"] == len(paths)
    assert tally["posts"] > len(paths) / 6
