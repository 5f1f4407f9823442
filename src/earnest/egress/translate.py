"""What a foreign error or a refusing status is called here, with a sentence a person can act on."""

import math
import ssl
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx
from backports import zstd

from earnest.record.errors import EarnestError, EgressRefused, SourceBusy, SourceGone

MAX_AFTER = 7 * 24 * 3600.0
"""Seconds. A server that asks for a longer wait is asked again after a week."""

_AGAIN = "Earnest tries again by itself."

_GONE = {
    401: (
        "wants a sign-in",
        "Ask its owner for an address that is open without one, or pause this place.",
    ),
    402: ("wants to be paid", "Pause this place."),
    403: ("does not let Earnest in", "Respect that: ask its owner, or pause this place."),
    404: ("has nothing at this address", "Check the address; it may have moved."),
    410: ("says that this is gone for good", "Close this place."),
    451: ("may not show this for legal reasons", "Close this place."),
}
_WHY = {401: "key_refused", 402: "forbidden", 403: "forbidden", 404: "gone", 410: "gone", 451: "gone"}
_PASSING = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}


def refused_status(status: int, host: str, wait: str | None, now: datetime) -> EarnestError | None:
    """The error for a status that is no answer; None for 2xx and 304. `wait` is the Retry-After header."""
    if 200 <= status < 300 or status == 304:
        return None
    if status in _PASSING or status >= 500:
        what = "asks to slow down" if status == 429 else "cannot answer now"
        why = "limited" if status == 429 else "slow" if status in (408, 504, 524) else "down"
        return SourceBusy(f"{host} {what} ({status}).", after=retry_after(wait, now), advice=_AGAIN, why=why)
    what, advice = _GONE.get(status, ("does not give this to Earnest", "Check the address."))
    return SourceGone(f"{host} {what} ({status}).", advice=advice, why=_WHY.get(status, "forbidden"))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait from a Retry-After header: a number or a date; None where it is neither."""
    if not value:
        return None
    value = value.strip()
    try:
        seconds = float(value) if value.replace(".", "", 1).isdigit() and value.isascii() else None
        if seconds is None:
            moment = parsedate_to_datetime(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(seconds, MAX_AFTER) if math.isfinite(seconds) else MAX_AFTER


_ADDRESS = "Write it like https://example.org/feed.xml."
_FOREIGN = tuple[type[BaseException], ...]

# the first row that fits decides, so the particular stands before the general
_MAPPED: tuple[tuple[_FOREIGN, type[EarnestError], str, str], ...] = (
    (
        (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol),
        EgressRefused,
        "This is not an address Earnest can fetch.",
        _ADDRESS,
    ),
    ((httpx.TooManyRedirects,), EgressRefused, "The place redirects too often.", "Give its last address."),
    (
        (httpx.LocalProtocolError, httpcore.LocalProtocolError),
        EgressRefused,
        "No request can be made from this address and these headers.",
        "Check the address.",
    ),
    (
        (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError),
        SourceBusy,
        "The place did not answer in time.",
        _AGAIN,
    ),
    (
        (ssl.SSLCertVerificationError,),
        SourceGone,
        "The certificate of the place is not trusted.",
        "Tell its owner; Earnest does not read past it.",
    ),
    (
        (httpx.NetworkError, httpcore.NetworkError, ssl.SSLError, ConnectionError),
        SourceBusy,
        "The place cannot be reached.",
        _AGAIN,
    ),
    (
        (httpx.DecodingError, zlib.error, zstd.ZstdError, EOFError),
        SourceBusy,
        "The answer is damaged or was cut off.",
        _AGAIN,
    ),
    (
        (httpx.ProtocolError, httpcore.ProtocolError, httpx.ProxyError, httpcore.ProxyError),
        SourceBusy,
        "The answer of the place is not proper HTTP.",
        _AGAIN,
    ),
    (
        (httpx.HTTPError, httpx.StreamError, httpx.CookieConflict, httpcore.ConnectionNotAvailable, OSError),
        SourceBusy,
        "The place could not be read.",
        _AGAIN,
    ),
    (
        (ValueError, LookupError, TypeError),
        EgressRefused,
        "The answer or the address of the place cannot be understood.",
        "Check the address.",
    ),
)


def translate(error: BaseException, *, late: bool = False, timeout: float = 0.0) -> EarnestError:
    """Our error for a foreign one. `late` says that the time for the whole answer was over."""
    if isinstance(error, EarnestError):
        return error
    timeouts = (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError)
    if late and isinstance(error, timeouts):
        return EgressRefused(
            f"The answer took longer than {timeout:g} seconds.",
            advice="Try again when the place is quicker.",
            why="slow",
        )
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            error = cause
        cause = cause.__cause__ or cause.__context__
    for foreign, ours, problem, advice in _MAPPED:
        if isinstance(error, foreign):
            return ours(problem, advice=advice, why=_class_of(error))
    raise error


def _class_of(error: BaseException) -> str:
    if isinstance(error, httpx.TimeoutException | httpcore.TimeoutException | TimeoutError):
        return "slow"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, httpx.DecodingError | zlib.error | zstd.ZstdError | EOFError):
        return "bad_content"
    if isinstance(error, httpx.InvalidURL | httpx.TooManyRedirects | ValueError | LookupError | TypeError):
        return "not_allowed"
    return "down"
