"""Attachments of cases: putting one on, handing one out, deleting one.

A file is only ever handed out as what it was found to be, never guessed at by a browser, and nothing in it
may run: pictures are shown in a page, everything else is saved.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import case_room, cases
from earnest.record.errors import EarnestError
from earnest.store.read import Programme
from earnest.web.frame import door
from earnest.web.views.case import show
from earnest.web.views.case_acts import back

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@require_POST
@door("work_cases")
def attach(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Put a file on a case."""
    sent = request.FILES.get("file")
    if sent is None:
        return show(request, programme, number, {"problem": gettext("Choose a file first.")}, status=400)
    try:
        cases.attach(programme.slug, number, sent.name or "", sent.read(), by=request.user.pk)
    except EarnestError as error:
        return show(request, programme, number, {"problem": error.sentence()}, status=400)
    return back(programme, number, "#files-h")


@require_POST
@door("work_cases")
def detach(request: HttpRequest, programme: Programme, number: int, id: int) -> HttpResponse:
    """Delete a file for good."""
    if not case_room.has_file(programme.slug, number, id):
        raise Http404
    cases.detach(programme.slug, id, by=request.user.pk)
    return back(programme, number, "#files-h")


@require_safe
@door("see_cases")
def one(request: HttpRequest, programme: Programme, number: int, id: int) -> HttpResponse:
    """A file: to be saved, or with `?show=1` a picture to be shown in the page."""
    found = case_room.file(programme.slug, number, id, request.user)
    if found is None:
        raise Http404
    row, content = found
    inline = row.image and request.GET.get("show") == "1"
    return HttpResponse(
        content,
        content_type=row.type,
        headers={
            "Content-Disposition": content_disposition_header(not inline, row.name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": SANDBOX,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )
