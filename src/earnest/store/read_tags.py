"""The tags of a programme, and of posts: what is said of a post holds for its whole group."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from earnest.store import dialect, moment, scope
from earnest.store.models import PostTag, Tag
from earnest.store.words import tag_key

MOST = 500


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag; `posts` are those it was put on, repeats not counted."""

    id: int
    name: str
    posts: int = 0


@moment.once
def tags(programme: str, *, counted: bool = False) -> list[TagRow]:
    """The tags of a programme by name."""
    rows = Tag.objects.filter(programme_id=scope.id_of(programme)).order_by("key")[:MOST]
    found = [TagRow(row.pk, row.name) for row in rows]
    if not counted:
        return found
    counts = dict(
        PostTag.objects.filter(tag_id__in=[row.id for row in found])
        .values_list("tag_id")
        .annotate(posts=Count("post_id"))
    )
    return [TagRow(row.id, row.name, counts.get(row.id, 0)) for row in found]


def names(programme: str, ids: Sequence[int]) -> dict[int, str]:
    """The names of these tags, of those that are there."""
    rows = Tag.objects.filter(programme_id=scope.id_of(programme), pk__in=list(ids))
    return dict(rows.values_list("pk", "name"))


def by_name(programme: str, name: str) -> int | None:
    """The tag of that name; case does not matter."""
    rows = Tag.objects.filter(programme_id=scope.id_of(programme), key=tag_key(name))
    return rows.values_list("pk", flat=True).first()


def heads_of(ids: Sequence[int]) -> dict[int, int]:
    """The first post of each post's group: itself where it repeats nothing."""
    heads = {id: id for id in ids}
    with connection.cursor() as db:
        rows = dialect.among(db, "SELECT post_id, first_id FROM store_repost WHERE", "post_id", list(ids))
    return heads | dict(rows)


def tags_of(post_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The names of the tags of each of these posts, in order; those without any are left out."""
    heads = heads_of(post_ids)
    wanted = list({*heads, *heads.values()})
    found: dict[int, set[str]] = {}
    with connection.cursor() as db:
        for post, name in dialect.among(
            db,
            "SELECT t.post_id, g.name FROM store_posttag t JOIN store_tag g ON g.id = t.tag_id WHERE",
            "t.post_id",
            wanted,
        ):
            found.setdefault(post, set()).add(name)
    told = {id: found.get(id, set()) | found.get(head, set()) for id, head in heads.items()}
    return {id: tuple(sorted(names)) for id, names in told.items() if names}
