"""The link of a message: a page with one button, for people who are not signed in too.

Opening it changes nothing, since mail scanners open links as well; only the button acknowledges. The page
tells nothing of the case, whoever looks at it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from earnest.desk import escalate

LONGEST = 200
"""Characters of a token that could be one of ours."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button (GET); acknowledged (POST). 404: unknown, used or too old, no word of which."""
    known = len(token) <= LONGEST
    if request.method == "POST":
        state = "done" if known and escalate.acknowledge(token) else "gone"
    else:
        state = "ask" if known and escalate.good(token) else "gone"
    response = render(
        request, "web/acknowledge.html", {"state": state}, status=404 if state == "gone" else 200
    )
    # With "no-referrer" a browser sends its own form with the origin "null", and it would be refused.
    response["Referrer-Policy"] = "same-origin"
    return response
