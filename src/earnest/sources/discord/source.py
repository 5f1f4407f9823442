"""A Discord channel: read since its administrators opened it, and asked before every read whether it still
is.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, MissingExtra, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.handshake import Invitation, NotProved, Proof, Wording
from earnest.sources.published import OUT, mark

if TYPE_CHECKING:
    from earnest.sources.discord.rooms import Room

LIMIT = 100
"""Messages a request, the most that Discord gives."""


class DiscordSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `token` comes from the key folder; `guild` and `notice` are written when the
    channel opens."""

    channel: Annotated[
        str,
        msgspec.Meta(
            title="Channel id",
            description="With Developer Mode on: right-click the channel, Copy Channel ID.",
            examples=["1161234567890123456"],
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            title="Token of the bot", description="Of a bot made for this alone; kept in the key folder."
        ),
    ] = ""
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    guild: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    notice: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor: places in Discord's one order of everything that is said.

    at    everything up to here was read, in the channel and its threads
    to    while a backlog is read: where it ends; `room` and `seen` say how far in which of them
    """

    at: int
    to: int | None = None
    room: int = 0
    seen: int = 0


class DiscordChannel:
    """One channel, as one bot. Source, Relists, Follows, Handshake, Farewell and Answers."""

    def __init__(self, wanted: DiscordSettings, egress: Egress) -> None:
        from earnest.sources.discord.wire import Http, snowflake

        self._settings = wanted
        self._http = Http(wanted.server, wanted.token, egress)
        self._channel = snowflake(wanted.channel.strip())
        self._guild = snowflake(wanted.guild) if wanted.guild else None
        self._said_in: dict[str, int] = {}

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was said since the cursor. From None it is what is said from now on: never history."""
        before = load_cursor(cursor, Mark)
        if before is None:
            yield Page((), dump_cursor(Mark(self._newest())), done=True)
            return
        if before.to is None:
            newest = max([before.at, *(room.last for room in self._rooms(before.at))])
            if newest == before.at:
                yield Page((), dump_cursor(before), done=True)
                return
            before = Mark(before.at, newest)
        yield from self._round(before, before.to or before.at)

    def _round(self, before: Mark, to: int) -> Iterator[Page]:
        """Up to one id in every room. They are listed anew: whatever was said before that id is in one of
        these, also where a thread began meanwhile.
        """
        rooms = [room for room in self._rooms(before.at) if room.id >= before.room]
        for number, room in enumerate(rooms, 1):
            seen = before.seen if room.id == before.room and before.seen else before.at
            for messages, posts, refused, more in self._messages(room.id, seen, to):
                seen = max([seen, *messages])
                end = number == len(rooms) and not more
                onward = Mark(before.at, to, room.id, seen) if more else None
                after = Mark(to) if end else onward or Mark(before.at, to, rooms[number].id)
                yield Page(tuple(posts), dump_cursor(after), tuple(refused), done=end)
        if not rooms:
            yield Page((), dump_cursor(Mark(to)), done=True)

    def _messages(
        self, room: int, after: int, to: int
    ) -> Iterator[tuple[list[int], list[RawPost], list[Refusal], bool]]:
        """Ids, posts and refusals after one id and up to another, a request at a time; whether there is
        more.
        """
        from earnest.sources.discord import wire
        from earnest.sources.discord.messages import post_of

        while True:
            found = wire.seen(self._http.logs_from(room, LIMIT, after=after))
            batch = wire.listed([] if found is None else found)
            by_id = [(wire.snowflake(wire.mapping(one).get("id")), one) for one in batch]
            fresh = sorted((pair for pair in by_id if after < pair[0] <= to), key=lambda pair: pair[0])
            posts: list[RawPost] = []
            refused: list[Refusal] = []
            for number, one in enumerate([one for id, one in by_id if not id] + [one for _, one in fresh], 1):
                got = post_of(
                    one, f"message {number} of the answer", self._settings.lang, self._settings.region
                )
                if isinstance(got, Refusal):
                    refused.append(got)
                elif got is not None and mark(got.id) != self._settings.notice:
                    posts.append(got)
                    self._said_in[got.id] = room
            ids = [id for id, _ in fresh]
            newest = max((id for id, _ in by_id), default=0)
            more = len(batch) >= LIMIT and newest < to
            if more and newest <= after:
                raise wire.strange()
            yield ids, posts, refused, more
            if not more:
                return
            after = newest

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Every message of a stretch of time, in the channel and its threads."""
        from earnest.sources.discord.messages import at

        first, end = at(since), at(until)
        for room in self._rooms(first):
            for _, posts, refused, _more in self._messages(room.id, max(0, first - 1), end - 1):
                yield Page(tuple(posts), dump_cursor(Mark(end)), tuple(refused))
        yield Page((), dump_cursor(Mark(end)), done=True)

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        """What is said, edited and deleted, at once: Discord's gateway rings, and `read` reads."""
        from earnest.sources.discord.gateway import follow

        return follow(self, self._http, self._channel, cursor, stop)

    def rooms_now(self) -> frozenset[int]:
        """The ids of the channel and of its threads, for `gateway`."""
        from earnest.sources.discord.rooms import active

        return frozenset({self._channel, *active(self._http, self._there())})

    def post(self, message: object) -> RawPost | Refusal | None:
        """One message as a post, for `gateway`."""
        from earnest.sources.discord.messages import post_of

        return post_of(message, "an edit", self._settings.lang, self._settings.region)

    def probe(self) -> str:
        """Raises as `read` does."""
        from earnest.sources.discord import proof

        self._there()
        proof.may_read(self._http)
        return "The bot is in the server and sees the channel."

    def how(self) -> str:
        """What an administrator does."""
        from earnest.sources.discord.wire import me

        return (
            "Add the bot to the server with View Channel and Read Message History in this one channel"
            f" (https://discord.com/oauth2/authorize?client_id={me(self._http)}&scope=bot&permissions=66560),"
            " and Send Messages if it shall answer who opts out. Then an administrator posts the notice,"
            " word for word, and pins it: somebody who holds Manage Messages or Pin Messages."
        )

    def wording(self, lang: str) -> Wording:
        """What the notice says about Discord."""
        if lang == "es":
            return Wording(
                "fija este mensaje", "quita este mensaje de los fijados o expulsa al bot", longest=2_000
            )
        return Wording("pins this message", "unpin this message or kick the bot", longest=2_000)

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Is the notice pinned, as it was written, by an administrator, where the bot may read?"""
        from earnest.sources.discord import proof

        known = self._settings.notice if invitation.opened else None
        guild = self._guild if invitation.opened else None
        found = proof.look(self._http, self._channel, guild, invitation, known)
        if isinstance(found, NotProved):
            return found
        channel, notice = found
        said = int(notice.id)
        start = Mark(max([said, *(room.last for room in self._rooms_of(channel, said))]))
        return Proof(dump_cursor(start), {"guild": str(channel["guild_id"]), "notice": mark(notice.id)})

    def leave(self) -> None:
        """Leave the server: called where no other channel of it is read."""
        from earnest.sources.discord.wire import seen

        if self._guild is not None:
            seen(self._http.leave_guild(self._guild))

    def acknowledge(self, leaving_ids: Sequence[str]) -> None:
        """Answer each message: it worked. Said twice within minutes it appears once."""
        from discord.http import Route

        from earnest.sources.discord.wire import seen

        for id in leaving_ids:
            room = self._said_in.get(id, self._channel)
            once = "out-" + hashlib.sha256(id.encode()).hexdigest()[:20]
            told = {
                "content": OUT,
                "nonce": once,
                "enforce_nonce": True,
                "allowed_mentions": {"parse": []},
                "message_reference": {"message_id": id, "fail_if_not_exists": False},
            }
            route = Route("POST", "/channels/{channel_id}/messages", channel_id=room)
            seen(self._http.request(route, json=told))

    def _there(self) -> dict[str, Any]:
        from earnest.sources.discord.rooms import channel_of

        found = channel_of(self._http, self._channel)
        if found is None:
            raise SourceGone(
                "The bot does not see the channel.",
                advice="Ask an administrator to let it in, or copy the channel's id again.",
            )
        return found

    def _rooms(self, after: int) -> "list[Room]":
        return self._rooms_of(self._there(), after)

    def _rooms_of(self, channel: Mapping[str, Any], after: int) -> "list[Room]":
        from earnest.sources.discord.rooms import rooms

        return rooms(self._http, channel, after)

    def _newest(self) -> int:
        return max((room.last for room in self._rooms(0)), default=0)


def open_discord(given: Mapping[str, Any], egress: Egress | None) -> DiscordChannel:
    """A channel. Raises BadSetting that names the setting, MissingExtra without discord.py."""
    wanted = settings("discord", given, DiscordSettings)
    channel = wanted.channel.strip()
    if not (channel.isascii() and channel.isdecimal() and 15 <= len(channel) <= 20):
        raise BadSetting(
            "In the setting 'channel' of the discord source: this is not a channel's id.",
            advice="Switch on Developer Mode, right-click the channel, Copy Channel ID.",
        )
    if find_spec("discord") is None:
        raise MissingExtra("Reading a Discord channel", "discord")
    return DiscordChannel(wanted, way_out(egress, "A channel"))


def ids_of(name: str) -> tuple[str, ...]:
    """The message's id in a link such as https://discord.com/channels/1/2/3."""
    parts = name.strip().split("?")[0].rstrip("/").split("/")
    linked = len(parts) > 4 and parts[-4] == "channels" and "discord" in parts[-5]
    return (parts[-1],) if linked and parts[-1].isascii() and parts[-1].isdecimal() else ()


DISCORD = SourceType(
    type="discord",
    kinds=("closed",),
    title="Discord channels that invited Earnest",
    extra="discord",
    tested_against="a stand-in written from Discord's published reference, 2026-11-22",
    open=open_discord,
    ids_of=ids_of,
    one_account=True,
    handshake=True,
    recheck=timedelta(hours=24),
    secret="token",  # noqa: S106 - the name of the setting
    community="guild",
    catches_up=True,
    settings=DiscordSettings,
    asks="Discord's developer terms: an installed bot, what is deleted there is deleted here, no profiles.",
    key="discord.com/developers/applications: New Application, Bot, Reset Token; switch on Message Content.",
)
