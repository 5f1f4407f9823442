"""What was said of a case's matter by day and place, and everything else that was said there: what
`understand.effect` judges.

A case's matter is its themes; where it has none, the labels of the alerts that feed it; else the labels that
most of its posts have. Its complaints are counted from the posts that may be told (a case has few of them
beside the programme), all else from the roll-ups; what retention or a community's leaving hides is hidden
here too, and the days before it are not known.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from earnest.store import (
    case_family,
    clock,
    dialect,
    identity,
    labels_used,
    moment,
    overdue,
    read_voices,
    rollup,
    scope,
    tally,
)
from earnest.store.alert_shapes import TROUBLE
from earnest.store.effect_shapes import Around, Counted, Done, Matter
from earnest.store.models import ActionCase, AlertCase, Case, CasePost, CaseTheme, Theme
from earnest.store.scope import Scope

WEEKS_BEFORE, WEEKS_AFTER = 8, 8
RUN = 28
"""Actions on a case that follow each other within so many days are one run: before is before its first, and
after is after its last.
"""
LABELLED = 4
"""A label counts for a case that has posts alone when at least one in so many of them has it."""
ASIDE = ("other", "unclear")
EACH = 4_000
"""Complaints on labels up to which each is looked at; with more, whole weeks from Monday are enough."""


def done(programme: str, number: int) -> Done | None:
    """What was done about a case. None where nothing was done yet, or there is no such case."""
    case = _case(scope.of(programme), number)
    return None if case is None else _done(case)


def upto(programme: str, number: int, acted: tuple[int, int], today: int) -> Counted | None:
    """A case's figures from eight weeks before the first of these days until a day (not included). None where
    it is about nothing that can be counted.
    """
    within = scope.of(programme)
    case = _case(within, number)
    matter = Matter() if case is None else matter_of(within, case)
    if not matter:
        return None
    first = acted[0] - 7 * WEEKS_BEFORE
    return over(within, matter, acted, first, today, around(within.slug, first, today))


def of_case(programme: str, number: int) -> Counted | None:
    """A case's figures around what was done about it. None where nothing was done yet, or it is about
    nothing that can be counted.
    """
    within = scope.of(programme)
    case = _case(within, number)
    if case is None:
        return None
    found = _done(case)
    return None if found is None else counted(within, matter_of(within, case), found.run)


def _case(within: Scope, number: int) -> Case | None:
    family = case_family.of(within.id, number)
    if family is None or family.case.taken_back:
        return None
    return family.case if family.case.root_id is None else Case.objects.get(pk=family.case.root_id)


def _members(case: Case) -> list[int]:
    family = case_family.of(case.programme_id, case.number)
    return [case.pk] if family is None else list(family.own)


def _done(case: Case) -> Done | None:
    links = ActionCase.objects.filter(
        case_id__in=_members(case),
        action__taken_back__isnull=True,
        action__planned=False,
        action__day__lte=clock.now().date(),
    )
    rows = [
        (clock.day_number(day), promise)
        for day, promise in links.values_list("action__day", "action__promise")
    ]
    run = _run(day for day, _ in rows)
    return run and Done(run, tuple(promise for day, promise in rows if day >= run[0]))


def _run(days: Iterable[int]) -> tuple[int, int] | None:
    ordered = sorted(set(days), reverse=True)
    if not ordered:
        return None
    first = ordered[0]
    for day in ordered[1:]:
        if first - day > RUN:
            break
        first = day
    return first, ordered[0]


def matter_of(within: Scope, case: Case) -> Matter:
    """What a case, with all that became part of it, is about."""
    members = _members(case)
    linked = CaseTheme.objects.filter(case_id__in=members, out__isnull=True, theme__isnull=False)
    themes = Theme.objects.filter(pk__in=linked.values("theme_id"))
    found = {row.into_id if row.state == "merged" and row.into_id else row.pk for row in themes}
    if found:
        return Matter(themes=tuple(sorted(found)))
    abouts = AlertCase.objects.filter(case_id__in=members).values_list("alert__about", flat=True)
    labels = {about for about in abouts if not about.startswith("theme:") and about not in ASIDE}
    return Matter(labels=tuple(sorted(labels or _labels_of_posts(within, members))))


def _labels_of_posts(within: Scope, members: Sequence[int]) -> set[str]:
    posts = CasePost.objects.filter(case_id__in=members, out__isnull=True, post__isnull=False)
    counts: Counter[str] = Counter(
        within.lineage.now(label) for label in posts.values_list("post__label", flat=True)
    )
    least = counts.total() / LABELLED
    return {label for label, posts in counts.items() if label not in ASIDE and posts >= least}


def counted(within: Scope, matter: Matter, acted: tuple[int, int]) -> Counted | None:
    """The figures of a matter around days on which something was done; None where it is about nothing."""
    if not matter:
        return None
    today = clock.seconds(clock.now()) // clock.DAY
    if matter.labels and (weeks := _weeks(within, matter, acted)) is not None:
        return _by_week(within, weeks, acted, today)
    first, end = acted[0] - 7 * WEEKS_BEFORE, min(today, acted[1] + 1 + 7 * WEEKS_AFTER)
    return over(within, matter, acted, first, end, around(within.slug, first, end))


Weeks = dict[tuple[int, int, str], tuple[int, int]]
"""(complaints, all posts) by Monday, place and label."""


def _weeks(within: Scope, matter: Matter, acted: tuple[int, int]) -> Weeks | None:
    """Posts on labels from the roll-up by week; None where there are few enough to look at each, and where
    some of what is counted there may not be told.
    """
    first, last = (
        clock.week_of_day(acted[0]) - 7 * WEEKS_BEFORE,
        clock.week_of_day(acted[1]) + 7 * WEEKS_AFTER,
    )
    if within.partly or within.cutoff > first * clock.DAY:
        return None
    found: Weeks = {}
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT week, place_id, label, kind, sum(posts) FROM store_weekcount"
            " WHERE programme_id = %s AND grain = %s AND week >= %s AND week <= %s AND",
            "label",
            _all_names(within, matter.labels),
            within.id,
            rollup.grain_for({"label", "kind", "place"}),
            first,
            last,
            then=" GROUP BY week, place_id, label, kind",
        )
    for week, place, label, kind, posts in rows:
        trouble, every = found.get((week, place, label), (0, 0))
        found[week, place, label] = (trouble + int(posts) * (kind in TROUBLE), every + int(posts))
    return found if sum(trouble for trouble, _ in found.values()) > EACH else None


def _by_week(within: Scope, weeks: Weeks, acted: tuple[int, int], today: int) -> Counted:
    """As `over`, in whole weeks from Monday: all that is said of a week stands on its Monday. The weeks in
    which something was done belong to neither side.
    """
    run = clock.week_of_day(acted[0]), clock.week_of_day(acted[1]) + 6
    first = run[0] - 7 * WEEKS_BEFORE
    end = clock.week_of_day(min(today, run[1] + 1 + 7 * WEEKS_AFTER))
    heard = around(within.slug, first, end)
    column = {place: at for at, place in enumerate(heard.places)}
    about = np.zeros_like(heard.posts)
    posts: Counter[tuple[int, str]] = Counter()
    every: Counter[tuple[int, str]] = Counter()
    for (week, place, label), (trouble, all_posts) in weeks.items():
        if place in column and first <= week < end:
            about[week - first, column[place]] += trouble
            posts[week, label] += trouble
            every[week, label] += all_posts
    said, complained = _on_mondays(heard.posts), _on_mondays(heard.trouble)
    return Counted(
        first=first,
        about=about,
        others=np.maximum(complained - about, 0),
        rest=np.maximum(said - about, 0),
        known=heard.hours / 24.0,
        acted=run,
        today=today,
        titles=heard.titles,
        nameless=False,
        tags={},
        weekly=_weekly_voices(within, posts, every, first, end),
    )


def _on_mondays(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    found = np.zeros_like(days)
    found[::7] = days.reshape(-1, 7, days.shape[1]).sum(1)
    return found


def _weekly_voices(
    within: Scope, posts: Counter[tuple[int, str]], every: Counter[tuple[int, str]], first: int, end: int
) -> dict[int, int]:
    """Of a label's voices as many count as its complaints are of its posts; of several labels the largest."""
    heard: dict[int, int] = {}
    voices = read_voices.by_label(within, first, end)
    for (week, label), count in posts.items():
        told = min(count, voices.get((week, label), 0) * count // every[week, label])
        heard[week] = max(heard.get(week, 0), told)
    return heard


def over(
    within: Scope, matter: Matter, acted: tuple[int, int], first: int, end: int, heard: Around
) -> Counted:
    """The same over these days (the last not included), held against what was heard around."""
    column = {place: at for at, place in enumerate(heard.places)}
    about = np.zeros_like(heard.posts)
    tags: dict[int, list[tuple[str, bytes | None, int]]] = {}
    for day, place, label, theme, tag, posts in _rows(within, matter, first, end):
        if place not in column or not first <= day < end:
            continue
        about[day - first, column[place]] += posts
        now, quarter = label, 0
        if tag is not None:
            tag = bytes(tag)
            tag, quarter = tally.counted(label, day * clock.DAY, tag, theme)
            now = theme or label
        tags.setdefault(day, []).append((f"{now} {quarter}", tag, int(posts)))
    # A post in a theme may have been kept within the last moments, and counted beside it a moment later.
    others = np.maximum(heard.trouble - about, 0)
    rest = np.maximum(heard.posts - about, 0)
    return Counted(
        first=first,
        about=about,
        others=others,
        rest=rest,
        known=heard.hours / 24.0,
        acted=acted,
        today=clock.seconds(clock.now()) // clock.DAY,
        titles=heard.titles,
        nameless=within.audience == "customers",
        tags=tags,
    )


@moment.once
def around(programme: str, first: int, end: int) -> Around:
    """Everything that was said in a programme from a day to another (not included), and when it was heard."""
    within = scope.of(programme)
    ids = tuple(sorted(within.places))
    column = {place: at for at, place in enumerate(ids)}
    size = (max(0, end - first), len(ids))
    posts, trouble, hours = (np.zeros(size, np.int64) for _ in range(3))
    begin = max(first, -(-within.cutoff // clock.DAY))
    with connection.cursor() as db:
        db.execute(
            "SELECT day, place_id, value, sum(posts) FROM store_daycount"  # noqa: S608 - numbers only
            " WHERE programme_id = %s AND day >= %s AND day < %s AND facet = 'kind'"
            f"{within.told('place_id', 'day', int)} GROUP BY day, place_id, value",
            [within.id, begin, end],
        )
        for day, place, kind, count in db.fetchall():
            if place in column:
                posts[day - first, column[place]] += int(count)
                trouble[day - first, column[place]] += int(count) * (kind in TROUBLE)
        db.execute(
            "SELECT c.place_id, c.hour / 24, count(*) FROM store_coverage c"  # noqa: S608 - numbers only
            " JOIN store_place p ON p.id = c.place_id"
            " WHERE p.programme_id = %s AND c.hour >= %s AND c.hour < %s"
            f"{overdue.without(within.overdue, 'c.place_id', 'c.hour', overdue.hours)} GROUP BY 1, 2",
            [within.id, begin * 24, end * 24],
        )
        for place, day, known in db.fetchall():
            if place in column:
                hours[day - first, column[place]] = int(known)
    return Around(first, ids, tuple(within.places[id][1] for id in ids), posts, trouble, hours)


def _rows(within: Scope, matter: Matter, first: int, end: int) -> list[tuple[Any, ...]]:
    """(day, place, label, theme of the tag, tag, posts) of the complaints on a matter that may be told."""
    low = max(within.first_id, identity.floor(first * clock.DAY))
    values = [low, identity.floor(end * clock.DAY), *TROUBLE]
    told = within.told("p.place_id", "p.id", overdue.ids)
    columns = "p.created / 86400, p.place_id, p.label, p.theme, p.voice"
    with connection.cursor() as db:
        if matter.themes:
            return dialect.among(
                db,
                f"SELECT {columns}, count(*) FROM store_themepost t JOIN store_post p ON p.id = t.post_id"  # noqa: S608 - our own words and numbers
                f" WHERE t.post_id >= %s AND t.post_id < %s AND p.kind IN (%s, %s) AND NOT t.other{told} AND",
                "t.theme_id",
                list(matter.themes),
                *values,
                then=" GROUP BY 1, 2, 3, 4, 5",
            )
        return dialect.among(
            db,
            f"SELECT {columns}, count(*) FROM store_postlabel l JOIN store_post p ON p.id = l.post_id"  # noqa: S608 - as above
            " WHERE l.post_id >= %s AND l.post_id < %s AND p.kind IN (%s, %s) AND l.rank = 0"
            f" AND l.programme_id = {within.id}{told} AND",
            "l.label",
            _all_names(within, matter.labels),
            *values,
            then=" GROUP BY 1, 2, 3, 4, 5",
        )


def _all_names(within: Scope, labels: Sequence[str]) -> list[str]:
    """Labels, those below them where they are categories, and what all of them were called before."""
    families = tuple(f"{label}." for label in labels)
    used = labels_used.used(within)
    return [
        old
        for old in used
        if within.lineage.now(old) in labels or within.lineage.now(old).startswith(families)
    ]
