"""Which kinds of place there are. A new source adds one line here; a package names itself (`packages.py`)."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from earnest.egress import Egress
from earnest.record.errors import BadSetting
from earnest.sources import base
from earnest.sources.app_store.source import APP_STORE
from earnest.sources.archive.source import ARCHIVE
from earnest.sources.base import Source, SourceType
from earnest.sources.bluesky.source import BLUESKY
from earnest.sources.discord.source import DISCORD
from earnest.sources.discourse.source import DISCOURSE
from earnest.sources.drop.source import DROP
from earnest.sources.feed.source import FEED
from earnest.sources.file.source import FILE
from earnest.sources.github.source import GITHUB
from earnest.sources.google_play.source import GOOGLE_PLAY
from earnest.sources.hackernews.source import HACKERNEWS
from earnest.sources.handshake import Handshake
from earnest.sources.mail.source import MAIL
from earnest.sources.mailing_list.source import MAILING_LIST
from earnest.sources.mastodon.source import MASTODON
from earnest.sources.matrix.source import MATRIX
from earnest.sources.packages import Package, load
from earnest.sources.reddit.source import REDDIT
from earnest.sources.s3.source import S3
from earnest.sources.sample.source import SAMPLE
from earnest.sources.singer.source import SINGER
from earnest.sources.slack.source import SLACK
from earnest.sources.stackexchange.source import STACKEXCHANGE
from earnest.sources.submit.source import SUBMIT
from earnest.sources.telegram.source import TELEGRAM
from earnest.sources.x.source import X
from earnest.sources.youtube.source import YOUTUBE

BUILT_IN: tuple[SourceType, ...] = (
    FILE,
    FEED,
    SUBMIT,
    MATRIX,
    BLUESKY,
    DISCORD,
    TELEGRAM,
    SLACK,
    DISCOURSE,
    MAILING_LIST,
    MASTODON,
    REDDIT,
    X,
    YOUTUBE,
    MAIL,
    HACKERNEWS,
    STACKEXCHANGE,
    GITHUB,
    SINGER,
    APP_STORE,
    GOOGLE_PLAY,
    DROP,
    ARCHIVE,
    S3,
    SAMPLE,
)
_OWN: dict[str, SourceType] = {kind.type: kind for kind in BUILT_IN}


@cache
def packages() -> tuple[Package, ...]:
    """The types that others ship, once loaded; those that are not taken among them, with the reason."""
    return load(_OWN.keys())


class _Types(Mapping[str, SourceType]):
    """Every type by its name. Packages are loaded when a name is asked for that Earnest does not ship."""

    def __getitem__(self, type: str) -> SourceType:
        own = _OWN.get(type)
        return own if own is not None else self._others()[type]

    def __iter__(self) -> Iterator[str]:
        yield from _OWN
        yield from self._others()

    def __len__(self) -> int:
        return len(_OWN) + len(self._others())

    def _others(self) -> dict[str, SourceType]:
        return {one.name: one.kind for one in packages() if one.kind is not None}


TYPES: Mapping[str, SourceType] = _Types()


def open_source(type: str, settings: Mapping[str, Any], egress: Egress | None = None) -> Source:
    """A source of this type. Raises BadSetting for an unknown type or setting."""
    kind = TYPES.get(type)
    if kind is None:
        raise BadSetting(f"There is no source type '{type}'.", advice=_advice(type))
    if type in _OWN:
        return kind.open(settings, egress)
    if kind.settings is not None:
        # A package is handed what it declared, and nothing else.
        base.settings(type, settings, kind.settings)
    source = kind.open(settings, egress)
    if kind.handshake and not isinstance(source, Handshake):
        raise BadSetting(f"The package of '{type}' gave a source that proves no invitation.")
    return source


def _advice(type: str) -> str:
    broken = next((one for one in packages() if one.name == type and one.problem), None)
    if broken is not None:
        return f"The package {broken.package} would bring it, but is left out. {broken.problem}"
    return f"There are: {', '.join(TYPES)}."
