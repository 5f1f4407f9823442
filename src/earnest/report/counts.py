"""The counts of one period, as the roll-ups tell them. Raw: nothing of this is told before small cells are
taken out.
"""

from collections import Counter
from datetime import date

from earnest.report import cells
from earnest.report.families import ALONE, Families
from earnest.store import read
from earnest.store.shapes import Programme

Span = tuple[date, date]
"""From a day (included) to a day (not included)."""

ASIDE = ("other", "unclear")
"""Labels that are no topic: they take part in totals, and in nothing that names a topic."""


def category(label: str) -> str:
    """The category of a label id; a label without a dot is its own."""
    return label.partition(".")[0]


class Posts:
    """The counts of one period, as the roll-ups tell them; nothing of this leaves the module unhidden.

    A week in which fewer posts than the floor were said takes part in no total: else it could be computed
    from the total and the other weeks. Its own counts stand in `weeks`, `label_weeks` and `complaint_weeks`.

    `families`: the parts of a split label that are told under it.
    """

    def __init__(self, programme: Programme, span: Span, families: Families = ALONE) -> None:
        self.span = span
        self.families = families
        self.floor = programme.floor
        self.weeks: Counter[date] = Counter()
        self.kinds: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()
        self.label_weeks: Counter[tuple[str, date]] = Counter()
        self.complaints: Counter[date] = Counter()
        self.complaint_labels: Counter[str] = Counter()
        self.complaint_weeks: Counter[tuple[str, date]] = Counter()
        found_cells = read.weekly(programme.slug, *span, ("label", "kind"), whole=False)
        for cell in found_cells:
            self.weeks[cell.week] += cell.posts
        for cell in found_cells:
            label, kind = families.one(cell.key[0]), cell.key[1]
            self.label_weeks[label, cell.week] += cell.posts
            if kind == "complaint":
                self.complaint_weeks[label, cell.week] += cell.posts
            if self.weeks[cell.week] < self.floor:
                continue
            self.kinds[kind] += cell.posts
            self.labels[label] += cell.posts
            if kind == "complaint":
                self.complaints[cell.week] += cell.posts
                self.complaint_labels[label] += cell.posts
        self.total = self.kinds.total()
        self.voices: dict[str, int] = {}
        self.week_voices: dict[tuple[str, date], int] = {}
        for (_, name), count in read.voices(programme.slug, *span, "label", weekly=False).items():
            label = families.one(name)
            self.voices[label] = max(self.voices.get(label, 0), min(count, self.labels[label]))
        for (week, name), count in read.voices(programme.slug, *span, "label").items():
            if week is not None:
                key = (families.one(name), week)
                self.week_voices[key] = max(self.week_voices.get(key, 0), count)
        if programme.audience == "customers":
            self._nameless()

    def _nameless(self) -> None:
        """Posts of customers that came without any author (an export without that column, a feed) count as a
        voice each, as the method says: else no topic of such a place could ever be told. Where people's pay
        depends on the operator nothing is assumed, and the topic stays hidden.
        """
        for label, posts in self.labels.items():
            if not self.voices.get(label):
                self.voices[label] = posts
                for (named, week), count in self.label_weeks.items():
                    if named == label:
                        self.week_voices[label, week] = count

    def voices_of(self, label: str, part: int) -> int:
        """Voices that belong to `part` of a label's posts over the whole range."""
        return _portion(part, self.labels[label], self.voices.get(label, 0))

    def week_voices_of(self, label: str, week: date, part: int) -> int:
        """Voices that belong to `part` of a label's posts of a week."""
        return _portion(part, self.label_weeks[label, week], self.week_voices.get((label, week), 0))

    def complaint_share(self, label: str) -> float | None:
        """The share of complaints among a label's posts; None where either side of it is few voices."""
        complaints = self.complaint_labels[label]
        rest = self.labels[label] - complaints
        if not self.labels[label]:
            return None
        if any(part and self.voices_of(label, part) < self.floor for part in (complaints, rest)):
            return None
        return min(1.0, cells.coarse(complaints, self.floor) / cells.coarse(self.labels[label], self.floor))


def _portion(part: int, posts: int, voices: int) -> int:
    return min(part, part * voices // posts) if posts else 0
