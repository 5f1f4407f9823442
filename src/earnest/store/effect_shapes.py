"""What is counted around an action: frozen values (`read_effect` reads them)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about: rows of themes, or labels as they are now."""

    themes: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.themes or self.labels)


@dataclass(frozen=True, slots=True)
class Around:
    """What a programme heard from the day number `first` on: rows are days, columns places.

    hours  known hours of the day, 0 to 24; days before retention are not known
    """

    first: int
    places: tuple[int, ...]
    titles: tuple[str, ...]
    posts: npt.NDArray[np.int64]
    trouble: npt.NDArray[np.int64]
    hours: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """A case's complaints among all else, as `understand.effect` takes it.

    acted   the first and last day of the run of actions; `today` as a day number
    tags    by day: (what can be linked, voice tag or None, posts)
    weekly  voices by Monday, where there are too many posts to look at each
    """

    first: int
    about: npt.NDArray[np.int64]
    others: npt.NDArray[np.int64]
    rest: npt.NDArray[np.int64]
    known: npt.NDArray[np.float64]
    acted: tuple[int, int]
    today: int
    titles: tuple[str, ...]
    nameless: bool
    tags: Mapping[int, Sequence[tuple[str, bytes | None, int]]] = field(repr=False)
    weekly: Mapping[int, int] | None = None

    def voices(self, first: int, end: int) -> int:
        """How many distinct voices at least, from a day to another (not included): tags can be linked within
        one label and quarter only, so the largest of those counts. Posts without a tag are a voice each among
        customers, where no post beside them has one; where people's pay depends on the operator, nobody's.
        """
        if self.weekly is not None:
            return max((self.weekly.get(day, 0) for day in range(first - 6, end)), default=0)
        tags: dict[str, set[bytes]] = {}
        nameless: Counter[str] = Counter()
        for day in range(first, end):
            for group, tag, posts in self.tags.get(day, ()):
                if tag is None:
                    nameless[group] += posts
                else:
                    tags.setdefault(group, set()).add(tag)
        found = max((len(some) for some in tags.values()), default=0)
        if self.nameless:
            found = max([found, *(posts for group, posts in nameless.items() if group not in tags)])
        return found

    def unknown_hours(self, first: int, end: int) -> tuple[int, int]:
        """Hours of its places in these days that are not known, of how many."""
        rows = self.known[max(0, first - self.first) : max(0, end - self.first)]
        rows = rows[:, self.known.any(0)]
        return round(float((1 - rows).sum()) * 24), rows.size * 24


@dataclass(frozen=True, slots=True)
class Done:
    """The last run of things done about a case: its first and last day, and what they promise."""

    run: tuple[int, int]
    promises: tuple[str, ...]
