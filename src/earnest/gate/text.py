"""Plain text as it is kept: composed (NFC), without control, zero-width and direction characters."""

import re
import unicodedata

MAX = 20_000
"""Characters. A longer post is refused, not cut: half a post may say the opposite of the whole."""

# Controls but line break and tab; soft hyphen; zero-width and direction marks; tags; lone surrogates;
# non-characters.
_UNSEEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

_CAMEL = re.compile(r"([a-z0-9])([A-Z])")


def parted(name: str) -> str:
    """The words of a name that a program gave: "driverId" as "driver Id"."""
    return _CAMEL.sub(r"\1 \2", name)


def clean(text: str) -> str:
    """The text as it may be kept. Line breaks become "\\n"."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return unicodedata.normalize("NFC", text).strip()
