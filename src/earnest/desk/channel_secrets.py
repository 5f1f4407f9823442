"""Secrets of channels: files in the key folder, never in the database, never shown after they were set.

One file a channel, `keys/channel-<id>.key`, mode 0600, JSON: `out` is what messages are sent with (a token, a
messenger's address, a webhook's address), `sign` the webhook's signing secrets, newest first, `hook` the
secrets that come-ins are verified with. Of two secrets the older holds until a time, while the other side
changes over.
"""

import json
import os
import secrets as random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from earnest.record.errors import SetupError
from earnest.store import clock

BOTH = timedelta(days=7)
"""How long the secret before still holds."""

LONGEST = 4_096


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of a channel now. Shown nowhere, not in an error and not in a log."""

    out: str = field(default="", repr=False)
    sign: tuple[str, ...] = field(default=(), repr=False)
    hook: tuple[str, ...] = field(default=(), repr=False)


def of(channel: int) -> Secrets:
    """What is valid now; empty where nothing is set or the file is gone."""
    held, now = _read(channel), clock.now()
    return Secrets(str(held.get("out", "")), _valid(held, "sign", now), _valid(held, "hook", now))


def set_out(channel: int, secret: str) -> None:
    """Set what messages are sent with, in place of the one before."""
    _write(channel, {**_read(channel), "out": secret[:LONGEST]})


def add(channel: int, name: str, secret: str) -> None:
    """Set a signing ("sign") or come-in ("hook") secret; the one before holds for a week more."""
    held = _read(channel)
    until = (clock.now() + BOTH).isoformat()
    before = [{"value": one, "until": until} for one in _valid(held, name, clock.now())[:1]]
    _write(channel, {**held, name: [{"value": secret, "until": ""}, *before]})


def forget(channel: int, name: str = "") -> None:
    """Forget one secret, or all of them."""
    if name:
        held = _read(channel)
        held.pop(name, None)
        _write(channel, held)
    else:
        with suppress(FileNotFoundError):
            _path(channel).unlink()


def fresh() -> str:
    """A random secret for a system that takes any text."""
    return random.token_urlsafe(32)


def _valid(held: dict[str, Any], name: str, now: datetime) -> tuple[str, ...]:
    rows = held.get(name) or []
    return tuple(
        row["value"] for row in rows if not row["until"] or datetime.fromisoformat(row["until"]) > now
    )


def _path(channel: int) -> Path:
    return Path(settings.EARNEST_HOME) / "keys" / f"channel-{int(channel)}.key"


def _read(channel: int) -> dict[str, Any]:
    try:
        held = json.loads(_path(channel).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SetupError(
            "The secret of a channel cannot be read.", advice="Set it anew on the page of channels."
        ) from error
    return held if isinstance(held, dict) else {}


def _write(channel: int, held: dict[str, Any]) -> None:
    """Written whole under another name, then moved: no reader sees half of it."""
    path = _path(channel)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{random.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(held, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
