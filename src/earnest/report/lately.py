"""The figures of a range as pages and programs ask for them: measured once for every reader, and again when
posts came since, but at most once a minute.
"""

import time
from datetime import date

from earnest.report import figures as measuring
from earnest.report.shapes import Figures
from earnest.store import read, read_taxonomy
from earnest.store.shapes import Programme

CAUSES = 4
"""For so many risers posts are read to find their words."""

FRESH, LASTING = 60.0, 300.0
"""Seconds for which figures are told again: while posts arrive, and while none does (corrections and
erasures).
"""

KEPT = 32

_kept: dict[tuple[str, date, date, int, str], tuple[float, int, Figures]] = {}


def figures(programme: Programme, since: date, until: date, lang: str = "en") -> Figures:
    """The figures from `since` (included) to `until` (not included), with names in a language; the same for
    every reader.
    """
    key = (programme.slug, since, until, read_taxonomy.number_of(programme.slug), lang)
    now, newest = time.monotonic(), read.newest_id(programme.slug)
    at, arrival, found = _kept.get(key, (now, -1, None))
    age = now - at
    if found is not None and found.name == programme.name and age < (LASTING if arrival == newest else FRESH):
        return found
    measured = measuring.measure(programme, since, until, lang=lang, causes_for=CAUSES)
    for old in [old for old, (made, _, _) in list(_kept.items()) if now - made >= LASTING]:
        _kept.pop(old, None)
    if len(_kept) < KEPT or key in _kept:
        _kept[key] = (now, newest, measured)
    return measured
