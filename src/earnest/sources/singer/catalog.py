"""What a tap says it offers (its catalog), and which of it is read."""

from collections.abc import Sequence
from typing import Any

import msgspec

from earnest.record.errors import SourceGone

Catalog = dict[str, Any]


def read(said: bytes) -> Catalog | None:
    """A tap's answer to `--discover`; None where it is none."""
    try:
        found = msgspec.json.decode(said)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def begins(said: bytes) -> bool:
    """Whether this may be the beginning of a catalog: what speaks of something else is not heard out."""
    return said.lstrip()[:1] in (b"", b"{")


def names(catalog: Catalog | None) -> list[str]:
    """The streams that a tap offers."""
    return [_name(one) for one in _streams(catalog)]


def select(catalog: Catalog | None, wanted: Sequence[str]) -> Catalog | None:
    """The catalog with the wanted streams marked as selected, all where none is named.

    In both ways that taps know: in a stream's schema, and in its metadata. SourceGone where one is not
    offered.
    """
    known = names(catalog)
    missing = [one for one in wanted if one not in known]
    if missing and known:
        raise SourceGone(
            f"The tap offers no stream '{missing[0][:60]}'.", advice=f"It offers: {', '.join(known[:20])}."
        )
    if catalog is None:
        return None
    return {**catalog, "streams": [_marked(one, wanted) for one in _streams(catalog)]}


def _marked(stream: dict[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    selected = not wanted or _name(stream) in wanted
    metadata = [one for one in stream.get("metadata") or [] if isinstance(one, dict)]
    own = next((one for one in metadata if one.get("breadcrumb") == []), {})
    root = {"breadcrumb": [], "metadata": {**(own.get("metadata") or {}), "selected": selected}}
    rest = [one for one in metadata if one.get("breadcrumb") != []]
    schema = {**(stream.get("schema") or {}), "selected": selected}
    return {**stream, "schema": schema, "selected": selected, "metadata": [root, *rest]}


def _name(stream: dict[str, Any]) -> str:
    return str(stream.get("tap_stream_id") or stream.get("stream"))


def _streams(catalog: Catalog | None) -> list[dict[str, Any]]:
    found = (catalog or {}).get("streams")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
