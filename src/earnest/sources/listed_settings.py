"""Settings that every platform has whose posts are listed again: one part of the settings of each."""

from typing import Annotated

import msgspec
from msgspec import Meta

from earnest.sources.base import primary_tag
from earnest.sources.relist import check_recheck


class ListedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often what was kept is looked at again, and what stands where a post does not say. A type's own
    settings come before these; its `__post_init__` ends with this one's.
    """

    recheck_hours: Annotated[
        int | None,
        Meta(
            title="Looked at again",
            description="After so many hours what was kept is looked at again; what is gone there goes here.",
        ),
    ] = None
    lang: Annotated[
        str | None,
        Meta(title="Language", description="Stands where a post names none.", examples=["en"]),
    ] = None
    region: Annotated[
        str | None, Meta(title="City or country", description="Stands for every post of this place.")
    ] = None

    def __post_init__(self) -> None:
        if self.lang is not None and primary_tag(self.lang) is None:
            raise ValueError("`lang` must be a language tag such as en")
        check_recheck(self.recheck_hours)
