"""The one secret a place may need, such as its bot's token: in the key folder, never in the database."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings

from earnest.sources.registry import TYPES
from earnest.store import read


def keep_secret(programme: str, slug: str, secret: str) -> None:
    """Keep a place's secret, readable by its owner alone, in place of the one before."""
    path = _path(programme, slug)
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret.strip() + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def forget_secret(programme: str, slug: str) -> None:
    """A place is not read any more: its secret goes."""
    _path(programme, slug).unlink(missing_ok=True)


def settings_of(place: read.ListeningPlace) -> dict[str, Any]:
    """A place's settings, its secret among them where its type has one."""
    known = TYPES.get(place.type)
    if known is None or known.secret is None:
        return dict(place.settings)
    path = _path(place.programme, place.slug)
    secret = path.read_text("utf-8").strip() if path.is_file() else ""
    return {**place.settings, known.secret: secret}


def _path(programme: str, slug: str) -> Path:
    return Path(settings.EARNEST_HOME) / "keys" / f"place-{programme}--{slug}.key"
