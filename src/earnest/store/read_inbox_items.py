"""What is known of posts in the inbox beside their words: group, tags, who works on them, theme, severity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from earnest.store import clock, dialect, read_follow
from earnest.store.models import Checkout, Severe
from earnest.store.read_posts import rows_of
from earnest.store.read_tags import heads_of, tags_of
from earnest.store.shapes import PostRow


@dataclass(frozen=True, slots=True)
class Item:
    """A post of the inbox with what is known of its group.

    head    the group's first post: what is said of the post is kept there
    holder  who works on it now, until then
    theme   number and name ("" where it has none) of the theme it is in
    why     codes of why it may not wait (`understand.severity`)
    """

    post: PostRow
    head: int
    tags: tuple[str, ...] = ()
    holder: int | None = None
    until: datetime | None = None
    theme: tuple[int, str] | None = None
    why: tuple[str, ...] = ()
    due: bool = False


def items(programme: str, wanted: Sequence[tuple[int, bool]]) -> list[Item]:
    """These posts, as far as they may be told, with what is known of each: a fixed number of queries."""
    if not wanted:
        return []
    posts = {row.id: row for row in rows_of(programme, [id for id, _ in wanted])}
    heads = heads_of(list(posts))
    firsts = list(set(heads.values()))
    copies = read_follow.copies(programme, firsts)
    tags = tags_of(list(posts))
    now = clock.seconds(clock.now())
    holds = {
        post: (by, until)
        for post, by, until in Checkout.objects.filter(post_id__in=firsts, until__gt=now).values_list(
            "post_id", "by_id", "until"
        )
    }
    severe = dict(Severe.objects.filter(post_id__in=firsts).values_list("post_id", "why"))
    themes = _themes(list(posts))
    found = []
    for id, due in wanted:
        post = posts.get(id)
        if post is None:
            continue
        head = heads[id]
        by, until = holds.get(head, (None, None))
        found.append(
            Item(
                post=replace(post, copies=copies.get(head, 0)),
                head=head,
                tags=tags.get(id, ()),
                holder=by,
                until=None if until is None else clock.moment(until),
                theme=themes.get(id),
                why=tuple(severe.get(head, "").split(",")) if severe.get(head) else (),
                due=due,
            )
        )
    return found


def _themes(ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT t.post_id, h.number, h.name FROM store_themepost t JOIN store_theme h"
            " ON h.id = t.theme_id WHERE h.state = 'open' AND",
            "t.post_id",
            list(ids),
        )
    return {post: (number, name) for post, number, name in rows}
