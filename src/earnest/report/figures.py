"""Measuring a programme over a range of days: from roll-ups, with what is too small already taken out.

A figure of one topic is hidden when it stands for fewer distinct voices than the programme's floor. Voices
are counted by label and week; of a part of a label's posts (its complaints, those of one place) as many
voices count as belong to that part of its posts, and a category counts as its largest label, because tags of
different labels cannot be linked. Totals over all topics have no count of voices; they are hidden when even
their posts are fewer than the floor, and a week hidden so takes part in no total. What is told of a topic, a
kind or a language is rounded to a multiple of the floor.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from earnest.report import cells, changes, families, heat, measured, names, stats
from earnest.report.counts import ASIDE, Posts, Span, category
from earnest.report.names import Names
from earnest.report.shapes import (
    Blind,
    BlindLabel,
    Compared,
    Figures,
    Measured,
    Moods,
    Part,
    PlaceHeard,
    Problem,
    Share,
    Week,
)
from earnest.store import read, read_taxonomy
from earnest.store.shapes import PlaceHours, Programme
from earnest.understand import evaluate

MOST_PROBLEMS = 8
RECENT = 4
"""Weeks at the end of a range that stand against its first weeks where nothing was heard before it."""

UNKNOWN = Share(None, None, None)
HIDDEN = Share(None, None, None, hidden=True)


def measure(
    programme: Programme,
    since: date,
    until: date,
    *,
    lang: str = "en",
    causes_for: int = changes.MOST_CHANGES,
) -> Figures:
    """All figures of a programme from `since` (included) to `until` (not included), compared with as long
    before.

    `causes_for`: for how many rising labels posts are read to find their words.
    """
    now, before = (since, until), (since - (until - since), since)
    called = names.of(programme, lang)
    together = families.within(programme, before[0], until)
    posts, earlier = Posts(programme, now, together), Posts(programme, before, together)
    heard = read.hearing(programme.slug, *now)
    weeks = _weeks(programme, now, posts, heard)
    weeks_before = _weeks(programme, before, earlier, read.hearing(programme.slug, *before))
    pair = _pair(programme, posts, earlier, weeks, weeks_before)
    hidden_week = any(week.hidden for week in weeks)
    shown = {
        key: count for key, count in posts.voices.items() if count >= programme.floor and key not in ASIDE
    }
    most = max(shown, key=lambda key: (shown[key], key), default=None)
    whole_before = pair is not None and pair[1] is earlier
    return Figures(
        programme=programme.slug,
        name=programme.name,
        audience=programme.audience,
        floor=programme.floor,
        since=since,
        until=until,
        posts=cells.about(posts.total, programme.floor) if hidden_week else posts.total,
        posts_before=cells.about(earlier.total, programme.floor) if whole_before else None,
        exact=not hidden_week,
        places=len(heard),
        voices=shown[most] if most else None,
        voices_label=called.label(most) if most else None,
        complaints=_share(posts, programme.floor),
        compared=None if pair is None else _compared(*pair, within=not whole_before, floor=programme.floor),
        weeks=weeks,
        weeks_before=weeks_before,
        categories=heat.by_week(programme, posts, weeks, called),
        by_place=heat.by_place(programme, posts, heard, called),
        changes=() if pair is None else changes.changes(programme, *pair, called, causes_for),
        problems=_problems(programme, posts, called),
        kinds=_mix(posts.kinds, programme.floor, {}),
        languages=_mix(_languages(programme, now), programme.floor, {}),
        unclear=_unclear(posts, programme.floor),
        coverage=tuple(
            PlaceHeard(
                row.place.slug,
                row.place.title,
                row.observed,
                row.empty,
                row.unknown,
                tuple(row.weeks.values()),
            )
            for row in heard
        ),
        withheld=read.withheld_in([week.week for week in weeks]),
        quality=_quality(programme, called),
        blind=_blind(programme, called),
        version=read_taxonomy.number_of(programme.slug),
        versions=families.marks(programme, before[0], until),
    )


def _pair(
    programme: Programme, posts: Posts, earlier: Posts, weeks: Sequence[Week], weeks_before: Sequence[Week]
) -> tuple[Posts, Posts] | None:
    """What to compare with what: the range with as long before; where that was hardly heard, its last weeks
    with its
    first. None where neither can be done."""
    heard = sum(week.state != "unknown" for week in weeks)
    heard_before = sum(week.state != "unknown" for week in weeks_before)
    if earlier.total and 2 * heard_before >= heard:
        return posts, earlier
    since, until = posts.span
    last = min(RECENT, (until - since).days // 14)
    if last == 0:
        return None
    middle = until - timedelta(days=(until - timedelta(days=1)).weekday() + 1) - timedelta(weeks=last - 1)
    recent = Posts(programme, (middle, until), posts.families)
    first = Posts(programme, (since, middle), posts.families)
    return (recent, first) if recent.total and first.total else None


def _compared(now: Posts, then: Posts, *, within: bool, floor: int) -> Compared:
    share, share_then = _share(now, floor), _share(then, floor)
    return Compared(
        before=then.span[0],
        since=now.span[0],
        until=now.span[1],
        within=within,
        now=share,
        then=share_then,
        change=_change_of_share(now, then, share, share_then),
    )


def _weeks(programme: Programme, span: Span, posts: Posts, heard: Sequence[PlaceHours]) -> tuple[Week, ...]:
    moods = _moods(programme, span)
    began = {
        one.since - timedelta(days=one.since.weekday()): one.number
        for one in families.marks(programme, *span)
    }
    answer = []
    for monday in _mondays(span):
        states = [row.weeks.get(monday, "unknown") for row in heard]
        count = posts.weeks[monday]
        state = heat.together(states, count)
        hidden = 0 < count < programme.floor
        answer.append(
            Week(
                week=monday,
                days=(min(monday + timedelta(days=7), span[1]) - max(monday, span[0])).days,
                state=state,
                heard=sum(one != "unknown" for one in states),
                places=len(states),
                posts=None if hidden or state == "unknown" else count,
                hidden=hidden,
                complaints=_part(posts.complaints[monday], count, programme.floor),
                moods=moods.get(monday),
                version=began.get(monday),
            )
        )
    return tuple(answer)


def _mondays(span: Span) -> Iterable[date]:
    week = span[0] - timedelta(days=span[0].weekday())
    while week < span[1]:
        yield week
        week += timedelta(days=7)


def _part(count: int, of: int, floor: int) -> Share:
    """A share of complaints; hidden when the complaints, or all that is not one, are few."""
    if not of:
        return UNKNOWN
    if 0 < count < floor or 0 < of - count < floor:
        return HIDDEN
    found = stats.wilson(count, of)
    return Share(found.value, found.low, found.high)


def _share(posts: Posts, floor: int) -> Share:
    return _part(posts.complaints.total(), posts.total, floor)


def _change_of_share(now: Posts, before: Posts, share: Share, share_before: Share) -> Share:
    if share.value is None or share_before.value is None:
        return HIDDEN if share.hidden or share_before.hidden else UNKNOWN
    found = stats.difference((now.complaints.total(), now.total), (before.complaints.total(), before.total))
    return Share(found.value, found.low, found.high)


def _moods(programme: Programme, span: Span) -> dict[date, Moods]:
    """How customers' posts sounded, by week; a week with a small part is left out whole."""
    if programme.audience != "customers":
        return {}
    counts: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for cell in read.weekly(programme.slug, *span, ("sentiment",), whole=False):
        counts[cell.week][cell.key[0]] += cell.posts
    answer = {}
    for week, found in counts.items():
        total = found["negative"] + found["neutral"] + found["positive"]
        parts = (found["negative"], found["neutral"], found["positive"])
        if total and not any(0 < part < programme.floor for part in parts):
            answer[week] = Moods(*(part / total for part in parts))
    return answer


