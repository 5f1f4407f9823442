"""Asking X, through tweepy and the guarded way out, as an application and nobody else."""

import json
import logging
from collections.abc import Sequence
from typing import Any

from earnest.egress import Egress
from earnest.egress.ways import requests_session
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.sources.foreign import LastAnswer, own_error, part, words

PAGE = 100
"""Posts a request: the most that X gives."""

_NOT_THERE = ("/resource-not-found", "/not-authorized-for-resource")
"""Problems with one post that say that nobody outside sees it any more. Any other is X's own."""

_API = "https://api.twitter.com"
_AGAIN = "Earnest tries again by itself."
_PLAN = "Look at the project and its plan at https://developer.x.com."
_DAY = 24 * 3600.0

_FIELDS = [
    "id",
    "text",
    "note_tweet",
    "created_at",
    "lang",
    "author_id",
    "edit_history_tweet_ids",
    "withheld",
]
_USER = ["id", "username", "protected", "withheld"]

_NEWER = "Look for a newer version of Earnest."
_NEW_TOKEN = "Make a new bearer token at https://developer.x.com, and give it again."  # noqa: S105 - words

_GONE = {
    400: ("does not understand this search", "Write the words more simply; see its README.", "forbidden"),
    401: ("does not take this token", _NEW_TOKEN, "key_refused"),
    402: ("has no credits left for this project", _PLAN, "forbidden"),
    403: ("does not let this project search", _PLAN, "forbidden"),
    404: ("has no such interface any more", _NEWER, "gone"),
    410: ("has closed this interface", _NEWER, "gone"),
    451: ("may not show this for legal reasons", "Close this place.", "forbidden"),
}


class Search:
    """X's recent search, as one application."""

    def __init__(self, server: str, token: str, egress: Egress) -> None:
        import tweepy

        if not token.isascii() or not token.isprintable() or " " in token or len(token) < 8:
            raise BadSetting("The bearer token of the X project is missing or is none.", advice=_NEW_TOKEN)
        # It writes what it asked for and what came back into its log: nobody's words belong there.
        logging.getLogger("tweepy").setLevel(logging.ERROR)
        self._last = LastAnswer()
        self._client = tweepy.Client(bearer_token=token, return_type=dict, wait_on_rate_limit=False)
        self._client.session = requests_session(egress, at={_API: server} if server else {})
        self._client.session.hooks["response"].append(self._last.keep)

    def page(self, query: str, **where: Any) -> dict[str, Any]:
        """One answer: `data`, `includes`, `errors`, `meta`. Raises SourceError."""
        return self._asked(self._client.search_recent_tweets, query, max_results=PAGE, **where)

    def posts(self, ids: Sequence[str]) -> dict[str, Any]:
        """Posts by their ids, at most `PAGE`: for each that is not given the answer must say that it is gone
        or not public. Raises SourceError.
        """
        answer = self._asked(self._client.get_tweets, list(ids))
        given = {words(part(one, "id")) for one in _list(answer.get("data"))}
        gone = {
            words(part(one, "resource_id")) or words(part(one, "value"))
            for one in _list(answer.get("errors"))
            if words(part(one, "type")).endswith(_NOT_THERE)
        }
        if not given | gone >= set(ids):
            raise strange()
        return answer

    def _asked(self, method: Any, *what: Any, **where: Any) -> dict[str, Any]:
        self._last.forget()
        try:
            answer = method(*what, tweet_fields=_FIELDS, user_fields=_USER, expansions=["author_id"], **where)
        except Exception as error:  # noqa: BLE001 - `told` raises what it does not know
            raise told(error, self._last) from None
        if not isinstance(answer, dict):
            raise strange()
        return answer


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def told(error: BaseException, last: LastAnswer) -> EarnestError:
    """What an error of tweepy, or of the way out below it, is called here."""
    from tweepy.errors import TweepyException

    ours = own_error(error)
    if ours is not None:
        return ours
    if last.status == 429:
        if "usage-capped" in words(part(_read(last.body), "type")):
            return SourceBusy(
                "The monthly number of posts that X lets this project read is used up.",
                after=_DAY,
                advice=f"Wait for the next month, or search for less. {_PLAN}",
                why="limited",
            )
        return SourceBusy("X asks to slow down (429).", after=last.wait(), advice=_AGAIN, why="limited")
    if last.status >= 500 or last.status in (408, 425):
        return SourceBusy(
            f"X cannot answer now ({last.status}).", after=last.wait(), advice=_AGAIN, why="down"
        )
    if last.status >= 400:
        what, advice, why = _GONE.get(last.status, ("does not give this to Earnest", _PLAN, "forbidden"))
        return SourceGone(f"X {what} ({last.status}).", advice=advice, why=why)
    if isinstance(
        error, (TweepyException, ValueError, LookupError, TypeError, AttributeError, RecursionError)
    ):
        return strange()
    if isinstance(error, OSError):
        return strange()
    raise error


def strange() -> SourceBusy:
    """An answer that is none of X's."""
    return SourceBusy("X does not answer as it should.", advice=_AGAIN, why="bad_content")


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
