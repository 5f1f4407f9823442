"""Whether this installation can do its work, for a machine that watches it: codes, no secrets, no figures."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from earnest.flow import health


@require_safe
def page(request: HttpRequest) -> JsonResponse:
    """Ready: 200. Else 503, with a code for each thing that is not."""
    found = health.look(Path(settings.EARNEST_HOME))
    said = {"ready": found.ready, "codes": found.codes, "checks": dict(found.checks)}
    return JsonResponse(said, status=200 if found.ready else 503)


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers. Nothing else is asked, so a database that restarts does not end it."""
    return JsonResponse({"live": True})
