"""Looking whether a group's invitation stands: the pin, the words, and whether who said it is an
administrator.

A bot sees one pinned message: the one that was said last of those that are pinned. Who pinned it Telegram
does not tell, so the group must let none but administrators pin.
"""

from typing import Any

from earnest.record.errors import SourceGone
from earnest.sources.handshake import Invitation, NotProved
from earnest.sources.published import Pinned, asks_to_stay_out, find, readable
from earnest.sources.telegram.wire import Api, Hidden, strange

GROUPS = ("group", "supergroup")
_IN = ("creator", "administrator", "member", "restricted")


def look(
    api: Api, group: str | int, invitation: Invitation, known: str | None
) -> tuple[int, Pinned] | NotProved:
    """The group's own number and its pinned notice, or why the invitation does not stand."""
    me: Any = api.call(lambda bot: bot.get_me())
    try:
        chat: Any = api.call(lambda bot: bot.get_chat(group))
        own: Any = api.call(lambda bot: bot.get_chat_member(chat.id, me.id))
    except Hidden:
        return NotProved("sent_away")
    if chat.type not in GROUPS or own.status not in _IN or not getattr(own, "is_member", True):
        return NotProved("sent_away")
    if not me.can_read_all_group_messages and own.status != "administrator":
        raise SourceGone(
            "The bot sees only what is said to it: its privacy mode is on.",
            advice="Tell BotFather /setprivacy and Disable, then take the bot out of the group and add it"
            " again.",
        )
    if asks_to_stay_out(chat.description):
        return NotProved("opted_out")
    pin = _pinned(chat)
    found = find([pin] if pin else [], invitation, known, lambda who: _is_administrator(api, chat.id, who))
    if isinstance(found, NotProved):
        return found
    # Where everybody may pin, a pin says nothing of who wants it.
    if chat.permissions is None or chat.permissions.can_pin_messages is not False:
        return NotProved("not_administrator")
    return chat.id, found


def _pinned(chat: Any) -> Pinned | None:
    message = chat.pinned_message
    if message is None:
        return None
    who, text = message.from_user, message.text
    if not isinstance(message.message_id, int) or isinstance(message.message_id, bool):
        raise strange()
    person = who is not None and not who.is_bot and message.sender_chat is None and message.via_bot is None
    return Pinned(
        str(message.message_id),
        readable(text) if isinstance(text, str) else "",
        (str(who.id),) if person else (),
    )


def _is_administrator(api: Api, chat: int, who: str) -> bool:
    try:
        all_of_them: Any = api.call(lambda bot: bot.get_chat_administrators(chat))
    except Hidden:
        return False
    return any(
        str(one.user.id) == who and one.status in ("creator", "administrator") and not one.user.is_bot
        for one in all_of_them
    )
