"""How each kind of personal data is found (an RE2 pattern) and judged (a function that may say no).

Patterns are wide, judges are strict: "5:30-8:30", "$18.50", "route CX142", "v3.58.1" and dates look like
numbers that lead to somebody and are not.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Literal, NamedTuple

import phonenumbers
import stdnum.ar.cuit
import stdnum.br.cpf
import stdnum.cl.rut
import stdnum.es.dni
import stdnum.es.nie
import stdnum.fr.nir
import stdnum.iban
import stdnum.it.codicefiscale
import stdnum.luhn
import stdnum.mx.curp
import stdnum.mx.rfc
import stdnum.us.ssn

from earnest.gate.words import read

Kind = Literal[
    "email", "link", "handle", "phone", "card", "iban", "id", "order", "ip", "coordinates", "address", "plate"
]


def _set(name: str) -> frozenset[str]:
    return frozenset(" ".join(read("places")[name]).split())


class Found(NamedTuple):
    """What to replace, as what kind, and by what."""

    start: int
    end: int
    kind: Kind
    instead: str


Judge = Callable[[str, int, int], Found | None]


class Finder(NamedTuple):
    """One way to find a kind: the group of the pattern that is the candidate, and its judge."""

    pattern: str
    group: int
    judge: Judge


def _as(kind: Kind, start: int, end: int) -> Found:
    return Found(start, end, kind, f"[{kind}]")


def _always(kind: Kind) -> Judge:
    return lambda text, start, end: _as(kind, start, end)


# --- links -----------------------------------------------------------------------------------------------

_SECOND_LEVEL = _set("second_level")
_TRAILING = ".,;:!?)]}'\"*>"


def domain_of(link: str) -> str | None:
    """The registered domain of a link ("example.org" of "https://ann.example.org/x"), or None.

    Of a host only the last two labels stay (three under "co.uk" and the like): the ones before often name a
    person.
    """
    host = link.split("://", 1)[-1]
    host = re.split(r"[/?#\\]", host, maxsplit=1)[0].rsplit("@", 1)[-1].split(":", 1)[0].strip(".").lower()
    labels = host.split(".")
    if (
        len(labels) < 2
        or not all(label.replace("-", "").isalnum() for label in labels)
        or labels[-1].isdigit()
    ):
        return None
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])


def _link(text: str, start: int, end: int) -> Found | None:
    link = text[start:end].rstrip(_TRAILING)
    domain = domain_of(link)
    if domain == link:
        return None
    return Found(start, start + len(link), "link", domain or "[link]")


# --- e-mail and handles -------------------------------------------------------------------------------------

_TO_ALL = _set("to_all")
_NUMBERED = _set("numbered")


def _email(text: str, start: int, end: int) -> Found | None:
    return _as("email", start, start + len(text[start:end].rstrip(".-")))


def _at_handle(text: str, start: int, end: int) -> Found | None:
    handle = text[start:end].rstrip(".:")
    return (
        None
        if handle[1:].lower() in _TO_ALL or len(handle) < 3
        else _as("handle", start, start + len(handle))
    )


def _tagged_handle(text: str, start: int, end: int) -> Found | None:
    return None if text[start:end].split("#")[0].lower() in _NUMBERED else _as("handle", start, end)


def _told_handle(text: str, start: int, end: int) -> Found | None:
    name = text[start:end].rstrip(".")
    telling = any(c.isdigit() or c in "_." for c in name) and any(c.isalpha() for c in name)
    return _as("handle", start, start + len(name)) if telling else None


# --- numbers -----------------------------------------------------------------------------------------------

_DATE = re.compile(
    r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d(?!\d)"
)
_MONEY = frozenset("$€£.")
_AMOUNT = re.compile(r"\d[\d.]*")
_CLOCK_RANGE = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d ?[-/] ?(?:[01]\d|2[0-4])[0-5]\d")
_YEAR_RANGE = re.compile(r"(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d")
_GROUPED = re.compile(r"\d{1,3}(?:[. ]\d{3})+")
_DECIMALS = re.compile(r"(?:\d{1,4}\.\d{1,2}(?!\d)[ \-/]*)+")
_PHONE_WORD = re.compile(
    r"(?i)\b(?:call|text|tel|phone|cell?|mobile|whats?app|wsp|number|numero|n[uú]mero|m[oó]vil|celular|llam\w*|ring|"
    r"fax|reach|contact\w*|telefon\w*|tel[eé]fono|telefone|handy|nummer|portable|appel\w*|lig(?:ue|uem|ar|a)|sms)\b"
    r"\.?[^\n\[\]@/.]{0,25}$"
)
_REGIONS = (
    "US",
    "GB",
    "ES",
    "MX",
    "FR",
    "DE",
    "BR",
    "PT",
    "AR",
    "CO",
    "CL",
    "BE",
    "IT",
    "NL",
    "CH",
    "AT",
    "IE",
    "AU",
    "IN",
    "SE",
)


_GROUP = re.compile(r"\d+")
MOST_GROUPS = 6
"""How many groups of digits one number is written in, at most."""
_CARD_SHAPES = frozenset(["4444", "465", "464", "4443"])
_PHONE_SHAPES = frozenset(["334", "333", "3222", "2222", "1334", "244", "56", "554", "254", "22222"])
"""Sizes of the groups of digits that telephone numbers are written in."""


def _is_phone(candidate: str, regions: tuple[str, ...]) -> bool:
    for region in (None,) if candidate.startswith("+") else regions:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def _digits(text: str, start: int, end: int) -> Found | None:
    """A run of seven digits or more: a card, a phone number, another number that leads somewhere, or none."""
    raw = text[start:end]
    date = _DATE.search(raw)
    if date:
        return _rest(text, start, start + date.start()) or _rest(text, start + date.end(), end)
    if text[max(0, start - 1) : start] in _MONEY:
        amount = _AMOUNT.match(raw)
        return _rest(text, start + amount.end(), end) if amount else None
    if _CLOCK_RANGE.fullmatch(raw) or _YEAR_RANGE.fullmatch(raw) or _DECIMALS.fullmatch(raw):
        return None
    groups = [group.span() for group in _GROUP.finditer(raw)]
    for first in range(len(groups)):
        for last in range(min(first + MOST_GROUPS, len(groups)) - 1, first - 1, -1):
            a, b = groups[first][0], groups[last][1]
            if b - a < 7:
                break
            if sum(z - y for y, z in groups[first : last + 1]) < 7:
                continue
            a -= a > 0 and raw[a - 1] in "+("
            kind = _kind_of(raw[a:b], text[max(0, start + a - 40) : start + a])
            if kind is not None:
                return _as(kind, start + a, start + b)
    for a, b in groups:
        if b - a >= 8:
            return _as("id", start + a, start + b)
    return None


def _rest(text: str, start: int, end: int) -> Found | None:
    """The same for a part of the run, where that still has seven digits."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip(" -./"))
    end -= len(raw) - len(raw.rstrip(" -./("))
    return _digits(text, start, end) if sum(c.isdigit() for c in text[start:end]) >= 7 else None


