"""What the public notice of a programme says, once for the page, the JSON and the wizard's preview.

Nothing of a post is in it, and nobody's name but what the operator wrote about themselves, and who of the
desk agreed to be named. The list of places is public by construction: it is read from the same rows that are
listened to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from earnest import __version__
from earnest.record import basis
from earnest.record.audience import of as allowed
from earnest.store import read, read_people, read_second
from earnest.store.read import HearingNow, Programme
from earnest.store.read_consents import ConsentRow, consent_history, consents
from earnest.web import notice_words, tongue
from earnest.web.notice_words import LEAVE_WORDS, REFUSED, WORDS

VERSION = 1
"""Of the JSON: a field is added within a version; a new version is another schema file beside the old one."""

SCHEMA = "notice-1.json"


@dataclass(frozen=True, slots=True)
class Where:
    """A place as the notice names it. `consent` only where a community invited it."""

    title: str
    type: str
    kind: str
    because: str
    since: datetime | None
    now: str
    heard: bool
    state: str
    region: str | None
    lang: str | None
    consent: ConsentRow | None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the consent history: what became of a community's invitation, when, and why. Never who."""

    title: str
    slug: str
    at: datetime
    what: str
    says: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A programme's notice in one language."""

    programme: Programme
    lang: str
    title: str
    purpose: str
    ground: basis.Basis | None
    directive: str
    places: tuple[Where, ...]
    history: tuple[Change, ...]
    refused: tuple[str, ...]
    form: bool
    delegates: int
    reported: datetime | None
    desk: tuple[str, ...] = ()
    """Who is on the desk and agreed to be named here, in the order of the alphabet."""
    second: int = 0
    """Of 100 posts, how many at most a language model of the operator's own is asked about."""

    @property
    def closed(self) -> bool:
        return any(place.kind == "closed" for place in self.places)

    @property
    def complaint(self) -> str:
        return self.programme.complaint or self.programme.contact


def of(programme: Programme, lang: str) -> Notice:
    """The notice as it stands now."""
    places = tuple(_places(programme, lang))
    ready = [row.made for row in read.reports(programme.slug) if row.state == "ready"]
    again = read_second.terms(programme.slug)
    return Notice(
        programme=programme,
        lang=lang,
        title=notice_words.title(lang, programme, len(places)),
        purpose=(programme.purpose_es if lang == "es" else "") or programme.purpose,
        ground=basis.named(programme.lawful_basis),
        directive=basis.DIRECTIVE[lang] if programme.directive else "",
        places=places,
        history=tuple(history(programme.slug, lang)),
        refused=REFUSED[lang],
        form=any(one.type == "submit" and one.state == "hearing" for one in read.places(programme.slug)),
        delegates=read.delegates(programme.slug),
        reported=max(ready, default=None),
        desk=tuple(read_people.named(programme.slug)),
        second=again.share if again.tier == "endpoint" else 0,
    )


def hearing(programme: Programme) -> list[HearingNow]:
    """The places that are listened to, or that a community is asked for: those that were closed are not."""
    return [one for one in read.hearing_now(programme.slug) if one.place.state != "closed"]


def _places(programme: Programme, lang: str) -> list[Where]:
    given = consents(programme.slug)
    return [_where(one, given.get(one.place.slug), programme, lang) for one in hearing(programme)]


def _where(one: HearingNow, consent: ConsentRow | None, programme: Programme, lang: str) -> Where:
    t = WORDS[lang]
    place = one.place
    because, since = t["kinds"][place.kind], place.made
    state: str = "paused" if place.state == "paused" else one.state
    if place.kind == "closed":
        since = consent.opened if consent else None
        if consent is None:
            because, state = t["waiting"], "waiting"
        elif consent.state == "ended":
            because = t["no_consent"]
    elif programme.live_since is not None and since is not None:
        since = max(since, programme.live_since)
    return Where(
        title=place.title,
        type=t["types"].get(place.type, place.type),
        kind=place.kind,
        because=because,
        since=since,
        now=_now(one, state, t),
        heard=state in ("observed", "empty"),
        state=state,
        region=place.region,
        lang=place.lang,
        consent=consent if place.kind == "closed" else None,
    )


