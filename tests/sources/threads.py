"""A synthetic YouTube: threads and replies by pages, as its reference says."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sources.replay import Asked, Reply, Row, reply_json

BEGAN = datetime(2026, 9, 21, 10, tzinfo=UTC)
CHANNEL = "UC" + "sample".ljust(22, "0")
THREADS = "GET /youtube/v3/commentThreads"
REPLIES = "GET /youtube/v3/comments"


def written(minute: float) -> str:
    return (BEGAN + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def comment(minute: float, text: str = "", id: str = "", **more: Any) -> dict[str, Any]:
    """A synthetic comment, so many minutes after BEGAN."""
    said = {
        "videoId": "sample00001",
        "textDisplay": text or f"Still waiting at minute {minute}",
        "authorDisplayName": "@Uma_Sample",
        "authorChannelId": {"value": "UCsample"},
        "publishedAt": written(minute),
        "updatedAt": written(minute),
    }
    return {"kind": "youtube#comment", "id": id or f"Ug{minute:g}", "snippet": said | more}


def thread(
    minute: float,
    text: str = "",
    replies: Sequence[Any] = (),
    count: int | None = None,
    id: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A synthetic thread; with `count` it has more replies than come with it."""
    first = comment(minute, text, id, **more)
    found: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "id": first["id"],
        "snippet": {
            "videoId": "sample00001",
            "topLevelComment": first,
            "totalReplyCount": len(replies) if count is None else count,
        },
    }
    return found | ({"replies": {"comments": list(replies)}} if replies else {})


def told(items: Sequence[Any], more: str | None = None) -> dict[str, Any]:
    """The body of an answer."""
    body = {
        "kind": "youtube#commentThreadListResponse",
        "items": list(items),
        "pageInfo": {"totalResults": 7},
    }
    return body | ({"nextPageToken": more} if more else {})


def listing(items: Sequence[Any], most: int = 5) -> Callable[[Asked], Reply]:
    """Answers `most` at a time, in the order they stand in."""

    def answer(asked: Asked) -> Reply:
        at = int(asked.query.get("pageToken", "p0")[1:])
        return reply_json(told(items[at : at + most], f"p{at + most}" if at + most < len(items) else None))

    return answer


def newest_first(threads: Sequence[Any]) -> list[Any]:
    return sorted(
        threads, key=lambda one: one["snippet"]["topLevelComment"]["snippet"]["publishedAt"], reverse=True
    )


def refusal(status: int, reason: str) -> Reply:
    """A refusal as Google writes them."""
    error = {"code": status, "message": "made up", "errors": [{"reason": reason, "domain": "youtube"}]}
    return reply_json({"error": error}, status)


def table(threads: Row, replies: Row | None = None) -> dict[str, Row]:
    return {THREADS: threads} | ({REPLIES: replies} if replies is not None else {})
