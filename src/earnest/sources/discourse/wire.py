"""Asking a forum: four addresses of Discourse's API, all through `earnest.egress`."""

from typing import Any

from earnest.egress import Egress
from earnest.record.errors import BadSetting, SourceBusy, SourceGone
from earnest.sources import http_json
from earnest.sources.loose import decoded

STEP = 50
"""Posts a request; Discourse looks through so many ids."""


class Hidden(Exception):
    """The forum says that there is no such thing, or that the key may not see it."""


class Forum:
    """One forum, asked by nobody or by one API key."""

    def __init__(self, server: str, key: str, user: str, egress: Egress) -> None:
        self._base = http_json.server(server, server, "discourse")
        if key and (not key.isascii() or not key.isalnum() or not 16 <= len(key) <= 128):
            raise BadSetting(
                "The API key of the forum is not one.",
                advice="Copy it again from the forum's Admin, API: earnest sources token SLUG",
            )
        if key and (not user.isprintable() or not user.isascii() or not 0 < len(user) <= 60):
            raise BadSetting(
                "In the setting 'acts_as' of the discourse source: this is not an account.",
                advice="Write the name of the account that the API key was made for.",
            )
        self._headers = {"api-key": key, "api-username": user} if key else {}
        self._egress = egress

    def latest(self, before: int | None) -> list[Any]:
        """The newest posts with an id up to one, newest first."""
        found = self._asked("/posts.json", {"before": before})
        return listed(found.get("latest_posts"))

    def category(self, id: int) -> dict[str, Any]:
        """A category. Raises `Hidden`."""
        return mapping(self._asked(f"/c/{id}/show.json").get("category"))

    def topics(self, slug: str, id: int) -> list[Any]:
        """The first topics of a category, the pinned ones before the others. Raises `Hidden`."""
        found = self._asked(f"/c/{slug}/{id}/l/latest.json")
        return listed(mapping(found.get("topic_list")).get("topics"))

    def topic(self, id: int) -> dict[str, Any]:
        """A topic with its first posts as they were written. Raises `Hidden`."""
        return self._asked(f"/t/{id}.json", {"include_raw": 1})

    def _asked(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = http_json.ask(
            self._egress, self._base + path, params=params, headers=self._headers, takes=(401, 403, 404, 410)
        )
        if answer.status != 200:
            raise Hidden
        try:
            told = decoded(answer.body)
        except ValueError:
            raise strange() from None
        if not isinstance(told, dict):
            raise strange()
        return told


def mapping(value: object) -> dict[str, Any]:
    """An object, whatever came."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """A list. Raises SourceBusy for anything else: nobody may take that for silence."""
    if isinstance(value, list):
        return value
    raise strange()


def number(value: object) -> int:
    """An id, 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53 else 0


def lost() -> SourceGone:
    """What a person does where the forum shows nothing."""
    return SourceGone(
        "The forum does not show this to Earnest.",
        advice="If it asks for a login, or the category is private, its administrator has to invite Earnest.",
        why="forbidden",
    )


def strange() -> SourceBusy:
    return SourceBusy(
        "The forum's answer is not what Discourse says it should be.",
        advice="Check the forum's address; Earnest tries again by itself.",
    )
