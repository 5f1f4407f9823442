"""`POST /api/submit/<programme>`: one post to the operator, signed the way Standard Webhooks does.

    {"text": "…", "id": "…"?, "created": "2026-11-22T09:30:00Z"?, "lang": "en"?, "region": "Bristol"?}

202 `{"taken": true, "leave": "https://…"}` when it was taken (whether it was kept is not told); `leave` is a
private address with which whoever said it can erase this submission and no other: pass it on to them. 400
when the body is not right, 401 when the signature is not, 404 where nothing is submitted to, 413 when it is
too large, 503 when it may be sent again.
Errors are `{"problem": …, "advice": …}` and never repeat what was said.
"""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from earnest.flow import learn, said
from earnest.record.errors import EarnestError, InputError
from earnest.sources.submit.receive import MAX_BODY
from earnest.sources.submit.sign import RefusedSignature
from earnest.store import read


@csrf_exempt
@require_POST
def submit(request: HttpRequest, programme: str) -> JsonResponse:
    """Take one signed submission."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        return problem(413, f"The body is larger than {MAX_BODY // 1024} KB.", "Send one post a request.")
    found = read.programme(programme)
    place = said.form_place(programme) if found else None
    if found is None or place is None:
        return problem(404, "Nothing is submitted to here.", "")
    home = Path(settings.EARNEST_HOME)
    try:
        taken = said.by_request(
            place, learn.model_of(found.slug, home), home, headers=request.headers, body=request.body
        )
    except RefusedSignature as error:
        return problem(401, error.problem, error.advice)
    except InputError as error:
        return problem(400, error.problem, error.advice)
    except EarnestError:
        return problem(
            503, "It could not be taken now; nothing was kept.", "Send the same request again later."
        )
    leave = request.build_absolute_uri(f"/leave/{programme}/sent/{taken.link}")
    return JsonResponse({"taken": True, "leave": leave}, status=202)


def problem(status: int, sentence: str, advice: str) -> JsonResponse:
    """An answer that says what is wrong and what to do; never what was sent."""
    return JsonResponse({"problem": sentence, "advice": advice}, status=status)
