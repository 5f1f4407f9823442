"""Counts beside names on pages (Taxonomy, Places): only as much as a report would tell.

Over whole weeks, so that two looks at a page cannot be subtracted to find one post; rounded to a multiple of
the floor; "fewer than" the floor where fewer voices spoke.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from earnest.report import cells, wording
from earnest.report.counts import Posts, category
from earnest.store import read
from earnest.store.shapes import Programme


@dataclass(frozen=True, slots=True)
class Topics:
    """What is told, in words, of the posts of the last whole weeks: by category, by label, and in all."""

    categories: dict[str, str]
    labels: dict[str, str]
    total: str


SAID = {
    "en": ("none", "fewer than {}", "about {}"),
    "es": ("ninguno", "menos de {}", "unos {}"),
}
"""No posts, too few to tell, and how many, in the languages of the pages."""


def words(count: int, floor: int, *, few: bool = False, lang: str = "en") -> str:
    """A count as it is told: "none", "fewer than 10", "about 40". `few`: too few voices spoke."""
    none, fewer, about = SAID.get(lang, SAID["en"])
    if not count:
        return none
    if few or count < floor:
        return fewer.format(floor)
    return about.format(wording.of(lang).whole(cells.coarse(count, floor)))


def topics(programme: Programme, today: date, weeks: int, lang: str = "en") -> Topics:
    """Posts by main label over the last whole weeks."""
    posts, floor = Posts(programme, _span(today, weeks)), programme.floor
    groups: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for label, count in posts.labels.items():
        groups[category(label)] += count
        most[category(label)] = max(most[category(label)], posts.voices.get(label, 0))
    return Topics(
        categories={
            key: words(count, floor, few=most[key] < floor, lang=lang) for key, count in groups.items()
        },
        labels={
            key: words(count, floor, few=posts.voices.get(key, 0) < floor, lang=lang)
            for key, count in posts.labels.items()
        },
        total=words(posts.total, floor, lang=lang),
    )


def places(programme: Programme, today: date, weeks: int, lang: str = "en") -> dict[str, str]:
    """Posts by place over the last whole weeks. A place that is not in it had none."""
    counts: Counter[str] = Counter()
    for (place,), posts in read.totals(programme.slug, *_span(today, weeks), ("place",)).items():
        counts[place] += posts
    return {place: words(count, programme.floor, lang=lang) for place, count in counts.items()}


def _span(today: date, weeks: int) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=weeks), monday
