"""Damage to one item as a place gives it, as places and strangers really do it. Synthetic throughout.

    for name, bad in damage(ITEM):                      # at most MOST of them, the same ones every time
        body = encode({"items": [good(1), bad, good(2)]})
        with Replay({"/items": reply_json(body)}) as server:
            try:
                pages = list(source(server.url).read(None))
            except EarnestError as error:
                assert may_refuse_whole(name), name     # JSON that no decoder reads is refused as a whole
                check_error(error)
            else:
                check_pages(pages, ["1", "2"])          # neighbours are there, posts sound, nothing told

`bad` is JSON, or holds a `Raw`: bytes that stand in the body as they are (twice the same key, a number that
JSON does not know, bytes that are no UTF-8). `encode` writes both. `damaged_bodies` damages a whole body of
any kind (XML, CSV, mail). Every planted word is in SECRETS, so that a refusal that repeats content is found.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from earnest.record.errors import EarnestError
from earnest.record.raw import Page
from earnest.sources.base import AHEAD, EARLIEST, MAX_ID, MAX_TEXT

SECRET = "quollzephyr"
SECRETS = (SECRET, "onerror=", "javascript:", "<script")
MOST = 60
DEEP = 2_000
HUGE = 210_000
_WHOLE = "body: "
Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that stand in the JSON as they are."""

    bytes: bytes


def encode(value: Any) -> bytes:
    """JSON with every Raw in its place. Lone surrogates are written as escapes, as places do."""
    pieces: list[bytes] = []

    def held(one: Any) -> str:
        if not isinstance(one, Raw):
            raise TypeError(type(one).__name__)
        pieces.append(one.bytes)
        return f"@raw{len(pieces) - 1}@"

    text = json.dumps(value, default=held).encode()
    return re.sub(rb'"@raw(\d+)@"', lambda found: pieces[int(found[1])], text)


def may_refuse_whole(name: str) -> bool:
    """Whether a decoder cannot get past this: then a clear error for the whole page is right as well."""
    return name.startswith(_WHOLE)


def damage(item: Any) -> list[tuple[str, Any]]:
    """Every damage to one item, with a name that reads; at most MOST."""
    everywhere = list(_everywhere(item))
    left = (MOST - len(everywhere)) // 2
    places = sorted(_places(item), key=lambda where: (len(where), [str(step) for step in where]))
    missing = [(f"without {_name(where)}", _without(item, where)) for where in places[:left]]
    wrong = [
        (f"{_name(where)} is {what}", _with(item, where, value))
        for (where, (what, value)) in zip(places, _turns(len(places)), strict=False)
    ][:left]
    return missing + wrong + everywhere


def _turns(count: int) -> Iterator[tuple[str, Any]]:
    kinds: list[tuple[str, Any]] = [
        ("null", None),
        ("a number", 7),
        ("a list", [SECRET]),
        ("an object", {SECRET: SECRET}),
        ("true", True),
        ("text", SECRET),
        ("a list of lists", [[[]], {}]),
        ("a negative number", -1),
    ]
    for number in range(count):
        yield kinds[number % len(kinds)]


