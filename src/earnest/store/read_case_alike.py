"""What cases share: posts, themes, repeats of one wording, phrases of themes, words of titles, and what was
said of one label at one place in one week.

A handful of questions however large the case is: the newest of its posts stand for it. All that is told of
posts passes through `scope`; of a theme some of whose posts may not be told no phrase is compared.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from earnest.store import case_family, clock, dialect, identity, overdue, scope
from earnest.store.models import Case, CasePost, CaseTheme, Post, Theme
from earnest.store.scope import Scope
from earnest.store.shapes_cases import OPEN

LOOKED_AT = 400
"""Posts of a case that stand for it, the newest."""
TITLES = 800
"""Open cases whose titles are compared, the latest."""
LINKS = 2_000
"""Links of a week that are looked at for the same label and place, the newest."""
THEMES = 300
"""Themes of one label whose phrases are compared, the latest."""


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of the case that others are compared with. `cases` are the rows that it is made of."""

    cases: tuple[int, ...] = ()
    posts: tuple[int, ...] = ()
    themes: frozenset[int] = frozenset()
    title: str = ""


@dataclass(slots=True)
class Alike:
    """What others share with it: cases by row, themes by row, and posts.

    posts    of a case: how many posts both hold
    themes   of a case: rows of themes that both hold or whose posts the other one holds
    reposts  of a case: posts of it that repeat one of this one's
    week     of a case: (posts, label, place id) of the same label, place and week
    near     theme row: how many posts of this case are in it
    phrases  theme row: the phrases that it and a theme of this case share
    groups   posts that are not in the case and repeat posts that are: (how many it holds, their ids)
    """

    posts: Counter[int] = field(default_factory=Counter)
    themes: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    reposts: Counter[int] = field(default_factory=Counter)
    week: dict[int, tuple[int, str, int]] = field(default_factory=dict)
    near: Counter[int] = field(default_factory=Counter)
    phrases: dict[int, tuple[str, ...]] = field(default_factory=dict)
    groups: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)


def own(programme: str, number: int) -> Own | None:
    """What a case that stands by itself holds. None: there is none."""
    within = scope.of(programme)
    family = case_family.of(within.id, number)
    if family is None or family.case.taken_back:
        return None
    cases = list(family.whole)
    held = {one.theme for one in case_family.themes(cases)}
    posts = CasePost.objects.filter(case_id__in=cases, out__isnull=True, post_id__gte=within.first_id)
    newest = list(posts.order_by("-post_id").values_list("post_id", flat=True)[:LOOKED_AT])
    return Own(tuple(cases), tuple(dict.fromkeys(newest)), frozenset(held), family.case.title)


def drafted(programme: str, title: str, posts: Sequence[int], themes: Collection[int]) -> Own:
    """The same of a case that is about to be opened; themes by number."""
    id = scope.id_of(programme)
    rows = Theme.objects.filter(programme_id=id, number__in=[one for one in themes if 0 < one < 1 << 31])
    held = {row.into_id if row.state == "merged" and row.into_id else row.pk for row in rows}
    asked = [post for post in dict.fromkeys(posts) if 0 < post < 1 << 53][:LOOKED_AT]
    return Own((), tuple(asked), frozenset(held), title)


def alike(programme: str, mine: Own) -> Alike:
    """What others share with a case."""
    within = scope.of(programme)
    found = Alike()
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        said = dialect.among(
            db,
            "SELECT p.id, p.label, p.place_id, t.theme_id, r.first_id FROM store_post p"  # noqa: S608 - a condition of `scope`
            " LEFT JOIN store_themepost t ON t.post_id = p.id LEFT JOIN store_repost r ON r.post_id = p.id"
            f" WHERE p.programme_id = %s AND p.id >= %s{told} AND",
            "p.id",
            mine.posts,
            within.id,
            within.first_id,
        )
        firsts = {post: first or post for post, _, _, _, first in said}
        found.near.update(theme for *_, theme, _ in said if theme is not None and theme not in mine.themes)
        repeats = dialect.among(
            db,
            "SELECT p.id, r.first_id FROM store_repost r JOIN store_post p ON p.id = r.post_id"  # noqa: S608 - as above
            f" WHERE p.id >= %s{told} AND",
            "r.first_id",
            sorted(set(firsts.values())),
            within.first_id,
        )
        groups: dict[int, set[int]] = defaultdict(set)
        for post, first in repeats:
            groups[first].add(post)
        for first in set(firsts.values()):
            groups[first].add(first)
        others = sorted({post for posts in groups.values() for post in posts} - set(mine.posts))
        _cases_of_posts(db, within, mine, [row[0] for row in said], others, found)
        _same_week(db, within, mine, said, found)
    inside = _in_themes(mine.themes, others)
    untold = set(groups) - set(mine.posts) - _told(within, groups)
    for first, posts in groups.items():
        outside = sorted(posts - set(mine.posts) - inside - untold)
        if outside:
            found.groups.append((sum(at == first for at in firsts.values()), tuple(outside)))
    _cases_of_themes(mine, found)
    _phrases(within, mine, said, found)
    return found


def _told(within: Scope, posts: Collection[int]) -> set[int]:
    rows = Post.objects.filter(pk__in=list(posts)).values_list("pk", "place_id")
    return {post for post, place in rows if within.tells(place, post)}


def _in_themes(themes: Collection[int], posts: Sequence[int]) -> set[int]:
    if not themes or not posts:
        return set()
    with connection.cursor() as db:
        rows = dialect.among(db, "SELECT post_id, theme_id FROM store_themepost WHERE", "post_id", posts)
    return {post for post, theme in rows if theme in themes}


