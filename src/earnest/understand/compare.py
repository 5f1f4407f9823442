"""Is a new model better than the old one, and how good is each label really? Plain statistics, no models.

`compare` puts two models' answers on the same posts side by side; `weighed` estimates from a small random
sample, in which each post stands for so many; `allot` says how many posts of each label such a sample takes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import Literal

from earnest.understand.evaluate import Measured, Share, likely, wilson

Part = Literal["blind", "asked", "noticed"]
"""How a held-out post got its right label: from somebody who did not see the machine's, from somebody who was
given the post, or from somebody who saw an error. The last sort is not counted: it would favour any change.
"""

LEAST = 20
"""Held-out posts below which nothing is decided."""
BEYOND_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """One held-out post: its right label, what the old and the new model say, and how it was answered."""

    right: str
    before: str
    after: str
    part: Part


@dataclass(frozen=True, slots=True)
class Change:
    """How one label fares: posts that have it and that only the new model finds, or only the old one."""

    label: str
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the same held-out posts.

    of            posts that decide, and how often each is right on them (`before`, `after`)
    gained, lost  posts that only the new model has right, or only the old one
    chance        how often a coin would do as well for the new one
    blind         the same on the blind sample alone: (of, right before, right after)
    noticed       on posts where somebody had seen an error, which decide nothing: (of, before, after)
    worse         labels that lose clearly
    better        the new model may take over; `why` says it in a sentence
    """

    of: int
    before: Share
    after: Share
    gained: int
    lost: int
    chance: float
    blind: tuple[int, int, int]
    noticed: tuple[int, int, int]
    worse: tuple[Change, ...]
    better: bool
    why: str


def compare(posts: Sequence[Held]) -> Compared:
    """The new model may take over when, on posts that neither learned from, it is right where the old one was
    wrong more often than the other way round, by more than a coin would do (1 time in 20), no label loses
    clearly, and the blind sample alone does not speak against it.
    """
    deciding = [post for post in posts if post.part != "noticed"]
    blind = [post for post in posts if post.part == "blind"]
    gained, lost = _changes(deciding)
    chance = coin(gained, lost)
    worse = _worse(deciding)
    blind_gained, blind_lost = _changes(blind)
    against = coin(blind_lost, blind_gained) <= BEYOND_CHANCE
    if len(deciding) < LEAST:
        why = (
            f"Only {len(deciding)} checked posts were kept aside to compare on; {LEAST} are needed."
            " Answer more of the review queue or of the blind sample."
        )
    elif gained <= lost or chance > BEYOND_CHANCE:
        why = "It is not right more often than the present one beyond what chance would do."
    elif worse:
        why = f"It loses clearly on {', '.join(change.label for change in worse)}."
    elif against:
        why = "On the blind sample it is wrong more often than the present one."
    else:
        why = "It is right more often than the present one, beyond chance, and no label loses clearly."
    return Compared(
        of=len(deciding),
        before=wilson(sum(post.before == post.right for post in deciding), len(deciding)),
        after=wilson(sum(post.after == post.right for post in deciding), len(deciding)),
        gained=gained,
        lost=lost,
        chance=round(chance, 6),
        blind=_right(blind),
        noticed=_right([post for post in posts if post.part == "noticed"]),
        worse=worse,
        better=len(deciding) >= LEAST
        and gained > lost
        and chance <= BEYOND_CHANCE
        and not (worse or against),
        why=why,
    )


def clearly_worse(compared: Compared) -> bool:
    """Whether the new model loses beyond chance: then it does not even replace one that must go."""
    return compared.of >= LEAST and coin(compared.lost, compared.gained) <= BEYOND_CHANCE


def coin(wins: int, losses: int) -> float:
    """How often a fair coin wins at least that often in so many throws (the exact sign test, one-sided)."""
    throws = wins + losses
    return sum(comb(throws, k) for k in range(wins, throws + 1)) / (1 << throws)


def _changes(posts: Sequence[Held]) -> tuple[int, int]:
    gained = sum(post.after == post.right != post.before for post in posts)
    lost = sum(post.before == post.right != post.after for post in posts)
    return gained, lost


def _right(posts: Sequence[Held]) -> tuple[int, int, int]:
    return (
        len(posts),
        sum(post.before == post.right for post in posts),
        sum(post.after == post.right for post in posts),
    )


def _worse(posts: Sequence[Held]) -> tuple[Change, ...]:
    """Labels whose posts are lost beyond chance, with chance shared among the labels that changed at all."""
    by_label: dict[str, list[Held]] = {}
    for post in posts:
        if (post.before == post.right) != (post.after == post.right):
            by_label.setdefault(post.right, []).append(post)
    found = []
    for label, changed in sorted(by_label.items()):
        gained, lost = _changes(changed)
        if coin(lost, gained) <= BEYOND_CHANCE / len(by_label):
            found.append(Change(label, gained, lost))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Judged:
    """One post of a blind sample that was answered: how it had been labelled, what people say (one answer
    each), and how many posts it stands for.
    """

    said: str
    right: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Rolling:
    """What a blind sample says of the posts it was drawn from."""

    posts: int
    accuracy: Share
    labels: Mapping[str, Measured]


