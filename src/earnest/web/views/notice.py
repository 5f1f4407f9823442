"""The public notice, as a page and as JSON: who listens, where, why, for how long, how to leave."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from earnest import __version__
from earnest.flow import said
from earnest.store import read
from earnest.store.read import HearingNow, Programme
from earnest.store.read_consents import ConsentRow, consents
from earnest.web import frame, notice_words, tongue, words
from earnest.web.notice_words import REFUSED, WORDS


@dataclass(frozen=True, slots=True)
class Where:
    """A place as the notice names it."""

    title: str
    because: str
    now: str
    heard: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A community opened or closed."""

    title: str
    at: datetime
    opened: bool


@require_safe
def page(request: HttpRequest, programme: str) -> HttpResponse:
    """The notice in the reader's language."""
    found = _programme(programme)
    lang = tongue.of(request)
    places = _places(found)
    given = consents(programme)
    context = {
        "programme": found,
        "lang": lang,
        "languages": tongue.LANGUAGES,
        "t": WORDS[lang],
        "title": notice_words.title(lang, found, len(places)),
        "hearing": frame.Hearing.of(places) if lang == "en" else None,
        "now": words.today(),
        "places": [_where(one, given.get(one.place.slug), lang) for one in places],
        "closed": any(one.place.kind == "closed" for one in places),
        "history": _history(programme, given),
        "refused": REFUSED[lang],
        "form": said.form_place(programme) is not None,
        "floor": found.floor,
    }
    return render(request, f"web/notice/{lang}.html", context)


@require_safe
def as_json(request: HttpRequest, programme: str) -> JsonResponse:
    """The same for machines."""
    found = _programme(programme)
    given = consents(programme)
    answer = {
        "programme": found.slug,
        "name": found.name,
        "audience": found.audience,
        "contact": found.contact,
        "purpose": found.purpose,
        "lawful_basis": found.lawful_basis,
        "places": [
            {
                "title": one.place.title,
                "kind": one.place.kind,
                "type": one.place.type,
                "region": one.place.region,
                "lang": one.place.lang,
                "state": one.place.state,
                "heard": one.state,
                "consent": given[one.place.slug].state if one.place.slug in given else None,
            }
            for one in _places(found)
        ],
        "kept": {
            "text_days": found.retention_days,
            "authors": "never",
            "personal_data": "replaced before storing",
            "smallest_figure_voices": found.floor,
            "deleted_at_source": "gone within 24 hours",
        },
        "sentiment": found.audience == "customers",
        "refused": list(REFUSED["en"]),
        "leave": list(notice_words.LEAVE_WORDS),
        "languages": list(tongue.LANGUAGES),
        "software": f"Earnest {__version__}",
    }
    return JsonResponse(answer, headers={"Access-Control-Allow-Origin": "*"})


def _programme(slug: str) -> Programme:
    found = read.programme(slug)
    if found is None:
        raise Http404
    return found


def _history(programme: str, given: dict[str, ConsentRow]) -> list[Change]:
    """When communities opened and closed, newest first."""
    titles = {place.slug: place.title for place in read.places(programme)}
    found = [Change(titles[slug], consent.opened, True) for slug, consent in given.items()]
    found += [Change(titles[slug], consent.ended, False) for slug, consent in given.items() if consent.ended]
    return sorted(found, key=lambda change: change.at, reverse=True)


def _places(programme: Programme) -> list[HearingNow]:
    """The places that are listened to: those that were closed are not."""
    return [one for one in read.hearing_now(programme.slug) if one.place.state != "closed"]


def _where(one: HearingNow, consent: ConsentRow | None, lang: str) -> Where:
    t = WORDS[lang]
    because = t["kinds"][one.place.kind]
    if one.place.kind == "closed" and (consent is None or consent.state != "live"):
        because = t["no_consent"]
    state = "paused" if one.place.state == "paused" else one.state
    since = f" {one.since:%Y-%m-%d %H:%M} UTC" if state == "unknown" and one.since else ""
    now = t["states"]["never"] if state == "unknown" and not since else f"{t['states'][state]}{since}"
    return Where(one.place.title, because, now, state != "unknown")
