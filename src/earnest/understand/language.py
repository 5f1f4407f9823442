"""What the language head learns from: our own examples and the catalogues that Django ships.

Django's translations (BSD) are read from the installed package when a model is trained; nothing is copied.
The languages of `OTHERS` are learned as one answer, "und", so that Finnish is not taken for whatever is
nearest.
"""

import gettext
from functools import cache
from importlib.util import find_spec
from pathlib import Path

KNOWN = ("en", "es", "pt", "fr", "de", "it", "nl", "ca", "pl", "sv", "tr", "ro")
OTHERS = (
    "fi",
    "hu",
    "cs",
    "da",
    "nb",
    "hr",
    "et",
    "lv",
    "lt",
    "sk",
    "sl",
    "vi",
    "id",
    "eu",
    "cy",
    "sq",
    "af",
    "gl",
)
_SHORTEST, _LONGEST = 8, 400
_MOST = 900
"""Sentences a language; the others share what one has."""


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    """(language or "und", text), in a fixed order."""
    known = [(language, text) for language in KNOWN for text in _some(_catalogue(language), _MOST)]
    share = 2 * _MOST // len(OTHERS)
    return (*known, *(("und", text) for language in OTHERS for text in _some(_catalogue(language), share)))


def _some(texts: list[str], most: int) -> list[str]:
    step = max(1, len(texts) // most)
    return texts[::step][:most]


def _catalogue(language: str) -> list[str]:
    spec = find_spec("django")
    if spec is None or spec.origin is None:
        return []
    root = Path(spec.origin).parent
    # English is the catalogues' own side: the message ids that Spanish translates.
    folder = "es" if language == "en" else language
    found: dict[str, None] = {}
    for path in sorted(root.glob(f"**/locale/{folder}/LC_MESSAGES/*.mo")):
        with path.open("rb") as stream:
            entries = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
        for source, translated in entries.items():
            text = (source[0] if isinstance(source, tuple) else source) if language == "en" else translated
            text = _plain(text)
            if _SHORTEST <= len(text) <= _LONGEST and (language == "en" or text != _plain(source)):
                found[text] = None
    return list(found)


def _plain(text: object) -> str:
    """Without context marks and placeholders, which are the same in every language."""
    if not isinstance(text, str):
        return ""
    text = text.rpartition("\x04")[2]
    words = [word for word in text.replace("\xa0", " ").split() if "%" not in word and "{" not in word]
    return " ".join(words)
