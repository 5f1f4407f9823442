"""Pages that say what went wrong, in the look of all others."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

TITLES = {
    400: _("This address cannot be read"),
    403: _("Not allowed"),
    404: _("There is nothing here"),
    405: _("Not like this"),
    429: _("Too often"),
    500: _("Something broke here"),
    503: _("Busy for a moment"),
}


class BadQueryError(Exception):
    """What an address or a form asks for cannot be understood; str() is a sentence for the person."""


def page(request: HttpRequest, status: int, problem: str, advice: str = "") -> HttpResponse:
    """An error page. For htmx the sentence alone, to stand where the answer would have stood."""
    fragment = request.headers.get("HX-Request") == "true"
    template = "web/_error.html" if fragment else "web/error.html"
    context = {
        "status": status,
        "title": TITLES.get(status, gettext("Not possible")),
        "problem": problem,
        "advice": advice,
    }
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = (
        str(exception)
        if isinstance(exception, BadQueryError)
        else gettext("Part of the request is not what it should be.")
    )
    return page(request, 400, said)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        403,
        gettext("Your role does not include this."),
        gettext("Ask whoever runs this desk if you need it for your work."),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or that stood open too long."""
    return page(
        request,
        403,
        gettext("This form is too old, or came from elsewhere."),
        gettext("Go back, load the page again and send it once more."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        404,
        gettext("No page has this address. It may have been deleted, or kept no longer than its time."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        500,
        gettext("The page could not be made. Nothing that was kept is lost."),
        gettext("Try again; if it stays, the log of the server says why."),
    )
