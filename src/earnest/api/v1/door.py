"""Who may come in: the door of every route, and the list of all of them.

    @get("/{programme}/posts", "see_posts", Posts, tag="Posts")
    def posts(request, programme, asked: Query[PostsAsked]): ...

Only a bearer token opens it; the session of somebody's browser does not, so no other page can send requests
in their name. A token is bound to one programme: every other one is not there (404), as for somebody who is
not on its desk. What the token's maker may do is asked of `desk.access` at this moment, with the action of
the page that does the same.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Router
from ninja.security.base import AuthBase

from earnest.api.v1 import once, rate
from earnest.api.v1.problems import Problem, not_there
from earnest.api.v1.shapes import Out
from earnest.desk import tokens
from earnest.desk.access import Action
from earnest.desk.tokens import Holder, Scope
from earnest.store import read
from earnest.store.read import Programme

F = TypeVar("F", bound=Callable[..., Any])

router = Router()

LARGEST = 2**63 - 1
"""The largest number that a database keeps: nothing has a larger one."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `action` None: any good token. `once`: an Idempotency-Key makes it safe to send twice;
    `version`: it changes what has a version, which If-Match must name.
    """

    method: str
    path: str
    name: str
    tag: str
    action: Action | None
    status: int
    draft: bool = False
    once: bool = False
    version: bool = False
    known: set[str] = field(default_factory=set, compare=False)

    @property
    def scope(self) -> Scope | None:
        return None if self.action is None else tokens.scope_of(self.action)


ROUTES: list[Route] = []
"""Every route, in the order of the files: for the page of the interface, and for tests that try each as every
role.
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks: the token's maker, and the programme of the address."""

    person: Holder
    programme: Programme | None

    @property
    def here(self) -> Programme:
        if self.programme is None:
            raise not_there()
        return self.programme


class Token(AuthBase):
    """Opens a route to those who may, or says why not."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, route: Route) -> None:
        self.route = route
        super().__init__()

    def __call__(self, request: HttpRequest) -> Asker:
        person = bearer(request)
        granted = rate.take(person.row.id)
        request.earnest_rate = granted  # type: ignore[attr-defined]  # read by `edge`
        if not granted.may:
            raise Problem(429, "too-many", f"This token may send {rate.LIMIT} requests a minute.")
        found = enter(person, self.route, request)
        _known(request, self.route)
        return found


def bearer(request: HttpRequest) -> Holder:
    """Whom the token of a request stands for. Raises Problem (401)."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    found = tokens.holder(token.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise Problem(
            401,
            "not-signed-in",
            "A token is needed that is good now: Authorization: Bearer earnest_…",
            headers={"WWW-Authenticate": 'Bearer realm="earnest"'},
        )
    return found


def enter(person: Holder, route: Route, request: HttpRequest) -> Asker:
    """Whether this person may use this route now. Raises Problem (403, 404)."""
    match = request.resolver_match
    slug = str(match.kwargs.get("programme", "")) if match is not None else ""
    if not slug:
        return Asker(person, None)
    programme = read.programme(slug) if slug == person.row.programme else None
    if programme is None:
        raise not_there("There is no such programme for this token.")
    if route.action is not None and not tokens.allows(person, route.action):
        raise Problem(403, "not-allowed", _why_not(person, route.action))
    if not (programme.live or route.draft):
        raise Problem(403, "draft", "This programme has not begun: it is still being set up.")
    if match is not None and any(isinstance(p, int) and p > LARGEST for p in match.kwargs.values()):
        raise not_there()
    return Asker(person, programme)


def _why_not(person: Holder, action: Action) -> str:
    if tokens.scope_of(action) not in person.row.scopes:
        return f"This token was not made to {tokens.scope_of(action)}."
    return "Whoever made this token may not do this in the programme now."


def _known(request: HttpRequest, route: Route) -> None:
    strange = sorted(set(request.GET) - route.known)
    if strange:
        told = [
            {"where": f"query.{name[:60]}", "says": "There is no field of this name."} for name in strange
        ]
        raise Problem(
            422, "not-valid", "There is no field of this name.", where=told[0]["where"], errors=told
        )


def asker(request: HttpRequest) -> Asker:
    """Whoever came through the door."""
    found: Asker = request.auth  # type: ignore[attr-defined]  # ninja puts it there
    return found


def _route(
    method: str,
    path: str,
    action: Action | None,
    answer: Any,
    *,
    tag: str,
    status: int = 200,
    once_only: bool = False,
    version: bool = False,
    extra: dict[str, Any] | None = None,
) -> Callable[[F], F]:
    def around(view: F) -> F:
        route = Route(method, path, view.__name__, tag, action, status, once=once_only, version=version)

        @wraps(view)
        def inner(request: HttpRequest, **given: Any) -> HttpResponseBase:
            if once_only:
                return once.answer(
                    request, asker(request).person.row.id, lambda: said(view(request, **given), status)
                )
            return said(view(request, **given), status)

        text = (view.__doc__ or "").strip()
        summary, _, rest = text.partition("\n")
        router.api_operation(
            [method],
            path.replace("{programme}", "{slug:programme}"),
            auth=Token(route),
            response={status: answer},
            operation_id=view.__name__,
            summary=summary.rstrip("."),
            description="\n".join(line.strip() for line in rest.strip().splitlines()) or summary,
            tags=[tag],
            openapi_extra=extra,
        )(inner)
        operation = router.path_operations[path.replace("{programme}", "{slug:programme}")].operations[-1]
        for model in operation.models:
            if model.__ninja_param_source__ == "query":
                route.known.update(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
        ROUTES.append(route)
        return view

    return around


def get(path: str, action: Action | None, answer: Any, *, tag: str, **more: Any) -> Callable[[F], F]:
    """A route that reads."""
    return _route("GET", path, action, answer, tag=tag, **more)


def post(path: str, action: Action | None, answer: Any, *, tag: str, **more: Any) -> Callable[[F], F]:
    """A route that does something: with a key the same request sent twice is done once. Its answer is kept
    for that, so it holds ids and codes, never words of anybody.
    """
    return _route("POST", path, action, answer, tag=tag, once_only=True, **more)


def patch(path: str, action: Action | None, answer: Any, *, tag: str, **more: Any) -> Callable[[F], F]:
    """A route that changes something that has a version."""
    return _route("PATCH", path, action, answer, tag=tag, **more)


def delete(path: str, action: Action | None, answer: Any, *, tag: str, **more: Any) -> Callable[[F], F]:
    """A route that takes something away."""
    return _route("DELETE", path, action, answer, tag=tag, **more)


def said(result: Any, status: int) -> HttpResponseBase:
    """An answer of what a route gave: a model, or an answer that is one already."""
    if isinstance(result, HttpResponseBase):
        return result
    if isinstance(result, Out):
        response = HttpResponse(result.model_dump_json(), status=status, content_type="application/json")
        if result._where:
            response.headers["Location"] = result._where
        if result._version is not None:
            mark = hashlib.blake2b(response.content, digest_size=12).hexdigest()
            response.headers["ETag"] = f'"{result._version}-{mark}"'
        return response
    raise TypeError(f"A route answers with a model, not {type(result).__name__}.")


def phrase(status: int) -> str:
    return HTTPStatus(status).phrase
