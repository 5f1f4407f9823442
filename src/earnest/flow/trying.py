"""Trying a place before it is kept: one page, read into memory, through the gate, and gone again.

    tried = try_place("riders", "feed", "open", {"url": "https://…"}, egress)

Nothing is written: no post, no cursor, no place, no count. What the gate withholds is neither shown nor
counted: `came` tells how many posts would be kept, so that nobody learns from a try what passed by.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from earnest.desk import audit
from earnest.egress import Egress
from earnest.flow.intake import programme_of
from earnest.flow.place_words import check_words
from earnest.gate.admit import Gate
from earnest.gate.voice import Keys
from earnest.record import audience
from earnest.record.cleared import ClearedPost
from earnest.record.errors import EarnestError, Refused, SourceGone
from earnest.record.raw import Page, RawPost, SourceKind
from earnest.sources.base import Probes, Source
from earnest.sources.registry import TYPES, open_source
from earnest.store import draft, read_leaving

SHOWN = 5
MOST = 500
"""Posts of the page that pass the gate at most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it would be kept: redacted, and without anything that stands for who said it."""

    text: str = field(repr=False)
    said: datetime
    lang: str | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try brought.

    says     what the place is, in its source's own words; "" where the source does not tell
    came     posts of the page that would be kept; `more` where there are further pages
    refused  items that cannot be read, as everywhere: place and problem, never content
    notes    sentences for the steward ("The feed moved to …")
    """

    type: str
    kind: SourceKind
    says: str = ""
    came: int = 0
    more: bool = False
    posts: tuple[Shown, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def try_place(
    programme: str,
    type: str,
    kind: str,
    given: Mapping[str, Any],
    egress: Egress | None,
    *,
    actor: str,
    region: str = "",
) -> Tried:
    """Read one page of a place that is not there yet and say what would be kept of it.

    `given` are its settings, the secret among them. Raises InputError while the programme is a draft (nobody
    is listened to before its notice is public), RefusedAudience and Refused as adding does, and what opening
    or reading the source raises.
    """
    terms = programme_of(programme)
    declared = may_be_added(programme, type, kind, given)
    draft.check_live(terms)
    check_words(given)
    audit.note(actor, "place_tried", programme=programme, detail={"type": type})
    with unbroken():
        source = open_source(type, given, egress)
        says = source.probe() if isinstance(source, Probes) else ""
        page = first_page(source)
    heard = _heard(type, given, page.posts[:MOST])
    gate = Gate(
        Keys.passing(),
        audience=terms.audience,
        kind=declared,
        source=f"{programme}/(a try)",
        region=region or None,
    )
    kept = [one for one in gate.admit(heard).cleared if isinstance(one, ClearedPost)]
    return Tried(
        type=type,
        kind=declared,
        says=says,
        came=len(kept),
        more=not page.done or len(page.posts) > MOST,
        posts=tuple(Shown(one.text, one.created, one.lang) for one in kept[:SHOWN]),
        refused=tuple(f"{one.place}: {one.problem}" for one in page.refused[:SHOWN]),
        notes=tuple(str(note) for note in getattr(source, "notes", ())),
    )


def may_be_added(programme: str, type: str, kind: str, given: Mapping[str, Any] | None = None) -> SourceKind:
    """The kind of a place that may be added by an operator with these settings. Raises RefusedAudience where
    the audience may not be heard there, Refused for a kind that this type (or a place with these settings)
    cannot be or that only a community can open.
    """
    audience.check(programme_of(programme).audience, kind)
    if kind == "closed":
        raise Refused("A community is not added, it invites.", advice="Write an invitation for it.")
    known = TYPES.get(type)
    found = next((one for one in known.kinds if one == kind), None) if known is not None else None
    if found is None:
        raise Refused(
            f"A place of type '{type[:40]}' cannot be {kind}.", advice="Choose another type or kind."
        )
    check_kind(type, kind, given or {})
    return found


def check_kind(type: str, kind: str, given: Mapping[str, Any]) -> None:
    """Raises Refused where a place with these settings is of another kind than it is declared as."""
    known = TYPES.get(type)
    must = known.kind_of(given) if known is not None and known.kind_of is not None else None
    if must is not None and must != kind:
        raise Refused(f"With these settings this place is {must}, not {kind}.", advice="Choose that kind.")


@contextmanager
def unbroken() -> Iterator[None]:
    """What a source raises that is none of Earnest's errors becomes a SourceGone that names its class alone:
    a package's code may raise anything, and its message may hold what somebody said.
    """
    try:
        yield
    except EarnestError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        broke = type(error).__name__
    else:
        return
    raise SourceGone(f"Its source broke ({broke}).", advice="Tell whoever wrote it.")


def first_page(source: Source) -> Page:
    """One page from the start, and not a request more."""
    pages = source.read(None)
    try:
        page: object = next(iter(pages), None)
        if not isinstance(page, Page):
            raise SourceGone("Its source gave no page at all.", advice="Tell whoever wrote it.")
        return page
    finally:
        if isinstance(pages, Generator):
            pages.close()


def _heard(type: str, given: Mapping[str, Any], posts: Sequence[RawPost]) -> list[RawPost]:
    """Without what was deleted, and without those who opted out at a place where their name is the same
    person.
    """
    gone = {one.id for one in posts if one.change == "deleted"}
    said = list({one.id: one for one in posts if one.id not in gone}.values())
    known = TYPES[type]
    plain = {name: value for name, value in given.items() if name != known.secret}
    kin = [
        (source, out)
        for place, source, settings_ in read_leaving.places_of(type)
        if (known.one_account or settings_ == plain) and (out := read_leaving.opted_out(place))
    ]
    if not kin:
        return said
    keys = Keys.open(Path(settings.EARNEST_HOME) / "keys" / "voices.key")
    return [
        one
        for one in said
        if not one.author or all(keys.leaver(source, one.author) not in out for source, out in kin)
    ]
