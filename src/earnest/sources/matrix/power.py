"""Who is a moderator of a room, as its state says now."""

from collections.abc import Mapping
from typing import Any

MODERATOR = 50
"""The power that Matrix gives a moderator, and the least that may invite Earnest."""

_CREATOR = 100


def is_moderator(name: object, levels: Mapping[str, Any] | None, create: Mapping[str, Any] | None) -> bool:
    """Does this account hold a moderator's power, by the events m.room.power_levels and m.room.create?"""
    if not isinstance(name, str) or not name.startswith("@"):
        return False
    if name in _above_all(create):
        return True
    if levels is None:
        return name == _creator(create)
    content = _mapping(levels.get("content"))
    users = _mapping(content.get("users"))
    return _level(users.get(name, content.get("users_default", 0))) >= MODERATOR


def _above_all(create: Mapping[str, Any] | None) -> frozenset[str]:
    """From room version 12 on, the creators stand above every level and are not in the list."""
    content = _mapping((create or {}).get("content"))
    version = content.get("room_version")
    if not isinstance(version, str) or len(version) > 40:
        return frozenset()
    if not (version.isdecimal() and int(version) >= 12) and "hydra" not in version:
        return frozenset()
    more = content.get("additional_creators")
    named = [one for one in more if isinstance(one, str)] if isinstance(more, list) else []
    return frozenset([*named, *([_creator(create)] if _creator(create) else [])])


def _creator(create: Mapping[str, Any] | None) -> str:
    content = _mapping((create or {}).get("content"))
    who = (create or {}).get("sender") or content.get("creator")
    return who if isinstance(who, str) else ""


def _level(value: object) -> int:
    """A level as a number; old rooms hold it as text. What is none counts as no power."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, str) and len(value) < 20:
        plain = value.strip()
        return int(plain) if plain.lstrip("-").isdecimal() and plain.isascii() else 0
    return 0


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
