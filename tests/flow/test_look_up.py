"""Days that a place lists no more are asked for post by post, for as long as the process remembers them.

Reddit is a synthetic server on loopback, asked through asyncpraw; it lists its newest twelve things.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.flow import places, recheck, remembered, schedule, upkeep
from earnest.flow.digest import Digest
from earnest.flow.intake import source_name
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.record.cleared import ClearedPost
from earnest.record.raw import Page, RawPost
from earnest.sources.reddit import walk
from earnest.store import clock, erase, read, write
from earnest.store.rows import Kept
from tests import programmes
from tests.sources import listings
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

pytestmark = pytest.mark.django_db
pytest.importorskip("asyncpraw", reason="the extra 'reddit' is not installed")

KEYS = Keys.passing()
EGRESS = Egress("EarnestTests/1", timeout=5, allow_private=True)
SAID = ("the courier left the parcel at the wrong door", "the app crashed at checkout", "nobody answers")


@dataclass
class Subreddit:
    """Three posts, then twelve newer ones: the three are listed no more, but can be asked for."""

    home: Any
    keys: Keys
    server: Replay
    now: datetime
    posts: list[Any]
    asked: list[str] = field(default_factory=list)
    fails: int = 0

    def info(self, asked: Asked) -> Reply:
        if self.fails:
            return reply_json({"message": "made up"}, self.fails)
        self.asked += asked.query["id"].split(",")
        return reply_json(listings.told([one for one in self.posts if one["data"]["name"] in self.asked]))

    def busier(self) -> None:
        """A day later the listing is full of newer things."""
        when = (self.now + timedelta(hours=28)).timestamp()
        fresh = [listings.post(n + 10, created_utc=when + n) for n in range(40)]
        self.server.add(
            "GET /r/couriersample/new", optional(listings.listing([*self.posts, *fresh], 100, cap=12))
        )

    def look(self, monkeypatch: pytest.MonkeyPatch, hours: int = 64) -> recheck.Rechecked:
        later = self.now + timedelta(hours=hours)
        with monkeypatch.context() as moved:
            moved.setattr(clock, "now", lambda: later)
            (done,) = recheck.recheck_due(self.keys, models(self.home), EGRESS, later)
        return done

    def shown(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What is shown when what was not looked at again is hidden."""
        with monkeypatch.context() as moved:
            moved.setattr(clock, "now", lambda: self.now + timedelta(hours=86))
            return sorted(row.text for row in read.posts("guests", read.Filters()).rows)


@pytest.fixture
def subreddit(
    home: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Subreddit]:
    monkeypatch.setitem(walk.ENDS, "new", 10)
    room = getattr(request, "param", remembered.MOST)
    monkeypatch.setattr(remembered, "IDS", remembered.Remembered(most=room))
    # three posts of one day, at whatever hour this runs
    now = datetime.now(UTC).replace(hour=20, minute=0, second=0, microsecond=0) - timedelta(days=1)
    programmes.live("guests", "Guests", "customers")
    keys = Keys.make(home / "keys" / "voices.key")
    posts = [
        listings.post(n, text, title="Late", created_utc=(now - timedelta(hours=15 - n)).timestamp())
        for n, text in enumerate(SAID)
    ]
    with Replay(listings.table(listings.listing(posts, 100))) as server:
        one = Subreddit(home, keys, server, now, posts)
        server.add("GET /api/info", optional(one.info))
        given = {
            "subreddit": "couriersample", "what": "posts", "client_id": "app-id", "server": server.url,
        }  # fmt: skip
        places.add_place(
            "guests", "reddit", "reddit", "open", given, EGRESS, actor="cli", secret="app-secret"
        )
        for place in read.places("guests"):
            write.resume_place("guests", place.slug)
        (turn,) = schedule.listen_once(keys, models(home), EGRESS)
        assert turn.problem is None
        one.busier()
        yield one


def taken(post: Any) -> None:
    post["data"] |= {"selftext": "[removed]", "removed_by_category": "moderator"}


def deleted(post: Any) -> None:
    post["data"] |= {"selftext": "[deleted]", "author": "[deleted]"}


def missing(post: Any) -> None:
    post["data"] |= {"name": "t3_zzzzz"}


