"""Looking whether a channel's invitation stands: the pin, the words, and whether who said and pinned it are
administrators of the workspace.
"""

from collections.abc import Iterator
from typing import Any

from earnest.sources.handshake import Invitation, NotProved
from earnest.sources.published import Pinned, asks_to_stay_out, find, readable
from earnest.sources.slack.messages import shown, stamp, written
from earnest.sources.slack.wire import Api, Hidden, listed, mapping


def look(api: Api, channel: str, invitation: Invitation, known: str | None) -> Pinned | NotProved:
    """The channel's pinned notice, or why the invitation does not stand."""
    try:
        there = mapping(api.call(lambda client: client.conversations_info(channel=channel)).get("channel"))
        if not is_ours(there, channel):
            return NotProved("sent_away")
        if any(asks_to_stay_out(mapping(there.get(part)).get("value")) for part in ("topic", "purpose")):
            return NotProved("opted_out")
        pins = listed(api.call(lambda client: client.pins_list(channel=channel)).get("items"))
    except Hidden:
        return NotProved("sent_away")
    bot = api.call(lambda client: client.auth_test()).get("user_id")
    return find(_pins(pins), invitation, known, lambda who: who != bot and _is_administrator(api, who))


def is_ours(there: dict[str, Any], channel: str) -> bool:
    """A channel that the app is in, not archived, and no conversation between persons."""
    if there.get("id") != channel or there.get("is_im") or there.get("is_mpim"):
        return False
    return there.get("is_member") is True and there.get("is_archived") is False


def _pins(pins: list[Any]) -> Iterator[Pinned]:
    for one in pins:
        pin = mapping(one)
        message, by = mapping(pin.get("message")), pin.get("created_by")
        id, text, who = stamp(message.get("ts")), message.get("text"), message.get("user")
        if pin.get("type") != "message" or not id or not isinstance(text, str):
            continue
        people = isinstance(who, str) and isinstance(by, str) and who and by and not message.get("bot_id")
        holders = tuple(dict.fromkeys((str(who), str(by)))) if people else ()
        yield Pinned(written(id), readable(shown(text)), holders)


def _is_administrator(api: Api, who: str) -> bool:
    try:
        user = mapping(api.call(lambda client: client.users_info(user=who)).get("user"))
    except Hidden:
        return False
    power = user.get("is_admin") is True or user.get("is_owner") is True
    return power and user.get("id") == who and not user.get("deleted") and not user.get("is_bot")
