"""Looking whether a room's invitation stands: the pin, the words, and the power of whoever pinned it."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from earnest.sources.handshake import Invitation, NotProved, Why, digest
from earnest.sources.matrix.power import is_moderator
from earnest.sources.matrix.wire import Homeserver

PINS = 30
"""So many pinned messages are looked through for the notice, the newest first."""

STEPS = 50
"""So many changes of the pins are followed back to the one that pinned the notice."""

_OUT = re.compile(r"#\s?(?:no ?bots?|no ?index|no ?earnest|no ?listening)\b", re.IGNORECASE)


def membership(home: Homeserver, room: str, who: str) -> str | None:
    """Somebody's standing in the room: join, invite, leave, ban; None where they were never in."""
    event = home.state(room, "m.room.member", who)
    value = None if event is None else event["content"].get("membership")
    return value if isinstance(value, str) else None


def closed_to_us(home: Homeserver, room: str) -> Why | None:
    """A reason that holds whatever is pinned: encryption, or a topic that asks programs to stay out."""
    if home.state(room, "m.room.encryption") is not None:
        return "unreadable"
    topic = home.state(room, "m.room.topic")
    words = None if topic is None else topic["content"].get("topic")
    return "opted_out" if isinstance(words, str) and _OUT.search(words) else None


def mark(event_id: str) -> str:
    """What a place keeps of its notice's own name: enough to know it again, nothing to look it up by."""
    return hashlib.sha256(b"notice\0" + event_id.encode("utf-8", "replace")).hexdigest()[:32]


def find(home: Homeserver, room: str, bot: str, invitation: Invitation, known: str | None) -> str | NotProved:
    """The id of the pinned notice, or why the invitation does not stand."""
    pins = home.state(room, "m.room.pinned_events")
    ids = _pinned(pins)
    if known is not None:
        ids = [id for id in ids if mark(id) == known]
        if not ids:
            return NotProved("unpublished")
    why: Why = "waiting"
    for id in ids[::-1][:PINS]:
        notice = home.event(room, id)
        if notice is None:
            if known is not None:
                return NotProved("removed")
            continue
        wrong = _wrong(notice, invitation)
        if wrong is None:
            if _pinned_by_moderator(home, room, bot, id, notice, pins or {}):
                return id
            wrong = "not_administrator"
        if known is not None:
            return NotProved(wrong)
        if wrong == "not_administrator" or (wrong == "changed" and _is_ours(notice)):
            why = wrong
    return NotProved(why)


def _wrong(notice: Mapping[str, Any], invitation: Invitation) -> Why | None:
    """Why this message is not the notice as Earnest wrote it."""
    told = _mapping(notice.get("unsigned"))
    if "redacted_because" in told or not _mapping(notice.get("content")):
        return "removed"
    if notice.get("type") != "m.room.message" or digest(_body(notice)) != invitation.notice:
        return "changed"
    edit = _mapping(_mapping(told.get("m.relations")).get("m.replace"))
    if edit and digest(_body({"content": _mapping(_mapping(edit.get("content")).get("m.new_content"))})) != (
        invitation.notice
    ):
        return "changed"
    return None


def _is_ours(notice: Mapping[str, Any]) -> bool:
    return "earnest-" in _body(notice)


def _pinned_by_moderator(
    home: Homeserver, room: str, bot: str, id: str, notice: Mapping[str, Any], pins: Mapping[str, Any]
) -> bool:
    """Does the account that pinned the notice hold a moderator's power now, and is it in the room?

    The pins are one event that is replaced as a whole, so whoever changed them last need not be who pinned
    the notice: the changes are followed back to the one that added it. Where they cannot be (the bot may not
    see so far back), both who changed them last of those seen and who said the notice must hold it. The bot
    itself never counts, whatever power it was given.
    """
    levels = home.state(room, "m.room.power_levels")
    create = home.state(room, "m.room.create")

    def holds(event: Mapping[str, Any]) -> bool:
        who = event.get("sender")
        if who == bot or not is_moderator(who, levels, create):
            return False
        return membership(home, room, str(who)) == "join"

    adder, before = pins, pins
    for _ in range(STEPS):
        replaced = _mapping(before.get("unsigned")).get("replaces_state")
        if not isinstance(replaced, str):
            return holds(adder)
        older = home.event(room, replaced)
        if older is None:
            break
        if id not in _pinned(older):
            return holds(adder)
        adder = before = older
    return holds(adder) and holds(notice)


def _pinned(event: Mapping[str, Any] | None) -> list[str]:
    listed = _mapping((event or {}).get("content")).get("pinned")
    return [id for id in listed if isinstance(id, str)] if isinstance(listed, list) else []


def still_pinned(event: Mapping[str, Any], id: str) -> bool:
    """Does this change of the pins leave the notice pinned?"""
    return id in _pinned(event)


def _body(event: Mapping[str, Any]) -> str:
    body = _mapping(event.get("content")).get("body")
    return body if isinstance(body, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
