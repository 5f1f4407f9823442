"""How much is said about cases, week by week, and by how many voices: from their themes as they are counted,
and from the single posts that are linked besides.

Voices of different themes are never added: what is told is the largest group that can be counted, so a case
was heard from at least so many. All passes through `scope`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from earnest.store import case_family, clock, dialect, identity, overdue, read_themes, scope, tally
from earnest.store.models import Case
from earnest.store.scope import Scope
from earnest.store.theme_counts import WEEK_SQL

WEEKS = read_themes.WEEKS


@dataclass(frozen=True, slots=True)
class Trend:
    """What is said about one case in the last weeks.

    weeks     posts of each week, the oldest first, the one that runs last
    voices    distinct ones at least, in the largest group that can be counted
    nameless  posts of that group that came without any voice, where none of them had one
    """

    weeks: tuple[int, ...]
    voices: int
    nameless: int

    @property
    def posts(self) -> int:
        return sum(self.weeks)


def of(programme: str, numbers: Sequence[int], *, voices: bool = True) -> dict[int, Trend]:
    """The trends of cases that stand by themselves, by number; a fixed number of questions."""
    within = scope.of(programme)
    first = read_themes.first_week(clock.now(), WEEKS)
    own, roots = _members(within, numbers)
    themes = _themes(own)
    weeks: dict[int, Counter[int]] = defaultdict(Counter)
    owners: dict[int, set[int]] = defaultdict(set)
    for case, some in themes.items():
        for theme in some:
            owners[theme].add(case)
    for theme, week, posts in _weeks(within, first, list(owners)):
        for case in owners[theme]:
            weeks[case][week] += posts
    single = _single(within, first, own, themes)
    for case, week, *_ in single:
        weeks[case][week] += 1
    groups = _groups(within, first, owners, single) if voices else {}
    return {
        roots[case]: Trend(
            tuple(weeks[case][first + 7 * at] for at in range(WEEKS)),
            *groups.get(case, (0, 0)),
        )
        for case in roots
    }


def _members(within: Scope, numbers: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Rows of these cases and of what became part of them, each with the case it is shown in; and the numbers
    of those by row.
    """
    if len(numbers) == 1:
        family = case_family.of(within.id, numbers[0])
        if family is None:
            return {}, {}
        row = family.case
        return dict.fromkeys(family.own, row.pk), {row.pk: row.number}
    wanted = [number for number in numbers if 0 < number < 1 << 31]
    roots = dict(Case.objects.filter(programme_id=within.id, number__in=wanted).values_list("pk", "number"))
    own = {pk: pk for pk in roots}
    own |= dict(Case.objects.filter(root_id__in=list(roots)).values_list("pk", "root_id"))
    return own, roots


def _themes(own: Mapping[int, int]) -> dict[int, set[int]]:
    """The rows of each case's themes as they are now."""
    found: dict[int, set[int]] = defaultdict(set)
    for one in case_family.themes(own):
        found[own[one.case]].add(one.theme)
    return found


def _weeks(within: Scope, first: int, themes: Sequence[int]) -> list[tuple[int, int, int]]:
    """(theme, week, posts): as counted, or anew where some may not be told."""
    if not themes:
        return []
    counts = read_themes.counts(within, first, themes)
    return [(theme, week, posts) for (theme, week, place), posts in counts.items() if place in within.places]


def _single(
    within: Scope, first: int, own: Mapping[int, int], themes: Mapping[int, set[int]]
) -> list[tuple[int, int, str, str, int, Any]]:
    """(case, week, label, what it was counted under, created, voice) of linked posts that none of the case's
    themes holds; a post once a case.
    """
    least = max(within.first_id, identity.floor(first * clock.DAY))
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            f"SELECT l.case_id, p.id, {WEEK_SQL}, p.label, p.theme, p.created, p.voice, t.theme_id"  # noqa: S608 - conditions of `scope`
            " FROM store_casepost l JOIN store_post p ON p.id = l.post_id"
            " LEFT JOIN store_themepost t ON t.post_id = p.id"
            f" WHERE l.out_id IS NULL AND l.post_id >= %s{told} AND",
            "l.case_id",
            list(own),
            least,
        )
    found, seen = [], set()
    for member, post, week, label, theme, created, voice, held in rows:
        case = own[member]
        if (case, post) in seen or held in themes.get(case, ()):
            continue
        seen.add((case, post))
        found.append((case, week, label, theme, created, voice))
    return found


def _groups(
    within: Scope,
    first: int,
    owners: Mapping[int, set[int]],
    single: Sequence[tuple[int, int, str, str, int, Any]],
) -> dict[int, tuple[int, int]]:
    """Voices and voiceless posts of each case: the largest group counts."""
    found: dict[int, tuple[int, int]] = {}

    def offer(case: int, voices: int, nameless: int) -> None:
        before = found.get(case, (0, 0))
        if (voices, nameless) > before:
            found[case] = (voices, nameless)

    for theme, (voices, nameless) in read_themes.voices(within, first, list(owners)).items():
        for case in owners[theme]:
            offer(case, voices, nameless)
    tags: dict[int, dict[tuple[str, int], set[bytes]]] = defaultdict(lambda: defaultdict(set))
    bare: Counter[int] = Counter()
    for case, _, label, made_under, created, voice in single:
        if voice is None:
            bare[case] += 1
            continue
        now = within.lineage.now(label)
        tag, linked = tally.counted(now, created, bytes(voice), made_under)
        tags[case][(now, linked)].add(tag)
    for case, groups in tags.items():
        offer(case, max(len(some) for some in groups.values()), 0)
    for case, count in bare.items():
        if case not in tags:
            offer(case, 0, count)
    return found
