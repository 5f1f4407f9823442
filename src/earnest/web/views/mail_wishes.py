"""Which mails a person of the desk wants: part of their own account's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from earnest.desk import wishes
from earnest.web.frame import to_sign_in


def part(request: HttpRequest) -> dict[str, Any]:
    """What `web/_mail_wishes.html` needs."""
    return {"mails": wishes.of(request.user.pk or 0)}


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a person's own wish."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    wishes.choose(
        request.user.pk,
        mentions=request.POST.get("mentions") == "yes",
        assignments=request.POST.get("assignments") == "yes",
    )
    return HttpResponseRedirect(f"{reverse('account')}?saved=yes", status=303)
