"""Discussions of a repository by GraphQL: the most lately changed first, until everything new was seen."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from earnest.record.errors import SourceBusy
from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import refusal
from earnest.sources.github import items
from earnest.sources.github.api import Api
from earnest.sources.http_json import ItemError, item, moment, whole

_SAID = "createdAt updatedAt lastEditedAt body url author { __typename login }"
QUERY = (
    "query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) {"
    " discussions(first: 25, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {"
    f" pageInfo {{ hasNextPage endCursor }} nodes {{ number title {_SAID}"
    f" comments(last: 100) {{ nodes {{ databaseId isMinimized {_SAID}"
    f" replies(last: 100) {{ nodes {{ databaseId isMinimized {_SAID} }} }} }} }} }} }} }} }}"
)
MOST = 400
"""Pages that are looked through for what is new."""


class _Info(msgspec.Struct, rename="camel", frozen=True):
    has_next_page: bool = False
    end_cursor: str | None = None


class _Nodes(msgspec.Struct, rename="camel", frozen=True):
    nodes: list[msgspec.Raw] = []
    page_info: _Info = _Info()


class _Repository(msgspec.Struct):
    discussions: _Nodes


class _Data(msgspec.Struct):
    repository: _Repository | None


class _Reply(msgspec.Struct):
    data: _Data


class _Replies(msgspec.Struct):
    replies: _Nodes = _Nodes()


class _Comments(msgspec.Struct, rename="camel"):
    updated_at: str
    comments: _Nodes = _Nodes()


class Active(NamedTuple):
    """A discussion that changed, the second in which it did, and what stands in it now."""

    second: int
    posts: list[RawPost]
    refused: list[Refusal]


def since(
    api: Api, repository: str, after: int, now: datetime, lang: str | None, region: str | None
) -> list[Active]:
    """Discussions that changed in or after a second, in that order. Raises SourceBusy or SourceGone."""
    owner, _, name = repository.partition("/")
    active: dict[str, Active] = {}
    cursor: str | None = None
    for page in range(1, MOST + 1):
        found = whole(api.graph(QUERY, {"owner": owner, "name": name, "after": cursor}), _Reply, "GitHub")
        if found.data.repository is None:
            return []
        listed = found.data.repository.discussions
        reached = False
        for number, raw in enumerate(listed.nodes, 1):
            place = f"discussion {number} of page {page}"
            try:
                top = item(raw, _Comments, "GitHub")
                second = int(moment(top.updated_at, now).timestamp())
            except ItemError as error:
                active[place] = Active(after, [], [refusal(place, str(error))])
                continue
            if second < after:
                reached = True
                continue
            one = Active(second, *_read(_inside(raw, top), place, now, lang, region))
            active.setdefault(one.posts[0].id if one.posts else place, one)
        info = listed.page_info
        if reached or not info.has_next_page or not info.end_cursor or info.end_cursor == cursor:
            return sorted(active.values(), key=lambda one: one.second)
        cursor = info.end_cursor
    raise SourceBusy("GitHub lists more discussions than can be read at once.", advice="Set fewer 'days'.")


def _read(
    raws: Iterator[msgspec.Raw], place: str, now: datetime, lang: str | None, region: str | None
) -> tuple[list[RawPost], list[Refusal]]:
    posts: dict[str, RawPost] = {}
    refused: list[Refusal] = []
    for raw in raws:
        try:
            post = items.said(raw, now, lang, region)
        except ItemError as error:
            refused.append(refusal(place, str(error)))
        else:
            if post is not None:
                posts.setdefault(post.id, post)
    return list(posts.values()), refused


def _inside(raw: msgspec.Raw, top: _Comments) -> Iterator[msgspec.Raw]:
    yield raw
    for one in top.comments.nodes:
        yield one
        try:
            yield from item(one, _Replies, "GitHub").replies.nodes
        except ItemError:
            continue
