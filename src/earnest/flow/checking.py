"""Does a place answer? Settings, key and reach, asked without keeping anything.

    for one in check_places("riders", egress): print(one.says, one.mend)

A check is one page at most (the smallest request, where its source has one), shows nobody's words, moves no
cursor and counts nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from earnest.egress import Egress
from earnest.flow import handshake
from earnest.flow.place_words import check_words
from earnest.flow.secret import settings_of
from earnest.flow.trying import first_page, unbroken
from earnest.record.errors import EarnestError, SourceBusy, SourceError
from earnest.sources.base import Probes, Source
from earnest.sources.handshake import Handshake
from earnest.sources.registry import TYPES, open_source
from earnest.store import read
from earnest.store.read import ListeningPlace

State = Literal["answers", "later", "fault", "waiting", "not_read"]
"""It answers; nobody can tell now; a person must look; its community has not opened it; it is paused or
closed."""

GOOD: frozenset[State] = frozenset({"answers", "not_read"})

_INVITED: dict[str, State] = {"waiting": "waiting", "paused": "not_read"}

MEND = "Change it: earnest sources change PLACE --set name=value"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to. `says` is a sentence about the place, `mend` what a person does next."""

    programme: str
    place: str
    type: str
    state: State
    says: str
    mend: str = ""


def check_places(programme: str | None, slug: str | None, egress: Egress | None) -> Iterator[Checked]:
    """Check one place, or all of a programme, or all there are, one after the other.

    Raises StoreError where there is none of that name.
    """
    if slug is not None and programme is not None:
        yield check_place(read.listening_place(programme, slug), egress)
        return
    for one in read.programmes():
        if programme in (None, one.slug):
            for place in read.places(one.slug):
                if slug in (None, place.slug):
                    yield check_place(read.listening_place(one.slug, place.slug), egress)


def check_place(place: ListeningPlace, egress: Egress | None) -> Checked:
    """Check one place that is there."""

    def came(state: State, says: str, mend: str = "") -> Checked:
        return Checked(place.programme, place.slug, place.type, state, says, mend)

    if place.state == "closed":
        return came("not_read", "It is closed: nothing is read there.")
    if place.kind == "closed" and TYPES.get(place.type) is not None and TYPES[place.type].handshake:
        try:
            found = handshake.look(place.programme, place.slug, egress)
        except EarnestError as error:
            return came(_state(error), error.problem, error.advice)
        if found.state == "live":
            return came("later" if found.reason else "answers", found.reason or "The invitation stands.")
        return came(_INVITED.get(found.state, "fault"), found.reason or "Its invitation does not stand.")
    asked = check_type(place.type, settings_of(place), egress)
    if asked.state == "answers" and place.state == "paused":
        return came("not_read", f"{asked.says} It is paused.", "Go on: earnest sources resume PLACE")
    return came(asked.state, asked.says, asked.mend)


def check_type(type: str, given: Mapping[str, Any], egress: Egress | None) -> Checked:
    """Check settings of a place that is not there yet."""
    try:
        check_words(given)
        with unbroken():
            says = _asked(open_source(type, given, egress))
    except EarnestError as error:
        mend = error.advice if isinstance(error, SourceError) else error.advice or MEND
        return Checked("", "", type, _state(error), error.problem, mend)
    return Checked("", "", type, "answers", says)


def _asked(source: Source) -> str:
    if isinstance(source, Probes):
        return source.probe()
    if isinstance(source, Handshake):
        source.how()
        return "It answers. Only its community can open it."
    page = first_page(source)
    if page.posts:
        return "It answers, and there is something to read."
    if page.refused:
        return f"It answers, but the first {len(page.refused)} items cannot be read."
    return "It answers, and there is nothing to read yet."


def _state(error: EarnestError) -> State:
    return "later" if isinstance(error, SourceBusy) or error.retry else "fault"
