"""discord.py's own requests, sent through `earnest.egress`: its routes, our guard, sizes and time."""

import logging
import warnings
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, SourceBusy, SourceGone
from earnest.sources.loose import decoded

with warnings.catch_warnings():
    # discord.py imports a module that Python 3.13 leaves out, and says so; this file is imported first.
    warnings.simplefilter("ignore", DeprecationWarning)
    from discord.http import HTTPClient, Route

CONTENT = (1 << 18) | (1 << 19)
"""Flags of an application that may read what messages say."""

for _library in ("discord.http", "discord.gateway", "discord.client", "discord.state"):
    # Whole messages stand in what they log for debugging.
    logging.getLogger(_library).setLevel(logging.ERROR)


class Hidden(Exception):
    """Discord says that there is no such thing, or that the bot may not see or do it."""


class Http(HTTPClient):
    """discord.py's client without a connection of its own.

    It raises SourceBusy, SourceGone and EgressRefused, and `Hidden` for 403 and 404.
    """

    def __init__(self, server: str | None, token: str, egress: Egress) -> None:
        # No loop: nothing here waits for anything but the request itself.
        super().__init__(loop=None)  # type: ignore[arg-type]
        if not token.isascii() or not token.isprintable() or " " in token or not 8 <= len(token) <= 400:
            raise BadSetting(
                "The token of the Discord bot is missing or is not one.",
                advice="Give it again: earnest sources token SLUG",
            )
        self.token = token
        self.way = egress
        self.base = (server or "").strip().rstrip("/") or Route.BASE
        if not self.base.startswith(("https://", "http://")):
            raise BadSetting("In the setting 'server' of the discord source: this is not an address.")

    async def request(self, route: Route, *, files: Any = None, form: Any = None, **kwargs: Any) -> Any:
        """One request. discord.py's own waiting for limits is left out: `Egress` knows them."""
        url = self.base + route.url.removeprefix(Route.BASE)
        params: Mapping[str, Any] = kwargs.get("params") or {}
        if params:
            url += "?" + urlencode(params)
        headers = {"authorization": f"Bot {self.token}"}
        body = None
        if "json" in kwargs:
            headers["content-type"] = "application/json"
            body = msgspec.json.encode(kwargs["json"])
        method: Any = route.method
        answer = self.way.ask(method, url, headers=headers, body=body, takes=(400, 401, 403, 404))
        if answer.status == 401:
            raise SourceGone(
                "Discord does not accept the bot's token.",
                advice="Reset it in the developer portal and give the new one: earnest sources token SLUG",
                why="key_refused",
            )
        if answer.status == 400:
            raise BadSetting(
                "Discord does not understand what it was asked.",
                advice="Copy the channel's id again: in Developer Mode, right-click the channel, Copy ID.",
            )
        if answer.status in (403, 404):
            raise Hidden
        return _read(answer.body) if answer.body else None


def done(asked: Coroutine[Any, Any, Any]) -> Any:
    """What one of the library's coroutines comes to: their only wait is our own request, which is over when
    it returns.
    """
    try:
        asked.send(None)
    except StopIteration as told:
        return told.value
    finally:
        asked.close()
    raise strange()


def seen(asked: Coroutine[Any, Any, Any]) -> Any:
    """The same, None for what the bot may not see."""
    try:
        return done(asked)
    except Hidden:
        return None


def me(http: Http) -> int:
    """The bot's own id."""
    return snowflake(mapping(done(http.request(Route("GET", "/users/@me")))).get("id"))


def mapping(value: object) -> dict[str, Any]:
    """An object, whatever came."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """A list. Raises SourceBusy for anything else: nobody may take that for silence."""
    if isinstance(value, list):
        return value
    raise strange()


def snowflake(value: object) -> int:
    """An id as Discord writes it (text of digits), 0 where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 21:
        number = int(value)
        return number if number < 1 << 63 else 0
    return 0


def strange() -> SourceBusy:
    return SourceBusy(
        "Discord's answer is not what its documentation says.", advice="Earnest tries again by itself."
    )


def _read(body: bytes) -> Any:
    try:
        return decoded(body)
    except ValueError:
        raise strange() from None
