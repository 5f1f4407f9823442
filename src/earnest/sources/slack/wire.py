"""slack_sdk's own requests, sent through `earnest.egress`: its methods, our guard, sizes and time."""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from earnest.egress import Egress
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone

USUAL = "https://slack.com/api/"
SCOPES = "channels:read channels:history groups:read groups:history pins:read users:read chat:write"

# Whole messages stand in what it logs for debugging.
logging.getLogger("slack_sdk").setLevel(logging.CRITICAL + 1)

_KEYS = ("invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive", "no_permission")
_OUT = (
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "thread_not_found",
    "user_not_found",
    "users_not_found",
)
_LATER = ("ratelimited", "service_unavailable", "internal_error", "fatal_error", "request_timeout")


class Hidden(Exception):
    """Slack says that there is no such thing, or that the app is not in it."""


class Client(WebClient):
    """slack_sdk's client without a connection of its own."""

    def __init__(self, base: str, token: str, egress: Egress) -> None:
        super().__init__(token=token, base_url=base, logger=logging.getLogger("slack_sdk"))
        self._way = egress

    def _perform_urllib_http_request(self, *, url: str, args: dict[str, Any]) -> dict[str, Any]:
        headers = dict(args["headers"])
        values: Mapping[str, Any] = args.get("json") or args.get("params") or args.get("data") or {}
        if args.get("json"):
            headers["Content-Type"] = "application/json;charset=utf-8"
            body = msgspec.json.encode(values)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(values).encode()
        answer = self._way.ask("POST", url, headers=headers, body=body)
        return {
            "status": answer.status,
            "headers": answer.headers,
            "body": answer.body.decode("utf-8", "replace"),
        }


class Api:
    """One app in one workspace. `app` is its token for the socket, or empty."""

    def __init__(self, server: str | None, secret: str, egress: Egress) -> None:
        tokens = secret.replace(",", " ").split()
        bot = next((one for one in tokens if one.startswith("xoxb-")), "")
        self.app = next((one for one in tokens if one.startswith("xapp-")), "")
        if not bot or len(tokens) > 2 or not secret.isascii() or not secret.isprintable():
            raise BadSetting(
                "The token of the Slack app is missing or is not one.",
                advice="Give the bot token (xoxb-…), and after a comma the app token (xapp-…), if any:"
                " earnest sources token SLUG",
            )
        base = (server or "").strip() or USUAL
        if not base.startswith(("https://", "http://")):
            raise BadSetting("In the setting 'server' of the slack source: this is not an address.")
        self.way = egress
        self._base = base if base.endswith("/") else f"{base}/"
        self._client = Client(self._base, bot, egress)

    def call(self, asked: Callable[[WebClient], Any]) -> dict[str, Any]:
        """What a method comes to. Raises `Hidden`, SourceBusy, SourceGone and EgressRefused."""
        return self._done(self._client, asked)

    def socket(self) -> str:
        """A new address of the socket. Raises as `call`."""
        client = Client(self._base, self.app, self.way)
        url = self._done(client, lambda one: one.apps_connections_open(app_token=self.app)).get("url")
        if not isinstance(url, str) or (self._base.startswith("https://") and not url.startswith("wss://")):
            raise strange()
        return url

    def _done(self, client: WebClient, asked: Callable[[WebClient], Any]) -> dict[str, Any]:
        problem: Exception
        try:
            found = asked(client).data
        except EarnestError:
            raise
        except SlackApiError as error:
            problem = told(error.response)
        except (SlackClientError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
            problem = strange()
        else:
            if isinstance(found, dict):
                return found
            problem = strange()
        # Raised out here: what the library says may repeat a piece of an answer.
        raise problem


def told(answer: Any) -> Exception:
    """What Slack refused, as Earnest's own error, with what a person does next."""
    data = getattr(answer, "data", answer)
    code = data.get("error") if isinstance(data, dict) else None
    if code in _KEYS:
        return SourceGone(
            "Slack does not accept the app's token.",
            advice="Install the app again and give the new token: earnest sources token SLUG",
            why="key_refused",
        )
    if code in ("missing_scope", "not_allowed_token_type", "access_denied", "restricted_action"):
        return SourceGone(
            "The Slack app lacks a permission.",
            advice=f"Give it the bot scopes {SCOPES} and install it again.",
            why="forbidden",
        )
    if code in _LATER:
        return SourceBusy("Slack asks to slow down.", why="limited")
    return Hidden() if code in _OUT else strange()


def mapping(value: object) -> dict[str, Any]:
    """An object, whatever came."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """A list. Raises SourceBusy for anything else: nobody may take that for silence."""
    if isinstance(value, list):
        return value
    raise strange()


def strange() -> SourceBusy:
    return SourceBusy(
        "Slack's answer is not what its documentation says.", advice="Earnest tries again by itself."
    )
