"""What was said in the channel and its threads, listed by Slack's own paging."""

from collections.abc import Iterator
from typing import Any

from earnest.sources.slack.messages import stamp, written
from earnest.sources.slack.wire import Api, Hidden, listed, mapping, strange

LIMIT = 200
"""Messages a request: what Slack recommends at most."""

PAGES = 500
"""Requests for one list, at most."""


def history(api: Api, channel: str, after: int, until: int | None) -> list[Any]:
    """What was said in the channel itself after one moment and up to another, as it comes."""
    return list(_pages(api, "conversations_history", {"channel": channel}, after, until))


def replies(api: Api, channel: str, thread: int, after: int, until: int) -> list[Any]:
    """What was answered in a thread, its first message left out."""
    asked = {"channel": channel, "ts": written(thread)}
    try:
        found = list(_pages(api, "conversations_replies", asked, after, until))
    except Hidden:
        return []  # it was deleted with all that hung on it
    return [one for one in found if stamp(mapping(one).get("ts")) != thread]


def _pages(api: Api, method: str, asked: dict[str, Any], after: int, until: int | None) -> Iterator[Any]:
    asked = {**asked, "limit": LIMIT, "oldest": written(after)}
    if until is not None:
        # Both ends are left out by Slack, so that the end is asked for just after it.
        asked["latest"] = written(until + 1)
    seen: set[str] = set()
    for _ in range(PAGES):
        answer = api.call(lambda client, asked=asked: getattr(client, method)(**asked))  # type: ignore[misc]
        yield from listed(answer.get("messages"))
        onward = mapping(answer.get("response_metadata")).get("next_cursor")
        if not onward:
            return
        if not isinstance(onward, str) or onward in seen:
            raise strange()
        seen.add(onward)
        asked = {**asked, "cursor": onward}
    raise strange()


def threads(messages: list[Any], after: int) -> list[int]:
    """Those of the listed messages in whose threads something was said after a moment."""
    told = map(mapping, messages)
    return sorted(stamp(one.get("ts")) for one in told if stamp(one.get("latest_reply")) > after)
