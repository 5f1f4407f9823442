"""How good the labels of a programme's model are, as its folder says; without loading the model."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import msgspec
from django.conf import settings

from earnest.store import read_learn, read_taxonomy
from earnest.store.shapes import Programme
from earnest.understand import taxonomy


class _Share(msgspec.Struct):
    value: float


class _Quality(msgspec.Struct):
    posts: int
    accuracy: _Share


class _Card(msgspec.Struct):
    quality: _Quality | None = None


def main_label(programme: Programme) -> tuple[float, int] | None:
    """How often the main label of the programme's model was right on examples it had not seen, and of how
    many; None where unknown.
    """
    learned, version = read_learn.current_model(programme.slug), read_taxonomy.current(programme.slug)
    own = learned.model if learned is not None else version.model if version is not None else ""
    if own:
        return _card(Path(settings.EARNEST_HOME) / "models" / programme.slug / own)
    if programme.taxonomy not in taxonomy.PACKS:
        return None
    return _card(Path(str(files("earnest.understand"))) / "models" / programme.taxonomy)


@lru_cache(maxsize=16)
def _card(folder: Path) -> tuple[float, int] | None:
    try:
        card = msgspec.json.decode((folder / "model.json").read_bytes(), type=_Card)
    except (OSError, msgspec.DecodeError):
        return None
    return None if card.quality is None else (card.quality.accuracy.value, card.quality.posts)
