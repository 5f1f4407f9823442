"""Asking a platform for single posts by their ids: what is there, what is gone, and what nobody can tell.

The platforms are synthetic servers on loopback, asked through their real clients.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.record.errors import EarnestError, SourceBusy
from earnest.record.raw import RawPost
from earnest.sources.base import LooksUp
from earnest.sources.registry import open_source
from tests.sources import listings, searches, threads
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

for library in ("asyncpraw", "tweepy", "googleapiclient"):
    pytest.importorskip(library, reason="the extras of social platforms are not installed")

EGRESS = Egress("EarnestTests/1", timeout=5, allow_private=True)
GONE = "https://api.twitter.com/2/problems/resource-not-found"
HIDDEN = "https://api.twitter.com/2/problems/not-authorized-for-resource"
UNKNOWN = "https://api.twitter.com/2/problems/operational-disconnect"


@dataclass
class Place:
    """A platform with posts. `there` may be changed; `ids` are those it once had, in their order."""

    source: Any
    there: list[Any]
    ids: list[str]
    asked: list[list[str]]

    def found(self) -> list[RawPost]:
        return [post for page in self.source.look_up(self.ids) for post in page.posts]


def reddit(many: int) -> tuple[list[Any], list[str], str, Callable[[list[Any], list[str]], Any]]:
    posts = [listings.post(n) if n % 2 else listings.comment(n) for n in range(many)]
    return posts, [one["data"]["name"] for one in posts], "id", lambda found, _: listings.told(found)


def x(many: int) -> tuple[list[Any], list[str], str, Callable[[list[Any], list[str]], Any]]:
    posts = [searches.tweet(1 + n / 100) for n in range(many)]

    def told(found: list[Any], missing: list[str]) -> Any:
        errors = [{"resource_id": id, "type": GONE if id[-1] < "5" else HIDDEN} for id in missing]
        return searches.told(found) | ({"errors": errors} if errors else {})

    return posts, [one["id"] for one in posts], "ids", told


def youtube(many: int) -> tuple[list[Any], list[str], str, Callable[[list[Any], list[str]], Any]]:
    posts = [threads.comment(n) for n in range(many)]
    return posts, [one["id"] for one in posts], "id", lambda found, _: threads.told(found)


MADE = {"reddit": reddit, "x": x, "youtube": youtube}
PATHS = {"reddit": "GET /api/info", "x": "GET /2/tweets", "youtube": threads.REPLIES}
SETTINGS: dict[str, dict[str, Any]] = {
    "reddit": {"subreddit": "couriersample", "client_id": "app-id", "secret": "app-secret"},
    "x": {"query": "fast courier", "policy_confirmed": "yes", "token": "made-up-token", "ask_again": True},
    "youtube": {"channel": threads.CHANNEL, "key": "made-up-key"},
}


def name(item: Any) -> str:
    return str(item["data"]["name"] if "data" in item else item["id"])


@pytest.fixture(params=MADE)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(platform: str) -> Iterator[Place]:
    posts, ids, parameter, told = MADE[platform](230)
    asked: list[list[str]] = []

    def answer(request: Asked) -> Reply:
        wanted = request.query[parameter].split(",")
        asked.append(wanted)
        found = [one for one in posts if name(one) in wanted]
        return reply_json(told(found, [id for id in wanted if id not in map(name, found)]))

    with Replay(listings.table() | {PATHS[platform]: optional(answer)}) as server:
        source = open_source(platform, SETTINGS[platform] | {"server": server.url}, EGRESS)
        assert isinstance(source, LooksUp)
        yield Place(source, posts, ids, asked)


def test_what_is_there_is_given_once_in_as_few_requests_as_the_platform_allows(
    place: Place, platform: str
) -> None:
    place.ids *= 2
    found = [post.id for post in place.found()]
    assert sorted(found) == sorted(set(place.ids))
    most = 50 if platform == "youtube" else 100
    assert [len(one) for one in place.asked] == [most] * (230 // most) + [230 % most]


def test_what_is_gone_is_not_given_and_its_neighbours_are(place: Place) -> None:
    del place.there[7:120]
    assert [post.id for post in place.found()] == [name(one) for one in place.there]


def test_an_id_that_cannot_be_one_is_not_asked_for(place: Place) -> None:
    place.ids = ["a,b", "", "\x00", *place.ids[:1]]
    assert [post.id for post in place.found()] == place.ids[-1:]
    assert place.asked == [place.ids[-1:]]


@pytest.mark.parametrize("status", [500, 503, 429, 401, 403])
def test_a_platform_that_cannot_answer_gives_an_error(platform: str, status: int) -> None:
    with Replay(listings.table() | {PATHS[platform]: optional(reply_json({}, status))}) as server:
        source = open_source(platform, SETTINGS[platform] | {"server": server.url}, EGRESS)
        _, ids, _, _ = MADE[platform](3)
        with pytest.raises(EarnestError):
            list(source.look_up(ids))


@pytest.mark.parametrize("body", [[], {}, {"data": 7}, {"items": {}}, None], ids=str)
def test_an_answer_that_is_none_of_the_platforms_is_an_error(platform: str, body: object) -> None:
    with Replay(listings.table() | {PATHS[platform]: optional(reply_json(body))}) as server:
        source = open_source(platform, SETTINGS[platform] | {"server": server.url}, EGRESS)
        _, ids, _, _ = MADE[platform](3)
        with pytest.raises(SourceBusy):
            list(source.look_up(ids))


class TestX:
    """X says of each post that it does not give why."""

    def asked(self, *answers: Any) -> list[RawPost]:
        left = list(answers)
        with Replay({PATHS["x"]: optional(lambda _: reply_json(left.pop(0)))}) as server:
            source: Any = open_source("x", SETTINGS["x"] | {"server": server.url}, EGRESS)
            return [post for page in source.look_up([self.one["id"]]) for post in page.posts]

    @pytest.fixture(autouse=True)
    def _post(self) -> None:
        self.one = searches.tweet(30)

    @pytest.mark.parametrize("problem", [GONE, HIDDEN])
    def test_a_post_that_is_deleted_or_not_public_is_gone(self, problem: str) -> None:
        assert self.asked({"errors": [{"resource_id": self.one["id"], "type": problem}]}) == []

    @pytest.mark.parametrize(
        "answer",
        [{"errors": [{"type": UNKNOWN}]}, {"data": []}, {"errors": [{"type": 7}, None]}],
        ids=["a trouble of its own", "nothing about it", "damaged"],
    )
    def test_a_post_of_which_x_says_nothing_is_not_called_gone(self, answer: Any) -> None:
        answer = {**answer}
        for one in answer.get("errors", []):
            if isinstance(one, dict):
                one["resource_id"] = self.one["id"]
        with pytest.raises(SourceBusy):
            self.asked(answer)

    def test_of_an_edited_post_the_last_wording_is_read_under_its_first_id(self) -> None:
        last = str(int(self.one["id"]) + (1 << 32))
        history = {"edit_history_tweet_ids": [self.one["id"], last]}
        first = searches.told([self.one | history])
        second = searches.told([searches.tweet(id=last, text="put right") | history])
        (post,) = self.asked(first, second)
        assert (post.id, post.text, post.change) == (self.one["id"], "put right", "edited")

    def test_without_its_setting_x_is_not_asked_for_older_posts(self) -> None:
        given = {name: value for name, value in SETTINGS["x"].items() if name != "ask_again"}
        assert not isinstance(open_source("x", given, EGRESS), LooksUp)


def test_a_part_of_an_answer_of_youtube_says_of_nothing_that_it_is_gone() -> None:
    part = threads.told([threads.comment(0)]) | {"nextPageToken": "more"}
    with Replay({PATHS["youtube"]: optional(reply_json(part))}) as server:
        source: Any = open_source("youtube", SETTINGS["youtube"] | {"server": server.url}, EGRESS)
        with pytest.raises(SourceBusy):
            list(source.look_up([threads.comment(n)["id"] for n in range(3)]))


def test_without_an_application_reddit_is_not_asked_for_posts() -> None:
    assert not isinstance(open_source("reddit", {"subreddit": "couriersample"}, EGRESS), LooksUp)
