"""What a refusal of Bluesky means, and what a person does next: one function for all of its errors."""

from datetime import UTC, datetime
from typing import Any

from earnest.egress import retry_after
from earnest.record.errors import EarnestError, SourceBusy, SourceError, SourceGone

_TOKEN = "Make an app password for it (Settings, App passwords) and give it: earnest sources token SLUG"  # noqa: S105 - a sentence


def told(error: BaseException) -> EarnestError:
    """Our error for one of `atproto`'s, or of a stream's. What is ours already stays as it is."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EarnestError):
            return cause
        cause = cause.__cause__ or cause.__context__
    answer: Any = getattr(error, "response", None)
    status = getattr(answer, "status_code", None)
    word = str(getattr(getattr(answer, "content", None), "error", "") or "")
    if isinstance(status, int):
        return _refused(status, word, getattr(answer, "headers", None) or {})
    return SourceBusy(
        "What Bluesky answers cannot be understood.",
        advice="Check the address of the server; Earnest tries again by itself.",
    )


def _refused(status: int, word: str, headers: Any) -> SourceError:
    if status == 429:
        after = retry_after(headers.get("retry-after"), datetime.now(UTC))
        return SourceBusy(
            "Bluesky asks to slow down (429).", after=after, advice="Earnest waits by itself.", why="limited"
        )
    if word in ("ExpiredToken", "InvalidToken"):
        return SourceBusy("The sign-in at Bluesky ran out.", advice="Earnest signs in anew by itself.")
    if word in ("AccountTakedown", "AccountDeactivated", "AccountSuspended"):
        return SourceGone(
            "The account that searches is closed at Bluesky.", advice="Use another of your own.", why="banned"
        )
    if status == 401:
        return SourceGone("Bluesky does not accept the app password (401).", advice=_TOKEN, why="key_refused")
    if status == 403:
        return SourceGone(
            "Bluesky does not let this search be made without an account (403).",
            advice=f"Set `account` to one of your own. {_TOKEN}",
            why="forbidden",
        )
    if status in (404, 410, 501):
        return SourceGone(
            f"There is no Bluesky at this address ({status}).",
            advice="Check the address of the server.",
            why="gone",
        )
    if status == 400:
        return SourceGone(
            "Bluesky does not understand the search (400).",
            advice="Look at the words of this place: a word with unusual signs may be the reason.",
        )
    return SourceBusy(
        f"Bluesky cannot answer now ({status}).", advice="Earnest tries again by itself.", why="down"
    )


def broken_off(word: str = "") -> SourceBusy:
    """The stream ended. Nothing of what accounts said is gone because of that."""
    if word == "ConsumerTooSlow":
        return SourceBusy(
            "The stream ended because it was read too slowly.",
            advice="Earnest goes on from where it was; if this comes often, give the machine more room.",
            why="slow",
        )
    return SourceBusy(
        "The stream broke off.", advice="Earnest goes on from where it was by itself.", why="down"
    )


def silent() -> SourceBusy:
    """A stream of the whole network that says nothing has stopped, whatever its connection says."""
    return SourceBusy(
        "The stream is open and says nothing.",
        advice="Its server is in trouble; Earnest asks again by itself.",
        why="down",
    )
