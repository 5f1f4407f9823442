"""The model places: what people say there, what the server answers, what goes wrong with it. Synthetic.

A `Board` keeps a log of everything that ever happened; it may forget the beginning of it. A `Forum` is a
feed of what is there, which never tells of a deletion. All state changes under one lock.
"""

import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from random import Random
from typing import Any

from tests.sources.replay import FAULTS, Asked, Replay, Reply, broken, optional, reply_json, reply_text

NAMES = ("board", "wire", "forum")

HELD = "qzwheld"
"""Begins the mark of every post that may never be written anywhere."""

AUTHOR = "qzwauthor"
"""Begins every author's name."""

SAID = (
    "tips are late again and the statement shows none of them",
    "the app froze at the door and I had to restart it",
    "forty minutes of waiting at the counter for one bag",
    "the route sends me across the bridge twice",
    "support closed the chat without an answer",
    "la aplicación se cierra sola cada vez que llega un pedido",
    "thanks, the new map is much better than the old one",
)
PROTECTED = (
    "We vote on the union contract Friday, bring your signed cards to the strike meeting {mark}",
    "{mark} we vote on the union contract Friday, bring your signed cards to the strike meeting",
)
LASTS = timedelta(days=60)
"""How long the programme of the soak keeps posts."""


@dataclass
class Post:
    """One post as its place knows it. `odd`: told out of order, or twice, or not at all."""

    id: str
    author: str
    created: datetime
    text: str
    version: datetime
    there: bool = True
    held: bool = False


@dataclass
class Fault:
    """What the next `times` requests meet."""

    name: str
    times: int


class Place:
    def __init__(self, name: str, chance: Random) -> None:
        self.name = name
        self.chance = chance
        self.posts: dict[str, Post] = {}
        self.faults: list[Fault] = []
        self.gone: int | None = None
        """The status of a place that nobody may read at present: 401, 403, 404 or 410."""
        self.out: set[str] = set()
        self.number = 0

    def mark(self, word: str = "qzw") -> str:
        """A word that was never said before: letters only, which nothing takes for a number or a name."""
        self.number += 1
        number, letters = self.number, ""
        while number:
            number, digit = divmod(number, 20)
            letters += "bcdfghjklmnpqrstvwxz"[digit]
        return f"{word}{self.name}{letters}"

    def text(self, *, held: bool = False) -> str:
        said = self.chance.choice(PROTECTED if held else SAID)
        mark = self.mark(HELD if held else "qzw")
        return said.format(mark=mark) if "{mark}" in said else f"{said} {mark}"

    def new(self, *, held: bool = False, author: str | None = None, ago: timedelta | None = None) -> Post:
        ago = timedelta(minutes=self.chance.randrange(1, 20 * 24 * 60)) if ago is None else ago
        created = datetime.now(UTC).replace(microsecond=0) - ago
        author = author or f"{AUTHOR}{self.name}{self.chance.randrange(12)}"
        name = self.mark("id")
        post = Post(name, author, created, self.text(held=held), created, held=held)
        self.posts[name] = post
        return post

    def edited(self, post: Post, *, held: bool = False) -> None:
        post.text = self.text(held=held)
        post.held = post.held or held
        post.version = max(post.version, post.created) + timedelta(minutes=self.chance.randrange(1, 9))

    def some(self) -> Post | None:
        """A post that people still change: nobody's who left, nothing that is held or gone."""
        found = [
            post
            for post in self.posts.values()
            if post.there and not post.held and post.author not in self.out
        ]
        return self.chance.choice(found) if found else None


