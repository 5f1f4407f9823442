"""A Telegram group: heard since its administrators opened it, and asked before every read whether it still
is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from threading import Event
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, MissingExtra, SourceError, SourceGone
from earnest.record.raw import Page
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.handshake import Invitation, NotProved, Proof, Wording
from earnest.sources.published import OUT, mark

LIMIT = 100
"""Updates a request, the most that Telegram gives."""

KEPT = timedelta(hours=24)
"""Telegram forgets an update after this."""

WAIT = 5
"""Seconds that Telegram holds a question open while somebody follows."""


class TelegramSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `token` comes from the key folder; `notice` is written when the group opens, and
    `chat` becomes the group's own number then."""

    chat: Annotated[
        str,
        msgspec.Meta(
            title="Group",
            description="Its number, which begins with -100, or the @name of a public group.",
            examples=["-1001234567890"],
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            title="Token of the bot",
            description="Of a bot made for this group alone; kept in the key folder.",
        ),
    ] = ""
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    notice: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor, of no message in particular.

    offset  of Telegram's own queue of updates for this bot
    since   epoch seconds: what was said before is not taken
    asked   epoch seconds: when Telegram was last asked, to the hour
    """

    offset: int
    since: int
    asked: int


class TelegramGroup:
    """One group, as one bot. Source, Follows, Handshake, Skips, Farewell and Answers."""

    def __init__(self, wanted: TelegramSettings, egress: Egress) -> None:
        from earnest.sources.telegram.wire import Api

        self._settings = wanted
        self._api = Api(wanted.server, wanted.token, egress)
        chat = wanted.chat.strip()
        self._chat: str | int = int(chat) if chat.lstrip("-").isdecimal() else chat

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was said since the cursor. From None it is what is said from now on: never history."""
        before = load_cursor(cursor, Mark) or _now()
        done = False
        while not done:
            page, before = self._page(before, wait=0)
            done = page.done
            yield page

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        """What is said and edited, at once: Telegram holds each question open for some seconds."""
        before = load_cursor(cursor, Mark) or _now()
        while not stop.is_set():
            page, before = self._page(before, wait=WAIT)
            yield page

    def _page(self, before: Mark, wait: int) -> tuple[Page, Mark]:
        from earnest.sources.telegram.updates import hear
        from earnest.sources.telegram.wire import Hidden

        asked = datetime.now(UTC)
        chat = self._chat if isinstance(self._chat, int) else 0
        try:
            batch = self._api.updates(before.offset, LIMIT, wait)
        except Hidden:
            raise _lost() from None
        heard = hear(batch, before.offset, chat, before.since, self._settings.lang, self._settings.region)
        last, missed = datetime.fromtimestamp(before.asked, UTC), None
        if asked - last > KEPT + timedelta(hours=1):
            missed = (last, asked - KEPT)
        hour_ago = asked - last >= timedelta(hours=1)
        after = Mark(heard.next, before.since, int(asked.timestamp()) if hour_ago else before.asked)
        done = len(batch) < LIMIT
        return Page(tuple(heard.posts), dump_cursor(after), tuple(heard.refused), done, missed), after

    def probe(self) -> str:
        """Raises as `read` does."""
        from earnest.sources.telegram.wire import Hidden

        try:
            self._api.call(lambda bot: bot.get_chat(self._chat))
        except Hidden:
            raise _lost() from None
        return "The bot is in the group."

    def how(self) -> str:
        """What an administrator does."""
        me = self._api.call(lambda bot: bot.get_me())
        return (
            f"Add @{me.username} to the group. In the group's permissions, let nobody but administrators pin."
            " Then an administrator, not anonymously, sends the notice there, word for word, and pins it."
            " While it stands, nothing that is sent later may be pinned: a bot sees the newest pin alone."
        )

    def wording(self, lang: str) -> Wording:
        """What the notice says about Telegram: a bot is not told what is deleted."""
        if lang == "es":
            return Wording(
                "fija este mensaje",
                "quita este mensaje de los fijados o expulsa al bot",
                "Telegram no avisa a los bots de lo que se borra: para retirar un mensaje, edítalo antes y"
                " escribe #offtherecord.",
                4_096,
            )
        return Wording(
            "pins this message",
            "unpin this message or remove the bot",
            "Telegram does not tell bots what is deleted: to take a message back, first edit it to"
            " #offtherecord.",
            4_096,
        )

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Is the notice pinned, as it was written, by an administrator, in a group the bot is in?"""
        from earnest.sources.telegram import proof

        known = self._settings.notice if invitation.opened else None
        found = proof.look(self._api, self._chat, invitation, known)
        if isinstance(found, NotProved):
            return found
        self._chat, notice = found
        return Proof(dump_cursor(_now()), {"chat": str(self._chat), "notice": mark(notice.id)})

    def skip(self, cursor: str | None, start: str) -> str:
        """Goes on from `cursor`; of what was said before `start` it takes deletions alone."""
        before, after = load_cursor(cursor, Mark), load_cursor(start, Mark)
        if before is None or after is None:
            return start
        return dump_cursor(Mark(before.offset, after.since, before.asked))

    def leave(self) -> None:
        """Leave the group: the invitation ended."""
        self._speak(lambda bot: bot.leave_chat(self._chat))

    def acknowledge(self, leaving_ids: Sequence[str]) -> None:
        """Answer each message: it worked."""
        from telegram import ReplyParameters

        for id in leaving_ids:
            answered = ReplyParameters(int(id), allow_sending_without_reply=True)
            self._speak(
                lambda bot, answered=answered: bot.send_message(
                    self._chat, OUT, reply_parameters=answered, disable_notification=True
                )
            )

    def _speak(self, asked: Any) -> None:
        from earnest.sources.telegram.wire import Hidden

        try:
            self._api.call(asked)
        except Hidden:
            return  # the bot is out, or may not speak


def _now() -> Mark:
    """From this second on, wherever the queue stands: what waits in it from before is passed over."""
    second = int(datetime.now(UTC).timestamp())
    return Mark(0, second, second)


def _lost() -> SourceError:
    return SourceGone(
        "The bot is not in the group, or the group became another.",
        advice="Ask an administrator to add it again; where the group was upgraded, invite it anew.",
        why="gone",
    )


def open_telegram(given: Mapping[str, Any], egress: Egress | None) -> TelegramGroup:
    """A group. Raises BadSetting that names the setting, MissingExtra without python-telegram-bot."""
    wanted = settings("telegram", given, TelegramSettings)
    chat = wanted.chat.strip()
    named = chat.startswith("@") and chat[1:].replace("_", "").isalnum() and chat.isascii() and len(chat) < 40
    numbered = chat.startswith("-") and chat[1:].isdecimal() and chat.isascii() and len(chat) < 20
    if not named and not numbered:
        raise BadSetting(
            "In the setting 'chat' of the telegram source: this is not a group.",
            advice="Write its number, which begins with -, or @name.",
        )
    if find_spec("telegram") is None:
        raise MissingExtra("Reading a Telegram group", "telegram")
    return TelegramGroup(wanted, way_out(egress, "A group"))


def ids_of(name: str) -> tuple[str, ...]:
    """The message's number in a link such as https://t.me/c/1234567890/55."""
    parts = name.strip().split("?")[0].rstrip("/").split("/")
    linked = len(parts) >= 5 and parts[2] in ("t.me", "telegram.me")
    return (parts[-1],) if linked and parts[-1].isascii() and parts[-1].isdecimal() else ()


TELEGRAM = SourceType(
    type="telegram",
    kinds=("closed",),
    title="Telegram groups that invited Earnest",
    extra="telegram",
    tested_against="a stand-in written from Telegram's published reference, 2026-11-22",
    open=open_telegram,
    ids_of=ids_of,
    one_account=True,
    handshake=True,
    secret="token",  # noqa: S106 - the name of the setting
    alone=True,
    catches_up=True,
    settings=TelegramSettings,
    asks="Telegram's terms for bots: added by an administrator, no profiles, no sale of what is said.",
    key="In Telegram, tell @BotFather /newbot, then /setprivacy and Disable; it writes the token.",
)
