"""What likely belongs to a case: other cases, themes and posts, each with what they share.

Nothing is put anywhere by itself: a person sees the evidence and decides. The evidence is codes and values; a
page makes the sentence.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Literal

from earnest.store import moment
from earnest.store import read_case_alike as read
from earnest.store.read_case_alike import Alike, Own
from earnest.store.words import words

Kind = Literal["case", "theme", "post"]

MOST = 8
"""Suggestions of each kind."""
SURE_ENOUGH = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something likely belongs to a case.

    sort    same_post       `count` posts are in both
            same_theme      both hold `themes`, or one's posts are in what the other holds (`count`: posts)
            reposts         `count` posts say nearly the same as posts of the case
            phrases         `phrases` (of themes, as they are shown) stand in both
            title           `phrases` (words) stand in both titles
            label_place_week  `count` posts of `label` at `place` (its title) in the same week
    """

    sort: str
    count: int = 0
    themes: tuple[int, ...] = ()
    phrases: tuple[str, ...] = ()
    label: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`number` of a case or theme, or a post's id; `name` a case's title or a theme's name, "" for a post.

    score  0 to 1, only to put suggestions in order
    posts  of kind post: all that would be added, one of them shown
    """

    kind: Kind
    number: int
    name: str = field(repr=False)
    score: float
    evidence: tuple[Evidence, ...]
    posts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A case that is about to be opened. Themes by number."""

    title: str = ""
    posts: Sequence[int] = ()
    themes: Sequence[int] = ()


def suggestions(programme: str, number: int) -> list[Suggestion]:
    """What likely belongs to a case: cases, then themes, then posts, the likeliest of each first."""
    with moment.one():
        mine = read.own(programme, number)
        if mine is None:
            return []
        found = read.alike(programme, mine)
        return [*_cases(programme, mine, found), *_themes(programme, mine, found), *_posts(found)]


def duplicates_of(programme: str, draft: Draft) -> list[Suggestion]:
    """Open cases that are likely the same as one that is about to be opened, the likeliest first."""
    with moment.one():
        mine = read.drafted(programme, draft.title, draft.posts, draft.themes)
        return _cases(programme, mine, read.alike(programme, mine))


def _cases(programme: str, mine: Own, found: Alike) -> list[Suggestion]:
    evidence: dict[int, list[tuple[float, Evidence]]] = {}

    def say(case: int, weight: float, one: Evidence) -> None:
        evidence.setdefault(case, []).append((weight, one))

    size = max(1, len(mine.posts))
    for case, posts in found.posts.items():
        say(case, 0.4 + 0.5 * min(1.0, posts / size), Evidence("same_post", posts))
    shared = read.themes(programme, {theme for some in found.themes.values() for theme in some})
    for case, held in found.themes.items():
        numbers = tuple(sorted(shared[row][0] for row in held if row in shared))
        if numbers:
            near = sum(found.near[row] for row in held)
            say(case, 0.7 if held & mine.themes else 0.5, Evidence("same_theme", near, themes=numbers))
    for case, posts in found.reposts.items():
        say(case, min(0.7, 0.35 + 0.05 * posts), Evidence("reposts", posts))
    called = read.place_titles(programme) if found.week else {}
    for case, (posts, label, place) in found.week.items():
        where = called.get(place, "")
        say(case, 0.3, Evidence("label_place_week", posts, label=label, place=where))
    for case, said in _titles(programme, mine).items():
        say(case, min(0.6, 0.2 * len(said)), Evidence("title", len(said), phrases=said))
    rows = read.cases(programme, evidence)
    return _best(
        Suggestion("case", rows[case][0], rows[case][1], _score(some), tuple(one for _, one in some))
        for case, some in evidence.items()
        if case in rows
    )


def _titles(programme: str, mine: Own) -> dict[int, tuple[str, ...]]:
    """Other open cases whose titles share at least two words with this one that few titles have."""
    wanted = _telling(mine.title)
    if len(wanted) < 2:
        return {}
    others = [(case, _telling(title)) for case, _, title in read.titles(programme) if case not in mine.cases]
    common = Counter(word for _, said in others for word in said)
    rare = {word for word in wanted if common[word] <= max(8, len(others) // 20)}
    found = {case: tuple(word for word in wanted if word in rare and word in said) for case, said in others}
    return {case: said for case, said in found.items() if len(said) >= 2}


def _telling(title: str) -> dict[str, None]:
    return dict.fromkeys(word for word in words(title) if len(word) >= 4)


def _themes(programme: str, mine: Own, found: Alike) -> list[Suggestion]:
    evidence: dict[int, list[tuple[float, Evidence]]] = {}
    size = max(1, len(mine.posts))
    for theme, posts in found.near.items():
        if posts >= 2 or posts == size:
            weight = 0.3 + 0.6 * min(1.0, posts / size)
            evidence.setdefault(theme, []).append((weight, Evidence("same_theme", posts)))
    for theme, phrases in found.phrases.items():
        weight = min(0.7, 0.2 * len(phrases))
        evidence.setdefault(theme, []).append((weight, Evidence("phrases", len(phrases), phrases=phrases)))
    rows = read.themes(programme, evidence)
    return _best(
        Suggestion("theme", rows[theme][0], rows[theme][1], _score(some), tuple(one for _, one in some))
        for theme, some in evidence.items()
        if theme in rows
    )


def _posts(found: Alike) -> list[Suggestion]:
    return _best(
        Suggestion("post", posts[-1], "", min(0.95, 0.5 + 0.1 * held), (Evidence("reposts", held),), posts)
        for held, posts in found.groups
    )


def _score(evidence: Sequence[tuple[float, Evidence]]) -> float:
    """Independent reasons add up as chances do."""
    return round(1 - prod(1 - weight for weight, _ in evidence), 3)


def _best(found: Iterable[Suggestion]) -> list[Suggestion]:
    sure = [one for one in found if one.score >= SURE_ENOUGH]
    return sorted(sure, key=lambda one: (-one.score, one.number))[:MOST]
