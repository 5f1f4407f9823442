"""Reviews as posts: of App Store Connect, and of the public feed."""

from datetime import datetime

import msgspec

from earnest.record.raw import RawPost
from earnest.sources.http_json import item, moment, post


class _Attributes(msgspec.Struct, rename="camel"):
    created_date: str
    title: str | None = None
    body: str | None = None
    reviewer_nickname: str | None = None
    territory: str | None = None


class _Review(msgspec.Struct):
    id: str
    attributes: _Attributes


def own(raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None) -> RawPost:
    """A review as App Store Connect gives it. Raises ItemError."""
    one = item(raw, _Review, "the App Store")
    told = one.attributes
    at = moment(told.created_date, now)
    # Apple dates a review that was changed by its change
    return post(
        one.id, told.body or "", now, title=told.title or "", created=at, author=told.reviewer_nickname,
        lang=lang, region=_place(told.territory) or region,
    )  # fmt: skip


class _Label(msgspec.Struct, frozen=True):
    label: str = ""


class _Author(msgspec.Struct, frozen=True):
    name: _Label = _Label()
    uri: _Label = _Label()


class _Entry(msgspec.Struct):
    id: _Label
    updated: _Label
    title: _Label = _Label()
    content: _Label = _Label()
    author: _Author = _Author()


def listed(raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None) -> RawPost:
    """An entry of the public feed. Raises ItemError."""
    one = item(raw, _Entry, "the App Store")
    at = moment(one.updated.label, now)
    return post(
        one.id.label, one.content.label, now, title=one.title.label, created=at, author=one.author.name.label,
        lang=lang, region=region,
    )  # fmt: skip


def _place(territory: str | None) -> str | None:
    return territory if territory and len(territory) == 3 and territory.isalpha() else None
