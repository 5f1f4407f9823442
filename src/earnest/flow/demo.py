"""The demo: two programmes of a company that does not exist, filled through the same stages as a real one.

Nothing here knows a shortcut: the posts of the bundled synthetic sample are read by a source, pass the gate
and are labelled and kept as any others. Run twice in one home, it goes on where it stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from earnest.flow.listen import Heard, listen, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.store import read, write
from earnest.understand.classify import Model

WEEKS = 12
SPAN = timedelta(days=7 * WEEKS)
SHOWN_WEEKS = 4
"""What the demo's reports are about: enough to show a rise against the weeks before."""

RETENTION = 400
PACE = 12.0
"""Seconds between the posts that keep Live alive."""

TRICKLE_EVERY = 4
"""Seconds between looks at the trickle."""


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A place of the demo: what it is called, its kind, and the sample file behind it.

    `away` are the days (counted back from today) in which it was not heard, so that a gap is there to be
    seen.
    """

    slug: str
    title: str
    kind: str
    file: str
    pace: float | None = None
    away: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class DemoProgramme:
    """A programme of the demo and its places."""

    slug: str
    name: str
    audience: str
    purpose: str
    purpose_es: str
    lawful_basis: str
    basis_note: str
    places: tuple[DemoPlace, ...]


PROGRAMMES = (
    DemoProgramme(
        "ternway-couriers",
        "Ternway couriers",
        "workforce",
        "Find and mend what goes wrong in the courier app, at depots and in pay. Never to judge a courier.",
        "Encontrar y arreglar lo que falla en la aplicación, en los depósitos y en la paga. Nunca para juzgar"
        " a nadie.",
        "legitimate_interests",
        "Agreed with the couriers' delegates; the assessment is public.",
        (
            DemoPlace("courier-reviews", "Courier app reviews", "addressed", "couriers-reviews"),
            DemoPlace("courier-form", "Tell Ternway form", "addressed", "couriers-form", away=(34, 30)),
            DemoPlace("riders-room", "Riders' room (invited)", "closed", "couriers-community"),
            DemoPlace("riders-room-live", "Riders' room, live", "closed", "trickle", pace=PACE),
        ),
    ),
    DemoProgramme(
        "ternway-customers",
        "Ternway customers",
        "customers",
        "Find and mend what goes wrong with orders, refunds and the app.",
        "Encontrar y arreglar lo que falla con pedidos, devoluciones y la aplicación.",
        "legitimate_interests",
        "",
        (
            DemoPlace("app-reviews", "Customer app reviews", "addressed", "customers-reviews"),
            DemoPlace("public-posts", "Public posts", "open", "customers-public", away=(52, 50)),
        ),
    ),
)

CONTACT = "listening@ternway.example"


def set_up(now: datetime) -> None:
    """Add the programmes and places that are not there yet; the sample then ends on the day of `now`."""
    for programme in PROGRAMMES:
        known = read.programme(programme.slug)
        if known is None:
            write.add_programme(programme.slug, programme.name, programme.audience, **_terms(programme))
        elif not known.live:  # of a demo from before programmes were drafts
            write.change_programme(programme.slug, **_terms(programme))
        for place in programme.places:
            if read.place(programme.slug, place.slug) is None:
                _add_place(programme.slug, place, now)
        write.go_live(programme.slug)


def _terms(programme: DemoProgramme) -> dict[str, Any]:
    """All that people are owed, complete as a real operator would write it."""
    return {
        "purpose": programme.purpose,
        "purpose_es": programme.purpose_es,
        "lawful_basis": programme.lawful_basis,
        "basis_note": programme.basis_note,
        "directive": programme.audience == "workforce",
        "organisation": "Ternway (does not exist)",
        "contact": CONTACT,
        "complaint": "complaints@ternway.example",
        "officer": "privacy@ternway.example",
        "supervisor": "The data protection authority of the country you live in",
        "retention_days": RETENTION,
    }


def _add_place(programme: str, place: DemoPlace, now: datetime) -> None:
    settings: dict[str, Any] = {"file": place.file, "start": now.isoformat()}
    if place.pace is not None:
        settings["pace"] = place.pace
    added = write.add_place(
        programme,
        place.slug,
        title=place.title,
        type="sample",
        kind=place.kind,
        settings=settings,
        interval=TRICKLE_EVERY if place.pace else 60,
    )
    if place.kind == "closed":
        write.open_consent(added, opened=now - SPAN - timedelta(days=1), expires=now + timedelta(days=365))


def fill(keys: Keys, model_of: Callable[[str], Model], now: datetime) -> Iterator[tuple[str, Heard]]:
    """Read every place of the demo to its end; what each brought, as it is done."""
    for programme in PROGRAMMES:
        for place in programme.places:
            listening = read.listening_place(programme.slug, place.slug)
            first = listening.cursor is None
            stages = open_stages(listening, keys, model_of(listening.programme))
            heard = listen(listening, open_place(listening, None), stages)
            if first:
                _vouch(programme.slug, place, now)
            yield place.title, heard


def _vouch(programme: str, place: DemoPlace, now: datetime) -> None:
    """The sample is whole: an hour without a post was silent, but for the days its place was away."""
    since = now - (timedelta() if place.pace else SPAN)
    if place.away is None:
        stretches = [(since, now)]
    else:
        last, first = now - timedelta(days=place.away[0]), now - timedelta(days=place.away[1])
        stretches = [(since, last), (first, now)]
    listening = read.listening_place(programme, place.slug)
    for begin, end in stretches:
        heard = write.Hearing(at=now, since=begin, until=end, next_read=now)
        write.keep(listening.id, [], cursor=listening.cursor, heard=heard)


def today() -> datetime:
    """Now, UTC: the sample's last day."""
    return datetime.now(UTC)
