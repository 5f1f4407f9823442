"""What sources say of themselves, in the language of the page.

A source knows no Django, so its words are marked for translation in a list beside this file, `place_said.py`,
that is written anew from the sources:

    python -m earnest.web.place_words > src/earnest/web/place_said.py
"""

import sys

from django.utils.translation import gettext

from earnest.sources import asks
from earnest.sources.registry import BUILT_IN


def said(text: str) -> str:
    """A source's own words, translated where the catalogue has them."""
    return gettext(text) if text else ""


def every() -> list[str]:
    """Every word of the sources that ship with Earnest, which a page may show, in order and once."""
    found: dict[str, None] = {}
    for kind in BUILT_IN:
        words = [kind.title, kind.asks, kind.key]
        for one in asks.asked(kind):
            words += [one.label, one.sentence, *one.choices]
        found |= dict.fromkeys(word for word in words if word)
    return list(found)


HEAD = '''"""Words of the sources, marked for translation. Written by place_words.py."""

# ruff: noqa: E501 - sentences stay whole, as a translator reads them
from django.utils.translation import gettext_noop as _

SAID = (
'''


def write() -> str:
    """The list as a module."""
    return HEAD + "".join(f"    _({quoted(word)}),\n" for word in every()) + ")\n"


def quoted(word: str) -> str:
    """A word as ruff writes a string."""
    plain = word.replace("\\", "\\\\")
    return f"'{plain}'" if '"' in plain and "'" not in plain else '"' + plain.replace('"', '\\"') + '"'


if __name__ == "__main__":
    sys.stdout.write(write())
