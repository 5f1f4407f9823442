"""A report as files: one HTML page that needs nothing else, a tidy table, JSON. The PDF is `pdf.py`."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import msgspec
from django.template.loader import render_to_string

from earnest import __version__
from earnest.report import cases, pdf, story
from earnest.report import figures as measuring
from earnest.report.document import Story
from earnest.report.shapes import Figures, Heat, Share, Week
from earnest.report.wording import of as wording_of
from earnest.store import draft
from earnest.store.shapes import Programme

FORMATS = ("html", "pdf", "json", "csv")

COLUMNS = ("section", "week", "key", "value", "low", "high", "voices", "hidden")
"""Of the table: one figure a row. Empty `value`: a gap, or hidden where `hidden` is yes."""

BEGIN, END = "<!-- report -->", "<!-- /report -->"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was measured and told, ready to be written in any format."""

    programme: Programme
    figures: Figures
    story: Story
    made: datetime

    def write(self, format: str) -> bytes:
        """The report in one of FORMATS. Raises MissingExtra when "pdf" needs libraries that are not there."""
        writers: dict[str, Callable[[], bytes]] = {
            "html": self.html,
            "pdf": self.pdf,
            "json": self.json,
            "csv": self.csv,
        }
        return writers[format]()

    def html(self) -> bytes:
        """One file: style inside, no script, nothing fetched."""
        knows = wording_of(self.story.lang).no_authors
        context = {"story": self.story, "style": _style(), "version": __version__, "knows": knows}
        return render_to_string("report/document.html", context).encode()

    def pdf(self) -> bytes:
        return pdf.write(self.story)

    def json(self) -> bytes:
        """Every figure that may be told, and the sentences; gaps and hidden figures are null."""
        head = {
            "earnest": __version__,
            "made": self.made.isoformat(timespec="seconds"),
            "lang": self.story.lang,
            "programme": self.programme.slug,
            "audience": self.programme.audience,
            "from": self.figures.since,
            "to": _last(self.figures),
            "sentences": self.story.sentences,
        }
        return msgspec.json.format(msgspec.json.encode(head | {"figures": self.figures}), indent=2) + b"\n"

    def csv(self) -> bytes:
        """One tidy table, UTF-8. Texts that a spreadsheet would run as a formula are made harmless."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in _rows(self.figures):
            writer.writerow([_cell(value) for value in row])
        return out.getvalue().encode()


def make(programme: Programme, since: date, until: date, *, lang: str = "en") -> Report:
    """Measure and tell a report from `since` (included) to `until` (not included).

    Raises InputError for a programme that is a draft.
    """
    draft.check_live(programme)
    made = datetime.now(UTC)
    figures = measuring.measure(programme, since, until, lang=lang)
    done = cases.part(programme, since, until, wording_of(lang))
    figures = replace(figures, cases=done.figures)
    told = story.tell(programme, figures, made=made.date(), lang=lang, cases=done.section)
    return Report(programme, figures, told, made)


def body(page: str) -> str:
    """The report inside a page that `Report.html` wrote, to be read within another frame."""
    return page.partition(BEGIN)[2].rpartition(END)[0]


@cache
def _style() -> str:
    return (Path(__file__).parent / "templates" / "report" / "report.css").read_text(encoding="utf-8")


def _last(figures: Figures) -> date:
    return date.fromordinal(figures.until.toordinal() - 1)


Value = str | int | float | bool | None
Row = tuple[Value, ...]


def _cell(value: Value) -> str:
    """A value as text; a text that begins like a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%") else value


