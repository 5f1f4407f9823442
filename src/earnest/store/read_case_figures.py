"""What the posts of one case say together: weeks, places, labels, voices, from first to last.

A post that is linked and in a theme of the case counts once. Voices are counted within one label and quarter
only, where tags can be told apart, and the largest group stands for all: voices of different labels or
quarters are never added. All passes through `scope`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from earnest.store import clock, overdue, scope, tally
from earnest.store.models import Case, CaseTheme

MOST = 60_000
"""Posts of a case that are read, the newest: beyond that all figures are of these."""


@dataclass(frozen=True, slots=True)
class Told:
    """Of the posts of a case that may be told.

    weeks    posts by the Monday of their week, and `week_voices` the distinct ones at least
    places   posts by place (slug, title), and `labels` by main label; `*_voices` as above
    nameless posts that came without any voice
    """

    posts: int
    voices: int
    nameless: int
    first: datetime | None
    last: datetime | None
    weeks: Mapping[date, int]
    week_voices: Mapping[date, int]
    places: Mapping[tuple[str, str], int]
    place_voices: Mapping[tuple[str, str], int]
    labels: Mapping[str, int]
    label_voices: Mapping[str, int]
    audience: str


class _Heard:
    """Distinct voices at least, for each value of a facet."""

    def __init__(self) -> None:
        self.tags: dict[Any, dict[tuple[str, int], set[bytes]]] = defaultdict(lambda: defaultdict(set))

    def add(self, value: Any, group: tuple[str, int], tag: bytes) -> None:
        self.tags[value][group].add(tag)

    def least(self) -> dict[Any, int]:
        return {value: max(map(len, groups.values())) for value, groups in self.tags.items()}


def of(programme: str, number: int) -> Told | None:
    """The figures of a case that stands by itself; None where there is none."""
    within = scope.of(programme)
    root = Case.objects.filter(programme_id=within.id, number=number, taken_back=False).first()
    if root is None:
        return None
    cases = list(Case.objects.filter(Q(pk=root.pk) | Q(root_id=root.pk)).values_list("pk", flat=True))
    weeks: Counter[date] = Counter()
    places: Counter[tuple[str, str]] = Counter()
    labels: Counter[str] = Counter()
    in_week, at_place, on_label, in_all = _Heard(), _Heard(), _Heard(), _Heard()
    nameless, times = 0, []
    for created, place, old, voice, theme in _rows(within, cases):
        if place not in within.places:
            continue
        label = within.lineage.now(old)
        week = clock.day_date(clock.week_of_day(created // clock.DAY))
        weeks[week] += 1
        places[within.places[place]] += 1
        labels[label] += 1
        times.append(created)
        if voice is None:
            nameless += 1
            continue
        tag, linked = tally.counted(label, created, bytes(voice), theme)
        group = (label, linked)
        in_week.add(week, group, tag)
        at_place.add(within.places[place], group, tag)
        on_label.add(label, group, tag)
        in_all.add("", group, tag)
    return Told(
        posts=len(times),
        voices=in_all.least().get("", 0),
        nameless=nameless,
        first=clock.moment(min(times)) if times else None,
        last=clock.moment(max(times)) if times else None,
        weeks=weeks,
        week_voices=in_week.least(),
        places=places,
        place_voices=at_place.least(),
        labels=labels,
        label_voices=on_label.least(),
        audience=within.audience,
    )


def _rows(within: scope.Scope, cases: list[int]) -> list[tuple[Any, ...]]:
    themes = {
        into if state == "merged" and into else theme
        for theme, state, into in CaseTheme.objects.filter(
            case_id__in=cases, out__isnull=True, theme__isnull=False
        ).values_list("theme_id", "theme__state", "theme__into_id")
    }
    told = within.told("p.place_id", "p.id", overdue.ids)
    own = (
        "SELECT DISTINCT l.post_id AS post_id FROM store_casepost l"  # noqa: S608 - marks only
        f" WHERE l.out_id IS NULL AND l.post_id IS NOT NULL AND l.case_id IN ({_marks(cases)})"
    )
    if themes:
        own += f" UNION SELECT t.post_id FROM store_themepost t WHERE t.theme_id IN ({_marks(themes)})"  # noqa: S608 - marks only
    with connection.cursor() as db:
        db.execute(
            f"SELECT p.created, p.place_id, p.label, p.voice, p.theme FROM ({own}) AS o"  # noqa: S608 - marks and a condition of `scope`
            f" JOIN store_post p ON p.id = o.post_id WHERE p.id >= %s{told} ORDER BY p.id DESC LIMIT %s",
            [*cases, *themes, within.first_id, MOST],
        )
        return list(db.fetchall())


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))
