"""What a replayed server is asked, and what it says: the words of a test's table."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FAULTS = {
    "reset": "the connection is reset before a word is said",
    "closed": "the connection is closed before a word is said",
    "reset_midway": "half the body, then a reset",
    "truncated": "half the body, then an orderly end",
    "silent": "nothing is said until the client leaves",
    "drip": "a byte now and then, for as long as the client stays",
    "bad_gzip": "called gzip, and damaged in the middle",
    "not_gzip": "called gzip, and is plain",
    "half_gzip": "gzip that ends in the middle, in a whole answer",
    "bomb": "200 MB of spaces in 200 KB of gzip",
    "flood": "200 MB, and nobody said how much it would be",
    "garbage": "something that is not HTTP",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: bytes = field(repr=False)
    at: float
    """Seconds, by a clock that nobody sets."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. `after`: seconds before; `fault`: one of FAULTS; `pace`: seconds a dripped byte."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    fault: str | None = None
    pace: float = 0.05


def reply_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """JSON. Bytes are sent as they are (a damaged payload)."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(status, body, {"Content-Type": "application/json", **(headers or {})}, **more)


def reply_text(
    text: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **more: Any
) -> Reply:
    body = text if isinstance(text, bytes) else text.encode()
    return Reply(status, body, {"Content-Type": kind, **more.pop("headers", {})}, **more)


def recorded(path: Path, **more: Any) -> Reply:
    """A file of `samples/` as it stands."""
    kinds = {".json": "application/json", ".xml": "application/xml", ".csv": "text/csv"}
    return Reply(
        body=path.read_bytes(), headers={"Content-Type": kinds.get(path.suffix, "text/plain")}, **more
    )


def broken(fault: str, answer: Reply | None = None) -> Reply:
    """An answer (a long list, where none is given) that meets one of FAULTS on its way."""
    assert fault in FAULTS, fault
    return replace(
        answer or reply_json([{"id": str(n), "text": "said " * 9} for n in range(40)]), fault=fault
    )


Answer = Reply | Callable[[Asked], Reply]


@dataclass(frozen=True, slots=True)
class optional:  # noqa: N801 - reads as a word of the table
    """An answer, or a list of them, that need not be asked for."""

    answer: "Answer | Sequence[Answer]"


Row = Answer | Sequence[Answer] | optional


def paged(
    items: Sequence[Any],
    size: int,
    wrap: Callable[[Sequence[Any], str | None], Any],
    *,
    by: str = "page",
) -> Callable[[Asked], Reply]:
    """Hands `items` out, `size` at a time. `wrap` gets a page's items and the value of the parameter `by`
    that leads to the next page (None on the last), and gives the body.
    """

    def answer(asked: Asked) -> Reply:
        at = int(asked.query.get(by) or 0)
        after = at + size
        return reply_json(wrap(items[at:after], str(after) if after < len(items) else None))

    return answer
