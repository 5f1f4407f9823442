"""Which language a public page speaks: the one asked for, else the reader's own, else English."""

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

LANGUAGES = {"en": "English", "es": "Español"}


def of(request: HttpRequest) -> str:
    """ "en" or "es": `?lang=` first, then what the browser accepts. The page speaks it from here on, whatever
    a cookie or an account says: it may be kept for everybody.
    """
    found = _of(request)
    translation.activate(found)
    return found


def _of(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for accepted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        primary = accepted.partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return "en"
