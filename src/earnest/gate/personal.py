"""Which kinds of personal data are looked for, how (an RE2 pattern), and when (what a text must have).

Patterns are wide, judges are strict: "5:30-8:30", "$18.50", "route CX142", "v3.58.1" and dates look like
numbers that lead to somebody and are not. `digits.py` and `address.py` judge the hardest two; names of
persons are found by `names`.
"""

import ipaddress
import re
from typing import NamedTuple

import stdnum.ar.cuit
import stdnum.br.cnpj
import stdnum.br.cpf
import stdnum.cl.rut
import stdnum.es.dni
import stdnum.es.nie
import stdnum.fr.nir
import stdnum.iban
import stdnum.it.codicefiscale
import stdnum.mx.curp
import stdnum.mx.rfc
import stdnum.us.itin
import stdnum.us.ssn

from earnest.gate import address, digits
from earnest.gate.found import Found, Judge, Kind, always, as_kind, checked
from earnest.gate.names import bits as has
from earnest.gate.words import read


class Finder(NamedTuple):
    """One way to find a kind: the group of the pattern that is the candidate, its judge, and what a text must
    have (all bits of one of `needs`, see `names.bits`) to be searched."""

    kind: Kind
    pattern: str
    group: int
    judge: Judge
    needs: tuple[int, ...]


def _set(name: str) -> frozenset[str]:
    return frozenset(" ".join(read("places")[name]).split())


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
    return as_kind("email", start, start + len(text[start:end].rstrip(".-")))


def _at_handle(text: str, start: int, end: int) -> Found | None:
    handle = text[start:end].rstrip(".:")
    return (
        None
        if handle[1:].lower() in _TO_ALL or len(handle) < 3
        else as_kind("handle", start, start + len(handle))
    )


def _tagged_handle(text: str, start: int, end: int) -> Found | None:
    return None if text[start:end].split("#")[0].lower() in _NUMBERED else as_kind("handle", start, end)


def _told_handle(text: str, start: int, end: int) -> Found | None:
    name = text[start:end].rstrip(".")
    telling = any(c.isdigit() or c in "_." for c in name) and any(c.isalpha() for c in name)
    return as_kind("handle", start, start + len(name)) if telling else None


# --- numbers -------------------------------------------------------------------------------------------


_IBAN_LENGTHS = {pair[:2]: int(pair[2:]) for pair in _set("iban_lengths")}


def _iban(text: str, start: int, end: int) -> Found | None:
    """As many characters as an account number of that country has."""
    left = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    for at in range(start, end if left else start):
        left -= text[at] != " "
        if not left:
            return as_kind("iban", start, at + 1) if stdnum.iban.is_valid(text[start : at + 1]) else None
    return None


def _told_id(text: str, start: int, end: int) -> Found | None:
    number = text[start:end]
    digits_in = sum(c.isdigit() for c in number)
    return as_kind("id", start, end) if digits_in >= 4 and not digits.YEARS.fullmatch(number) else None


def _told_order(text: str, start: int, end: int) -> Found | None:
    number = text[start:end].rstrip("-")
    digits = sum(c.isdigit() for c in number)
    letters = sum(c.isalpha() for c in number)
    if (
        digits >= 5
        or (digits >= 2 and letters >= 1 and len(number) >= 5)
        or (digits == 4 and text[start - 1] == "#")
    ):
        return as_kind("order", start, start + len(number))
    return None


def _told_plate(text: str, start: int, end: int) -> Found | None:
    plate = text[start:end]
    return as_kind("plate", start, end) if any(c.isdigit() for c in plate) and len(plate) >= 4 else None


def _ip(text: str, start: int, end: int) -> Found | None:
    if text[max(0, start - 9) : start].lower().rstrip(" .:").endswith(("v", "version", "versión", "ver")):
        return None
    address = text[start:end]
    if text[max(0, start - 1) : start] == "." or (
        text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()
    ):
        return None
    if ":" not in address:
        return as_kind("ip", start, end) if max(map(int, address.split("."))) < 256 else None
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return None
    return as_kind("ip", start, end)


_WORDS = read("personal")


_LONG = (has.DIGITS_7,)
_CODED = (has.DIGITS_3 | has.MIXED,)
_HOUSE = (has.HOUSE,)


def _finder(kind: Kind, name: str, judge: Judge | None, *needs: int, group: int = 0) -> Finder:
    return Finder(kind, "|".join(_WORDS[name]), group, judge or always(kind), needs)


