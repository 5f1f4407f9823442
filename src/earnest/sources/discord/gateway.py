"""Hearing at once: discord.py's connection to the gateway, which rings; what was said is read by `read`.

So a cursor means the same here and there, and a gateway that lost its place loses nothing. Edits and
deletions are given as the gateway tells them; those of a time without it are found when the channel is listed
again.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import yarl
from discord import http
from discord.gateway import DiscordWebSocket
from discord.http import Route

from earnest.egress.ways import aiohttp_connector
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy, SourceError, SourceGone
from earnest.record.raw import Page, RawPost
from earnest.sources.discord.wire import Http, done, mapping, snowflake
from earnest.sources.loose import decoded

if TYPE_CHECKING:
    from earnest.sources.discord.source import DiscordChannel

QUIET = 5.0
"""Seconds after which an empty page says that nothing was said."""

ANYWAY = 60.0
"""Seconds after which is read although nothing rang."""

MOST = 8_000_000
"""Bytes of one message of the gateway."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One event: what happened where."""

    what: str
    data: dict[str, Any]


async def _not_led_on(request: aiohttp.ClientRequest, go: Any) -> aiohttp.ClientResponse:
    """The bot's token is told to the gateway: to this one, and to none that it names."""
    answer: aiohttp.ClientResponse = await go(request)
    if answer.status in (301, 302, 303, 307, 308):
        answer.close()
        raise EgressRefused("Discord's gateway redirects.", advice="Earnest tries again by itself.")
    return answer


class _Socketed(Http):
    """The same requests, and a socket of our own making for the gateway."""

    session: aiohttp.ClientSession | None = None

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        if self.session is None:
            self.session = aiohttp.ClientSession(
                connector=aiohttp_connector(self.way),
                ws_response_class=http.DiscordClientWebSocketResponse,  # type: ignore[attr-defined]
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                middlewares=(_not_led_on,),
            )
        target = yarl.URL(url)
        if self.base != Route.BASE and target.host == DiscordWebSocket.DEFAULT_GATEWAY.host:
            _, gateway, _ = await asyncio.to_thread(lambda: done(self.get_bot_gateway()))
            target = yarl.URL(gateway).with_query(target.query)
        if target.scheme != "wss" and self.base.startswith("https://"):
            raise SourceBusy("Discord named a gateway that is not encrypted.", why="bad_content")
        agent = self.way.limits[0]
        return await self.session.ws_connect(
            target, max_msg_size=MOST, autoclose=False, headers={"User-Agent": agent}, compress=compress
        )

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()
            self.session = None


