"""Street addresses: a head that a pattern finds (a house number and a street, a unit, a box) and its tail.

The tail is what follows on the same and the next lines: unit, city, state, postal code, country. It is taken
as far as something tells that it is one (a code, a state, a country), because a city alone is not personal.
"""

import re

from earnest.gate.found import Found, as_kind
from earnest.gate.words import read

_PLACES = read("places")


def _set(name: str) -> frozenset[str]:
    return frozenset(" ".join(_PLACES[name]).split())


_SURE_STREET = _set("sure_street")
_NOT_A_STREET = _set("not_a_street")
_COUNTRIES = frozenset(name.strip() for name in " | ".join(_PLACES["countries"]).split("|"))
_STATES = frozenset(" ".join(_PLACES["states"]).split())
_PARTICLES = frozenset(" ".join(_PLACES["street_particles"]).split())
MOST_STREET = 60
"""Characters of a street's name that are looked at, on each side of its number."""

_APART = re.compile(r"[ \t]*(?:[,;.]?[ \t]*\n[ \t>]*,?[ \t]*|[,;][ \t]*\n?[ \t>]*|[ \t]+(?:[-–][ \t]+)?)")
_UNIT = re.compile(
    r"(?i:(?:apt|apartment|suite|ste|unit|apto|depto|dpto|piso|floor|room|rm|lot|bldg|building|box|puerta|bloque)\b\.?"
    r" *#? ?[0-9][\w\-]{0,5}|# ?\d[\w\-]{0,5}\b|\d{1,2} ?[ºª°] ?[A-Z]?\b"
    r"|\d{1,2}(?:st|nd|rd|th|º|ª|°|er|e)\.? (?:floor|fl|piso|andar|[ée]tage|stock)\b)"
)
_CODE = re.compile(
    r"(?:[A-Z]{1,2}[- ])?(?:\d{5}-\d{3,4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}|\d{4,6}|\d{4} [A-Z]{2})"
    r"(?![\w:/%-]|\.\d| \d)"
    r"|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
)
_SHORT_CODE = re.compile(r"\d{2,3}(?![\w:/%-]|\.\d| \d)")
_STATE = re.compile(r"[A-Z]{2,3}\b(?!['’])")
_CITY = re.compile(
    r"(?![^\W\d_]*\d)[^\W\d_]+(?:[.'’\-][^\W\d_]+)*\.?(?:[ \-/](?![^\W\d_]*\d)"
    r"(?:(?:of|de|del|la|las|los|do|da|dos|di|du|des|am|an|der|im|en|u|v|"
    r"nad|pod|on|upon|the|sur|le|les|i|e|y|and|og)[ \-/])*\(?[^\W\d_]+(?:[.'’\-][^\W\d_]+)*\)?){0,4}"
)


def street(text: str, start: int, end: int) -> Found | None:
    """A house number and a street; "3 miles out of the way" and "4 hours drive" are none."""
    if text[max(0, start - 1) : start] in tuple("$€£.:/-#"):
        return None
    number, *words = text[start:end].replace(",", " ").split()
    names = words[:-1] if len(words) > 1 else words
    if any(word.lower().strip(".") in _NOT_A_STREET for word in words):
        return None
    if any(word[-1] == "." and (len(word) > 5 or word[0].isdigit()) for word in names):
        # A sentence ends there.
        return None
    if any(name[0].isupper() or name[0].isdigit() for name in names):
        return whole(text, start, end)
    plain = any(word.lower().strip(".") in _SURE_STREET for word in words)
    return whole(text, start, end) if plain and len(number) >= 2 else None


def calle(text: str, start: int, end: int) -> Found | None:
    """A street and a house number; "calle 80" is a street alone."""
    words = text[start:end].split()
    return None if len(words) == 2 and words[1].isdigit() else whole(text, start, end)


def whole(text: str, start: int, end: int) -> Found:
    """The head with its tail."""
    return as_kind("address", start, max(end, _tail(text, end)[0]))


