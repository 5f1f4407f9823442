"""Interfaces that answer in JSON: asking, decoding with one bad item costing only itself, and making posts.

answer = ask(egress, f"{server}/2.3/questions", what="Stack Exchange", params={"page": 1})
page = whole(answer.body, Questions, "Stack Exchange")        # items as msgspec.Raw
for number, raw in enumerate(page.items, 1):
    try:
        posts.append(said(item(raw, Question, "Stack Exchange")))
    except ItemError as error:
        refused.append(refusal(f"question {number}", str(error)))
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from earnest.egress import Answer, Egress
from earnest.record.errors import BadSetting, SourceBusy
from earnest.record.raw import Change, RawPost
from earnest.sources.base import MAX_ID, MAX_TEXT, primary_tag
from earnest.sources.dates import DateError, when
from earnest.sources.feed.plain import plain

Shape = TypeVar("Shape")
Param = str | int | bool | None


class ItemError(ValueError):
    """Says what is wrong with one item, never what is in it."""


def server(told: str | None, usual: str, what: str) -> str:
    """The address of an interface: the usual one, or what the setting `server` says. Raises BadSetting."""
    base = (told or usual).strip().rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise BadSetting(
            f"In the setting 'server' of the {what} source: this is not an address.", advice=f"Usual: {usual}"
        )
    return base


def ask(
    egress: Egress,
    url: str,
    *,
    params: Mapping[str, Param] | None = None,
    headers: Mapping[str, str] | None = None,
    takes: Collection[int] = (),
) -> Answer:
    """One GET that is never redirected. Parameters that are None are left out. Raises as `Egress.ask`."""
    given = {name: _param(value) for name, value in (params or {}).items() if value is not None}
    whole = f"{url}{'&' if '?' in url else '?'}{urlencode(given)}" if given else url
    return egress.ask("GET", whole, headers={"accept": "application/json", **(headers or {})}, takes=takes)


def whole(body: bytes, shape: type[Shape], what: str) -> Shape:
    """The whole of an answer; lists of items in it are best left `msgspec.Raw`. Raises SourceBusy."""
    try:
        return _decoded(body, shape)
    except ItemError as error:
        raise SourceBusy(
            f"What {what} answered cannot be understood.",
            advice="Earnest tries again by itself; if it stays so, the interface has changed.",
        ) from error


def item(raw: msgspec.Raw | bytes, shape: type[Shape], what: str) -> Shape:
    """One item. Raises ItemError."""
    try:
        return _decoded(bytes(raw), shape)
    except ItemError as error:
        raise ItemError(f"is not what {what} gives") from error


def post(
    id: str,
    text: str,
    now: datetime,
    *,
    title: str = "",
    markup: bool = False,
    created: object = None,
    author: str | None = None,
    lang: str | None = None,
    region: str | None = None,
    url: str | None = None,
    flags: frozenset[str] = frozenset(),
    change: Change = "said",
    version: object = None,
) -> RawPost:
    """A post of what an item holds. Dates are epochs, ISO 8601 or datetimes. Raises ItemError."""
    if not id or len(id) > MAX_ID or "\0" in id or id != clean(id):
        raise ItemError("its id is missing or is not one")
    body, head = (plain(text), plain(title)) if markup else (_kept(text), _kept(title))
    said = f"{head}\n\n{body}".strip() if head and not body.startswith(head) else body
    if not said:
        raise ItemError("has no text")
    if len(said) > MAX_TEXT:
        raise ItemError(f"its text has {len(said):,} characters; the most is {MAX_TEXT:,}")
    try:
        at = when(created, now)
    except DateError as error:
        raise ItemError(str(error)) from None
    return RawPost(
        id=id,
        text=said,
        created=at,
        author=clean(author) or None if author and len(author) <= MAX_ID else None,
        lang=primary_tag(lang),
        region=region if region and len(region) <= 100 and "\0" not in region else None,
        url=url if url and len(url) <= 2_048 and url.isprintable() else None,
        flags=flags,
        change=change,
        version=_moment(version, now) or at,
    )


def moment(value: object, now: datetime) -> datetime:
    """A date that an item must have, because pages are told apart by it. Raises ItemError."""
    try:
        found = when(value, now)
    except DateError as error:
        raise ItemError(str(error)) from None
    if found is None:
        raise ItemError("has no date")
    return found


def clean(text: str) -> str:
    """Text that both databases take: no half characters, no zero bytes."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _kept(text: str) -> str:
    lines = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign >= " " or sign in "\n\t").strip()


def _moment(value: object, now: datetime) -> datetime | None:
    try:
        return when(value, now)
    except DateError:
        return None


def _param(value: Param) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _decoded(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise ItemError("has another shape") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _leniently(body, shape)


def _leniently(body: bytes, shape: type[Shape]) -> Shape:
    """What places really send though JSON forbids it: half an emoji, raw control characters."""
    try:
        found = json.loads(body.decode("utf-8", "replace"), strict=False, parse_constant=lambda _: None)
        return msgspec.json.decode(msgspec.json.encode(_mended(found)), type=shape)
    except (ValueError, RecursionError, OverflowError, TypeError, msgspec.MsgspecError) as error:
        raise ItemError("is not JSON") from error


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {clean(name): _mended(one) for name, one in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return None
    return value
