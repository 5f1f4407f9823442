"""Taking posts out of their themes: counts, phrases and names follow at once.

A phrase stays only while as many of the theme's posts as a figure must stand for still say it; a name made of
phrases goes with the first of them (and is made anew when posts are followed next). A theme without posts
goes.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from earnest.store import dialect, theme_counts
from earnest.store.models import Programme, Severe, Theme
from earnest.store.search import Term, matches
from earnest.store.shapes import FLOORS
from earnest.store.words import words

LOOKED_AT = 400
"""The newest posts of a theme that vouch for its phrases."""


def unplace(db: Any, programme_id: int, ids: Sequence[int]) -> None:
    """Within a transaction: these posts are gone or say something else now. Whoever remembers the themes
    learns it from `erase_reposts.unfold`.
    """
    Severe.objects.filter(post_id__in=ids).delete()
    leave(db, programme_id, ids)


def leave(db: Any, programme_id: int, ids: Sequence[int]) -> bool:
    """Within a transaction: take posts out of their themes. Whether any was in one."""
    rows = dialect.among(
        db,
        "SELECT t.theme_id, p.created, p.place_id FROM store_themepost t"
        " JOIN store_post p ON p.id = t.post_id WHERE t.theme_id IS NOT NULL AND",
        "t.post_id",
        list(ids),
    )
    dialect.delete(db, "DELETE FROM store_themepost WHERE", "post_id", list(ids))
    if not rows:
        return False
    changes: Counter[tuple[int, int, int]] = Counter()
    for theme, created, place in rows:
        changes[theme, theme_counts.week_of(created), place] -= 1
    theme_counts.change(db, changes)
    touched = sorted({theme for theme, _, _ in rows})
    theme_counts.settle(db, touched)
    audience = Programme.objects.values_list("audience", flat=True).get(pk=programme_id)
    for row in Theme.objects.filter(pk__in=touched).exclude(state="merged"):
        kept = said_by(db, row.pk, [one[0] for one in row.phrases], FLOORS[audience])
        fewer = len(kept) < len(row.phrases)
        row.phrases = [one for one in row.phrases if one[0] in kept]
        if fewer and row.named_by != "person":
            row.name, row.named_by = "", ""
        row.sized = 0 if fewer else row.sized
        row.save(update_fields=["phrases", "name", "named_by", "sized"])
    return True


def said_by(db: Any, theme: int, phrases: Sequence[str], floor: int, told: str = "") -> Collection[str]:
    """Those phrases that enough of a theme's posts say (of those that may be told: a condition on `p`)."""
    if not phrases:
        return frozenset()
    db.execute(
        "SELECT p.text FROM store_themepost t JOIN store_post p ON p.id = t.post_id"  # noqa: S608 - a condition of `scope`
        f" WHERE t.theme_id = %s{told} ORDER BY t.post_id DESC LIMIT %s",
        [theme, LOOKED_AT],
    )
    terms = {phrase: (Term(tuple(words(phrase))),) for phrase in phrases}
    counts: Counter[str] = Counter()
    for (text,) in db.fetchall():
        counts.update(phrase for phrase, term in terms.items() if matches(term, text))
    return frozenset(phrase for phrase, count in counts.items() if count >= floor)
