"""The public notice: as a page, as JSON with its schema, and the list of all of this installation."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from earnest import __version__
from earnest.desk import hooks
from earnest.store import read
from earnest.store.read import Programme
from earnest.web import frame, notice, notice_words, tongue

FRESH = 300
"""Seconds for which a notice may be shown from a cache; then it is asked whether it changed."""

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
HOOK = "hook.json"


@require_safe
def page(request: HttpRequest, programme: str) -> HttpResponseBase:
    """The notice in the reader's language: the same for everybody, so nothing of the reader is in it."""
    lang = tongue.of(request)
    content = render_to_string(f"web/notice/{lang}.html", context(_programme(programme), lang))
    answer = HttpResponse(content, headers={"Content-Language": lang})
    patch_vary_headers(answer, ["Accept-Language"])
    return _cached(request, answer)


def context(programme: Programme, lang: str) -> dict[str, object]:
    """What the notice's templates need."""
    return {
        "notice": notice.of(programme, lang),
        "programme": programme,
        "lang": lang,
        "languages": tongue.LANGUAGES,
        "rights": notice_words.RIGHTS[lang],
        "hearing": frame.Hearing.of(notice.hearing(programme)) if programme.live else None,
        "leave": f"/leave/{programme.slug}?lang={lang}",
    }


@require_safe
def as_json(request: HttpRequest, programme: str) -> HttpResponseBase:
    """The same for machines, for anybody on any page."""
    return _json(request, notice.as_json(_programme(programme), request.build_absolute_uri))


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponseBase:
    """The JSON Schema that a notice keeps to, or what a signed webhook may say keeps to."""
    if name not in (notice.SCHEMA, HOOK):
        raise Http404
    answer = HttpResponse(_schema(name), content_type="application/schema+json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return _cached(request, answer)


@require_safe
def well_known(request: HttpRequest) -> HttpResponseBase:
    """`/.well-known/earnest.json`: every programme of this installation that listens, and its notice."""
    programmes = [
        {
            "programme": one.slug,
            "name": one.name,
            "audience": one.audience,
            "notice": request.build_absolute_uri(f"/notice/{one.slug}"),
            "json": request.build_absolute_uri(f"/notice/{one.slug}.json"),
            "leave": request.build_absolute_uri(f"/leave/{one.slug}"),
        }
        for one in read.programmes()
        if one.live
    ]
    return _json(
        request, {"version": notice.VERSION, "software": f"Earnest {__version__}", "programmes": programmes}
    )


def _json(request: HttpRequest, content: dict[str, object]) -> HttpResponseBase:
    answer = HttpResponse(
        json.dumps(content, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return _cached(request, answer)


def _cached(request: HttpRequest, answer: HttpResponse) -> HttpResponseBase:
    """With an ETag of its own content; "not modified" for who has it already."""
    etag = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return get_conditional_response(request, etag=etag, response=answer) or answer


@cache
def _schema(name: str) -> bytes:
    if name == HOOK:
        return json.dumps(hooks.schema(), indent=1).encode()
    return (SCHEMAS / name).read_bytes()


def _programme(slug: str) -> Programme:
    found = read.programme(slug)
    if found is None or not found.live:
        raise Http404
    return found