_OF_CASES = (
    "SELECT coalesce(c.root_id, c.id), l.post_id FROM store_casepost l JOIN store_case c ON c.id = l.case_id"
    " WHERE l.out_id IS NULL AND NOT c.taken_back AND c.programme_id = %s AND"
)


def _cases_of_posts(
    db: Any, within: Scope, mine: Own, same: Sequence[int], others: Sequence[int], found: Alike
) -> None:
    """Other cases that hold the same posts, or posts that repeat them."""
    for counter, posts in ((found.posts, same), (found.reposts, others)):
        rows = dialect.among(db, _OF_CASES, "l.post_id", list(posts), within.id)
        counter.update(case for case, _ in set(rows) if case not in mine.cases)


def _same_week(
    db: Any, within: Scope, mine: Own, said: Sequence[tuple[int, str, int, int, int]], found: Alike
) -> None:
    """Other cases with posts of the label, place and week that most of this one's posts have."""
    cells = Counter(
        (clock.week_of_day((post >> identity.SHIFT) // clock.DAY), label, place)
        for post, label, place, _, _ in said
    )
    if not cells:
        return
    (week, label, place), posts = cells.most_common(1)[0]
    if posts < 3 or place not in within.places:
        return
    begin, end = (identity.floor(day * clock.DAY) for day in (week, week + 7))
    told = within.told("p.place_id", "p.id", overdue.ids)
    db.execute(
        "SELECT coalesce(c.root_id, c.id), count(DISTINCT l.post_id) FROM ("  # noqa: S608 - a condition of `scope`
        "SELECT case_id, post_id FROM store_casepost WHERE post_id >= %s AND post_id < %s AND out_id IS NULL"
        " ORDER BY post_id DESC LIMIT %s) AS l"
        " JOIN store_case c ON c.id = l.case_id JOIN store_post p ON p.id = l.post_id"
        " WHERE NOT c.taken_back AND c.programme_id = %s AND p.label = %s AND p.place_id = %s"
        f"{told} GROUP BY 1 HAVING count(DISTINCT l.post_id) >= 3 ORDER BY 2 DESC LIMIT 20",
        [max(begin, within.first_id), end, LINKS, within.id, label, place],
    )
    for case, shared in db.fetchall():
        if case not in mine.cases:
            found.week[case] = (shared, label, place)


def _cases_of_themes(mine: Own, found: Alike) -> None:
    """Other cases that hold a theme of this one, or one in which posts of this one are."""
    near = {theme for theme, posts in found.near.items() if posts >= 2 or posts == len(mine.posts)}
    asked = mine.themes | near
    if not asked:
        return
    links = CaseTheme.objects.filter(
        Q(theme_id__in=asked) | Q(theme__into_id__in=asked, theme__state="merged"),
        out__isnull=True,
        case__taken_back=False,
    ).exclude(case_id__in=mine.cases)
    for case, root, theme, into in links.values_list(
        "case_id", "case__root_id", "theme_id", "theme__into_id"
    ):
        if (root or case) not in mine.cases:
            found.themes[root or case].add(into if into in asked else theme)


def _phrases(within: Scope, mine: Own, said: Sequence[tuple[int, str, int, int, int]], found: Alike) -> None:
    """Other themes of the same labels whose phrases are those of this case's themes, at least two of them."""
    if within.partly:
        return
    own_ = Theme.objects.filter(pk__in=mine.themes | set(found.near), first_seen__gte=within.cutoff)
    held = [(row.pk, row.label, _words(row)) for row in own_]
    labels = {label for _, label, _ in held if label}
    phrases = {phrase for _, _, some in held for phrase in some}
    if len(phrases) < 2 or not labels:
        return
    others = Theme.objects.filter(
        programme_id=within.id, state="open", label__in=labels, first_seen__gte=within.cutoff
    ).exclude(pk__in=mine.themes)
    for row in others.order_by("-last_seen")[:THEMES]:
        shared = tuple(phrase for phrase in _words(row) if phrase in phrases)
        if len(shared) >= 2 and row.pk not in {theme for theme, _, _ in held}:
            found.phrases[row.pk] = shared


def _words(row: Theme) -> tuple[str, ...]:
    return tuple(str(one[0]) for one in row.phrases)


def cases(programme: str, asked: Iterable[int]) -> dict[int, tuple[int, str, str]]:
    """(number, title, status) of cases by row: those that are open and stand by themselves."""
    found = Case.objects.filter(
        programme_id=scope.id_of(programme), pk__in=list(asked), status__in=OPEN, root__isnull=True
    )
    rows = found.values_list("pk", "number", "title", "status")
    return {pk: (number, title, status) for pk, number, title, status in rows}


def titles(programme: str) -> list[tuple[int, int, str]]:
    """(row, number, title) of the open cases that were changed last."""
    rows = Case.objects.filter(
        programme_id=scope.id_of(programme), status__in=OPEN, root__isnull=True, taken_back=False
    )
    return list(rows.order_by("-changed").values_list("pk", "number", "title")[:TITLES])


def themes(programme: str, rows: Iterable[int]) -> dict[int, tuple[int, str]]:
    """(number, name) of open themes by row; no name that is made of phrases which may not be told."""
    within = scope.of(programme)
    found = {}
    for row in Theme.objects.filter(programme_id=within.id, pk__in=list(rows), state="open"):
        named = row.named_by == "person" or not (within.partly or row.first_seen < within.cutoff)
        found[row.pk] = (row.number, row.name if named else "")
    return found


def place_titles(programme: str) -> dict[int, str]:
    """What the places that may be told are called."""
    return {place: title for place, (_, title) in scope.of(programme).places.items()}
