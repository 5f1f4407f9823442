"""Runs of seven digits or more: a card, a telephone number, another number that leads somewhere, or nothing.

"5:30-8:30", "$18.50", dates and amounts look like numbers that lead to somebody and are not. Which groups of
digits of a run belong together is tried out, longest first; what has a check digit or a numbering plan is
verified (python-stdnum, phonenumbers).
"""

import re

import phonenumbers
import stdnum.luhn

from earnest.gate.found import Found, Kind, as_kind
from earnest.gate.wordless import remembered

_DATE = re.compile(
    r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d(?!\d)"
)
_MONEY = frozenset("$€£.")
_AMOUNT = re.compile(r"\d[\d.]*")
_CLOCK_RANGE = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d ?[-/] ?(?:[01]\d|2[0-4])[0-5]\d")
YEARS = re.compile(r"(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d")
_GROUPED = re.compile(r"\d{1,3}(?:[. ]\d{3})+")
_DECIMALS = re.compile(r"(?:\d{1,4}\.\d{1,2}(?!\d)[ \-/]*)+")
_PHONE_WORD = re.compile(
    r"(?i)\b(?:call|text|tel|phone|cell?|mobile|whats?app|wsp|number|numero|n[uú]mero|m[oó]vil|celular|llam\w*|ring|"
    r"fax|reach|contact\w*|telefon\w*|tel[eé]fono|telefone|handy|nummer|portable|appel\w*|lig(?:ue|uem|ar|a)|sms)\b"
    r"\.?[^\n\[\]@/.]{0,25}$"
)
_PHONE_AFTER = re.compile(
    r"(?i)[.,)]? (?:is |es |é |est |ist )?(?:my|mi|meu|mon|meine?) "
    r"(?:number|phone|cell|mobile|n[uú]mero|cel|tel|nummer)"
)
REGIONS = (
    "US", "GB", "ES", "MX", "FR", "DE", "BR", "PT", "AR", "CO", "CL", "BE", "IT",
    "NL", "CH", "AT", "IE", "AU", "IN", "SE", "NO", "DK", "FI", "PL",
)  # fmt: skip
_GROUP = re.compile(r"\d+")
MOST_GROUPS = 6
"""How many groups of digits one number is written in, at most."""
_CARD_SHAPES = frozenset(["4444", "465", "464", "4443"])
_PHONE_SHAPES = frozenset(
    [
        "334", "333", "3222", "2222", "1334", "244", "56", "554", "254", "22222", "533", "323", "353",
        "234", "2333", "433", "3333", "13333", "2434", "343", "332", "3323", "1333",
    ]
)  # fmt: skip
"""Sizes of the groups of digits that telephone numbers are written in."""


@remembered(2_048)
def _is_phone(candidate: str, regions: tuple[str, ...]) -> bool:
    for region in (None,) if candidate.startswith("+") else regions:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def judged(text: str, start: int, end: int) -> Found | None:
    """The judge of a run."""
    raw = text[start:end]
    date = _DATE.search(raw)
    if date and _could_be_date(date):
        return _rest(text, start, start + date.start()) or _rest(text, start + date.end(), end)
    if text[max(0, start - 1) : start] in _MONEY:
        amount = _AMOUNT.match(raw)
        return _rest(text, start + amount.end(), end) if amount else None
    if _CLOCK_RANGE.fullmatch(raw) or YEARS.fullmatch(raw) or _DECIMALS.fullmatch(raw):
        return None
    groups = [group.span() for group in _GROUP.finditer(raw)]
    sizes = [b - a for a, b in groups]
    for first in range(len(groups)):
        for last in range(min(first + MOST_GROUPS, len(groups)) - 1, first - 1, -1):
            a, b = groups[first][0], groups[last][1]
            if b - a < 7:
                break
            if not 7 <= sum(sizes[first : last + 1]) <= 19:
                continue
            a -= a > 0 and raw[a - 1] in "+("
            told = _PHONE_AFTER.match(text, start + b) if b == len(raw) else None
            kind = _kind_of(raw[a:b], "call " if told else text[max(0, start + a - 40) : start + a])
            if kind is not None:
                return as_kind(kind, start + a, start + b)
    for a, b in groups:
        if b - a >= 8:
            return as_kind("id", start + a, start + b)
    return None


def _could_be_date(date: re.Match[str]) -> bool:
    """Whether day and month are what they may be, and no more groups follow."""
    if re.match(r"[-/.]\d", date.string[date.end() :]):
        return False
    parts = re.split(r"[-/.]", date[0])
    day, month = sorted(map(int, parts[1:] if len(parts[0]) == 4 else parts[:2]), reverse=True)
    return 1 <= month <= 12 and day <= 31


def _rest(text: str, start: int, end: int) -> Found | None:
    """The same for a part of the run, where that still has seven digits."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip(" -./"))
    end -= len(raw) - len(raw.rstrip(" -./("))
    return judged(text, start, end) if sum(c.isdigit() for c in text[start:end]) >= 7 else None


def _kind_of(raw: str, before: str) -> Kind | None:
    """What a few groups of digits are on their own: a card, a phone number, or nothing that can be told."""
    groups = _GROUP.findall(raw)
    number = "".join(groups)
    sizes = "".join(str(len(group)) for group in groups)
    if (
        12 <= len(number) <= 19
        and (len(groups) == 1 or sizes in _CARD_SHAPES)
        and stdnum.luhn.is_valid(number)
    ):
        return "card"
    if not 7 <= len(number) <= 15 or raw.count("(") != raw.count(")"):
        return None
    told = _PHONE_WORD.search(before) is not None
    if told or (raw[0] == "+" and len(number) >= 8):
        return "phone"
    if sizes == "34" and "-" in raw and not all(group.endswith("0") for group in groups):
        return "phone"
    if len(groups) == 1:
        return "phone" if 9 <= len(number) <= 12 and _is_phone(raw, REGIONS[:6]) else None
    shaped = raw[0] in "(0" or ")" in raw or sizes in _PHONE_SHAPES
    if not shaped or (
        _GROUPED.fullmatch(raw) and not (" " in raw and len(number) == 9 and number[0] in "6789")
    ):
        return None
    return "phone" if any(c in raw for c in "()-.") or _is_phone(raw, REGIONS) else None
