"""A synthetic X: recent search by ids, times and next_token, as its reference says."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from earnest.sources.x.tweets import id_at, moment_of
from tests.sources.replay import Asked, Reply, reply_json

PATH = "GET /2/tweets/search/recent"
NOW = datetime.now(UTC).replace(microsecond=0)
"""X knows seven days alone, so that synthetic posts are of the last days."""


def number(hours: float) -> int:
    """The id of a post of so many hours ago."""
    return id_at(NOW - timedelta(hours=hours))


def tweet(hours: float = 1, text: str = "", **more: Any) -> dict[str, Any]:
    """A synthetic post of so many hours ago."""
    id = str(more.pop("id", number(hours)))
    return {
        "id": id,
        "text": text or f"The parcel of {hours} hours ago &amp; its box are lost",
        "created_at": moment_of(int(id)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "lang": "en",
        "author_id": "1001",
        "edit_history_tweet_ids": [id],
    } | more


USERS = [
    {"id": "1001", "username": "Uma_Sample", "protected": False},
    {"id": "1002", "username": "vic_sample", "protected": True},
]


def told(tweets: Sequence[Any], more: str | None = None) -> dict[str, Any]:
    """The body of an answer."""
    meta = {"result_count": len(tweets)} | ({"next_token": more} if more else {})
    return {"data": list(tweets), "includes": {"users": USERS}, "meta": meta} if tweets else {"meta": meta}


def search(tweets: Sequence[Any], most: int = 5) -> Callable[[Asked], Reply]:
    """Answers newest first, `most` at a time."""

    def answer(asked: Asked) -> Reply:
        query = asked.query
        over = int(query.get("since_id", 0))
        below = int(query.get("until_id", 1 << 63))
        if "start_time" in query:
            over = max(over, id_at(datetime.fromisoformat(query["start_time"])) - 1)
        if "end_time" in query:
            below = min(below, id_at(datetime.fromisoformat(query["end_time"])))
        if over < id_at(datetime.now(UTC) - timedelta(days=7)) - 1:
            return reply_json({"title": "Invalid Request", "type": "x/invalid-request"}, 400)
        below = min(below, int(query.get("next_token", f"b{below}")[1:]))
        found = [one for one in tweets if over < int(one["id"]) < below]
        found.sort(key=lambda one: int(one["id"]), reverse=True)
        page = found[:most]
        return reply_json(told(page, f"b{page[-1]['id']}" if len(found) > most else None))

    return answer
