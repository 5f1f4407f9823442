"""The source of the model places: a log of what happened, read over real HTTP page by page, or followed.

Deliberately plain, with nothing forgiving in it: what the soak looks for is in what comes after a source.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from threading import Event
from typing import Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadFile, BadSetting
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings

WAIT = 0.2
"""Seconds for which the place keeps a follower waiting where nothing is said."""


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: int


class Item(msgspec.Struct, frozen=True):
    id: str
    created: datetime
    text: str = ""
    author: str | None = None
    flags: frozenset[str] = frozenset()
    change: str = "said"
    version: datetime | None = None


class Body(msgspec.Struct, frozen=True):
    items: list[Any]
    next: int
    more: bool
    missed: tuple[datetime, datetime] | None = None


class ModelSource:
    def __init__(self, url: str, egress: Egress) -> None:
        self._url = url
        self._egress = egress

    def read(self, cursor: str | None) -> Iterator[Page]:
        mark = load_cursor(cursor, Mark) or Mark(0)
        return self._pages(mark.after)

    def _pages(self, after: int) -> Iterator[Page]:
        while True:
            page = self._page(after, 0.0)
            yield page
            if page.done:
                return
            after = msgspec.json.decode(page.cursor, type=Mark).after

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        after = (load_cursor(cursor, Mark) or Mark(0)).after
        while not stop.is_set():
            page = self._page(after, WAIT)
            yield page
            after = msgspec.json.decode(page.cursor, type=Mark).after

    def _page(self, after: int, wait: float) -> Page:
        answer = self._egress.get(f"{self._url}?after={after}&wait={wait}")
        try:
            # A strict decoder would refuse a whole page for half a character in one post.
            body = msgspec.convert(json.loads(answer.body), Body)
        except (ValueError, RecursionError) as error:
            raise BadFile("is not what the place gives", place="page") from error
        posts: list[RawPost] = []
        refused: list[Refusal] = []
        for number, raw in enumerate(body.items, after + 1):
            try:
                item = msgspec.convert(raw, Item)
            except (msgspec.ValidationError, ValueError):
                refused.append(refusal(f"event {number}", "is not as it should be"))
                continue
            post = {name: getattr(item, name) for name in Item.__struct_fields__}
            posts.append(RawPost(**post))
        cursor = dump_cursor(Mark(body.next))
        return Page(tuple(posts), cursor, tuple(refused), done=not body.more, missed=body.missed)


def _open(given: Mapping[str, Any], egress: Egress | None) -> ModelSource:
    if egress is None:
        raise BadSetting("A model place needs a way out to the network.")
    return ModelSource(settings("model", given, ModelSettings).url, egress)


MODEL = SourceType(
    type="model",
    kinds=("open",),
    title="Model places",
    extra=None,
    tested_against="itself",
    open=_open,
)
