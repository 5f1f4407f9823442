"""`POST /api/submit/<programme>/present`: which of the posts sent before are still there, of whole days.

    {"since": "2026-11-20", "until": "2026-11-22", "ids": ["…", "…"]}

Signed as a submission is. Every post said from `since` to `until` (not included; midnights, UTC) whose `id`
is not in the list is erased and stays away. 200 `{"erased": n}`; 409 where none of many posts is listed,
which is more likely a list that failed: nothing was erased. 400, 401, 404, 413 and 503 as for a submission.
"""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from earnest.api.submit import problem
from earnest.flow import said
from earnest.record.errors import EarnestError, InputError, StoreError
from earnest.sources.submit.receive import MAX_LIST
from earnest.sources.submit.sign import RefusedSignature


@csrf_exempt
@require_POST
def present(request: HttpRequest, programme: str) -> JsonResponse:
    """Take one signed list."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_LIST:
        return problem(413, f"The body is larger than {MAX_LIST // 1024 // 1024} MB.", "Send fewer days.")
    place = said.form_place(programme)
    if place is None:
        return problem(404, "Nothing is submitted to here.", "")
    try:
        gone = said.still_present(
            place, Path(settings.EARNEST_HOME), headers=request.headers, body=_body(request)
        )
    except RefusedSignature as error:
        return problem(401, error.problem, error.advice)
    except InputError as error:
        return problem(400, error.problem, error.advice)
    except StoreError as error:
        if error.retry:
            return problem(503, error.problem, error.advice)
        return problem(409, error.problem, "Look whether the list is whole.")
    except EarnestError:
        return problem(503, "It could not be taken now.", "Send the same request again later.")
    return JsonResponse({"erased": gone})


def _body(request: HttpRequest) -> bytes:
    """The body, also one that is larger than what Django takes for a form."""
    return request.read(MAX_LIST + 1)
