"""What an HTTP answer means for a message: it is there, try again, or trying is no use."""

from collections.abc import Mapping
from datetime import datetime

from earnest.egress import retry_after
from earnest.notify.base import Delivered, Later, Never, Outcome
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy, SourceGone

STATUSES = frozenset(range(400, 600))
"""All of them are answers here: what each means is decided below, not by whoever fetches."""

_NEVER = {401: "sign_in", 403: "forbidden", 404: "not_found", 410: "gone"}
_LATER = {408: "busy", 409: "busy", 423: "busy", 425: "busy", 429: "slow"}


def read(status: int, headers: Mapping[str, str], now: datetime) -> Outcome:
    """The outcome of a status. `headers` have lower-case names."""
    if 200 <= status < 300:
        return Delivered(status)
    after = retry_after(headers.get("retry-after"), now)
    if after is None:
        after = _until_reset(headers, now)
    if status == 403 and after is not None:
        return Later("slow", status, after)  # GitHub's way to say: too many requests
    if status in _LATER or status >= 500:
        return Later(_LATER.get(status, "busy"), status, after)
    return Never(_NEVER.get(status, "refused"), status)


def _until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until a limit that is used up begins anew, where headers say so (GitHub, GitLab, Jira)."""
    left = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining"))
    reset = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset"))
    if left != "0" or reset is None or not reset.isascii() or not reset.isdigit():
        return None
    return min(max(0.0, int(reset[:12]) - now.timestamp()), 86_400.0)


def failed(error: EarnestError) -> Outcome:
    """The outcome of a request that had no answer."""
    if isinstance(error, SourceBusy):
        return Later("unreachable", None, error.after)
    if isinstance(error, SourceGone):
        return Never("not_allowed")  # a certificate that is not trusted
    if isinstance(error, EgressRefused):
        # too slow or too large passes; an address that may not be reached does not change by waiting
        late = "longer than" in error.problem or "larger than" in error.problem
        return Later("unsure") if late else Never("not_allowed")
    return Later("unexpected")