class Ear:
    """The connection, in a thread of its own; what it hears waits in `heard`."""

    def __init__(self, client: Http) -> None:
        self.heard: queue.Queue[Rung | EarnestError] = queue.Queue(maxsize=10_000)
        self._http = _Socketed(client.base, client.token or "", client.way)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: discord.Client | None = None
        self._thread = threading.Thread(target=self._run, name="discord-gateway", daemon=True)

    def __enter__(self) -> "Ear":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        loop, client = self._loop, self._client
        if loop is not None and client is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(client.close(), loop)
        self._thread.join(10.0)

    def wait(self, seconds: float) -> list[Rung]:
        """What was heard, once there is something or the time is over. Raises what ended the connection."""
        found: list[Rung] = []
        try:
            one = self.heard.get(timeout=seconds)
            while True:
                if isinstance(one, EarnestError):
                    raise one
                found.append(one)
                one = self.heard.get_nowait()
        except queue.Empty:
            return found

    def _run(self) -> None:
        try:
            asyncio.run(self._listen())
        except Exception as error:  # noqa: BLE001 - whatever ends the connection is told to who follows
            self._put(told(error))
        else:
            self._put(SourceBusy("Discord closed the connection."))

    def _put(self, one: Rung | EarnestError) -> None:
        with suppress(queue.Full):  # it rings already: everything that was said is read
            self.heard.put_nowait(one)

    async def _listen(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
        client = discord.Client(intents=intents, enable_debug_events=True, max_messages=None)
        client.http = self._http
        client._connection.http = self._http
        self._loop, self._client = asyncio.get_running_loop(), client

        @client.event
        async def on_socket_raw_receive(message: str | bytes) -> None:
            event = mapping(_decoded(message))
            if isinstance(event.get("t"), str):
                self._put(Rung(event["t"], mapping(event.get("d"))))

        async with client:
            await client.connect(reconnect=False)


def follow(
    source: "DiscordChannel", client: Http, channel: int, cursor: str | None, stop: threading.Event
) -> Iterator[Page]:
    """Pages until `stop`; see `base.Follows`."""
    with Ear(client) as ear:
        rung = _until_ready(ear, stop)
        after, rooms, last = cursor, frozenset({channel}), 0.0
        first = True
        while not stop.is_set():
            theirs = [one for one in rung if _here(one, channel, rooms)]
            if first or theirs or time.monotonic() - last >= ANYWAY:
                for page in source.read(after):
                    after = page.cursor
                    yield page
                first, last, rooms = False, time.monotonic(), source.rooms_now()
            changed = _told(source, theirs, after)
            if changed is not None:
                yield changed
            elif not theirs and after is not None:
                yield Page((), after, done=True)
            rung = ear.wait(QUIET)


def _until_ready(ear: Ear, stop: threading.Event) -> list[Rung]:
    """Nothing falls between reading and hearing: what is said once the gateway is ready rings."""
    heard: list[Rung] = []
    until = time.monotonic() + 30
    while not stop.is_set() and not any(one.what in ("READY", "RESUMED") for one in heard):
        if time.monotonic() > until:
            raise SourceBusy("Discord's gateway does not answer.")
        heard += ear.wait(1.0)
    return heard


def _here(one: Rung, channel: int, rooms: frozenset[int]) -> bool:
    if one.what in ("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"):
        return snowflake(one.data.get("parent_id")) == channel
    if one.what in ("READY", "RESUMED"):
        return True
    return snowflake(one.data.get("channel_id")) in rooms


def _told(source: "DiscordChannel", rung: list[Rung], after: str | None) -> Page | None:
    """Edits and deletions among what rang. A wording is given with its version: what is older stays out."""
    posts: list[RawPost] = []
    for one in rung:
        if one.what == "MESSAGE_DELETE":
            ids: object = [one.data.get("id")]
        elif one.what == "MESSAGE_DELETE_BULK":
            ids = one.data.get("ids")
        else:
            ids = None
        if isinstance(ids, list):
            gone = [str(id) for id in map(snowflake, ids) if id]
            posts += [RawPost(id=id, text="", change="deleted") for id in gone]
        elif one.what == "MESSAGE_UPDATE" and one.data.get("edited_timestamp") is not None:
            post = source.post(one.data)
            if isinstance(post, RawPost):
                posts.append(post if post.change == "deleted" else replace(post, change="edited"))
    once = {post.id: post for post in posts if post.change != "deleted"}
    once |= {post.id: post for post in posts if post.change == "deleted"}
    return Page(tuple(once.values()), after, done=True) if once and after is not None else None


def told(error: Exception) -> EarnestError:
    """What ended the connection, as Earnest's own error."""
    if isinstance(error, EarnestError):
        return error
    code = error.code if isinstance(error, discord.ConnectionClosed) else None
    if code == 4014:
        return SourceGone(
            "The bot is not allowed to read what messages say.",
            advice="Switch on Message Content Intent for it in Discord's developer portal, under Bot.",
        )
    if code == 4004:
        return SourceGone(
            "Discord does not accept the bot's token.",
            advice="Reset it in the developer portal and give the new one: earnest sources token SLUG",
        )
    found: SourceError = SourceBusy(f"Discord's gateway ended the connection ({type(error).__name__}).")
    return found


def _decoded(message: str | bytes) -> Any:
    try:
        return decoded(message)
    except ValueError:
        return None
