"""The channel and its public threads: where things are said, and how far each has come."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from earnest.record.errors import SourceBusy
from earnest.sources.discord.messages import at, moment
from earnest.sources.discord.wire import Http, done, listed, mapping, seen, snowflake, strange

PUBLIC = (10, 11)
"""Threads that everybody in the channel sees, of Discord's types of channels."""

MOST = 40
"""Pages of archived threads, of 100 each."""


class Room(NamedTuple):
    """A channel or thread, and the id of the last thing said in it."""

    id: int
    last: int


def channel_of(http: Http, channel: int) -> dict[str, Any] | None:
    """The channel as it is now, or None where the bot may not see it."""
    found = seen(http.get_channel(channel))
    if found is None:
        return None
    told = mapping(found)
    if snowflake(told.get("id")) != channel:
        raise strange()
    return told


def rooms(http: Http, channel: Mapping[str, Any], after: int) -> list[Room]:
    """The channel and those of its public threads in which something was said after an id, by id."""
    found = active(http, channel)
    _archived(http, snowflake(channel.get("id")), after, found)
    return sorted(room for room in found.values() if room.last > after)


def active(http: Http, channel: Mapping[str, Any]) -> dict[int, Room]:
    """The channel and those of its public threads that are not archived, by their ids."""
    id, guild = snowflake(channel.get("id")), snowflake(channel.get("guild_id"))
    found = {id: Room(id, snowflake(channel.get("last_message_id")))}
    for thread in listed(mapping(done(http.get_active_threads(guild))).get("threads")):
        _take(found, thread, id)
    return found


def _archived(http: Http, channel: int, after: int, found: dict[int, Room]) -> None:
    """Archived threads come with the last archived first."""
    before: Any = None
    for _ in range(MOST):
        answer = mapping(seen(http.get_public_archived_threads(channel, before=before, limit=100)))
        threads = listed(answer.get("threads", []))
        for thread in threads:
            _take(found, thread, channel)
        last = mapping(mapping(threads[-1] if threads else None).get("thread_metadata")).get(
            "archive_timestamp"
        )
        # Nothing can have been said in a thread after it was archived.
        when = moment(last, datetime.now(UTC))
        if not answer.get("has_more") or when is None or at(when) < after:
            return
        before = last
    raise SourceBusy("The channel has more archived threads than can be listed.")


def _take(found: dict[int, Room], thread: object, channel: int) -> None:
    told = mapping(thread)
    id = snowflake(told.get("id"))
    if id and snowflake(told.get("parent_id")) == channel and told.get("type") in PUBLIC:
        found[id] = Room(id, snowflake(told.get("last_message_id")))