def _kind_of(raw: str, before: str) -> Kind | None:
    """What a few groups of digits are on their own: a card, a phone number, or nothing that can be told."""
    groups = _GROUP.findall(raw)
    digits = "".join(groups)
    sizes = "".join(str(len(group)) for group in groups)
    if (
        12 <= len(digits) <= 19
        and (len(groups) == 1 or sizes in _CARD_SHAPES)
        and stdnum.luhn.is_valid(digits)
    ):
        return "card"
    if not 7 <= len(digits) <= 15 or raw.count("(") != raw.count(")"):
        return None
    told = _PHONE_WORD.search(before) is not None
    if told or (raw[0] == "+" and len(digits) >= 8):
        return "phone"
    if sizes == "34" and "-" in raw and not all(group.endswith("0") for group in groups):
        return "phone"
    if len(groups) == 1:
        return "phone" if 9 <= len(digits) <= 12 and _is_phone(raw, _REGIONS[:6]) else None
    shaped = raw[0] in "(0" or ")" in raw or sizes in _PHONE_SHAPES
    if not shaped or (
        _GROUPED.fullmatch(raw) and not (" " in raw and len(digits) == 9 and digits[0] in "6789")
    ):
        return None
    return "phone" if any(c in raw for c in "()-.") or _is_phone(raw, _REGIONS) else None


def _checked(kind: Kind, valid: Callable[[str], bool]) -> Judge:
    return lambda text, start, end: _as(kind, start, end) if valid(text[start:end]) else None


