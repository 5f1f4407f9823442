"""The one secret a place may need, such as its bot's token: in the key folder, never in the database.

A secret that was given to try a place out is *held*: for one person and one type, for an hour, so that it
need not be sent back to a page to be given again.

A secret that is changed together with the settings it is for is *laid ready* beside the old one, with a hash
of those settings: it counts from the moment at which the database holds them, whoever is killed in between.
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from earnest.record.errors import Refused
from earnest.sources.registry import TYPES
from earnest.store import read

HELD = 3_600
"""Seconds for which a secret is held."""


def keep_secret(programme: str, slug: str, secret: str) -> None:
    """Keep a place's secret, readable by its owner alone, in place of the one before."""
    _write(_path(programme, slug), secret)


def lay_ready(programme: str, slug: str, secret: str, settings: Mapping[str, Any]) -> None:
    """A secret that counts as soon as the place has these settings, and not before."""
    _write(_ready(programme, slug), f"{_mark(settings)}\n{secret}")


def take_away_ready(programme: str, slug: str) -> None:
    """Nothing is laid ready: what was is of a change that never was."""
    _ready(programme, slug).unlink(missing_ok=True)


def settle(programme: str, slug: str, settings: Mapping[str, Any]) -> None:
    """Take over what was laid ready for the settings that the place has now."""
    ready = _ready(programme, slug)
    try:
        mark, _, secret = ready.read_text("utf-8").partition("\n")
    except FileNotFoundError:
        return
    if hmac.compare_digest(mark.encode(), _mark(settings).encode()):
        keep_secret(programme, slug, secret)
        ready.unlink(missing_ok=True)


def _mark(settings: Mapping[str, Any]) -> str:
    written = json.dumps(settings, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def hold_secret(programme: str, type: str, person: int, secret: str) -> None:
    """Hold a secret that a person tries a place with. What was held too long goes at the same time."""
    drop_old()
    _write(_held(programme, type, person), secret)


def drop_old() -> None:
    """Secrets that were held too long go."""
    for old in _folder().glob("held-*.key"):
        if not _young(old):
            old.unlink(missing_ok=True)


def held_secret(programme: str, type: str, person: int) -> str:
    """The secret that this person tried such a place with; "" where there is none, or none any more."""
    path = _held(programme, type, person)
    return path.read_text("utf-8").strip() if path.is_file() and _young(path) else ""


def drop_held(programme: str, type: str, person: int) -> None:
    """It is kept with its place now, or was given up."""
    _held(programme, type, person).unlink(missing_ok=True)


def _young(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < HELD
    except FileNotFoundError:
        return False


def _write(path: Path, secret: str) -> None:
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret.strip() + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def check_alone(type: str, secret: str) -> None:
    """Raises Refused where a type's secret serves one place only, and this one serves another already."""
    kind = TYPES.get(type)
    if kind is None or not kind.alone:
        return
    for place in read.listening_places():
        path = _path(place.programme, place.slug)
        if place.type != type or place.state == "closed":
            continue
        settle(place.programme, place.slug, place.settings)
        if not path.is_file():
            continue
        if hmac.compare_digest(path.read_text("utf-8").strip().encode(), secret.strip().encode()):
            raise Refused(
                "This bot listens at another place already, and what it is told there would be lost.",
                advice="Make a bot of its own for each place.",
            )


def forget_secret(programme: str, slug: str) -> None:
    """A place is not read any more: its secret goes."""
    _ready(programme, slug).unlink(missing_ok=True)
    _path(programme, slug).unlink(missing_ok=True)


def settings_of(place: read.ListeningPlace) -> dict[str, Any]:
    """A place's settings, its secret among them where its type has one."""
    known = TYPES.get(place.type)
    if known is None or known.secret is None:
        return dict(place.settings)
    settle(place.programme, place.slug, place.settings)
    path = _path(place.programme, place.slug)
    secret = path.read_text("utf-8").strip() if path.is_file() else ""
    return {**place.settings, known.secret: secret}


def _path(programme: str, slug: str) -> Path:
    return _folder() / f"place-{programme}--{slug}.key"


def _ready(programme: str, slug: str) -> Path:
    return _folder() / f"place-{programme}--{slug}.ready"


def _held(programme: str, type: str, person: int) -> Path:
    return _folder() / f"held-{programme}--{type}--{person}.key"


def _folder() -> Path:
    return Path(settings.EARNEST_HOME) / "keys"