def _everywhere(item: Any) -> Iterator[tuple[str, Any]]:
    for name, value in (("null", None), ("a list", []), ("text", SECRET), ("a number", 17), ("empty", {})):
        yield f"the item is {name}", value
    texts: list[tuple[str, Callable[[str], Any]]] = [
        ("is 210,000 characters", lambda said: (said + f" {SECRET} ") * (HUGE // (len(said) + 13) + 1)),
        ("is HTML with script", lambda said: f"{said}{_HTML}"),
        ("holds null bytes", lambda said: f"\0{said}\0{SECRET}\0"),
        ("holds lone surrogates", lambda said: f"{said}\ud800{SECRET}\udfff"),
        (
            "holds controls and marks of direction",
            lambda said: f"\x1b[2J{said}\u202e{SECRET}\u200b\ufeff\x07",
        ),
        ("is empty", lambda said: ""),
        ("is blank", lambda said: " \t\u3000\n"),
        ("is null", lambda said: None),
        ("is a number", lambda said: 1),
        ("is a list", lambda said: [said]),
        ("is in an encoding read as another", lambda said: f"{said} é€😀".encode().decode("latin-1")),
    ]
    for name, change in texts:
        yield f"every text {name}", _each(item, str, change)
    numbers: list[tuple[str, Any]] = [
        ("is -1", -1),
        ("is 2^63", 2**63),
        ("is 10^18", 10**18),
        ("is a fraction", 1e-300),
        ("is text", SECRET),
    ]
    for name, value in numbers:
        yield f"every number {name}", _each(item, (int, float), lambda _, value=value: value)
    dates = ["0000-00-00T00:00:00Z", "99999-12-31T23:59:59Z", "1969-07-20T20:17:40Z", "2026-13-45T99:99:99Z"]
    for date in [*dates, f"yesterday {SECRET}", "2026-11-22T10:00:00+99:99"]:
        yield f"every date is {date.replace(SECRET, '').strip()}", _dated(item, date)
    yield "every list is empty", _each(item, list, lambda _: [])
    yield "every list holds null", _each(item, list, lambda _: [None])
    if isinstance(item, dict):
        yield "it has a hundred more fields", item | {f"more_{n}": SECRET for n in range(100)}
        deep = Raw(b"[" * DEEP + b"]" * DEEP)
        yield f"{_WHOLE}a field is nested {DEEP} deep", item | {"deep": deep}
        first = next((key for key, value in item.items() if isinstance(value, str)), next(iter(item), "id"))
        yield f"{_WHOLE}{first} is nested {DEEP} deep", item | {first: deep}
        again = encode(item)[:-1] + b', "' + first.encode() + b'": "' + SECRET.encode() + b'"}'
        yield f"{_WHOLE}{first} is there twice", Raw(again)
        for name, bytes_ in (
            ("is no UTF-8", b'"\xff\xfe' + SECRET.encode() + b'\xc3"'),
            ("is NaN", b"NaN"),
            ("is 1e999", b"1e999"),
            ("is a number of 400 digits", b"9" * 400),
        ):
            yield f"{_WHOLE}{first} {name}", item | {first: Raw(bytes_)}


_HTML = (
    f'<script>alert("{SECRET}")</script><img src=x onerror={SECRET}()><a href="javascript:{SECRET}()">x</a>'
    f"<!--{SECRET}--><style>*{{}}</style><iframe src=//127.0.0.1></iframe>&#0;&lt;script&gt;{SECRET}"
)


def _places(item: Any, at: Where = ()) -> Iterator[Where]:
    """Where something stands, four steps deep; of a list its first."""
    if len(at) >= 4:
        return
    if isinstance(item, dict):
        for key, value in item.items():
            yield (*at, key)
            yield from _places(value, (*at, key))
    elif isinstance(item, list) and item:
        yield (*at, 0)
        yield from _places(item[0], (*at, 0))


def _name(where: Where) -> str:
    return ".".join(map(str, where))


def _copy(item: Any, where: Where) -> tuple[Any, Any]:
    """A copy that may be changed at `where`, and what holds it there."""
    top = holder = item.copy()
    for step in where[:-1]:
        holder[step] = holder[step].copy()
        holder = holder[step]
    return top, holder


def _without(item: Any, where: Where) -> Any:
    top, holder = _copy(item, where)
    del holder[where[-1]]
    return top


def _with(item: Any, where: Where, value: Any) -> Any:
    top, holder = _copy(item, where)
    holder[where[-1]] = value
    return top


def _each(item: Any, kind: type | tuple[type, ...], change: Callable[[Any], Any]) -> Any:
    if isinstance(item, kind) and not isinstance(item, bool):
        return change(item)
    if isinstance(item, dict):
        return {key: _each(value, kind, change) for key, value in item.items()}
    if isinstance(item, list):
        return [_each(value, kind, change) for value in item]
    return item


_DATE = re.compile(r"\d{4}-\d\d-\d\d|\w{3}, \d{1,2} \w{3} \d{4}")


def _dated(item: Any, date: str) -> Any:
    return _each(item, str, lambda said: date if _DATE.match(said) else said)


def damaged_bodies(body: bytes) -> list[tuple[str, bytes]]:
    """A whole body, damaged as servers and lines do it; for any format."""
    half = len(body) // 2
    return [
        ("nothing", b""),
        ("blank", b" \r\n\t"),
        ("half of it", body[:half]),
        ("all but its end", body[:-3]),
        ("twice", body + body),
        ("with a byte order mark", b"\xef\xbb\xbf" + body),
        ("as UTF-16", body.decode("utf-8", "replace").encode("utf-16")),
        ("as UTF-32", body.decode("utf-8", "replace").encode("utf-32")),
        ("with null bytes", body[:half] + b"\0" * 9 + body[half:]),
        ("with bytes that are no UTF-8", body[:half] + b"\xff\xfe\xc3\x28" + body[half:]),
        ("with a hole", body[: half - 20] + body[half + 20 :]),
        ("a page of HTML", f"<!doctype html><title>502</title><p>{SECRET} Bad gateway".encode()),
        ("a sentence", f"rate limited {SECRET}".encode()),
        ("null", b"null"),
        ("a list", b"[]"),
        ("an object", b"{}"),
        ("a number", b"0"),
        ("nested", b"[" * DEEP),
        ("nested objects", b'{"a":' * DEEP),
        ("nested elements", b"<a>" * DEEP),
        ("random", bytes((n * 7919 + n // 251) % 256 for n in range(4_000))),
    ]


def check_refusals(told: Page | Iterable[Page], words: Sequence[str] = SECRETS) -> None:
    """Refusals name place and class, and neither they nor a cursor holds a word of the content."""
    for page in [told] if isinstance(told, Page) else told:
        _quiet(page.cursor, words, "a cursor")
        for refused in page.refused:
            assert all((refused.place, refused.error, refused.problem)), refused
            for said in (refused.place, refused.error, refused.problem):
                _quiet(said, words, "a refusal")
                assert len(said) < 500, "a refusal is a sentence"
            assert refused.error.isidentifier(), f"{refused.error} is the name of a class"


def check_error(error: BaseException, words: Sequence[str] = SECRETS) -> None:
    """One of Earnest's own, with a sentence that holds nothing of the content."""
    assert isinstance(error, EarnestError), f"a foreign error came out: {type(error).__name__}"
    for said in (str(error), error.sentence(), repr(error)):
        _quiet(said, words, "an error")


def check_pages(
    pages: Sequence[Page], neighbours: Sequence[str] = (), words: Sequence[str] = SECRETS
) -> None:
    """Neighbours are there, every post is sound, refusals and cursors say nothing of what was said."""
    check_refusals(pages, words)
    ids = [post.id for page in pages for post in page.posts]
    lost = [name for name in neighbours if name not in ids]
    assert not lost, f"neighbours were lost: {lost} of {len(ids)} posts"
    now = datetime.now(UTC)
    for page in pages:
        json.loads(page.cursor)
        for post in page.posts:
            assert type(post.id) is str
            assert 0 < len(post.id) <= MAX_ID, "an id is short text"
            assert type(post.text) is str
            assert len(post.text) <= MAX_TEXT, "a text has an end"
            assert post.text.strip() or post.change == "deleted", "only a deletion has no text"
            assert "\0" not in post.text + post.id, "nothing holds a null"
            post.text.encode(), post.id.encode()  # both databases refuse lone surrogates
            assert post.author is None or isinstance(post.author, str), "an author is text"
            for moment in (post.created, post.version):
                assert moment is None or moment.tzinfo is not None, "every date has a zone"
            assert post.created is None or EARLIEST <= post.created <= now + AHEAD + timedelta(hours=1), (
                "a date is one at which somebody can have said it"
            )
            assert all(type(flag) is str for flag in post.flags)
            assert post.change in ("said", "edited", "deleted")


def _quiet(said: str, words: Sequence[str], what: str) -> None:
    for word in words:
        assert word.lower() not in said.lower(), f"{what} repeats what was said"
