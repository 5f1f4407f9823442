"""Looking whether a channel's invitation stands: the pin, the words, and the power of whoever said it.

Discord lets only accounts with a power over pins pin a message, and lets nobody but its author edit one. So
the notice counts where it is pinned, and its author is no program, is in the server, and holds the power
over this channel's pins now. Who pinned it Discord does not tell without reading what people say.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import Guild, Member, TextChannel

from earnest.record.errors import SourceGone
from earnest.sources.discord.rooms import channel_of
from earnest.sources.discord.wire import CONTENT, Http, done, listed, mapping, me, seen, snowflake, strange
from earnest.sources.handshake import Invitation, NotProved
from earnest.sources.published import Pinned, asks_to_stay_out, find, readable

TEXT = (0, 5)
"""A channel and one of announcements, of Discord's types of channels."""

PAGES = 6
"""Of 50 pins each: a channel holds 250 at most."""

_FOREIGN = (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError)
"""What discord.py may raise at an answer that is none."""


def look(
    http: Http, channel: int, guild: int | None, invitation: Invitation, known: str | None
) -> tuple[dict[str, Any], Pinned] | NotProved:
    """The channel and its pinned notice, or why the invitation does not stand."""
    there = channel_of(http, channel)
    if there is None or there.get("type") not in TEXT:
        return NotProved("sent_away")
    own = snowflake(there.get("guild_id"))
    if not own or (guild is not None and own != guild):
        return NotProved("sent_away")
    if asks_to_stay_out(there.get("topic")):
        return NotProved("opted_out")
    may_read(http)
    bot = me(http)

    def holds(who: str) -> bool:
        return int(who) != bot and _may_pin(http, there, own, int(who))

    found = find(_pins(http, channel), invitation, known, holds)
    return found if isinstance(found, NotProved) else (there, found)


def may_read(http: Http) -> None:
    """Raises SourceGone where Discord would show the bot every message empty."""
    flags = mapping(done(http.application_info())).get("flags")
    if not isinstance(flags, int) or not flags & CONTENT:
        raise SourceGone(
            "The bot is not allowed to read what messages say.",
            advice="Switch on Message Content Intent for it in Discord's developer portal, under Bot.",
        )


def _pins(http: Http, channel: int) -> Iterator[Pinned]:
    before: str | None = None
    for _ in range(PAGES):
        answer = mapping(seen(http.pins_from(channel, limit=50, before=before)))
        pins = listed(answer.get("items", []))
        for pin in pins:
            message = mapping(mapping(pin).get("message"))
            id, content = snowflake(message.get("id")), message.get("content")
            author = mapping(message.get("author"))
            who = snowflake(author.get("id"))
            if not id or not isinstance(content, str):
                continue
            person = who and not author.get("bot") and "webhook_id" not in message
            yield Pinned(str(id), readable(content), (str(who),) if person else ())
        last = mapping(pins[-1] if pins else None).get("pinned_at")
        if not answer.get("has_more") or not isinstance(last, str):
            return
        before = last


def _may_pin(http: Http, channel: Mapping[str, Any], guild: int, who: int) -> bool:
    """Does this account hold the power over the channel's pins now? By discord.py's own reckoning of roles
    and overwrites.
    """
    server, member = seen(http.get_guild(guild, with_counts=False)), seen(http.get_member(guild, who))
    if server is None or member is None:
        return False
    state: Any = discord.Client(intents=discord.Intents.none())._connection
    try:
        whole = Guild(data=server, state=state)
        person = Member(data=member, guild=whole, state=state)
        if person.id != who or whole.id != guild:
            raise strange()
        told = {"position": 0, **channel}
        power = TextChannel(state=state, guild=whole, data=told).permissions_for(person)  # type: ignore[arg-type]
    except _FOREIGN:
        problem = strange()
    else:
        return power.administrator or power.manage_messages or power.pin_messages
    raise problem
