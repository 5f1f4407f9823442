"""A stand-in for Telegram's Bot API, written from its published reference (Bot API 9) on 2026-11-22.

It holds one group and one bot's queue of updates, which it forgets once they were confirmed or are 24 hours
old. Everybody here is made up.
"""

import time
from typing import Any

from tests.sources.platform_server import Asked, Platform, Told

TOKEN = "123456:AAstand-in_token"
BOT = 123456
EVERYONE_MAY = {"can_send_messages": True, "can_pin_messages": False}


class Telegram(Platform):
    """One group. Messages are numbered in order; a minute passes with none of them."""

    def __init__(self) -> None:
        super().__init__()
        self.chat, self._person = -1001000000000, 500_000
        self.reset()

    def reset(self) -> None:
        """Another group, and an empty queue."""
        self.chat -= 1
        self.token, self.privacy = TOKEN, False
        self.description: str | None = None
        self.permissions: dict[str, bool] | None = dict(EVERYONE_MAY)
        self.standing: dict[int, str] = {BOT: "member"}
        self.messages: dict[int, dict[str, Any]] = {}
        self.pins: list[int] = []
        self.queue: list[dict[str, Any]] = []
        self.arrived: dict[int, float] = {}
        self.number, self.update = 0, 900
        self.migrated = False

    def person(self, standing: str = "member") -> int:
        self._person += 1
        self.standing[self._person] = standing
        return self._person

    def say(self, who: int, text: str, ago: float = 0.0, **more: Any) -> int:
        self.number += 1
        message = {
            "message_id": self.number,
            "from": _user(who),
            "chat": {"id": self.chat, "type": "supergroup", "title": "Riders"},
            "date": int(time.time() - ago),
            "text": text,
        } | more
        self.messages[self.number] = message
        self.push("message", message)
        return self.number

    def edit(self, number: int, text: str) -> None:
        """Telegram lets nobody but its author edit a message."""
        message = self.messages[number] | {"text": text, "edit_date": int(time.time())}
        self.messages[number] = message
        self.push("edited_message", message)

    def push(self, kind: str, what: Any) -> None:
        with self.lock:
            self.update += 1
            self.queue.append({"update_id": self.update, kind: what})
            self.arrived[self.update] = time.time()

    def delete(self, number: int) -> None:
        """No update tells of it."""
        self.messages.pop(number)
        self.pins = [pin for pin in self.pins if pin != number]

    def pin(self, who: int, number: int) -> None:
        admin = self.standing[who] in ("creator", "administrator")
        if admin or (self.permissions or {}).get("can_pin_messages"):
            self.pins.append(number)

    def answer(self, asked: Asked) -> Told:
        _, bot, method = asked.path.split("/")
        if bot != f"bot{self.token}":
            return _no(401, "Unauthorized")
        if method == "getMe":
            return _yes(
                _user(BOT) | {"username": "earnest_bot", "can_read_all_group_messages": not self.privacy}
            )
        if method == "getUpdates":
            return self._updates(asked)
        if str(asked.values.get("chat_id")) not in (str(self.chat), "@riders"):
            return _no(400, "Bad Request: chat not found")
        if self.migrated:
            told = {"migrate_to_chat_id": self.chat - 5}
            return _no(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters=told)
        if self.standing.get(BOT) in ("kicked", "left"):
            return _no(403, "Forbidden: bot was kicked from the supergroup chat")
        return self._group(method, asked)

    def _group(self, method: str, asked: Asked) -> Told:
        if method == "getChat":
            chat: dict[str, Any] = {"id": self.chat, "type": "supergroup", "title": "Riders"}
            chat |= {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}
            if self.permissions is not None:
                chat["permissions"] = _PERMISSIONS | self.permissions
            if self.description:
                chat["description"] = self.description
            if self.pins:
                chat["pinned_message"] = self.messages[max(self.pins)]
            return _yes(chat)
        if method == "getChatMember":
            return _yes(_member(int(asked.values["user_id"]), self.standing))
        if method == "getChatAdministrators":
            admins = [who for who, is_ in self.standing.items() if is_ in ("creator", "administrator")]
            return _yes([_member(who, self.standing) for who in admins])
        if method == "leaveChat":
            self.standing[BOT] = "left"
            return _yes(True)
        if method == "sendMessage":
            answered = asked.values.get("reply_parameters")
            return _yes(self.messages[self.say(BOT, asked.values["text"], answered=answered)])
        return _no(404, "Not Found")

    def _updates(self, asked: Asked) -> Told:
        offset, end = int(asked.values.get("offset", 0)), time.time() + int(asked.values.get("timeout", 0))
        while True:
            with self.lock:
                old = time.time() - 86_400
                self.queue = [
                    one
                    for one in self.queue
                    if one["update_id"] >= offset and self.arrived[one["update_id"]] > old
                ]
                batch = self.queue[: int(asked.values.get("limit", 100))]
            if batch or time.time() >= end:
                return _yes(batch)
            time.sleep(0.02)


_PERMISSIONS = dict.fromkeys(
    [
        "can_send_messages",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_send_polls",
        "can_send_other_messages",
        "can_add_web_page_previews",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
    ],
    False,
)
_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)
_RIGHTS = dict.fromkeys(
    [
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
    ],
    True,
)


def _member(who: int, standing: dict[int, str]) -> dict[str, Any]:
    is_ = standing.get(who, "left")
    rights = {
        "creator": {"is_anonymous": False},
        "administrator": _RIGHTS | {"is_anonymous": False},
        "kicked": {"until_date": 0},
        "restricted": _PERMISSIONS | {"is_member": True, "until_date": 0},
    }
    return {"status": is_, "user": _user(who)} | rights.get(is_, {})


def _user(who: int) -> dict[str, Any]:
    return {"id": who, "is_bot": who == BOT, "first_name": "Somebody"}


def _yes(result: Any) -> Told:
    return Told({"ok": True, "result": result})


def _no(code: int, words: str, **more: Any) -> Told:
    return Told({"ok": False, "error_code": code, "description": words} | more, code)
