"""Which kinds of place there are. A new source adds one line here."""

from collections.abc import Mapping
from typing import Any

from earnest.egress import Egress
from earnest.record.errors import BadSetting
from earnest.sources.base import Source, SourceType
from earnest.sources.feed.source import FEED
from earnest.sources.file.source import FILE
from earnest.sources.matrix.source import MATRIX
from earnest.sources.sample.source import SAMPLE
from earnest.sources.submit.source import SUBMIT

TYPES: dict[str, SourceType] = {kind.type: kind for kind in (FILE, FEED, SUBMIT, MATRIX, SAMPLE)}


def open_source(type: str, settings: Mapping[str, Any], egress: Egress | None = None) -> Source:
    """A source of this type. Raises BadSetting for an unknown type or setting."""
    if type not in TYPES:
        raise BadSetting(f"There is no source type '{type}'.", advice=f"There are: {', '.join(TYPES)}.")
    return TYPES[type].open(settings, egress)