def _problems(programme: Programme, posts: Posts, called: Names) -> tuple[Problem, ...]:
    shown = [
        Problem(
            label=label,
            name=called.label(label),
            category=called.category(category(label)),
            voices=voices,
            posts=cells.about(posts.labels[label], programme.floor),
            complaints=posts.complaint_share(label),
            owner=called.owners.get(label),
        )
        for label, voices in posts.voices.items()
        if voices >= programme.floor and label not in ASIDE and posts.complaint_labels[label]
    ]
    return tuple(sorted(shown, key=lambda problem: (-problem.voices, problem.label))[:MOST_PROBLEMS])


def _mix(counts: Mapping[str, int], floor: int, titles: Mapping[str, str]) -> tuple[Part, ...]:
    order = sorted(counts, key=lambda key: (-counts[key], key))
    row = [counts[key] for key in order]
    told = [cells.coarse(count, floor) for count in row]
    total = sum(told)
    hidden = cells.hide_in_row(row, (place for place, count in enumerate(row) if 0 < count < floor), floor)
    return tuple(
        Part(key, titles.get(key, key), None if place in hidden else told[place] / total, place in hidden)
        for place, key in enumerate(order)
        if row[place]
    )


def _languages(programme: Programme, span: Span) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (lang,), posts in read.totals(programme.slug, *span, ("lang",)).items():
        counts[lang or "und"] += posts
    return counts


def _unclear(posts: Posts, floor: int) -> float | None:
    count = posts.labels["unclear"]
    return min(1.0, cells.coarse(count, floor) / posts.total) if posts.total and count >= floor else None


def _quality(programme: Programme, called: Names) -> tuple[Measured, ...]:
    """Corrections so far, for labels that enough posts were looked at; people check posts, so no voices are
    told.
    """
    answer = []
    for label, found in read.label_quality(programme.slug).items():
        if found.of < 10:
            continue
        likely = stats.wilson(found.right, found.of)
        answer.append(Measured(label, called.label(label), found.right, found.of, likely.low, likely.high))
    return tuple(sorted(answer, key=lambda one: (-one.of, one.label)))


LEAST_BLIND, LEAST_OF_LABEL = 20, 10
"""Answers of the blind sample, and of a label in it, below which a report tells nothing of them."""


def _blind(programme: Programme, called: Names) -> Blind | None:
    """What the blind sample of the last weeks says; people answer it, so no voices are told."""
    here = measured.measured(programme.slug).rolling
    if here.posts < LEAST_BLIND or here.accuracy.value is None:
        return None
    labels = tuple(
        BlindLabel(label, called.label(label), right, _range(one.recall))
        for label, one in here.labels.items()
        if one.precision.of >= LEAST_OF_LABEL and (right := _range(one.precision)) is not None
    )
    return Blind(here.posts, here.accuracy.value, here.accuracy.low, here.accuracy.high, labels)


def _range(share: evaluate.Share) -> tuple[float, float, float] | None:
    return (share.value, share.low, share.high) if share.value is not None and measured.tells(share) else None