def _rows(figures: Figures) -> Iterator[Row]:
    total = figures.posts if figures.posts or any(week.posts is not None for week in figures.weeks) else None
    yield ("total", None, "posts" if figures.exact else "posts, about", total, None, None, None, False)
    yield ("total", None, "posts before, about", figures.posts_before, None, None, None, False)
    yield _share("total", "complaint share", figures.complaints)
    if figures.compared is not None:
        compared = figures.compared
        span = f"{compared.since} against {compared.before}"
        for key, share in (("now", compared.now), ("before", compared.then), ("change", compared.change)):
            yield _share(f"compared, {span}", f"complaint share {key}", share)
    for section, weeks in (("week", figures.weeks), ("week before", figures.weeks_before)):
        for week in weeks:
            yield from _week(section, week)
    yield from _heat("complaints per 1000 posts, category by week", figures.categories, by_week=True)
    yield from _heat("complaints per 1000 posts, category by place", figures.by_place, by_week=False)
    for change in figures.changes:
        yield (
            "change, posts per 1000",
            None,
            change.label,
            change.now,
            None,
            None,
            change.voices,
            change.now is None,
        )
        yield ("change, before", None, change.label, change.before, None, None, None, change.before is None)
        difference = None if change.now is None or change.before is None else change.now - change.before
        yield (
            "change, difference",
            None,
            change.label,
            difference,
            change.low,
            change.high,
            None,
            difference is None,
        )
        for where in change.cause.where:
            yield ("change, mostly in", None, change.label, where, None, None, None, False)
        for word in change.cause.words:
            yield ("change, often said", None, change.label, word.text, None, None, None, False)
    for problem in figures.problems:
        yield ("topic, posts about", None, problem.label, problem.posts, None, None, problem.voices, False)
        hidden = problem.complaints is None
        yield ("topic, complaint share", None, problem.label, problem.complaints, None, None, None, hidden)
    yield from _cases(figures)
    for section, parts in (("kind share", figures.kinds), ("language share", figures.languages)):
        for part in parts:
            yield (section, None, part.key, part.share, None, None, None, part.hidden)
    for place in figures.coverage:
        for key, hours in (
            ("with posts", place.observed),
            ("empty", place.empty),
            ("unknown", place.unknown),
        ):
            yield (f"hours {key}", None, place.place, hours, None, None, None, False)
    for week, count in zip(figures.weeks, figures.withheld, strict=True):
        yield (
            "withheld, installation",
            week.week.isoformat(),
            "posts",
            count,
            None,
            None,
            None,
            count is None,
        )
    for label in figures.blind.labels if figures.blind else ():
        for what, found in (("right", label.right), ("found", label.found)):
            if found is not None:
                yield (f"label {what}, blind sample", None, label.label, *found, None, False)
    for one in figures.quality:
        yield (
            "labels left as they were",
            None,
            one.label,
            one.right / one.of,
            one.low,
            one.high,
            None,
            False,
        )


def _share(section: str, key: str, share: Share) -> Row:
    return (section, None, key, share.value, share.low, share.high, None, share.hidden)


def _week(section: str, week: Week) -> Iterator[Row]:
    monday = week.week.isoformat()
    yield (section, monday, "posts", week.posts, None, None, None, week.hidden)
    yield (section, monday, "coverage", week.state, None, None, None, False)
    share: Share = week.complaints
    yield (section, monday, "complaint share", share.value, share.low, share.high, None, share.hidden)
    if week.moods:
        for mood in ("negative", "neutral", "positive"):
            yield (section, monday, f"sounded {mood}", getattr(week.moods, mood), None, None, None, False)


def _cases(figures: Figures) -> Iterator[Row]:
    """Cases: those that may be told with what was done and what came after; of the others how many."""
    if figures.cases is None:
        return
    yield ("cases, opened", None, "cases", figures.cases.opened, None, None, None, False)
    yield ("cases, opened", None, "answered or closed", figures.cases.settled, None, None, None, False)
    for case in figures.cases.told:
        key = f"case {case.number}"
        yield ("case, title", None, key, case.title, None, None, None, False)
        for when, what in (
            ("heard", case.heard),
            ("looked into", case.investigated),
            ("closed", case.closed),
        ):
            if what is not None:
                yield (f"case, {when}", None, key, what.isoformat(), None, None, None, False)
        for done in case.done:
            section = "case, planned" if done.planned else "case, done"
            yield (section, done.day.isoformat(), key, done.what, None, None, None, False)
        if (found := case.effect) is not None:
            yield ("case, came after", None, key, found.verdict, None, None, None, False)
            hidden = found.left is None and found.verdict in ("down", "up", "likely_down", "same", "general")
            yield ("case, percent left", None, key, found.left, found.low, found.high, found.voices, hidden)


def _heat(section: str, heat: Heat, *, by_week: bool) -> Iterator[Row]:
    for row in heat.rows:
        for column, cell in zip(heat.columns, row.cells, strict=True):
            week, key = (column.key, row.key) if by_week else (None, f"{row.key} at {column.key}")
            yield (section, week, key, cell.rate, None, None, None, cell.hidden)
