"""What a report says of versions of the taxonomy, in both languages."""

from collections.abc import Sequence
from datetime import date

from earnest.report.families import Mark
from earnest.report.wording import Wording

_VERSION = {"en": "version {}", "es": "versión {}"}
_NOW = {"en": "{} (now {})", "es": "{} (ahora {})"}
_UNTIL = {"en": "{} (until {})", "es": "{} (hasta el {})"}
_MADE = {
    "en": "Labels are those of version {} of the taxonomy.",
    "es": "Las etiquetas son las de la versión {} de la taxonomía.",
}
_BEGAN = {
    "en": "Version {} began on {}: labels that were merged or moved are counted as one before and after; a"
    " label that was split is told as a whole wherever its earlier posts stand beside later ones. Voices"
    " across that day count as the larger side.",
    "es": "La versión {} empezó el {}: las etiquetas unidas o movidas se cuentan juntas antes y después; una"
    " etiqueta dividida se cuenta entera donde sus mensajes anteriores están junto a los posteriores. Las"
    " voces a ambos lados de ese día cuentan como el lado mayor.",
}


def mark(number: int, lang: str) -> str:
    """The words beside the line on a chart."""
    return _said(_VERSION, lang).format(number)


def split(name: str, parts: Sequence[str], lang: str) -> str:
    """The name of a label that was split."""
    return _said(_NOW, lang).format(name, ", ".join(parts))


def ended(name: str, until: date, lang: str) -> str:
    """The name of a label that is there no more."""
    return _said(_UNTIL, lang).format(name, until.isoformat())


def method(version: int, began: Sequence[Mark], say: Wording) -> list[str]:
    """What the method section says; nothing where the taxonomy never changed."""
    if version == 1 and not began:
        return []
    lines = [_said(_MADE, say.lang).format(version)]
    lines += [_said(_BEGAN, say.lang).format(one.number, say.day(one.since, year=True)) for one in began]
    return lines


def _said(words: dict[str, str], lang: str) -> str:
    return words.get(lang, words["en"])
