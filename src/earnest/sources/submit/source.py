"""The submit source. It is pushed to (see `receive.py`), so a scheduled read finds nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from earnest.egress import Egress
from earnest.record.raw import Page
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings
from earnest.sources.relist import Recheck, check_recheck


class SubmitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form's words belong to the programme, the signing secrets to the key folder.

    `recheck_hours` is for senders that say what is still there (`POST /api/submit/<programme>/present`): what
    they did not confirm for so long is hidden until they do.
    """

    recheck_hours: Recheck = None

    def __post_init__(self) -> None:
        check_recheck(self.recheck_hours)


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


def _ids_of(name: str) -> tuple[str, ...]:
    """A submission by the id its sender gave, or by that of the message it came in."""
    return () if "://" in name else (f"said-{name}", f"hook-{name}")


SUBMIT = SourceType(
    type="submit",
    kinds=("addressed",),
    title="A public form and signed requests",
    extra=None,
    tested_against="Standard Webhooks signatures",
    open=_open,
    ids_of=_ids_of,
    settings=SubmitSettings,
    asks="Nothing: people write to you of their own will.",
)
