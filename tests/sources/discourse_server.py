"""A stand-in for Discourse, written from its published reference (docs.discourse.org) on 2026-11-22.

It holds one forum with a public and a private category. Everybody here is made up.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sources.platform_server import Asked, Platform, Told

KEY = "0123456789abcdef0123456789abcdef"
PUBLIC, PRIVATE = 1, 5


class Discourse(Platform):
    """One forum. A minute passes with every post."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        self.key, self.windowed = KEY, True
        self.now = datetime.now(UTC) - timedelta(days=2)
        self.people: dict[str, dict[str, bool]] = {"Earnest": {}}
        self.posts: list[dict[str, Any]] = []
        self.topics: dict[int, dict[str, Any]] = {}
        self.see: set[int] = {PRIVATE}
        self.described = ""

    def person(self, name: str, **more: bool) -> str:
        self.people[name] = more
        return name

    def topic(self, who: str, title: str, text: str, category: int = PRIVATE, **more: Any) -> int:
        id = len(self.topics) + 1
        self.topics[id] = {
            "id": id,
            "title": title,
            "category_id": category,
            "pinned": False,
            "visible": True,
        }
        self.reply(who, id, text, **more)
        return id

    def reply(self, who: str, topic: int, text: str, after: float = 60.0, **more: Any) -> int:
        self.now += timedelta(seconds=after)
        there = self.topics[topic]
        stamp = self.now.isoformat().replace("+00:00", "Z")
        post = {
            "id": len(self.posts) + 100,
            "username": who,
            "created_at": stamp,
            "updated_at": stamp,
            "cooked": f"<p>{text}</p>",
            "raw": text,
            "post_number": 1 + sum(one["topic_id"] == topic for one in self.posts),
            "post_type": 1,
            "topic_id": topic,
            "topic_title": there["title"],
            "category_id": there["category_id"],
            "version": 1,
            "hidden": False,
            "deleted_at": None,
            "user_deleted": False,
        } | more
        with self.lock:
            self.posts.append(post)
        return int(post["id"]) if isinstance(post["id"], int) else 0

    def first(self, topic: int) -> dict[str, Any]:
        return next(one for one in self.posts if one["topic_id"] == topic)

    def edit(self, post: dict[str, Any], text: str) -> None:
        self.now += timedelta(seconds=60)
        stamp = self.now.isoformat().replace("+00:00", "Z")
        post |= {"raw": text, "cooked": f"<p>{text}</p>", "version": 2, "updated_at": stamp}

    def answer(self, asked: Asked) -> Told:
        key = asked.headers.get("api-key")
        if key is not None and (key != self.key or asked.headers.get("api-username") != "Earnest"):
            return Told({"errors": ["You are not permitted"], "error_type": "invalid_access"}, 403)
        sees = {PUBLIC, *(self.see if key else ())}
        if asked.path == "/posts.json":
            return self._posts(int(asked.values.get("before", 0)), sees)
        if asked.path == f"/c/{PRIVATE}/show.json" and PRIVATE in sees:
            told = {"id": PRIVATE, "slug": "riders", "read_restricted": True}
            return Told({"category": told | {"description_text": self.described}})
        if asked.path == f"/c/riders/{PRIVATE}/l/latest.json" and PRIVATE in sees:
            topics = [one for one in self.topics.values() if one["category_id"] == PRIVATE]
            topics.sort(key=lambda one: not one["pinned"])
            return Told({"topic_list": {"topics": topics}})
        for id, there in self.topics.items():
            if asked.path == f"/t/{id}.json" and there["category_id"] in sees:
                posts = [self._with_power(one) for one in self.posts if one["topic_id"] == id]
                return Told(there | {"deleted_at": None, "post_stream": {"posts": posts[:20]}})
        return Told({"errors": ["not found"], "error_type": "not_found"}, 404)

    def _posts(self, before: int, sees: set[int]) -> Told:
        with self.lock:
            found = [one for one in self.posts if one.get("category_id") in sees]
        if before:
            low = before - 50 if self.windowed else 0
            found = [one for one in found if low < _id(one) <= before]
        found.sort(key=_id, reverse=True)
        return Told({"latest_posts": [self._with_power(one) for one in found[:50]]})

    def _with_power(self, post: dict[str, Any]) -> dict[str, Any]:
        power = self.people.get(str(post.get("username")), {})
        return post | {"admin": power.get("admin", False), "moderator": power.get("moderator", False)}


def _id(post: dict[str, Any]) -> int:
    return post["id"] if isinstance(post.get("id"), int) else 1 << 40
