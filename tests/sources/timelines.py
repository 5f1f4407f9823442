"""A synthetic timeline of a Mastodon instance, with max_id, since_id and min_id as its reference says."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.sources.replay import Asked, Reply, Row, optional, reply_json

BEGAN = datetime(2026, 8, 15, 14, tzinfo=UTC)
INSTANCE = {"domain": "mastodon.example", "title": "Synthetic", "version": "4.6.4"}


def number(minute: float) -> int:
    """The id of a status said so many minutes after BEGAN."""
    return int((BEGAN.timestamp() + minute * 60) * 1000) << 16


def status(
    minute: float = 0, text: str = "", account: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A synthetic status of an author who lets their posts be searched."""
    id = more.pop("id", str(number(minute)))
    said = datetime.fromtimestamp((int(id) >> 16) / 1000, UTC) if str(id).isdecimal() else BEGAN
    who = {
        "acct": "uma",
        "noindex": False,
        "indexable": True,
        "discoverable": True,
        "note": "<p>Made up.</p>",
        "display_name": "Uma",
        "fields": [],
    }
    return {
        "id": id,
        "created_at": said.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "edited_at": None,
        "visibility": "public",
        "language": "en",
        "spoiler_text": "",
        "content": f"<p>{text or f'The parcel of minute {minute} came late'}</p>",
        "url": f"https://mastodon.example/@uma/{id}",
        "reblog": None,
        "account": who | (account or {}),
    } | more


def timeline(statuses: Sequence[Any], limit: int = 5) -> Callable[[Asked], Reply]:
    """Answers as the interface does: newest first; `min_id` gives those right above, in that order too."""

    def answer(asked: Asked) -> Reply:
        newest = sorted(statuses, key=lambda one: int(one["id"]), reverse=True)
        most = min(limit, int(asked.query.get("limit", 20)))
        over = int(asked.query.get("since_id", 0))
        below = int(asked.query.get("max_id", 1 << 63))
        if "min_id" in asked.query:
            above = [one for one in newest if int(one["id"]) > int(asked.query["min_id"])]
            return reply_json(above[-most:])
        return reply_json([one for one in newest if over < int(one["id"]) < below][:most])

    return answer


def table(row: Row, path: str = "/api/v1/timelines/tag/fastcourier") -> dict[str, Row]:
    """The rows of an instance with one timeline."""
    return {"GET /api/v2/instance/": optional(reply_json(INSTANCE)), f"GET {path}": row}


def event(kind: str, payload: Any) -> str:
    """A message of the stream."""
    said = payload if isinstance(payload, str) else json.dumps(payload)
    return json.dumps({"stream": ["hashtag", "fastcourier"], "event": kind, "payload": said})