def weighed(posts: Sequence[Judged]) -> Rolling:
    """Each label's precision and recall, as if every post had been looked at.

    A post counts as many times as it stands for (Horvitz and Thompson, 1952), so that labels of which more
    were drawn do not count more. Intervals: Wilson's on as many posts as an unweighted sample would need for
    the same precision (Kish, 1965); recall joins what was found with what may have been missed among all
    other posts, so a label of which nothing missed was drawn is not called complete.
    """
    labels = sorted({post.said for post in posts} | {right for post in posts for right in post.right})
    said_right = [(post.weight, _share(post, post.said)) for post in posts]
    return Rolling(
        posts=len(posts),
        accuracy=_share_of(said_right),
        labels={label: _measured(label, posts) for label in labels},
    )


def _measured(label: str, posts: Sequence[Judged]) -> Measured:
    given = [(post.weight, _share(post, label)) for post in posts if post.said == label]
    others = [(post.weight, _share(post, label)) for post in posts if post.said != label]
    support = sum(_share(post, label) > 0 for post in posts)
    precision = _share_of(given)
    recall = _recall(given, others, support)
    p, r = precision.value or 0.0, recall.value or 0.0
    return Measured(label, precision, recall, round(2 * p * r / (p + r), 4) if p + r else 0.0, support)


def _share(post: Judged, label: str) -> float:
    """The share of the people asked who gave this label."""
    return sum(right == label for right in post.right) / len(post.right)


def _share_of(rows: Sequence[tuple[float, float]]) -> Share:
    total = sum(weight for weight, _ in rows)
    if not total:
        return Share(None, 0.0, 1.0, 0)
    share = sum(weight * part for weight, part in rows) / total
    low, high = likely(share, _as_many(rows))
    return Share(round(share, 4), round(low, 4), round(high, 4), len(rows))


def _as_many(rows: Sequence[tuple[float, float]]) -> float:
    """How many posts of equal weight would tell as much."""
    squares = sum(weight * weight for weight, _ in rows)
    return sum(weight for weight, _ in rows) ** 2 / squares if squares else 0.0


def _recall(given: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]], of: int) -> Share:
    found, found_low, found_high = _total(given)
    missed, missed_low, missed_high = _total(others)
    if found + missed <= 0:
        return Share(None, 0.0, 1.0, 0)
    low, high = _part(found, found_low, found_high, missed, missed_low, missed_high)
    return Share(round(found / (found + missed), 4), round(low, 4), round(high, 4), of)


def _total(rows: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """How many of the posts that the rows stand for have the label, with its likely range."""
    total = sum(weight for weight, _ in rows)
    if not total:
        return 0.0, 0.0, 0.0
    share = sum(weight * part for weight, part in rows) / total
    low, high = likely(share, _as_many(rows))
    return total * share, total * low, total * high


def _part(
    a: float, a_low: float, a_high: float, b: float, b_low: float, b_high: float
) -> tuple[float, float]:
    """The likely range of a / (a + b) from those of a and b, which are independent (variance estimates
    recovered from the limits; Donner and Zou, 2012); where that breaks down, the widest range they allow.
    """
    widest = (a_low / (a_low + b_high) if a_low + b_high else 0.0, a_high / (a_high + b_low))
    total = a + b
    if not total:
        return widest
    share = a / total
    down = sqrt(((1 - share) * (a - a_low)) ** 2 + (share * (b_high - b)) ** 2) / total
    up = sqrt(((1 - share) * (a_high - a)) ** 2 + (share * (b - b_low)) ** 2) / total
    # The slope is taken at the estimate: far from it the widest range is the honest one.
    if b_high - b > total or a_high - a > total:
        return widest
    return max(widest[0], share - down, 0.0), min(widest[1], share + up, 1.0)


def allot(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """How many posts of each label a sample takes: by the root of how many there are, at least one each.

    Between the same for all (good for rare labels) and as they come (good for the whole).
    """
    roots = {label: sqrt(size) for label, size in sizes.items() if size > 0}
    whole = sum(roots.values())
    return {
        label: min(sizes[label], max(1, round(total * root / whole))) for label, root in sorted(roots.items())
    }


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two people who answered the same post said the same; `kappa` is what is left of it beyond
    chance (Cohen, 1960), None where chance alone explains everything.
    """

    share: Share
    kappa: float | None


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Of pairs of answers to the same posts."""
    of = len(pairs)
    same = sum(first == second for first, second in pairs)
    if not of:
        return Agreement(wilson(0, 0), None)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    by_chance = sum(first[label] * second[label] for label in first) / of**2
    kappa = None if by_chance >= 1 else round((same / of - by_chance) / (1 - by_chance), 4)
    return Agreement(wilson(same, of), kappa)
