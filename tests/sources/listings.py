"""A synthetic Reddit: listings by `after` and `limit` as its reference says, and its door for programs."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.sources.replay import Asked, Reply, Row, optional, reply_json

BEGAN = 1_790_000_000
"""Seconds: 2026-09-21."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
TOKEN = {
    "POST /api/v1/access_token": reply_json(
        {"access_token": "made-up", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
    )
}


def base36(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number, 36)
        found = DIGITS[rest] + found
    return found or "0"


def post(n: int, text: str = "", **more: Any) -> dict[str, Any]:
    """A synthetic submission, the nth of its subreddit, a minute after the one before."""
    name = base36(1_000_000 + n)
    data = {
        "id": name,
        "name": f"t3_{name}",
        "title": f"Late again, number {n}",
        "selftext": text or f"The parcel of post {n} never came",
        "author": "Uma_Sample",
        "created_utc": float(BEGAN + 60 * n),
        "edited": False,
        "permalink": f"/r/couriersample/comments/{name}/late/",
        "removed_by_category": None,
        "is_robot_indexable": True,
    }
    return {"kind": "t3", "data": data | more}


def comment(n: int, text: str = "", **more: Any) -> dict[str, Any]:
    """A synthetic comment."""
    name = base36(2_000_000_000 + n)
    data = {
        "id": name,
        "name": f"t1_{name}",
        "body": text or f"Same here, {n} times",
        "author": "vic_sample",
        "created_utc": float(BEGAN + 60 * n + 7),
        "edited": False,
        "permalink": f"/r/couriersample/comments/x/late/{name}/",
    }
    return {"kind": "t1", "data": data | more}


def listing(children: Sequence[Any], most: int = 5, cap: int = 1_000) -> Callable[[Asked], Reply]:
    """Answers newest first, `most` at a time whatever is asked for, and none beyond the newest `cap`."""

    def answer(asked: Asked) -> Reply:
        newest = list(children)[::-1][:cap]
        names = [
            part["data"]["name"] if isinstance(part, dict) and "data" in part else None for part in newest
        ]
        at = names.index(asked.query["after"]) + 1 if asked.query.get("after") in names else 0
        found = newest[at : at + min(most, int(asked.query.get("limit", 25)))]
        more = at + len(found) < len(newest)
        return reply_json(told(found, found[-1]["data"]["name"] if more and found else None))

    return answer


def told(children: Sequence[Any], after: str | None = None) -> dict[str, Any]:
    """The body of a listing."""
    return {"kind": "Listing", "data": {"after": after, "before": None, "children": list(children)}}


def table(new: Row | None = None, comments: Row | None = None) -> dict[str, Row]:
    """The rows of a subreddit."""
    rows: dict[str, Row] = {key: optional(row) for key, row in TOKEN.items()}
    if new is not None:
        rows["GET /r/couriersample/new"] = new
    if comments is not None:
        rows["GET /r/couriersample/comments"] = comments
    return rows


def recordings(path: Path) -> list[tuple[str, Reply]]:
    """What was recorded: each request's method and address without its host, and the answer."""
    found = []
    for one in json.loads(path.read_text("utf-8"))["interactions"] if path.exists() else ():
        said: Mapping[str, Any] = one["response"]
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        for name, values in said["headers"].items():
            if name.lower().startswith("x-ratelimit"):
                headers[name] = values[0]
        address = "/" + one["request"]["uri"].split("/", 3)[3]
        body = said["body"]["string"].encode()
        found.append((f"{one['request']['method']} {address}", Reply(said["status"]["code"], body, headers)))
    return found
