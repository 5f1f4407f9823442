"""Items of Hacker News as posts: as the search finds them, and as they stand at the place itself."""

import re
from dataclasses import replace
from datetime import datetime

import msgspec

from earnest.record.raw import RawPost
from earnest.sources.http_json import ItemError, item, moment, post

PLACE = "https://news.ycombinator.com/item?id="
_ADDRESS = re.compile(r"(?:https?://)?news\.ycombinator\.com/item\?(?:\S*&)?id=(\d{1,12})")


class _Hit(msgspec.Struct, rename={"number": "objectID"}):
    number: str
    created_at_i: int
    author: str | None = None
    title: str | None = None
    story_text: str | None = None
    comment_text: str | None = None


class _Item(msgspec.Struct):
    id: int
    time: int | None = None
    type: str | None = None
    by: str | None = None
    title: str | None = None
    text: str | None = None
    deleted: bool = False
    dead: bool = False


def found(raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None) -> RawPost:
    """A hit of the search. Raises ItemError."""
    hit = item(raw, _Hit, "Hacker News")
    if not hit.number.isascii() or not hit.number.isdecimal() or len(hit.number) > 12:
        raise ItemError("its id is missing or is not one")
    said = hit.comment_text or hit.story_text
    return _post(int(hit.number), hit.title, said, hit.created_at_i, hit.author, now, lang, region)


def as_it_stands(raw: bytes, now: datetime, lang: str | None, region: str | None) -> RawPost | None:
    """An item as the place gives it; None where it was deleted or taken away. Raises ItemError."""
    if raw.strip() == b"null":
        return None
    one = item(raw, _Item, "Hacker News")
    if one.deleted or one.dead:
        return None
    # An item may be edited for two hours, and does not say so: as it reads now, it counts.
    return replace(_post(one.id, one.title, one.text, one.time, one.by, now, lang, region), version=now)


def _post(
    number: int,
    title: str | None,
    text: str | None,
    at: int | None,
    author: str | None,
    now: datetime,
    lang: str | None,
    region: str | None,
) -> RawPost:
    return post(
        str(number), text or "", now, title=title or "", markup=True, created=moment(at, now), author=author,
        lang=lang or "en", region=region, url=f"{PLACE}{number}",
    )  # fmt: skip


def number(id: str) -> int:
    """The item of a post's id."""
    return int(id)


def ids_of(name: str) -> tuple[str, ...]:
    """The id in an item's address, or the bare number."""
    address = _ADDRESS.match(name.strip())
    bare = name.strip()
    return (
        (address[1],)
        if address
        else (bare,)
        if bare.isascii() and bare.isdecimal() and len(bare) <= 12
        else ()
    )