# In order of precedence: where two finds overlap, the earlier wins.
FINDERS: tuple[Finder, ...] = (
    _finder("link", "link", _link, has.SLASH, has.DOT_IN),
    _finder("handle", "handle_federated", None, has.AT, group=1),
    _finder("email", "email", _email, has.AT),
    _finder("email", "email_told", None, has.MAIL),
    _finder("iban", "iban", _iban, has.DIGITS_7 | has.MIXED),
    _finder("handle", "handle_at", _at_handle, has.AT, group=1),
    _finder("handle", "handle_u", None, has.SLASH, group=1),
    _finder("handle", "handle_numbered", _tagged_handle, has.HASH | has.DIGITS_3),
    _finder("handle", "handle_told", _told_handle, has.SOCIAL, group=1),
    _finder("coordinates", "coordinates", None, has.DECIMAL),
    _finder("coordinates", "coordinates_dms", None, has.DEGREE),
    _finder("ip", "ip4", _ip, has.IP),
    _finder("ip", "ip6", _ip, has.IP),
    _finder("id", "id_us", checked("id", stdnum.us.ssn.is_valid), *_LONG),
    _finder("id", "id_itin", checked("id", stdnum.us.itin.is_valid), *_LONG),
    _finder("id", "id_es", checked("id", stdnum.es.dni.is_valid), *_LONG),
    _finder("id", "id_nie", checked("id", stdnum.es.nie.is_valid), *_LONG),
    _finder("id", "id_curp", checked("id", stdnum.mx.curp.is_valid), *_LONG),
    _finder("id", "id_rfc", checked("id", stdnum.mx.rfc.is_valid), *_CODED),
    _finder("id", "id_br", checked("id", stdnum.br.cpf.is_valid), *_LONG),
    _finder("id", "id_cnpj", checked("id", stdnum.br.cnpj.is_valid), *_LONG),
    _finder("id", "id_cl", checked("id", stdnum.cl.rut.is_valid), *_LONG),
    _finder("id", "id_ar", checked("id", stdnum.ar.cuit.is_valid), *_LONG),
    _finder("id", "id_fr", checked("id", stdnum.fr.nir.is_valid), *_LONG),
    _finder("id", "id_it", checked("id", stdnum.it.codicefiscale.is_valid), *_LONG),
    _finder("id", "id_gb", None, has.DIGITS_3 | has.CAPS),
    _finder("id", "id_nit", None, *_LONG, group=1),
    _finder("id", "id_ele", None, *_LONG, group=1),
    _finder("birthday", "born", None, has.CUE | has.DIGITS_3 | has.NUMBERED, group=1),
    _finder("id", "id_told", _told_id, has.TOLD | has.DIGITS_3 | has.NUMBERED, group=1),
    _finder("order", "order_form", None, has.DIGITS_7, has.DIGITS_3 | has.MIXED | has.CAPS),
    _finder("order", "order_told", _told_order, has.ORDER | has.DIGIT | has.NUMBERED, group=1),
    _finder("address", "military", None, *_HOUSE),
    _finder("address", "corner", address.whole, has.CUE),
    _finder("address", "street_en", address.street, *_HOUSE),
    _finder("address", "unit_headed", address.whole, *_HOUSE),
    _finder("address", "street_rue", address.whole, *_HOUSE),
    _finder("address", "street_calle", address.calle, *_HOUSE),
    _finder("address", "street_told", address.whole, has.CUE | has.NEAR | has.NUMBERED, group=1),
    _finder("address", "street_de", address.whole, has.NEAR, *_HOUSE),
    _finder("address", "street_shown", address.with_tail, has.NEAR | has.DIGITS_3),
    _finder("order", "order_hash", _told_order, has.HASH | has.DIGIT, group=1),
    _finder("address", "code_told", None, has.CUE | has.DIGITS_3 | has.NUMBERED, group=1),
    _finder("phone", "digits", digits.judged, *_LONG),
    _finder("plate", "plate_told", _told_plate, has.CUE | has.DIGIT | has.NUMBERED, group=1),
    _finder("plate", "plate", None, has.CAPS | has.DIGIT),
    _finder("address", "unit", address.whole, *_HOUSE),
    _finder("address", "postcode", address.whole, has.CAPS | has.DIGIT),
)
