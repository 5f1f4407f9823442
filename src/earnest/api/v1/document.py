"""The interface put together: its addresses, and its OpenAPI document with what holds for every route."""

from copy import deepcopy
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI
from ninja.errors import ValidationError

from earnest import __version__
from earnest.api.v1 import once, problems
from earnest.api.v1.door import ROUTES, Route, phrase
from earnest.api.v1.edge import Json, edge, said
from earnest.api.v1.problems import MEDIA, not_there
from earnest.api.v1.shapes import VERSION

PREFIX = "api/v1/"
SAYS = """Everything a program may ask of Earnest, under the rules of the pages.

A token stands for the person who made it, in one programme, and never has more than that person's rights at
this moment. Send it in the header `Authorization: Bearer earnest_…`. No route tells who wrote a post: no such
thing is kept. Times are ISO 8601 with their offset. Lists give `next`; hand it in as `cursor` for what
follows. Reads have an `ETag`: send it as `If-None-Match` and get 304 where nothing changed. Errors are
`application/problem+json`.
"""

RATE = {
    "X-RateLimit-Limit": "Requests that the token may send in a minute.",
    "X-RateLimit-Remaining": "How many are left of them.",
    "X-RateLimit-Reset": "Seconds until the next minute begins.",
}


@cache
def build() -> NinjaAPI:
    """The routes of every file, in one interface."""
    from earnest.api.v1 import routes

    api = NinjaAPI(
        title="Earnest",
        version=__version__,
        description=SAYS,
        docs_url=None,
        openapi_url=None,
        parser=Json(),
        urls_namespace="api_v1",
    )
    api.add_router("", routes.router)
    api.add_exception_handler(Exception, _failed)
    api.add_exception_handler(ValidationError, _not_valid)
    return api


def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    return said(error)


def _not_valid(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.of_validation(error.errors).answer()


def addresses() -> list[URLPattern]:
    """Every address under `/api/v1/`, each inside the edge."""
    from earnest.api.v1 import docs, stream

    api = build()
    found = [
        path("openapi.json", edge(_document), name="api_document"),
        path("docs", docs.page, name="api_docs"),
        path("<slug:programme>/stream", edge(stream.page), name="api_stream"),
    ]
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = edge(pattern.callback)
            found.append(pattern)
    return [*found, re_path(r"^", edge(_nothing))]


def _document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


def _nothing(request: HttpRequest) -> HttpResponse:
    raise not_there("There is no such address in the interface.")


_kept: dict[str, Any] = {}


def document() -> dict[str, Any]:
    """The OpenAPI document: the same for everybody, so it needs no token."""
    if not _kept:
        _kept.update(_made())
    return deepcopy(_kept)


def _made() -> dict[str, Any]:
    from earnest.api.v1 import stream

    made: dict[str, Any] = deepcopy(dict(build().get_openapi_schema(path_prefix=PREFIX)))
    made["components"]["schemas"]["Problem"] = PROBLEM
    made["components"]["securitySchemes"] = {
        "Token": {"type": "http", "scheme": "bearer", "bearerFormat": "earnest_…"}
    }
    made["components"]["headers"] = {
        name: {"description": text, "schema": {"type": "integer", "minimum": 0}}
        for name, text in RATE.items()
    }
    for route in ROUTES:
        address = f"/{PREFIX}{route.path.lstrip('/').replace('{int:', '{').replace('{slug:', '{')}"
        _complete(route, made["paths"][address][route.method.lower()])
    made["paths"][f"/{PREFIX}{{programme}}/stream"] = {"get": stream.DESCRIBED}
    _complete(stream.ROUTE, stream.DESCRIBED)
    made["paths"] = dict(sorted(made["paths"].items()))
    made["servers"] = []
    return made


PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What is wrong, in one sentence, and where (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence for a person."},
        "where": {"type": "string", "description": "The field, as body.labels.0 or query.since."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "says"],
                "properties": {"where": {"type": "string"}, "says": {"type": "string"}},
            },
        },
        "version": {"type": "integer", "description": "With 412: the version that is there now."},
        "fields": {
            "type": "object",
            "description": "With 412: of each field that differs what is there now, and what was sent.",
            "additionalProperties": {
                "type": "object",
                "required": ["theirs", "yours"],
                "properties": {"theirs": {}, "yours": {}},
            },
        },
    },
}


def _complete(route: Route, told: dict[str, Any]) -> None:
    """What every route has beside its own answer."""
    statuses = [400, 401, 403, 404, 422, 429, 500, 503]
    parameters = told.setdefault("parameters", [])
    if route.method != "GET":
        statuses += [409, 413, 415]
    if route.version:
        statuses += [412, 428]
        parameters.append(_header("If-Match", "The ETag of what you read.", VERSION, True))
    if route.once:
        parameters.append(
            _header(
                once.HEADER,
                "Any word of your own: the same request sent twice is done once.",
                once.SHAPE,
                False,
            )
        )
    for parameter in parameters:
        if parameter["in"] == "path":
            _path(parameter)
    responses = told["responses"] = {str(status): one for status, one in told["responses"].items()}
    for status, one in responses.items():
        one["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE}
        if status == "200" and route.method == "GET":
            one["headers"]["ETag"] = {"schema": {"type": "string"}}
    if route.method == "GET":
        responses["304"] = {"description": "It is as you have it."}
    for status in sorted(set(statuses)):
        responses[str(status)] = {
            "description": phrase(status),
            "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    told["responses"] = dict(sorted(responses.items()))
    told["security"] = [{"Token": []}]
    told["x-earnest-action"] = route.action or "any"
    if route.scope:
        told["x-earnest-scope"] = route.scope


def _path(parameter: dict[str, Any]) -> None:
    if parameter["name"] == "programme":
        parameter["schema"] = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 60}
        parameter["description"] = "The programme, by its short name."
    elif parameter["schema"].get("type") == "integer":
        parameter["schema"] |= {"minimum": 0, "maximum": 2**53 - 1}


def _header(name: str, text: str, shape: str, required: bool) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": text,
        "schema": {"type": "string", "pattern": shape},
    }
