"""Writing what grouping found, and what people say of themes: names, merges and their undoing, posts taken
out, groups that are none. Each call is whole or not at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from earnest.record.errors import StoreError
from earnest.store import dialect, erase_themes, read_taxonomy, scope, theme_counts, theme_voices
from earnest.store.arrivals import take_numbers
from earnest.store.models import Severe, Theme, ThemeApart, ThemeMark, ThemePost

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Found:
    """What grouping found in a batch of posts.

    homes   post id to the number of its theme, or None where it is in none
    made    the numbers of new themes
    merged  (number that goes, number that stays), in order
    others  posts that say the opposite of most
    """

    homes: Mapping[int, int | None] = field(default_factory=dict)
    made: frozenset[int] = frozenset()
    merged: Sequence[tuple[int, int]] = ()
    others: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """What a theme is called now: its phrases with the posts they stood in, and of how many posts."""

    number: int
    name: str
    by: str
    phrases: Sequence[tuple[str, int]]
    sized: int


@dataclass(frozen=True, slots=True)
class Heavy:
    """A single post that may not wait for others (`understand.severity`)."""

    post: int
    why: tuple[str, ...]
    score: float
    novel: bool


def group(programme: str, found: Found) -> str:
    """Within the transaction of a follower: put posts into their themes. Returns the token that stands for
    how the themes are now (`read_grouping.token`).
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        ids = _themes(within.id, found)
        for goes, stays in found.merged:
            if goes in ids and stays in ids:
                _take_in(db, ids[goes], ids[stays], None)
        _move(db, within.id, {post: ids.get(home or 0) for post, home in found.homes.items()}, found.others)
        # Only now: a new theme has no posts before they are moved, and one without posts goes.
        theme_counts.settle(db, sorted({ids[stays] for _, stays in found.merged if stays in ids}))
        return theme_counts.touch(within.id)


def _themes(programme_id: int, found: Found) -> dict[int, int]:
    """The row of each number; new ones are made."""
    Theme.objects.bulk_create(
        [Theme(programme_id=programme_id, number=number) for number in sorted(found.made)]
    )
    mark, _ = ThemeMark.objects.get_or_create(programme_id=programme_id)
    if found.made and max(found.made) > mark.last:
        ThemeMark.objects.filter(pk=programme_id).update(last=max(found.made))
    wanted = {home for home in found.homes.values() if home} | {n for pair in found.merged for n in pair}
    rows = Theme.objects.filter(programme_id=programme_id, number__in=wanted)
    return dict(rows.values_list("number", "pk"))


def _move(db: Any, programme_id: int, homes: Mapping[int, int | None], others: frozenset[int]) -> None:
    """Put posts into themes (row ids), or out of all; what a person fixed stays."""
    before = {
        post: (theme, fixed)
        for post, theme, fixed in dialect.among(
            db, "SELECT post_id, theme_id, fixed FROM store_themepost WHERE", "post_id", list(homes)
        )
    }
    moving = {post: theme for post, theme in homes.items() if not before.get(post, (0, False))[1]}
    said = dialect.among(db, "SELECT id, created, place_id FROM store_post WHERE", "id", list(moving))
    changes: Counter[tuple[int, int, int]] = Counter()
    rows, out = [], []
    for post, created, place in said:
        old, new = before.get(post, (None, False))[0], moving[post]
        week = theme_counts.week_of(created)
        if old is not None:
            changes[old, week, place] -= 1
        if new is not None:
            changes[new, week, place] += 1
            rows.append((post, programme_id, new, new, post in others, False))
        elif post in before:
            out.append(post)
    theme_counts.change(db, changes)
    db.executemany(
        "INSERT INTO store_themepost (post_id, programme_id, theme_id, origin_id, other, fixed)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (post_id) DO UPDATE SET"
        " theme_id = excluded.theme_id, origin_id = excluded.origin_id, other = excluded.other",
        rows,
    )
    dialect.delete(db, "DELETE FROM store_themepost WHERE", "post_id", out)
    touched = sorted({theme for theme, _, _ in changes})
    theme_counts.settle(db, touched)
    theme_voices.refresh(db, touched, lambda: read_taxonomy.lineage_of(programme_id))


def _take_in(db: Any, goes: int, stays: int, by: int | None) -> None:
    """One theme becomes part of another; an old link to it leads there."""
    db.execute("UPDATE store_themepost SET theme_id = %s WHERE theme_id = %s", [stays, goes])
    db.execute("UPDATE store_theme SET into_id = %s WHERE into_id = %s", [stays, goes])
    Theme.objects.filter(pk=goes).update(state="merged", into_id=stays, by_id=by)
    Theme.objects.filter(pk=stays).update(sized=0)
    theme_counts.recount(db, (goes, stays))


def name(programme: str, named: Sequence[Named]) -> None:
    """What themes are called. A name that a person gave stays; phrases are new either way."""
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        for one in named:
            row = Theme.objects.filter(programme_id=within.id, number=one.number).first()
            if row is None:
                continue
            row.phrases = [[words, posts] for words, posts in one.phrases]
            row.sized = one.sized
            row.label = _label(db, row.pk) or row.label
            if row.named_by != "person":
                row.name, row.named_by = one.name[:LONGEST_NAME], one.by if one.name else ""
            row.save(update_fields=["phrases", "sized", "label", "name", "named_by"])