def _now(one: HearingNow, state: str, t: Mapping[str, Any]) -> str:
    if state == "paused" and one.place.paused_by == "delegate":
        return str(t["states"]["paused_by_delegate"])
    if state == "unknown" and one.since is None:
        return str(t["states"]["never"])
    since = f" {one.since:%Y-%m-%d %H:%M} UTC" if state == "unknown" and one.since else ""
    return f"{t['states'][state]}{since}"


def history(programme: str, lang: str) -> list[Change]:
    """Every event of the ledger, newest first; places that were removed since stay in it."""
    t = WORDS[lang]
    found = [
        Change(
            title=event.title,
            slug=event.place,
            at=event.at,
            what=event.what,
            says=": ".join(said for said in (t["events"][event.what], t["why"].get(event.why, "")) if said),
        )
        for event in consent_history(programme)
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)


def as_json(programme: Programme, absolute: Callable[[str], str]) -> dict[str, Any]:
    """The notice for machines, as `schemas/notice-1.json` describes it. `absolute` makes an address whole."""
    here, there = of(programme, "en"), of(programme, "es")
    return {
        "$schema": absolute(f"/schema/{SCHEMA}"),
        "version": VERSION,
        "programme": programme.slug,
        "name": programme.name,
        "audience": programme.audience,
        "page": absolute(f"/notice/{programme.slug}"),
        "live_since": _at(programme.live_since),
        "changed": _at(programme.changed),
        "who": {
            "organisation": programme.organisation or programme.name,
            "contact": programme.contact,
            "complaints": here.complaint,
            "data_protection_officer": programme.officer or None,
            "supervisory_authority": programme.supervisor or None,
        },
        "desk": list(here.desk),
        "purpose": {"en": programme.purpose, "es": there.purpose},
        "lawful_basis": _ground(here.ground, programme.basis_note),
        "directive_2024_2831": {"en": here.directive, "es": there.directive} if here.directive else None,
        "places": [_place(place) for place in here.places],
        "history": [
            {"place": change.title, "what": change.what, "at": _at(change.at), "says": change.says}
            for change in here.history
        ],
        "kept": {
            "text_days": programme.retention_days,
            "authors": "never",
            "personal_data": "replaced before storing",
            "voices": "keyed tags, unlinkable across subjects, places and quarters; the key is destroyed",
            "smallest_figure_voices": programme.floor,
            "deleted_at_source": "gone within 24 hours",
        },
        "language_model": {"where": "the operator's own network", "percent_of_posts": here.second}
        if here.second
        else None,
        "sentiment": allowed(programme.audience).sentiment,
        "quotes": programme.quotes,
        "refused": {lang: list(REFUSED[lang]) for lang in tongue.LANGUAGES},
        "leave": {"page": absolute(f"/leave/{programme.slug}"), "words": list(LEAVE_WORDS)},
        "delegate": {"delegates": here.delegates, "last_report": _at(here.reported)}
        if programme.audience == "workforce"
        else None,
        "rights": {lang: list(notice_words.RIGHTS[lang]) for lang in tongue.LANGUAGES},
        "languages": list(tongue.LANGUAGES),
        "software": f"Earnest {__version__}",
    }


def _ground(ground: basis.Basis | None, note: str) -> dict[str, Any] | None:
    if ground is None:
        return None
    return {
        "id": ground.id,
        "article": f"GDPR {ground.article}",
        "name": ground.name,
        "means": ground.means,
        "note": note,
    }


def _place(place: Where) -> dict[str, Any]:
    consent = place.consent
    return {
        "title": place.title,
        "kind": place.kind,
        "type": place.type,
        "region": place.region,
        "lang": place.lang,
        "since": _at(place.since),
        "state": place.state,
        "consent": None
        if consent is None
        else {
            "state": consent.state,
            "opened": _at(consent.opened),
            "proved": _at(consent.checked),
            "holds_until": _at(consent.ended or consent.expires),
            "erased_after_days": consent.grace_days,
        },
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
