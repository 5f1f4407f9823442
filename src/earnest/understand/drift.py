"""Has something changed of late that the labels do not know? Week by week, and quiet while nothing has.

Each week is compared with the weeks before it, never with later ones. Two sorts of question:

- a share or mean (posts that the model is unsure of, words it never met, answers right less often than
  promised): does this week lie beyond what the weeks before, their own ups and downs and the number of posts
  lead one to expect? A prediction interval with Student's t, one-sided.
- the mixture of labels: the population stability index against the weeks before, and whether it is larger
  than their own index among each other and the number of posts explain (chi-squared, widened by their own
  overdispersion).

A week, or it with the two before it, is out where chance would do as much less than once in `ONCE` such weeks
and the change is large enough to matter. In simulations without any change (`tests/understand/test_drift.py`)
fewer than one programme-year in five had a false notice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import asin, erfc, log, sqrt
from typing import Literal

Sort = Literal["unsure", "unknown", "mixture", "wrong"]

ONCE = 800
LEAST_POSTS = 40
"""Looked-at posts below which a week says nothing."""
LEAST_WEEKS = 4
"""Weeks before, without which none is judged."""
NORMAL_AFTER = 8
"""Weeks out in a row after which the new state is what is usual."""
SHIFT = 0.2
"""Population stability index from which a mixture counts as changed (usual in credit scoring)."""
RISE = 0.04
"""Points of a share from which a rise matters."""
LEAST_NAMED = 10
"""Posts of a label in the sample, below which it is not named as one that grew."""
FEW = 5.0
"""Expected posts below which labels are counted together."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week's sample of posts, all read by the same model.

    posts           how many were looked at
    labels          how many of them fell to each label
    unsure          of how many the model was unsure
    unknown         mean share of words that it never met, and the variance of that share among posts
    checked, right  blind answers of posts of that week, and how many of them agree with the machine
    promised        how many of these should be right by the machine's own chances
    """

    monday: date
    posts: int
    labels: Mapping[str, int]
    unsure: int
    unknown: float
    unknown_spread: float
    checked: int = 0
    right: int = 0
    promised: float = 0.0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something changed. `since` is the first week of an unbroken run up to the last week.

    before, now  the figure in the weeks before, and in the weeks since
    index        the population stability index, for a mixture
    labels       for a mixture: the labels that grew most
    """

    sort: Sort
    since: date
    before: float
    now: float
    index: float = 0.0
    labels: tuple[str, ...] = ()


def notices(weeks: Sequence[Week]) -> list[Notice]:
    """What holds in the last of these whole weeks, which come in order, the oldest first."""
    enough = [week for week in weeks if week.posts >= LEAST_POSTS]
    found = []
    for sort in ("unsure", "unknown", "mixture"):
        notice = _run(sort, enough)
        if notice is not None:
            found.append(notice)
    wrong = _wrong(weeks)
    return [*found, wrong] if wrong is not None else found


def _run(sort: Sort, weeks: Sequence[Week]) -> Notice | None:
    """Walks the weeks in order, asking of each alone and with the two before it; what is out does not count
    as usual, until it has been so for long.
    """
    usual: list[Week] = []
    out: list[Week] = []
    for week in weeks:
        lately = [*usual[-2:], week]
        if len(usual) >= LEAST_WEEKS and _is_out(sort, usual, [week]):
            out.append(week)
        elif not out and len(usual) - 2 >= LEAST_WEEKS and _is_out(sort, usual[:-2], lately):
            usual, out = usual[:-2], lately
        else:
            usual += [*out, week] if len(out) > 1 else [week]
            out = []
        if len(out) >= NORMAL_AFTER:
            usual, out = out, []
    return _told(sort, usual, out) if out else None


def _is_out(sort: Sort, usual: Sequence[Week], lately: Sequence[Week]) -> bool:
    if sort == "mixture":
        now = _sum(lately)
        return index(_sum(usual), now) >= SHIFT and _mixture_chance(usual, now) < 1 / ONCE
    rise = _share(sort, lately) - _share(sort, usual)
    return rise >= RISE and _rise_chance(sort, usual, lately) < 1 / ONCE


def _told(sort: Sort, usual: Sequence[Week], out: Sequence[Week]) -> Notice:
    if sort != "mixture":
        return Notice(sort, out[0].monday, _share(sort, usual), _share(sort, out))
    before, now = _sum(usual), _sum(out)
    total, fresh = sum(before.values()), sum(now.values())
    grown = sorted(now, key=lambda label: before.get(label, 0) / total - now[label] / fresh)
    grown = [label for label in grown if now[label] >= LEAST_NAMED]
    return Notice(sort, out[0].monday, 0.0, 0.0, round(index(before, now), 3), tuple(grown[:3]))


def _share(sort: Sort, weeks: Sequence[Week]) -> float:
    posts = sum(week.posts for week in weeks)
    if sort == "unsure":
        return sum(week.unsure for week in weeks) / posts
    return sum(week.unknown * week.posts for week in weeks) / posts


