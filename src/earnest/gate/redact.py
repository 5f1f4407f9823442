"""Personal data becomes typed placeholders: "[phone]", "[email]", …; of a link only its domain stays.

One pass of an RE2 set says which kinds may be present (mostly none); only those are then looked for, and what
has a check digit or a numbering plan is verified (python-stdnum, phonenumbers) before it is replaced. Names
of persons are not covered yet. Redaction is not anonymity: `docs/trust.md` has the measured figures and the
limits.
"""

from dataclasses import dataclass

from earnest.gate import personal
from earnest.gate.automaton import finder, options, present


@dataclass(frozen=True, slots=True)
class Span:
    """A replaced stretch: characters start to end (exclusive) of the input."""

    start: int
    end: int
    kind: personal.Kind


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with placeholders, and what was replaced, in order and without overlap."""

    text: str
    spans: tuple[Span, ...]


# In order of precedence: where two finds overlap, the earlier kind wins.
_OPTIONS = options(captures=True)
_FINDERS = tuple((found.judge, finder(found.pattern, found.group, _OPTIONS)) for found in personal.FINDERS)
_kinds = present([found.pattern.encode() for found in personal.FINDERS], _OPTIONS)


def redact(text: str) -> Redacted:
    """Replace personal data. GateDownError where it cannot be told."""
    encoded = text.encode()
    kinds = _kinds(encoded)
    if not kinds:
        return Redacted(text, ())
    finds: list[personal.Found] = []
    taken = bytearray(len(text))
    plain = len(encoded) == len(text)
    for place, (judge, following) in enumerate(_FINDERS):
        if not kinds >> place & 1:
            continue
        span = following(encoded, 0)
        while span is not None:
            start, end = span
            if not plain:
                start, end = len(encoded[:start].decode()), len(encoded[:end].decode())
            found = judge(text, start, end)
            if found is None or taken.find(1, found.start, found.end) >= 0:
                # What was refused or is taken may hide a find: "12 at 1204 Oak Street".
                span = following(encoded, span[0] + 1)
                continue
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            finds.append(found)
            span = following(encoded, span[0] + max(1, len(text[start : found.end].encode())))
    if not finds:
        return Redacted(text, ())
    finds.sort()
    pieces: list[str] = []
    at = 0
    for start, end, _, instead in finds:
        pieces += (text[at:start], instead)
        at = end
    pieces.append(text[at:])
    return Redacted("".join(pieces), tuple(Span(start, end, kind) for start, end, kind, _ in finds))