def with_tail(text: str, start: int, end: int) -> Found | None:
    """A name beside a number, which is an address only where a tail shows it.

    "Koskikatu 25, 00100 Helsinki" is one, "Corolla 2021" is none. What belongs to the street's name on both
    sides goes along.
    """
    stop, shown = _tail(text, end)
    if text[start].isdigit() and text[end : end + 1] == " ":
        further = _longer(text[end : end + MOST_STREET].split(" ")[1:])
        if further:
            longer = end + 1 + len(further)
            later, also = _tail(text, longer)
            stop, shown = (later, also) if also else (stop, shown)
    if not shown:
        return None
    if start and text[start - 1] == " " and not text[start].isdigit():
        before = _longer(text[max(0, start - MOST_STREET) : start].split(" ")[-2::-1], numbers=True)
        start -= len(before) + 1 if before else 0
    return as_kind("address", start, stop)


def _longer(words: list[str], *, numbers: bool = False) -> str:
    """As many of the words as belong to the name of a street (or to its number), joined."""
    taken: list[str] = []
    for word in words[:6]:
        if not (word[:1].isupper() or word.lower() in _PARTICLES or (numbers and word[:1].isdigit())):
            break
        taken.append(word)
    while taken and taken[-1].lower() in _PARTICLES:
        taken.pop()
    return " ".join(taken)


def _tail(text: str, end: int) -> tuple[int, bool]:
    """Where the tail that begins at `end` stops, and whether it shows that this is an address."""
    at = stop = end
    near = text[end : end + 6]
    first = near.lstrip(" \t\n,;.>-–")[:1]
    if not first or (first.islower() and near[0] == " " and not _UNIT.match(text, end + 1)):
        return end, False
    shown = False
    before_city = False
    cities = 0
    for _ in range(8):
        apart = _APART.match(text, at)
        if apart is None:
            break
        begin = apart.end()
        unit = _UNIT.match(text, begin)
        if unit:
            at = stop = unit.end()
            continue
        code = _CODE.match(text, begin) or ("\n" in apart[0] and _SHORT_CODE.match(text, begin))
        if code:
            # "May 12, 2025" and "Android 14, 12345 of them" are none; beside a city it is a postal code.
            year = 1900 <= int(code[0]) < 2100 if code[0].isdigit() else False
            if year and not cities:
                break
            at = stop = code.end()
            shown = shown or cities > 0 or "\n" in apart[0] or not code[0].isdigit()
            before_city = True
            continue
        state = _STATE.match(text, begin)
        if state and (state[0] in _STATES or "\n" in text[at:begin] or "," in apart[0]):
            at = stop = state.end()
            cities = 3
            continue
        city = _CITY.match(text, begin)
        if city is None or not (city[0][0].isupper() or "\n" in apart[0]):
            break
        country = _country(city[0])
        if country:
            at = stop = begin + country
            shown = True
            continue
        name = _capitals(city[0])
        if not name or cities == 3:
            break
        at = begin + name
        if before_city and not cities:
            # "28013 Madrid"
            stop = at
            shown = True
        cities += 1
    ends = text[end : end + 1] == "," and "\n" not in text[end:at] and _closes(text, at)
    if stop == end and at > end and not shown and ends:
        stop = at
    return stop, shown


def _country(words: str) -> int:
    """How many characters of `words` are a country, from the first on."""
    parts = words.lower().replace(".", "").split(" ")
    for many in range(min(4, len(parts)), 0, -1):
        if " ".join(parts[:many]).strip("()") in _COUNTRIES:
            return len(" ".join(words.split(" ")[:many]))
    return 0


def _capitals(words: str) -> int:
    """How many characters of `words` read as the name of a city: up to the last capital, before a country."""
    end = 0
    at = 0
    for part in words.split(" "):
        if end and _country(words[at:]):
            break
        if part[:1].isupper() or part[:1] == "(":
            end = at + len(part)
        elif len(part) > 4:
            break
        at += len(part) + 1
    return len(words[:end].rstrip("."))


def _closes(text: str, at: int) -> bool:
    """Whether nothing, or a full stop, follows."""
    return not text[at:].strip() or text[at] in ".\n;)!?" or text[at : at + 2] in (", ",)