def _rise_chance(sort: Sort, usual: Sequence[Week], lately: Sequence[Week]) -> float:
    """How often weeks after these would be as high by chance."""
    points = [_point(sort, one) for one in usual]
    fresh = [_point(sort, one) for one in lately]
    value, noise = sum(y for y, _ in fresh) / len(fresh), sum(v for _, v in fresh) / len(fresh) ** 2
    mean = sum(y for y, _ in points) / len(points)
    own = sum(v for _, v in points) / len(points)
    spread = sum((y - mean) ** 2 for y, _ in points) / (len(points) - 1)
    between = max(0.0, spread - own)
    wide = 1 / len(fresh) + 1 / len(points)
    error = between * wide + noise + own / len(points)
    # Only the spread is estimated; the noise of so many posts is known (Satterthwaite's degrees of freedom).
    degrees = max(1.0, error / (spread * wide)) ** 2 * (len(points) - 1) if spread else 1e6
    return _beyond((value - mean) / sqrt(error), min(degrees, 1e6)) if error else 1.0


def _point(sort: Sort, week: Week) -> tuple[float, float]:
    """A week's figure on a scale where its noise depends on the number of posts alone, and that noise."""
    if sort == "unsure":
        return asin(sqrt(week.unsure / week.posts)), 1 / (4 * week.posts)
    return week.unknown, max(week.unknown_spread, 1e-6) / week.posts


def _mixture_chance(usual: Sequence[Week], now: Mapping[str, int]) -> float:
    """How often a time after these weeks would be as different in its mixture by chance."""
    found = _chi(_sum(usual), now)
    # Weeks differ more than lots would: by how much, they say themselves, each against the others.
    ratios = sorted(
        chi / degrees
        for chi, degrees in (
            _chi(_sum([other for other in usual if other is not one]), one.labels) for one in usual
        )
        if degrees
    )
    wider = max(1.0, ratios[(3 * len(ratios)) // 4] if ratios else 1.0)
    return _chi_beyond(found[0] / wider, found[1])


def _chi(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[float, int]:
    """Chi-squared of two mixtures and its degrees of freedom; rare labels are counted together."""
    total, fresh = sum(before.values()), sum(now.values())
    cells: list[tuple[float, float]] = []
    rest = [0.0, 0.0]
    for label in sorted({*before, *now}):
        pair = float(before.get(label, 0)), float(now.get(label, 0))
        if sum(pair) * min(total, fresh) / (total + fresh) < FEW:
            rest = [rest[0] + pair[0], rest[1] + pair[1]]
        else:
            cells.append(pair)
    if sum(rest):
        cells.append((rest[0], rest[1]))
    chi = 0.0
    for old, new in cells:
        share = (old + new) / (total + fresh)
        chi += (old - total * share) ** 2 / (total * share) + (new - fresh * share) ** 2 / (fresh * share)
    return chi, len(cells) - 1


def index(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """The population stability index of two mixtures: 0 where they are the same."""
    total, fresh = sum(before.values()), sum(now.values())
    labels = {*before, *now}
    if not total or not fresh:
        return 0.0
    # Half a post each, so that a label that is missing on one side has a finite weight.
    found = 0.0
    for label in sorted(labels):
        old = (before.get(label, 0) + 0.5) / (total + 0.5 * len(labels))
        new = (now.get(label, 0) + 0.5) / (fresh + 0.5 * len(labels))
        found += (new - old) * log(new / old)
    return found


def _wrong(weeks: Sequence[Week]) -> Notice | None:
    """The answers of the last four weeks against what the machine's own chances promised for them."""
    last = weeks[-4:]
    checked, right = sum(week.checked for week in last), sum(week.right for week in last)
    promised = sum(week.promised for week in last)
    if checked < LEAST_POSTS:
        return None
    share = promised / checked
    # Widest at a half; chances differ among posts, which only makes the true noise smaller.
    noise = sqrt(max(checked * share * (1 - share), 1.0))
    if (promised - right) / checked < RISE or _normal((promised - right - 0.5) / noise) >= 1 / ONCE:
        return None
    return Notice("wrong", last[0].monday, round(share, 4), round(right / checked, 4))


def _sum(weeks: Sequence[Week]) -> dict[str, int]:
    found: dict[str, int] = {}
    for week in weeks:
        for label, posts in week.labels.items():
            found[label] = found.get(label, 0) + posts
    return found


def _normal(z: float) -> float:
    """How often a normal deviate is larger."""
    return 0.5 * erfc(z / sqrt(2))


def _beyond(t: float, degrees: float) -> float:
    """How often Student's t is larger (Wallace, 1959; within .002 of the truth where it matters)."""
    if t <= 0:
        return 1.0
    return _normal((8 * degrees + 1) / (8 * degrees + 3) * sqrt(degrees * log(1 + t * t / degrees)))


def _chi_beyond(chi: float, degrees: int) -> float:
    """How often chi-squared is larger (Wilson and Hilferty, 1931)."""
    if degrees <= 0 or chi <= 0:
        return 1.0
    spread = 2 / (9 * degrees)
    return _normal(((chi / degrees) ** (1 / 3) - (1 - spread)) / sqrt(spread))