class Board(Place):
    """A place that tells everything that happens, in order, or whatever order it likes."""

    def __init__(self, name: str, chance: Random) -> None:
        super().__init__(name, chance)
        self.events: list[dict[str, Any] | None] = []
        """None: an item that nobody can read."""
        self.floor = 0
        """How many events from the beginning are forgotten."""
        self.lost: list[tuple[int, int]] = []
        """Stretches of the log that were forgotten before they were heard."""
        self.size = chance.choice((3, 7, 20))
        self.circle = 0
        """So many requests are sent in a circle,"""
        self.round = 1
        """of so many pages."""
        self.gone_after: int | None = None
        """So many requests are answered before nobody is let in any more."""

    def tell(self, post: Post, change: str, *, text: str | None = None, flags: tuple[str, ...] = ()) -> None:
        self.events.append(
            {
                "id": post.id,
                "text": "" if change == "deleted" else post.text if text is None else text,
                "author": post.author,
                "created": post.created.isoformat(),
                "version": post.version.isoformat() if change != "deleted" else None,
                "change": change,
                "flags": list(flags),
            }
        )

    def answer(self, asked: Asked) -> Reply:
        after = int(asked.query["after"])
        missed = None
        if after < self.floor:
            missed = [self._when(after), self._when(self.floor)]
            after = self.floor
        end = min(len(self.events), after + self.size)
        items: list[Any] = [{"nothing": True} if one is None else one for one in self.events[after:end]]
        body = {"items": items, "next": end, "more": end < len(self.events), "missed": missed}
        if self.circle:
            self.circle -= 1
            ahead = int(asked.query["after"]) + self.round - 1
            there = ahead if ahead < self.round or self.round == 1 else ahead - 2 * self.round + 2
            body |= {"items": [], "next": there, "more": True, "missed": None}
        return reply_json(body)

    def _when(self, number: int) -> str:
        """About when an event was told, for a gap: the log of a model is not dated."""
        return (datetime.now(UTC) - timedelta(hours=3) + timedelta(seconds=number)).isoformat()


class Forum(Place):
    """A feed: all that is there now, newest first."""

    def answer(self, asked: Asked) -> Reply:
        entries = "".join(self._entry(post) for post in reversed(self.posts.values()) if post.there)
        return reply_text(
            f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{self.name}</title>{entries}</feed>',
            "application/atom+xml",
        )

    def _entry(self, post: Post) -> str:
        return (
            f"<entry><id>{post.id}</id><title/><content>{escape(post.text)}</content>"
            f"<author><name>{post.author}</name></author><published>{post.created.isoformat()}</published>"
            f"<updated>{post.version.isoformat()}</updated></entry>"
        )


class World:
    """All places behind one server."""

    def __init__(self, chance: Random) -> None:
        self.boards = [Board("board", chance), Board("wire", chance)]
        self.forum = Forum("forum", chance)
        self.places: dict[str, Place] = {place.name: place for place in (*self.boards, self.forum)}
        self.lock = threading.Lock()
        self.server = Replay({f"/{name}": optional(self._asked) for name in self.places})

    def url(self, name: str) -> str:
        return f"{self.server.url}/{name}"

    def _asked(self, asked: Asked) -> Reply:
        place = self.places[asked.path[1:]]
        until = time.monotonic() + float(asked.query.get("wait", "0"))
        while True:
            with self.lock:
                if isinstance(place, Board) and place.gone_after is not None:
                    place.gone_after -= 1
                    place.gone = 401 if place.gone_after < 0 else None
                if place.gone is not None:
                    return Reply(place.gone)
                if place.faults:
                    fault = place.faults[0]
                    fault.times -= 1
                    if not fault.times:
                        place.faults.pop(0)
                    return faulty(fault.name, place.answer(asked))
                waits = (
                    isinstance(place, Board)
                    and int(asked.query["after"]) >= len(place.events)
                    and time.monotonic() < until
                )
                if not waits:
                    return place.answer(asked)
            time.sleep(0.02)


STATUSES = {
    "500": 500,
    "502": 502,
    "503": 503,
    "429": 429,
    "429 seconds": 429,
    "429 date": 429,
    "429 garbage": 429,
    "429 long": 429,
}
QUICK = tuple(name for name in FAULTS if name not in ("silent", "drip", "bomb", "flood"))
"""Faults that are over at once."""

WRONG = ("html", "empty", "another shape", "not UTF-8")


def faulty(name: str, answer: Reply) -> Reply:
    """An answer that a fault stands in place of, or meets on its way."""
    if name == "none":
        return answer
    if name in FAULTS:
        return broken(name, answer)
    if name == "none left":
        reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 1)}
        return replace(answer, headers={**answer.headers, **reset})
    if name in STATUSES:
        after = {
            "429 seconds": "1",
            "429 date": format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True),
            "429 garbage": "soon\x7f, perhaps",
            "429 long": "3600",
        }.get(name)
        return Reply(STATUSES[name], b"not now", {"Retry-After": after} if after else {})
    return {
        "html": reply_text("<!doctype html><title>Log in</title><p>Please log in"),
        "empty": Reply(200, b""),
        "another shape": reply_json({"data": [1, 2, 3]}),
        "not UTF-8": reply_json(b'{"items": ["\xff\xfe"], "next": 3}'),
    }[name]
