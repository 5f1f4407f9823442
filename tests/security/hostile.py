"""What somebody sends who wants to break the desk: values for parts of addresses and fields of forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import earnest.web
from tests.web.doors import Door

NUL = "a\x00b"
NUMBERS = ("0", str(1 << 31), str(1 << 53), str(1 << 63), "9" * 40)
"""Beyond what a database keeps in 32 and 64 bits, and beyond any."""

SLUGS = ("x", "-", "x" * 300, "__class__", "0")
WORDS = ("..%2f..%2fetc%2fpasswd", "%00", "x" * 3000, "%ed%a0%80", "%3Cscript%3E", "{{7*7}}")
"""Parts of addresses, as they are sent."""

VALUES: dict[str, str] = {
    "nothing": "",
    "a zero byte": NUL,
    "a page": "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}{% now 'Y' %}",
    "a formula": "=cmd|' /C calc'!A0",
    "lines": "x\r\nBcc: all@example.org\r\n\r\nx",
    "a huge number": "9" * 40,
    "a number of 63 bits": str(1 << 63),
    "a number of 31 bits": str(1 << 31),
    "less than nothing": "-1",
    "no number": "NaN",
    "other digits": "١٢٣²",
    "year nought": "0000-00-00",
    "the last year": "9999-12-31T23:59:59",
    "the first year": "0001-01-01",
    "an hour that is not": "2026-03-29T02:30",
    "a way up": "../../../../etc/passwd",
    "another site": "//evil.example/%0d%0aSet-Cookie:x=y",
    "a script as an address": "javascript:alert(1)",
    "the machine itself": "http://[::ffff:169.254.169.254]/latest",
    "much": "Long " * 4000,
    "an alias bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nroutes: *c",
    "a tag of Python": "!!python/object/apply:os.system ['true']",
    "half an address": "http://[",
    "depth": "[" * 3000,
    "letters over letters": "a" + "\u0301" * 2000,
    "backwards": "\u202egnp.exe",
}

_NAMED = re.compile(r"""(?:\.(?:get|getlist)\(|name=)\s*"([a-zA-Z_][\w-]{0,40})["(]""")


def fields() -> list[str]:
    """Every name that a form or an address of ours has, as the package itself says them."""
    root = Path(earnest.web.__file__).parent
    found: set[str] = set()
    for path in (*root.rglob("*.py"), *root.rglob("*.html")):
        found |= set(_NAMED.findall(path.read_text(encoding="utf-8")))
    return sorted(found - {"viewport", "csrfmiddlewaretoken", "color-scheme"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an address: its converter and its name."""

    sort: str
    name: str


def parts(door: Door) -> list[Part]:
    return [Part(sort or "str", name) for sort, name in re.findall(r"<(?:(\w+):)?(\w+)>", door.route)]


def addresses(door: Door, good: str) -> Iterator[str]:
    """The address with each of its parts replaced by each hostile one; `good` is one that is there."""
    shape = re.sub(r"<(?:\w+:)?(\w+)>", r"(?P<\1>[^/]+?)", re.escape(door.route))
    match = re.fullmatch("/" + shape, good)
    assert match is not None, (door.route, good)
    for part in parts(door):
        hostile = NUMBERS if part.sort == "int" else SLUGS if part.sort == "slug" else WORDS
        for value in hostile:
            start, end = match.span(part.name)
            yield good[:start] + value + good[end:]


def forms(names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field with the same hostile value, one value after the other."""
    for what, value in VALUES.items():
        yield what, dict.fromkeys(names, value)
