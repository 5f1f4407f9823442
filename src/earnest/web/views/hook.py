"""`POST /<programme>/hook/<id>`: what another system tells the desk (`desk.hooks` says what it may).

202 when it was taken, 200 when it asks for nothing or was taken before, 400 when the body is not right, 401
when the signature is not, 404 where there is no such address, 413 when it is too large, 429 when there are
too many, 503 when it may be sent again. Answers are `{"state": …}` or `{"problem": …, "advice": …}` and
never repeat what was sent.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from earnest.desk import hooks
from earnest.record.errors import BadLine, EarnestError, Refused, StoreBusy, StoreError
from earnest.web.throttle import Throttle, address

WRONG = Throttle(60, 60.0)
"""Wrong signatures from one address of the network."""

TAKEN = Throttle(600, 60.0)
"""Of one way in."""


@csrf_exempt
@require_POST
def take(request: HttpRequest, programme: str, hook: str) -> JsonResponse:
    """Take one request of another system. Signed, so no session and no form token is asked for."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > hooks.MOST_IN:
        return _problem(413, f"The body is larger than {hooks.MOST_IN // 1024} KB.")
    if WRONG.spent(address(request)) or TAKEN.spent(hook):
        return _problem(429, "There are too many requests.", "Wait a minute.")
    body = request.read(hooks.MOST_IN + 1)
    if len(body) > hooks.MOST_IN:
        return _problem(413, f"The body is larger than {hooks.MOST_IN // 1024} KB.")
    try:
        taken = hooks.take(programme, hook, dict(request.headers), body)
    except hooks.RefusedSignature as error:
        WRONG.note(address(request))
        return _problem(401, error.problem, error.advice)
    except (BadLine, Refused) as error:
        return _problem(400, error.problem, error.advice)
    except StoreBusy:
        return _problem(503, "It could not be taken now; nothing was kept.", "Send the same again later.")
    except StoreError:
        WRONG.note(address(request))
        return _problem(404, "There is no such address.")
    except EarnestError:
        return _problem(503, "It could not be taken now; nothing was kept.", "Send the same again later.")
    TAKEN.note(hook)
    return JsonResponse({"state": taken.state}, status=202 if taken.state == "taken" else 200)


def _problem(status: int, sentence: str, advice: str = "") -> JsonResponse:
    return JsonResponse({"problem": sentence, "advice": advice}, status=status)
