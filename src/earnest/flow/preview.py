"""What a proposed version would do to the posts that are kept: counts, examples, a trend before and after.

Nothing is written. What is merged or moved is counted exactly, from the roll-ups; what is split is asked of
the very model that would relabel it, over every stored post of the label.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from earnest.flow import learn, versions
from earnest.record.errors import InputError
from earnest.report import shown, taxonomies
from earnest.report.counts import Posts
from earnest.store import clock, read, read_taxonomy
from earnest.store.read_taxonomy import Carrier, Version
from earnest.understand import relabel
from earnest.understand.classify import Labeller
from earnest.understand.taxonomy import Label
from earnest.understand.versions import Step, step_of

WEEKS = 12
MOST_EXAMPLES = 8
PAGE = 4_000


@dataclass(frozen=True, slots=True)
class Row:
    """A label of before or after: how many posts have it as their main label, and how many voices at least.

    unsure  of those, how many a person would be asked about; None where nothing is asked
    weeks   posts of each of the last weeks, oldest first
    quotes  some of its posts, where the programme allows quotes
    """

    id: str
    name: str
    posts: int
    voices: int
    unsure: int | None = None
    weeks: tuple[int, ...] = ()
    quotes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One change with what it does: rows before, rows after.

    exact  no model is asked
    none   it is done to the labels' words alone, or only to posts that are still to come
    old    the names of the labels it is done to, `new` those it makes, `to` the category it moves them to
    """

    do: str
    says: str
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    exact: bool
    none: bool = False
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    to: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a version would do.

    posts    how many stored posts would get another label, of `of`
    mondays  the weeks of every row
    whole    every label, where every post is asked anew; `waits`: the model for that is still being made
    """

    version: Version
    parts: tuple[Part, ...]
    posts: int
    of: int
    mondays: tuple[date, ...]
    whole: tuple[Row, ...] = ()
    waits: bool = False


def preview(programme: str, number: int, home: Path, lang: str = "en") -> Preview:
    """What a draft would do to the stored posts, with names in a language. Raises InputError where there is
    no such draft, and TaxonomyError or ModelError where it cannot be told.
    """
    version = read_taxonomy.version(programme, number)
    found = read.programme(programme)
    if version is None or found is None or version.state not in ("draft", "preparing"):
        raise InputError(f"There is no proposal {number}.", advice="See them: earnest taxonomy history")
    return _Ahead(found, version, home, lang).all()


def told(row: Row, floor: int, lang: str = "en") -> str:
    """How many posts a row has, as it may be told: "about 40", "fewer than 10"."""
    return shown.words(row.posts, floor, few=row.voices < floor, lang=lang)


class _Ahead:
    """Looks ahead for one version."""

    def __init__(self, programme: read.Programme, version: Version, home: Path, lang: str) -> None:
        self.programme, self.version, self.home, self.lang = programme, version, home, lang
        self.rules = versions.rules(programme.slug, version, home)
        self.asks = versions.asks_of(programme.slug, version, home)
        self.before = taxonomies.of(programme.slug)
        self.after = taxonomies.of_version(version)
        monday = clock.week_of(clock.now())
        self.mondays = tuple(monday - timedelta(weeks=WEEKS - at) for at in range(WEEKS))
        first = monday - timedelta(days=programme.retention_days + 7)
        self.counted = Posts(programme, (max(date(1970, 1, 5), first), monday + timedelta(weeks=1)))

    def all(self) -> Preview:
        slug = self.programme.slug
        parts = tuple(self.named(step_of(one)) for one in self.version.steps)
        touched = [label for label in self.version.became if self.rules.touches(label)]
        whole: tuple[Row, ...] = ()
        posts = read_taxonomy.carrying(slug, touched)
        waits = self.version.history == "all" and not self.version.model
        if self.version.history == "all" and self.version.model:
            model = learn.load(versions.model_of(slug, self.version, self.home))
            whole, posts = self.anew(model)
        return Preview(self.version, parts, posts, self.total(), self.mondays, whole, waits)

    def total(self) -> int:
        return sum(self.counted.weeks.values())

    def named(self, step: Step) -> Part:
        """A step with the names of its labels."""
        old = tuple(self.called(label) for id in step.ids if (label := self.before.get(id)))
        return replace(self.part(step), old=old, new=tuple(map(self.called, step.labels)), to=step.to)

    def part(self, step: Step) -> Part:
        old = [id for id in step.ids if self.before.get(id) is not None]
        if step.do in ("describe", "category", "restore") or (step.do == "add"):
            after = tuple(Row(one.id, self.called(one), 0, 0) for one in step.labels)
            return Part(step.do, self.says(step), (), after, exact=True, none=True)
        before = tuple(self.row(id) for id in old)
        if step.do == "retire":
            return Part(step.do, self.says(step), before, before, exact=True, none=True)
        if step.do in ("merge", "move"):
            new = self.version.became[old[0]][0]
            name = self.name(new)
            weeks = tuple(sum(row.weeks[at] for row in before) for at in range(WEEKS))
            posts = sum(row.posts for row in before)
            # Tags of different labels cannot be linked: the largest is what can be promised.
            voices = max((row.voices for row in before), default=0)
            after = (Row(new, name, posts, voices, None, weeks, self.quotes(old)),)
            return Part(step.do, self.says(step), before, after, exact=True)
        if self.version.history == "keep":
            after = tuple(Row(one.id, self.called(one), 0, 0) for one in step.labels)
            return Part(step.do, self.says(step), before, after, exact=False, none=True)
        return Part(step.do, self.says(step), before, self.asked(old[0]), exact=False)

    def row(self, id: str) -> Row:
        counted = self.counted
        posts = sum(count for (label, _), count in counted.label_weeks.items() if label == id)
        return Row(
            id,
            self.name(id),
            posts,
            counted.voices.get(id, 0),
            None,
            tuple(counted.label_weeks[id, monday] for monday in self.mondays),
            self.quotes([id]),
        )

    def asked(self, old: str) -> tuple[Row, ...]:
        """What the posts of a label would be, as the model that would relabel them says."""
        ask, voices = self.asks[old], self.counted.voices.get(old, 0)
        counts: Counter[str] = Counter()
        unsure: Counter[str] = Counter()
        weeks: defaultdict[str, Counter[date]] = defaultdict(Counter)
        sure: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for page in self.pages([old]):
            for post, answer in zip(page, ask([post.text for post in page]), strict=True):
                counts[answer.label] += 1
                unsure[answer.label] += answer.unsure
                weeks[answer.label][clock.day_date(clock.week_of_day(post.day))] += 1
                if not answer.unsure and len(sure[answer.label]) < 20 * MOST_EXAMPLES:
                    sure[answer.label].append((-answer.share, post.text))
        total = counts.total()
        among = self.version.became.get(old) or tuple(label for label, _ in counts.most_common(MOST_EXAMPLES))
        return tuple(
            Row(
                id,
                self.name(id),
                counts[id],
                voices * counts[id] // total if total else 0,
                unsure[id],
                tuple(weeks[id][monday] for monday in self.mondays),
                tuple(text for _, text in sorted(sure[id])[:MOST_EXAMPLES]) if self.programme.quotes else (),
            )
            for id in among
        )

    def anew(self, whole: Labeller) -> tuple[tuple[Row, ...], int]:
        """All labels as the version's own model gives them, and how many posts would change."""
        counts: Counter[str] = Counter()
        unsure: Counter[str] = Counter()
        weeks: defaultdict[str, Counter[date]] = defaultdict(Counter)
        changed = 0
        for page in self.pages(None):
            free = [post for post in page if not post.corrected]
            answers = relabel.ask_anew(whole, [post.text for post in free])
            for post, (labels, doubt) in zip(free, answers, strict=True):
                label = labels[0].id
                counts[label] += 1
                unsure[label] += doubt
                weeks[label][clock.day_date(clock.week_of_day(post.day))] += 1
                changed += label != post.labels[0].id
        heard = self.counted.voices
        return tuple(
            Row(
                id,
                self.name(id),
                posts,
                min(posts, heard.get(id, posts if self.programme.audience == "customers" else 0)),
                unsure[id],
                tuple(weeks[id][monday] for monday in self.mondays),
            )
            for id, posts in counts.most_common()
        ), changed

    def pages(self, labels: list[str] | None) -> Iterator[list[Carrier]]:
        before: int | None = None
        while page := read_taxonomy.carriers(self.programme.slug, labels, before=before, limit=PAGE):
            yield page
            before = page[-1].id

    def quotes(self, labels: list[str]) -> tuple[str, ...]:
        if not self.programme.quotes:
            return ()
        page = read_taxonomy.carriers(self.programme.slug, labels, limit=MOST_EXAMPLES)
        return tuple(post.text for post in page)

    def name(self, id: str) -> str:
        label = self.after.get(id) or self.before.get(id)
        return self.called(label) if label is not None else id

    def called(self, label: Label) -> str:
        return label.name.get(self.lang) or label.name["en"]

    def says(self, step: Step) -> str:
        """A step in words."""
        new = _listed([label.name["en"] for label in step.labels])
        old = _listed([label.name["en"] for id in step.ids if (label := self.before.get(id))])
        return {
            "add": f"A new label: {new}",
            "restore": f"There again: {new}",
            "describe": f"Other words for {old}",
            "category": f"Another name for a category: {new}",
            "merge": f"{old} become one: {new}",
            "split": f"{old} is split into {new}",
            "move": f"{old} goes to the category “{step.to}”",
            "retire": f"{old} is retired",
            "drop": f"{old} goes; its posts are asked about anew",
        }[step.do]


def _listed(names: list[str]) -> str:
    """“One”, “two” and “three”."""
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}" if quoted else ""
