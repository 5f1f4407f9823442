"""A status as a post. Strict about who may be heard: a flag that cannot be read counts as unknown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import AHEAD, MAX_TEXT, plausible, primary_tag, refusal
from earnest.sources.feed.plain import plain
from earnest.sources.foreign import words

_BITS = 16
"""An id of Mastodon is the millisecond of its making, and 16 bits that tell it from others of that moment."""

_APART = timedelta(minutes=1)
_OUT = re.compile(r"#\s?(?:no ?bots?|no ?index|no ?search|no ?earnest|no ?listening)\b", re.IGNORECASE)


class _Account(msgspec.Struct):
    acct: str
    noindex: Any = None
    indexable: Any = None
    discoverable: Any = None
    note: Any = ""
    display_name: Any = ""
    fields: Any = ()


class _Status(msgspec.Struct):
    id: str
    created_at: str
    content: str
    visibility: str
    account: _Account
    reblog: Any = None
    spoiler_text: str | None = ""
    language: Any = None
    edited_at: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """How statuses are read: at which host, in which language where a status names none, and when."""

    host: str
    lang: str | None
    region: str | None
    now: datetime

    def post(self, item: object, place: str) -> RawPost | Refusal | None:
        """The post a status is; None for what its author did not say here in public."""
        try:
            status = msgspec.convert(item, _Status)
        except (msgspec.ValidationError, RecursionError):
            return refusal(place, "is not a status as Mastodon describes it")
        number = number_of(status.id)
        if number is None or number >= id_at(self.now + AHEAD):
            return refusal(place, "has no id as Mastodon gives it")
        if status.visibility != "public" or status.reblog is not None:
            return None
        created, edited = self._said(status.created_at, number), _moment(status.edited_at, self.now)
        if created is None:
            return refusal(place, "has a date when nobody can have said it", "BadDate")
        warning, body = plain(words(status.spoiler_text)), plain(words(status.content))
        text = f"{warning}\n\n{body}".strip() if warning else body
        if not text:
            return None
        if len(text) > MAX_TEXT:
            return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
        author = words(status.account.acct).lower()
        if not author:
            return refusal(place, "is not a status as Mastodon describes it")
        return RawPost(
            id=status.id,
            text=text,
            created=created,
            author=author if "@" in author else f"{author}@{self.host}",
            lang=primary_tag(status.language) or self.lang,
            region=self.region,
            # Its own address leads to its author's instance, which may be theirs alone.
            url=f"https://{self.host}/",
            flags=_flags(status.account),
            change="edited" if edited else "said",
            version=edited or created,
        )

    def _said(self, written: str, number: int) -> datetime | None:
        """When it was said. Where the date is not that of the id, the instance learned of it later or its
        home's clock is wrong: the id's moment counts, because by that the instance lists.
        """
        dated, made = _moment(written, self.now), plausible_id(number, self.now)
        if dated is None or made is None:
            return dated or made
        return dated if abs(dated - made) <= _APART else made


def number_of(id: object) -> int | None:
    """A status's id as the number it is, or None."""
    good = isinstance(id, str) and id.isascii() and id.isdecimal() and 0 < len(id) <= 19
    return int(str(id)) if good else None


def id_at(moment: datetime) -> int:
    """The least id of a status of this moment."""
    return max(0, int(moment.timestamp() * 1000)) << _BITS


def plausible_id(number: int, now: datetime) -> datetime | None:
    """The moment an id was made, or None for one from before ids were dates."""
    try:
        return plausible(datetime.fromtimestamp((number >> _BITS) / 1000, UTC), now)
    except (OverflowError, ValueError, OSError):
        return None


def numbers(items: Sequence[object], now: datetime) -> list[int]:
    """The ids on a page that can be read. One from the future is none: a position must not leap there."""
    found = (number_of(item.get("id")) for item in items if isinstance(item, dict))
    return [number for number in found if number is not None and number < id_at(now + AHEAD)]


def _flags(account: _Account) -> frozenset[str]:
    """What the author's profile says of being found, in Mastodon's own words."""
    flags = set()
    if account.indexable is not True:
        flags.add("indexable:false" if account.indexable is False else "indexable:unknown")
    if account.noindex not in (False, None):
        flags.add("noindex")
    if account.discoverable is False:
        flags.add("discoverable:false")
    if _OUT.search(_profile(account)):
        flags.add("#nobot")
    return frozenset(flags)


def _profile(account: _Account) -> str:
    parts = [account.note, account.display_name]
    if isinstance(account.fields, list):
        for field in account.fields[:20]:
            if isinstance(field, dict):
                parts += [field.get("name"), field.get("value")]
    return " ".join(plain(words(one)[:20_000]) for one in parts)


def _moment(written: str | None, now: datetime) -> datetime | None:
    if not written:
        return None
    try:
        return plausible(datetime.fromisoformat(written), now)
    except ValueError:
        return None