@pytest.mark.parametrize("change", [taken, deleted, missing], ids=lambda one: one.__name__)
def test_what_is_gone_there_goes_here_though_no_list_holds_it(
    subreddit: Subreddit, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    change(subreddit.posts[1])
    done = subreddit.look(monkeypatch)
    assert (done.problem, done.gone) == (None, 1)
    shown = subreddit.shown(monkeypatch)
    assert len(shown) == 2
    assert not any("crashed" in text for text in shown)


def test_an_edit_is_read_though_no_list_holds_the_post(
    subreddit: Subreddit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = (subreddit.now - timedelta(hours=1)).timestamp()
    subreddit.posts[0]["data"] |= {"selftext": "the courier put it right", "edited": edited}
    done = subreddit.look(monkeypatch)
    assert (done.problem, done.gone) == (None, 0)
    shown = " | ".join(subreddit.shown(monkeypatch))
    assert "put it right" in shown
    assert "wrong door" not in shown


@pytest.mark.parametrize("status", [500, 503, 429, 403])
def test_a_server_that_cannot_answer_has_deleted_nothing(
    subreddit: Subreddit, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    subreddit.fails = status
    done = subreddit.look(monkeypatch)
    assert done.problem is not None
    assert done.gone == 0
    assert subreddit.shown(monkeypatch) == []  # hidden, because nobody could look
    subreddit.fails = 0
    assert subreddit.look(monkeypatch, hours=65).problem is None
    assert len(subreddit.shown(monkeypatch)) == 3


def test_only_what_was_kept_is_asked_for(subreddit: Subreddit, monkeypatch: pytest.MonkeyPatch) -> None:
    subreddit.look(monkeypatch)
    assert sorted(subreddit.asked) == sorted(one["data"]["name"] for one in subreddit.posts)


def test_after_a_restart_the_days_are_hidden_and_not_erased(
    subreddit: Subreddit, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered.IDS.clear()
    done = subreddit.look(monkeypatch)
    assert (done.problem, done.gone, subreddit.asked) == (None, 0, [])
    assert subreddit.shown(monkeypatch) == []


@pytest.mark.parametrize("subreddit", [2], indirect=True, ids=["room for two"])
def test_a_day_of_which_one_post_is_not_remembered_is_not_asked_for(
    subreddit: Subreddit, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subreddit.look(monkeypatch)
    assert (done.problem, done.gone, subreddit.asked) == (None, 0, [])


def test_no_id_is_written_anywhere(subreddit: Subreddit) -> None:
    names = [one["data"]["name"].encode() for one in subreddit.posts]
    for path in subreddit.home.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not any(name in held for name in names), path.name


class _Asks:
    """A source that can be asked for its posts."""

    def look_up(self, ids: Any) -> Iterator[Page]:
        yield from ()


def _kept(key: bytes) -> Any:
    post = ClearedPost(key, "made up", datetime(2026, 9, 21, tzinfo=UTC))
    return Kept(post, None, None)


class TestMemory:
    """What the process remembers of a page."""

    @pytest.fixture
    def ids(self) -> remembered.Remembered:
        return remembered.Remembered(most=3)

    @pytest.fixture
    def place(self, subreddit: Subreddit) -> read.ListeningPlace:
        return read.listening_place("guests", "reddit")

    def key(self, place: read.ListeningPlace, id: str) -> bytes:
        return KEYS.post_key(source_name(place), id)

    def page(
        self,
        place: read.ListeningPlace,
        *ids: str,
        withheld: tuple[str, ...] = (),
        erased: tuple[str, ...] = (),
    ) -> tuple[Page, Digest]:
        posts = tuple(RawPost(id, "made up") for id in (*ids, *withheld))
        kept = tuple(_kept(self.key(place, id)) for id in ids)
        gone = tuple(self.key(place, id) for id in erased)
        return Page(posts, "{}"), Digest(kept, gone, (), (), len(withheld), len(posts), "{}", True)

    def test_what_was_withheld_is_not_remembered(self, ids: remembered.Remembered, place: Any) -> None:
        ids.note(place, _Asks(), *self.page(place, "1", withheld=("2",)), KEYS)
        assert ids.of(place.id, [self.key(place, "1")]) == ["1"]
        assert ids.of(place.id, [self.key(place, "2")]) is None

    def test_what_went_is_forgotten(self, ids: remembered.Remembered, place: Any) -> None:
        ids.note(place, _Asks(), *self.page(place, "1", "2"), KEYS)
        ids.note(place, _Asks(), *self.page(place, erased=("1",)), KEYS)
        assert ids.of(place.id, [self.key(place, "1")]) is None
        assert ids.of(place.id, [self.key(place, "2")]) == ["2"]

    def test_the_oldest_are_dropped_when_they_are_too_many(
        self, ids: remembered.Remembered, place: Any
    ) -> None:
        ids.note(place, _Asks(), *self.page(place, "1", "2", "3", "4"), KEYS)
        assert ids.of(place.id, [self.key(place, "1")]) is None
        assert ids.of(place.id, [self.key(place, id) for id in "234"]) == ["2", "3", "4"]

    def test_of_a_source_that_cannot_be_asked_nothing_is_remembered(
        self, ids: remembered.Remembered, place: Any
    ) -> None:
        ids.note(place, object(), *self.page(place, "1"), KEYS)
        assert ids.of(place.id, [self.key(place, "1")]) is None

    def test_its_repr_tells_no_id(self, ids: remembered.Remembered, place: Any) -> None:
        ids.note(place, _Asks(), *self.page(place, "telling-id"), KEYS)
        assert "telling" not in repr(ids)


def test_whatever_takes_a_post_away_its_id_is_forgotten_within_an_hour(subreddit: Subreddit) -> None:
    place = read.listening_place("guests", "reddit")
    ids = [one["data"]["name"] for one in subreddit.posts]
    held = [subreddit.keys.post_key(source_name(place), id) for id in ids]
    assert remembered.IDS.of(place.id, held) == ids
    erase.erase_posts(place.id, held[:1])
    upkeep.sweep(subreddit.keys, datetime.now(UTC))
    assert remembered.IDS.of(place.id, held[:1]) is None
    assert remembered.IDS.of(place.id, held[1:]) == ids[1:]
