"""HTML as plain text: no markup at all is kept, and nothing of it can come alive again."""

import html
import re

import nh3

_LINE = re.compile(
    r"(?i)<\s*(?:br|hr)\b[^>]*>|</?\s*(?:p|div|li|ul|ol|tr|table|h[1-6]|blockquote|pre|section|article)\b[^>]*>"
)
_TAG = re.compile(r"<[A-Za-z!?/][^<>]*>")
_SPACES = re.compile(r"[ \t\xa0]+")
_LINES = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ROUNDS = 3


def plain(markup: str) -> str:
    """What a reader would see. Scripts and styles go with their content, blocks become lines."""
    text = markup
    for _ in range(_ROUNDS):
        if "<" not in text and "&" not in text:
            break
        stripped = nh3.clean(_LINE.sub("\n", text), tags=set(), attributes={}, link_rel=None)
        before, text = text, html.unescape(stripped)
        # what was escaped twice, as in many feeds, is only seen in the next round
        if text == before:
            break
    text = _TAG.sub(" ", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _GAPS.sub("\n\n", _LINES.sub("\n", _SPACES.sub(" ", text))).strip()
