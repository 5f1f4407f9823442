"""What is spoken of more or less than before, beyond chance, and what the posts behind a rise share."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from earnest.report import causes, cells, stats
from earnest.report.counts import ASIDE, Posts
from earnest.report.names import Names
from earnest.report.shapes import Change
from earnest.store import read
from earnest.store.shapes import Programme

MOST_CHANGES = 6


def changes(
    programme: Programme, now: Posts, before: Posts, called: Names, causes_for: int
) -> tuple[Change, ...]:
    if not now.total or not before.total:
        return ()
    found: list[tuple[float, Change]] = []
    for label in now.labels.keys() | before.labels.keys():
        if label in ASIDE:
            continue
        change = _change(programme, label, now, before, called)
        if change is not None:
            found.append(change)
    found.sort(key=lambda pair: (-pair[0], pair[1].label))
    chosen = [change for _, change in found if change.rising][:MOST_CHANGES]
    chosen = _with_causes(programme, chosen, now, before, causes_for)
    return (*chosen, *[change for _, change in found if not change.rising][:MOST_CHANGES])


def _change(
    programme: Programme, label: str, now: Posts, before: Posts, called: Names
) -> tuple[float, Change] | None:
    """A label's change and its weight (change times voices); None within chance or under the floor on both
    sides.
    """
    voices, voices_before = now.voices.get(label, 0), before.voices.get(label, 0)
    rising = now.labels[label] / now.total > before.labels[label] / before.total
    most = voices if rising else voices_before
    if most < programme.floor:
        return None
    found = stats.difference(
        stats.thinned(now.labels[label], now.total, voices),
        stats.thinned(before.labels[label], before.total, voices_before),
        stats.Z99,
    )
    if found.low <= 0 <= found.high:
        return None
    told = voices >= programme.floor or not now.labels[label]
    told_before = voices_before >= programme.floor or not before.labels[label]
    here = min(now.total, cells.coarse(now.labels[label], programme.floor))
    there = min(before.total, cells.coarse(before.labels[label], programme.floor))
    if rising != (here / now.total > there / before.total):  # of the rounded figures only the larger is told
        told, told_before = told and rising, told_before and not rising
    both = told and told_before
    likely = stats.difference(
        stats.thinned(here, now.total, min(voices, here)),
        stats.thinned(there, before.total, min(voices_before, there)),
        stats.Z99,
    )
    both_likely = both and not likely.low <= 0 <= likely.high
    change = Change(
        label=label,
        name=called.label(label),
        rising=rising,
        now=round(1_000 * here / now.total) if told else None,
        before=round(1_000 * there / before.total) if told_before else None,
        low=round(1_000 * likely.low) if both_likely else None,
        high=round(1_000 * likely.high) if both_likely else None,
        voices=most,
        complaints=now.complaint_share(label),
    )
    return abs(found.value) * most, change


def _with_causes(
    programme: Programme, rising: Sequence[Change], now: Posts, before: Posts, causes_for: int
) -> list[Change]:
    if not rising:
        return []
    facet = "region"
    here, there = _facet(programme, facet, now), _facet(programme, facet, before)
    if not any(key for values in here.values() for key in values):
        facet = "place"
        here, there = _facet(programme, facet, now), _facet(programme, facet, before)
    titles = {place.slug: place.title for place in read.places(programme.slug)} if facet == "place" else {}
    answer = []
    for number, change in enumerate(rising):
        if number >= causes_for:
            answer.append(change)
            continue
        weeks = [(week, now.label_weeks[change.label, week], now.weeks[week]) for week in sorted(now.weeks)]
        found = causes.cause(
            programme,
            change.label,
            meant=now.families.all(change.label),
            now=now.span,
            before=before.span,
            regions=(here.get(change.label, {}), there.get(change.label, {})),
            totals=(now.total, before.total),
            weeks=weeks,
            before_count=before.labels[change.label],
        )
        answer.append(
            replace(change, cause=replace(found, where=tuple(titles.get(key, key) for key in found.where)))
        )
    return answer


def _facet(programme: Programme, facet: str, counted: Posts) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (label, value), posts in read.totals(programme.slug, *counted.span, ("label", facet)).items():
        found[counted.families.one(label)][value] += posts
    return dict(found)
