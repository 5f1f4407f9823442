"""What stands around the acts of the inbox, on its own page and on a post's: tags, what can be undone."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from earnest.desk import access, tags, undo
from earnest.store import read_inbox
from earnest.store.read import Programme
from earnest.store.read_inbox import Item
from earnest.web import inbox_words, theme_words


@dataclass(frozen=True, slots=True)
class Row:
    """A post of the inbox as a page shows it. `holder`: who else works on it, `why` it may not wait."""

    item: Item
    cases: list[int]
    holder: str
    why: str


def row(item: Item, cases: dict[int, list[int]], who: dict[int, str]) -> Row:
    """A post for a page; `who` are the people of the desk by number."""
    holder = who.get(item.holder, gettext("Somebody")) if item.holder is not None else ""
    return Row(item, cases.get(item.post.id, []), holder, theme_words.why(item.why) if item.why else "")


def around(request: HttpRequest, programme: Programme) -> dict[str, Any]:
    """The tags that are offered, and what this person did last."""
    last = undo.last(programme.slug, by=int(request.user.pk or 0))
    known = tags.of(programme.slug)
    return {
        "tags": known,
        "last": last,
        "last_says": inbox_words.done(last, {tag.id: tag.name for tag in known}) if last else "",
    }


def of_post(request: HttpRequest, programme: Programme, id: int) -> dict[str, Any]:
    """The acts on a post's own page, for those who work the inbox; else nothing."""
    item = read_inbox.one(programme.slug, id)
    if item is None or not access.may(request.user, "work_inbox", programme.slug):
        return {}
    return around(request, programme) | {"row": row(item, {}, {})}
