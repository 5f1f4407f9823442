"""python-telegram-bot's own requests, sent through `earnest.egress`: its methods, our guard and sizes."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Bot, error
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from earnest.egress import Egress
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.sources.loose import decoded

USUAL = "https://api.telegram.org"
WANTED = ["message", "edited_message", "my_chat_member"]
"""Sorts of updates; Telegram leaves the others out."""

STATUSES = (400, 401, 403, 404, 409, 429)

# It writes what it cannot read into its log: nobody's words belong there.
logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


class Way(BaseRequest):
    """A request of the library's, as one of ours. It waits for nothing but the answer itself."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    @property
    def read_timeout(self) -> float:
        return self._egress.limits[1]

    async def initialize(self) -> None:
        """Nothing is kept open."""

    async def shutdown(self) -> None:
        """Nothing is kept open."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        body = b"" if request_data is None else request_data.url_encoded_parameters().encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self._egress.ask("POST", url, headers=headers, body=body, takes=STATUSES)
        if answer.status == 429:
            told = self.parse_json_payload(answer.body).get("parameters")
            wait = told.get("retry_after") if isinstance(told, dict) else None
            after = float(wait) if isinstance(wait, int) and 0 < wait < 86_400 else None
            raise SourceBusy("Telegram asks to slow down.", after=after, why="limited")
        return answer.status, answer.body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            told = decoded(payload)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise error.TelegramError("no JSON")
        return told


class Api:
    """One bot."""

    def __init__(self, server: str | None, token: str, egress: Egress) -> None:
        number, _, rest = token.partition(":")
        if not (number.isdecimal() and rest.isascii() and rest.replace("-", "").replace("_", "").isalnum()):
            raise BadSetting(
                "The token of the Telegram bot is missing or is not one.",
                advice="Give it again as BotFather wrote it: earnest sources token SLUG",
            )
        base = (server or "").strip().rstrip("/") or USUAL
        if not base.startswith(("https://", "http://")):
            raise BadSetting("In the setting 'server' of the telegram source: this is not an address.")
        self._way = Way(egress)
        self._base = f"{base}/bot{token}"
        self.bot = Bot(token, base_url=f"{base}/bot", request=Way(egress), get_updates_request=Way(egress))

    def call(self, asked: Callable[[Bot], Coroutine[Any, Any, Any]]) -> Any:
        """What a method of the bot comes to. Raises `Hidden`, SourceBusy, SourceGone and EgressRefused."""
        return _done(asked(self.bot))

    def updates(self, offset: int, limit: int, wait: int) -> list[Any]:
        """The updates from an offset on, as they come: a bad one is looked at by itself. Those before the
        offset are forgotten by Telegram.
        """
        wanted = {"offset": offset, "limit": limit, "timeout": wait, "allowed_updates": WANTED}
        asked = [RequestParameter.from_input(name, value) for name, value in wanted.items()]
        told = _done(self._way.post(f"{self._base}/getUpdates", RequestData(asked)))
        if isinstance(told, list):
            return told
        raise strange()


class Hidden(Exception):
    """Telegram says that there is no such group, or that the bot is not in it."""


def _done(asked: Coroutine[Any, Any, Any]) -> Any:
    """The library's coroutines wait for nothing but our own request, which is over when it returns."""
    try:
        asked.send(None)
    except StopIteration as done:
        return done.value
    except (error.TelegramError, KeyError, TypeError, AttributeError, ValueError) as failed:
        problem = told(failed)
    finally:
        asked.close()
    # Raised out here: what the library says may repeat a piece of an answer.
    raise problem


def told(failed: BaseException) -> Exception:
    """What Telegram refused, as Earnest's own error, with what a person does next."""
    if isinstance(failed.__cause__, EarnestError):
        return failed.__cause__
    if isinstance(failed, error.InvalidToken):
        return SourceGone(
            "Telegram does not accept the bot's token.",
            advice="Ask BotFather for it (/token) and give it again: earnest sources token SLUG",
            why="key_refused",
        )
    if isinstance(failed, error.Conflict):
        return SourceGone(
            "Another program listens with the same bot.",
            advice="Make a bot for Earnest alone, or stop the other program and take its webhook away.",
            why="forbidden",
        )
    if isinstance(failed, (error.Forbidden, error.ChatMigrated)):
        return Hidden()
    if isinstance(failed, error.BadRequest):
        words = str(failed).lower()
        out = any(said in words for said in ("chat not found", "not a member", "kicked"))
        return Hidden() if out else strange()
    return strange()


def strange() -> SourceBusy:
    return SourceBusy(
        "Telegram's answer is not what its documentation says.", advice="Earnest tries again by itself."
    )
