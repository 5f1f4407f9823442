"""What every answer carries, and what becomes of an error that Earnest raised on purpose."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.deprecation import MiddlewareMixin

from earnest.record.errors import EarnestError, InputError, Refused, StoreBusy
from earnest.web.views import errors

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " img-src 'self' data:"
)
"""Nothing from another host, no script and no style in the page itself."""


def _values(given: QueryDict) -> Iterator[str]:
    for name, values in given.lists():
        yield name
        yield from values


class Policy(MiddlewareMixin):
    """Sets the Content-Security-Policy, keeps pages out of caches, turns errors into sentences.

    A view may set either header itself (a stored report carries its own style); that stands.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """A zero byte in an address or a cookie: no database keeps one, and one of ours fails on it. The
        programming interface says so in its own way (`api.v1.edge`).
        """
        if request.path.startswith("/api/v1/"):
            return None
        given = [request.path, *request.COOKIES.values(), *_values(request.GET)]
        return errors.bad_request(request) if any("\0" in one for one in given) else None

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """The same of a form. What carries no form (a hook, a signed post) is read by its own door."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        return errors.bad_request(request) if any("\0" in one for one in _values(request.POST)) else None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, EarnestError):
            return None
        status = 400 if isinstance(error, InputError) else 403 if isinstance(error, Refused) else 500
        if isinstance(error, StoreBusy):
            status = 503
        return errors.page(request, status, error.problem, error.advice)
