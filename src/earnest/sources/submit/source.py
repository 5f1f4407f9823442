"""The submit source. It is pushed to (see `receive.py`), so a scheduled read finds nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from earnest.egress import Egress
from earnest.record.raw import Page
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings


class SubmitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the form's words belong to the programme, the signing secrets to the store."""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor of a source that is never behind."""


class SubmitSource:
    """Always read to its end."""

    def read(self, cursor: str | None) -> Iterator[Page]:
        """One empty page."""
        load_cursor(cursor, Mark)
        return iter((Page((), dump_cursor(Mark()), done=True),))


def _open(given: Mapping[str, Any], egress: Egress | None) -> SubmitSource:
    settings("submit", given, SubmitSettings)
    return SubmitSource()


SUBMIT = SourceType(
    type="submit",
    kinds=("addressed",),
    title="A public form and signed requests",
    extra=None,
    tested_against="Standard Webhooks signatures",
    open=_open,
)
