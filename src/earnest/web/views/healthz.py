"""Whether this installation can do its work, for a machine that watches it: codes, no secrets, no figures."""

import logging
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from earnest.flow import health

LOG = logging.getLogger(__name__)

_logged: list[str] = []
"""The codes of the last line that this process logged."""


class Answer(JsonResponse):
    """Django logs every 503, and a probe comes every few seconds: `_note` logs each change once instead."""

    _has_been_logged = True


@require_safe
def page(request: HttpRequest) -> JsonResponse:
    """Ready: 200. Else 503, with a code for each thing that is not."""
    found = health.look(Path(settings.EARNEST_HOME))
    _note(found.codes)
    said = {"ready": found.ready, "codes": found.codes, "checks": dict(found.checks)}
    return Answer(said, status=200 if found.ready else 503)


def _note(codes: list[str]) -> None:
    """A line where this is not what was logged last."""
    if codes == _logged:
        return
    _logged[:] = codes
    if codes:
        LOG.error("Not ready: %s.", ", ".join(codes))
    else:
        LOG.warning("Ready again.")


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers. Nothing else is asked, so a database that restarts does not end it."""
    return JsonResponse({"live": True})