def _iban(text: str, start: int, end: int) -> Found | None:
    candidate = text[start:end]
    while len(candidate) >= 15:
        if stdnum.iban.is_valid(candidate):
            return _as("iban", start, start + len(candidate))
        candidate = candidate[:-1].rstrip()
    return None


def _told_id(text: str, start: int, end: int) -> Found | None:
    return _as("id", start, end) if sum(c.isdigit() for c in text[start:end]) >= 4 else None


def _told_order(text: str, start: int, end: int) -> Found | None:
    number = text[start:end].rstrip("-")
    digits = sum(c.isdigit() for c in number)
    letters = sum(c.isalpha() for c in number)
    if (
        digits >= 5
        or (digits >= 2 and letters >= 1 and len(number) >= 5)
        or (digits == 4 and text[start - 1] == "#")
    ):
        return _as("order", start, start + len(number))
    return None


def _told_plate(text: str, start: int, end: int) -> Found | None:
    plate = text[start:end]
    return _as("plate", start, end) if any(c.isdigit() for c in plate) and len(plate) >= 4 else None


def _ip(text: str, start: int, end: int) -> Found | None:
    if text[max(0, start - 9) : start].lower().rstrip(" .:").endswith(("v", "version", "versión", "ver")):
        return None
    try:
        ipaddress.ip_address(text[start:end])
    except ValueError:
        return None
    return _as("ip", start, end)


# --- places ------------------------------------------------------------------------------------------------

_SURE_STREET = _set("sure_street")
_NOT_A_STREET = _set("not_a_street")


def _street(text: str, start: int, end: int) -> Found | None:
    """A house number and a street; "3 miles out of the way" and "4 hours drive" are none."""
    if text[max(0, start - 1) : start] in tuple("$€£.:/-#"):
        return None
    number, *words = text[start:end].replace(",", " ").split()
    names = words[:-1] if len(words) > 1 else words
    if any(word.lower().strip(".") in _NOT_A_STREET for word in words):
        return None
    if any(name[0].isupper() or name[0].isdigit() for name in names):
        return _as("address", start, end)
    plain = any(word.lower().strip(".") in _SURE_STREET for word in words)
    return _as("address", start, end) if plain and len(number) >= 2 else None


_WORDS = read("personal")


def _finder(name: str, judge: Judge, *, group: int = 0) -> Finder:
    return Finder("|".join(_WORDS[name]), group, judge)


FINDERS: tuple[Finder, ...] = (
    _finder("link", _link),
    _finder("email", _email),
    _finder("email_told", _always("email")),
    _finder("iban", _iban),
    _finder("handle_at", _at_handle, group=1),
    _finder("handle_u", _always("handle"), group=1),
    _finder("handle_numbered", _tagged_handle),
    _finder("handle_told", _told_handle, group=1),
    _finder("coordinates", _always("coordinates")),
    _finder("coordinates_dms", _always("coordinates")),
    _finder("ip4", _ip),
    _finder("ip6", _ip),
    _finder("id_us", _checked("id", stdnum.us.ssn.is_valid)),
    _finder("id_es", _checked("id", stdnum.es.dni.is_valid)),
    _finder("id_nie", _checked("id", stdnum.es.nie.is_valid)),
    _finder("id_curp", _checked("id", stdnum.mx.curp.is_valid)),
    _finder("id_rfc", _checked("id", stdnum.mx.rfc.is_valid)),
    _finder("id_br", _checked("id", stdnum.br.cpf.is_valid)),
    _finder("id_cl", _checked("id", stdnum.cl.rut.is_valid)),
    _finder("id_ar", _checked("id", stdnum.ar.cuit.is_valid)),
    _finder("id_fr", _checked("id", stdnum.fr.nir.is_valid)),
    _finder("id_it", _checked("id", stdnum.it.codicefiscale.is_valid)),
    _finder("id_gb", _always("id")),
    _finder("id_told", _told_id, group=1),
    _finder("order_form", _always("order")),
    _finder("order_told", _told_order, group=1),
    _finder("order_hash", _told_order, group=1),
    _finder("digits", _digits),
    _finder("plate_told", _told_plate, group=1),
    _finder("plate", _always("plate")),
    _finder("street_en", _street),
    _finder("street_calle", _always("address")),
    _finder("street_rue", _always("address")),
    _finder("street_de", _always("address")),
    _finder("unit", _always("address")),
    _finder("postcode", _always("address")),
)
