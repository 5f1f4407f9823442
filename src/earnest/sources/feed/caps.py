"""What is refused before a parser sees it: too large, too deep, or an XML bomb."""

import re

from earnest.record.errors import BadFile

MAX_BYTES = 5_000_000
"""Of a decoded feed. A parser needs about a second for this much."""

MAX_DEPTH = 200
MAX_ENTRIES = 5_000

_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_CDATA = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)[^<>]*?(/?)>")
_LOOSE = {
    b"br",
    b"img",
    b"p",
    b"li",
    b"hr",
    b"input",
    b"link",
    b"meta",
    b"td",
    b"tr",
    b"dt",
    b"dd",
    b"wbr",
    b"option",
}


def check(body: bytes) -> None:
    """Raises BadFile with the reason."""
    if len(body) > MAX_BYTES:
        raise BadFile(
            f"is larger than {MAX_BYTES // 1_000_000} MB",
            place="feed",
            advice="Give a feed of only the newest entries.",
        )
    # UTF-16 and UTF-32 are ASCII with NULs between, as far as these patterns go
    plain = body.replace(b"\0", b"") if b"\0" in body[:200] else body
    root = _ROOT.search(plain)
    if _ENTITY.search(plain, 0, root.start() if root else len(plain)) or "<!ENTITY".encode("cp037") in body:
        raise BadFile(
            "declares entities of its own, as an XML bomb does",
            place="feed",
            advice="Ask its owner for a feed without a DOCTYPE.",
        )
    if body.lstrip()[:1] == b"{":
        _brackets(body)
    else:
        _depth(plain)


def _depth(body: bytes) -> None:
    depth = 0
    for tag in _TAG.finditer(_CDATA.sub(b"", body)):
        closes, name, closed = tag.groups()
        if closed or name.lower() in _LOOSE:
            continue
        depth += -1 if closes else 1
        if depth > MAX_DEPTH:
            raise BadFile(
                f"nests deeper than {MAX_DEPTH} levels", place="feed", advice="Ask its owner to mend it."
            )


def _brackets(body: bytes) -> None:
    depth = 0
    for sign in re.finditer(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', body, re.DOTALL):
        mark = sign.group()
        depth += (mark in (b"[", b"{")) - (mark in (b"]", b"}"))
        if depth > MAX_DEPTH:
            raise BadFile(
                f"nests deeper than {MAX_DEPTH} levels", place="feed", advice="Ask its owner to mend it."
            )