def _label(db: Any, theme: int) -> str:
    """The label of most of the newest posts of a theme."""
    db.execute(
        "SELECT label, count(*) FROM (SELECT p.label AS label FROM store_themepost t"
        " JOIN store_post p ON p.id = t.post_id WHERE t.theme_id = %s ORDER BY t.post_id DESC LIMIT 300) AS l"
        " GROUP BY label ORDER BY 2 DESC, 1 LIMIT 1",
        [theme],
    )
    row = db.fetchone()
    return str(row[0]) if row else ""


def told(programme: str, numbers: Sequence[int]) -> None:
    """Somebody was told of these as new themes: once is enough."""
    Theme.objects.filter(programme__slug=programme, number__in=numbers).update(told=True)


def heavy(programme: str, posts: Sequence[Heavy], others: Sequence[int] = ()) -> None:
    """Single posts that may not wait. `others` were looked at too and are none (any more)."""
    within = scope.of(programme)
    with transaction.atomic():
        Severe.objects.filter(post_id__in=[*others]).delete()
        for one in posts:
            Severe.objects.update_or_create(
                post_id=one.post,
                defaults={
                    "programme_id": within.id,
                    "why": ",".join(one.why)[:80],
                    "score": one.score,
                    "novel": one.novel,
                },
            )


def put_aside(programme: str, post: int) -> bool:
    """A person looked at a severe post: it is not shown on top any more. False where there is none."""
    within = scope.of(programme)
    return bool(Severe.objects.filter(programme_id=within.id, post_id=post).update(seen=True))


def rename(programme: str, number: int, text: str, by: int | None) -> None:
    """A person gives a theme a name; "" takes it back. The caller has asked whether it may be
    (`gate.refusals`). Raises StoreError where there is no such theme.
    """
    with transaction.atomic(), connection.cursor() as db:
        row = _open(db, programme, number)
        row.name, row.named_by, row.by_id = text[:LONGEST_NAME], "person" if text else "", by
        row.sized = row.sized if text else 0
        row.save(update_fields=["name", "named_by", "by", "sized"])
        theme_counts.touch(row.programme_id)


def merge(programme: str, goes: int, stays: int, by: int | None) -> None:
    """A person says that two themes are one. Raises StoreError where either is not there, or they are one."""
    with transaction.atomic(), connection.cursor() as db:
        old, new = _open(db, programme, goes), _open(db, programme, stays)
        if old.pk == new.pk:
            raise StoreError("A theme cannot become part of itself.")
        ThemeApart.objects.filter(one_id__in=(old.pk, new.pk), other_id__in=(old.pk, new.pk)).delete()
        _take_in(db, old.pk, new.pk, by)
        theme_counts.settle(db, [new.pk])
        theme_counts.touch(old.programme_id)


def unmerge(programme: str, number: int, by: int | None) -> None:
    """A merge is undone: the theme stands by itself again with the posts it had then, and the two are kept
    apart from now on. Raises StoreError where the theme is not part of another.
    """
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = Theme.objects.filter(
            programme__slug=programme, number=number, state="merged", into__isnull=False
        ).first()
        if row is None or row.into_id is None:
            raise StoreError("This theme is not part of another one.")
        into = row.into_id
        db.execute(
            "UPDATE store_themepost SET theme_id = %s WHERE origin_id = %s AND theme_id = %s",
            [row.pk, row.pk, into],
        )
        Theme.objects.filter(pk=row.pk).update(state="open", into=None, by_id=by, sized=0)
        Theme.objects.filter(pk=into).update(sized=0)
        ThemeApart.objects.get_or_create(one_id=min(row.pk, into), other_id=max(row.pk, into))
        theme_counts.recount(db, (row.pk, into))
        theme_counts.settle(db, [row.pk, into])
        theme_counts.touch(row.programme_id)


def take_out(programme: str, post: int) -> bool:
    """A person says that a post does not belong to its theme: it leaves, and grouping puts it nowhere else.
    False where it is in none.
    """
    within = scope.of(programme)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = ThemePost.objects.filter(pk=post, programme_id=within.id, theme__isnull=False).first()
        if row is None:
            return False
        erase_themes.leave(db, within.id, [post])
        ThemePost.objects.create(post_id=post, programme_id=within.id, theme=None, origin=None, fixed=True)
        theme_counts.touch(within.id)
    return True


def dismiss(programme: str, number: int, by: int | None, *, back: bool = False) -> None:
    """A person says that a theme is none: it is shown nowhere, and its posts found no other. `back` takes
    that back. Raises StoreError where there is no such theme.
    """
    with transaction.atomic(), connection.cursor() as db:
        row = _open(db, programme, number)
        row.state, row.by_id = "open" if back else "dismissed", by
        row.save(update_fields=["state", "by"])
        theme_counts.touch(row.programme_id)


def _open(db: Any, programme: str, number: int) -> Theme:
    take_numbers(db, 0)
    row = Theme.objects.filter(programme__slug=programme, number=number).exclude(state="merged").first()
    if row is None:
        raise StoreError("There is no such theme any more.")
    return row
