"""Personal data becomes typed placeholders: "[phone]", "[name]", …; of a link only its domain stays.

One walk over the text (`names/walk.py`) says which kinds may be present and which words name a person; only
the kinds that may be are then looked for, and what has a check digit or a numbering plan is verified
(python-stdnum, phonenumbers) before it is replaced. Redaction is not anonymity: `docs/trust.md` has the
measured figures and the limits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from earnest.gate import names, personal
from earnest.gate.automaton import Following, finder, options
from earnest.gate.found import Found, Judge, Kind, as_kind

PATIENCE = 200
"""So many candidates of one kind may be refused in a text. Who writes more writes no post: from then on
whatever looks like the kind goes, so that a hostile text is not judged for ever."""
PASSES = 8
"""What was replaced may show something else; the text is walked again until nothing is found."""


@dataclass(frozen=True, slots=True)
class Span:
    """A replaced stretch: characters start to end (exclusive) of the input."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with placeholders, and what was replaced, in order and without overlap."""

    text: str
    spans: tuple[Span, ...]


_OPTIONS = options(captures=True)
_FINDERS: tuple[tuple[Kind, Judge, Following], ...] = tuple(
    (found.kind, found.judge, finder(found.pattern, found.group, _OPTIONS)) for found in personal.FINDERS
)
_NEEDS = reduce(or_, (needs for found in personal.FINDERS for needs in found.needs))
"""Every bit that some finder asks for."""


def redact(text: str, *, person_names: bool = True) -> Redacted:
    """Replace personal data. GateDownError where it cannot be told.

    Without `person_names` for what names a place ("San José"), and to measure what they cost.
    """
    encoded = text.encode()
    return _redacted(text, encoded, names.look(encoded, person_names), person_names)


def redact_all(texts: Sequence[str]) -> list[str]:
    """What `redact` makes of each text, with one walk over all of them."""
    encoded = [text.encode() for text in texts]
    looked = names.look_all(encoded)
    return [
        text
        if has < names.SOMEBODY and not _asked(has & _NEEDS)
        else _redacted(text, known, has, person_names=True).text
        for text, known, has in zip(texts, encoded, looked, strict=True)
    ]


def _redacted(text: str, encoded: bytes, has: int, person_names: bool) -> Redacted:
    """`has` is what a first walk over the text saw."""
    if has < names.SOMEBODY and not _asked(has & _NEEDS):
        return Redacted(text, ())
    done = text
    found: list[Found] = []
    for _ in range(PASSES):
        more = _finds(done, encoded, has)
        if not more:
            break
        found = _joined(found, more)
        done = _replaced(text, found)
        encoded = done.encode()
        has = names.look(encoded, person_names)
    return Redacted(done, tuple(Span(start, end, kind) for start, end, kind, _ in found))


@lru_cache(8_192)
def _asked(has: int) -> tuple[tuple[Kind, Judge, Following], ...]:
    """The finders that a text with these bits needs."""
    return tuple(
        mine
        for mine, found in zip(_FINDERS, personal.FINDERS, strict=True)
        if any(has & needs == needs for needs in found.needs)
    )


def _finds(text: str, encoded: bytes, has: int) -> list[Found]:
    """What one walk finds, in order and without overlap."""
    finds: list[Found] = []
    taken = _NOTHING  # most texts need neither
    place: Callable[[int], int] = _nowhere
    plain = len(encoded) == len(text)
    for kind, judge, following in _asked(has & _NEEDS):
        span = following(encoded, 0, plain)
        if span is None:
            continue
        if taken is _NOTHING:
            taken, place = bytearray(len(text)), _places(text, encoded)
        refused = 0
        while span is not None:
            start, end = place(span[0]), place(span[1])
            found = judge(text, start, end) if refused < PATIENCE else as_kind(kind, start, end)
            if found is None or taken.find(1, found.start, found.end) >= 0:
                # What was refused or is taken may hide a find: "12 at 1204 Oak Street".
                refused += 1
                span = following(encoded, _next_word(encoded, span[0], span[1]), plain)
                continue
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            finds.append(found)
            span = following(
                encoded, max(span[0] + 1, span[0] + len(text[start : found.end].encode())), plain
            )
    if has >= names.SOMEBODY:
        if taken is _NOTHING:
            taken, place = bytearray(len(text)), _places(text, encoded)
        for person in names.persons(encoded):
            whole = [(person[0][0], person[-1][1])]
            free = taken.find(1, place(person[0][0]), place(person[-1][1])) < 0
            for start, end in whole if free else person:
                start, end = place(start), place(end)
                if taken.find(1, start, end) < 0:
                    finds.append(as_kind("name", start, end))
    finds.sort()
    return finds


_NOTHING = bytearray()


def _nowhere(at: int) -> int:
    """A character's place before places are known."""
    raise AssertionError(at)


def _places(text: str, encoded: bytes) -> Callable[[int], int]:
    """A function from byte offsets to character offsets."""
    if len(encoded) == len(text):
        return int
    places = names.characters(encoded)
    return lambda at: int(places[at])


def _next_word(encoded: bytes, at: int, end: int) -> int:
    """Where a search goes on: behind the first run of letters or digits from `at`."""
    while at < end and not _IN_WORD[encoded[at]]:
        at += 1
    while at < end and _IN_WORD[encoded[at]]:
        at += 1
    return at


_IN_WORD = [byte >= 128 or chr(byte).isalnum() for byte in range(256)]


def _joined(before: list[Found], finds: list[Found]) -> list[Found]:
    """What was found before and what was now found in the text without it, all in places of the input."""
    if not before:
        return finds
    kept: list[Found] = []
    queue = iter(finds)
    find = next(queue, None)
    shift = 0
    for old in before:
        at, end = old.start - shift, old.start - shift + len(old.instead)
        while find is not None and find.end <= at:
            kept.append(find._replace(start=find.start + shift, end=find.end + shift))
            find = next(queue, None)
        after = shift + old.end - old.start - len(old.instead)
        if find is not None and find.start < end:
            # It swallows the placeholder: "[name] Street 12".
            start = old.start if find.start >= at else find.start + shift
            stop = find.end + after if find.end > end else old.end
            if find.end > end:
                find = Found(start - after, find.end, find.kind, find.instead)
            else:
                kept.append(Found(start, stop, find.kind, find.instead))
                find = next(queue, None)
        else:
            kept.append(old)
        shift = after
    while find is not None:
        kept.append(find._replace(start=find.start + shift, end=find.end + shift))
        find = next(queue, None)
    return kept


def _replaced(text: str, finds: list[Found]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, _, instead in finds:
        pieces += (text[at:start], instead)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)
