"""How good the shipped model's labels are, as its folder says; without loading the model."""

from functools import lru_cache
from importlib.resources import files

import msgspec

from earnest.understand import taxonomy


class _Share(msgspec.Struct):
    value: float


class _Quality(msgspec.Struct):
    posts: int
    accuracy: _Share


class _Card(msgspec.Struct):
    quality: _Quality | None = None


@lru_cache(maxsize=8)
def main_label(pack: str) -> tuple[float, int] | None:
    """How often the model's main label was right on examples it had not seen, and of how many; None where
    unknown.
    """
    if pack not in taxonomy.PACKS:
        return None
    try:
        card = msgspec.json.decode(
            (files("earnest.understand") / "models" / pack / "model.json").read_bytes(), type=_Card
        )
    except (OSError, msgspec.DecodeError):
        return None
    return None if card.quality is None else (card.quality.accuracy.value, card.quality.posts)
