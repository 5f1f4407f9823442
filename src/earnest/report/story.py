"""From figures to what is said: three sentences, then sections whose heading is the finding.

A `Story` is neutral: the page, the PDF and a terminal all write the same one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from earnest.report import charts, modelcard, version_words
from earnest.report.document import (
    Block,
    Chart,
    Fact,
    Facts,
    Grid,
    HeatTable,
    Lines,
    Quote,
    Quotes,
    Section,
    Story,
    Table,
)
from earnest.report.shapes import Figures, Heat, Part, Week
from earnest.report.wording import Wording
from earnest.report.wording import of as wording_of
from earnest.store import read
from earnest.store.shapes import Programme

CONTEXT = 8
"""Weeks before the range are drawn with it when there are at most so many in all."""


def tell(
    programme: Programme, figures: Figures, *, made: date, lang: str = "en", cases: Section | None = None
) -> Story:
    """What a report on these figures says; `cases` is its part on what was done."""
    say = wording_of(lang)
    quotes, quoted = _quotes(programme, figures, say)
    sections = [
        share(figures, say),
        volume(figures, say),
        changes(figures, say),
        _problems(programme, figures, say, quotes),
        cases,
        _heat(figures, say),
        _places(figures, say),
        _moods(figures, say),
        _mix(figures, say),
        _unseen(figures, say),
        _made(programme, figures, say),
    ]
    byline = [say.heard_from(figures), say.made_on(made)]
    if programme.audience == "workforce":
        byline.append(say.delegate)
    return Story(
        lang=say.lang,
        title=say.title(programme.name),
        range=say.days(figures.since, figures.until),
        byline=tuple(byline),
        sentences=sentences(figures, say),
        sections=tuple(section for section in sections if section is not None),
        quoted=quoted,
        table_word=say.as_table,
    )


def sentences(figures: Figures, say: Wording) -> tuple[str, ...]:
    """The three sentences that matter (one, where nothing was heard)."""
    if not figures.posts:
        return (say.nothing_sentence(figures),)
    posts = say.posts(figures.posts)
    if figures.complaints.value is None:
        first = say.share_hidden_sentence(posts, figures.floor)
    else:
        first = say.share_sentence(figures, posts)
    return (first, *list(_topics(figures, say))[:2])


def _topics(figures: Figures, say: Wording) -> Iterator[str]:
    """What else matters, most important first."""
    rising, falling, problems = figures.rising, figures.falling, figures.problems
    risen = {change.label for change in rising}
    if rising:
        yield say.rise_sentence(rising[0])
    if falling:
        yield say.fall_sentence(falling[0])
    rest = [problem for problem in problems if problem.label not in risen]
    if len(rising) > 1:
        yield say.also_rose_sentence(rising[1])
    if rest:
        yield say.problem_sentence(rest[0]) if rest[0] == problems[0] else say.next_problem_sentence(rest[0])
    if figures.gaps:
        yield say.gap_sentence(figures.gaps, len(figures.weeks))
    if not rising and not falling and problems and figures.compared:
        yield say.steady_sentence(say.against(figures.compared))
    if len(rest) > 1:
        yield say.next_problem_sentence(rest[1])
    if not problems:
        yield say.no_topic_sentence(figures.floor)


def context(figures: Figures) -> tuple[Week, ...]:
    """The weeks before the range that are drawn with it; none for long ranges or where nothing was heard."""
    if len(figures.weeks) + len(figures.weeks_before) > CONTEXT or figures.since.weekday():
        return ()
    return figures.weeks_before if any(week.state != "unknown" for week in figures.weeks_before) else ()


def volume(figures: Figures, say: Wording) -> Section | None:
    """How much was said. None where nothing was heard."""
    if not figures.posts:
        return None
    before = context(figures)
    uneven = len({week.heard for week in (*figures.weeks_before, *figures.weeks)}) > 1
    prose = (say.volume_prose(figures, uneven),) if figures.posts_before else ()
    rows = tuple(
        (
            say.short_day(week.week),
            say.hidden_word if week.hidden else say.nothing if week.posts is None else say.whole(week.posts),
            say.places_heard(week.heard, week.places),
            say.state(week.state),
        )
        for week in (*before, *figures.weeks)
    )
    note = say.volume_note + (say.volume_part if any(week.days < 7 for week in figures.weeks) else "")
    chart = Chart(
        say.volume_title,
        note,
        charts.volume(before, figures.weeks, say),
        Grid(say.volume_heads, rows, (1, 2)),
    )
    return Section(
        "volume", say.volume_finding(figures), prose, (chart,), _aside(say.gaps_note(figures.gaps))
    )


def _aside(*notes: str) -> tuple[str, ...]:
    return tuple(note for note in notes if note)


def share(figures: Figures, say: Wording) -> Section | None:
    """How many of it were complaints. None where nothing was heard."""
    if not figures.posts:
        return None
    heading = say.share_finding(figures.complaints, figures.compared)
    prose = (say.share_prose(figures.complaints, figures.compared),)
    before = context(figures)
    weeks = (*before, *figures.weeks)
    if all(week.complaints.value is None for week in weeks):
        return Section("share", heading, prose)
    rows = tuple(
        (
            say.short_day(week.week),
            say.share(week.complaints.value, week.complaints.hidden),
            say.range_of(week.complaints.low, week.complaints.high),
            say.state(week.state),
        )
        for week in weeks
    )
    chart = Chart(
        say.share_title,
        say.share_note,
        charts.complaints(before, figures.weeks, say),
        Grid(say.share_heads, rows, (1, 2)),
    )
    return Section("share", heading, prose, (chart,))


def changes(figures: Figures, say: Wording) -> Section | None:
    """What rose and fell. None where there is nothing before to compare with."""
    if not figures.posts or figures.compared is None:
        return None
    heading = say.changes_finding(figures.rising, figures.falling)
    if not figures.changes:
        return Section("changes", heading, (say.steady_prose,))
    rows = tuple(
        (
            change.name,
            say.hidden_word if change.before is None else say.whole(change.before),
            say.hidden_word if change.now is None else say.whole(change.now),
            say.nothing
            if change.low is None or change.high is None
            else f"{say.signed(change.low)} … {say.signed(change.high)}",
            say.whole(change.voices),
        )
        for change in figures.changes
    )
    chart = Chart(
        say.changes_title,
        say.changes_note,
        charts.changes(figures.changes, say),
        Grid(say.changes_heads, rows, (1, 2, 3, 4)),
    )
    facts = Facts(
        tuple(Fact(*say.change_fact(change), change.cause.words) for change in figures.changes),
        say.often_said,
    )
    prose = (say.changes_prose(figures.compared),)
    return Section("changes", heading, prose, (chart, facts), (say.why_note,))


def heat_table(
    heat: Heat, title: str, floor: int, say: Wording, links: Mapping[tuple[str, str], str] | None = None
) -> HeatTable:
    """A heat with its words: column heads, key, what a hidden cell says."""
    heads = tuple(
        say.short_day(date.fromisoformat(column.key)) if _is_day(column.key) else column.title
        for column in heat.columns
    )
    legend: list[tuple[str, str]] = []
    if heat.steps:
        legend.append(("0", say.under(heat.steps[0])))
        for at, (low, high) in enumerate(zip(heat.steps, heat.steps[1:], strict=False), 1):
            legend.append((str(at), say.span(low, high - 1)))
        legend.append((str(len(heat.steps)), say.over(heat.steps[-1])))
    if any(cell.hidden for row in heat.rows for cell in row.cells):
        legend.append(("few", say.heat_hidden(floor)))
    return HeatTable(
        title, say.category, heat, heads, tuple(legend), say.heat_hidden(floor), say.not_seen, links or {}
    )


def _is_day(key: str) -> bool:
    try:
        date.fromisoformat(key)
    except ValueError:
        return False
    return True


def _heat(figures: Figures, say: Wording) -> Section | None:
    if not figures.posts:
        return None
    heat = figures.categories
    heading = say.heat_finding(heat.rows)
    note = say.heat_note(figures.floor, heat.few)
    if not heat.rows:
        return Section("categories", heading, (say.heat_none(figures.floor),))
    table = heat_table(heat, say.heat_week_title, figures.floor, say)
    return Section("categories", heading, (say.heat_prose,), (table,), (note,))


def _places(figures: Figures, say: Wording) -> Section | None:
    heat = figures.by_place
    if len(heat.columns) < 2 or not heat.rows:
        return None
    table = heat_table(heat, say.heat_place_title, figures.floor, say)
    return Section("places", say.place_finding(heat.rows), (say.place_prose,), (table,))


def _problems(
    programme: Programme, figures: Figures, say: Wording, quotes: Sequence[Quote]
) -> Section | None:
    if not figures.posts:
        return None
    heading = say.problems_finding(figures.problems)
    if not figures.problems:
        return Section("problems", heading, (say.no_topic_sentence(figures.floor),))
    rows = tuple(
        (
            problem.name,
            say.whole(problem.voices),
            say.whole(problem.posts),
            say.share(problem.complaints, hidden=True),
            problem.owner or say.nothing,
        )
        for problem in figures.problems
    )
    blocks: tuple[Block, ...] = (Table(Grid(say.problem_heads, rows, (1, 2, 3))),)
    note = say.quotes_note if quotes else "" if programme.quotes else say.no_quotes()
    if quotes:
        blocks = (*blocks, Quotes(tuple(quotes)))
    return Section("problems", heading, (say.problems_prose(figures),), blocks, _aside(note))


def _quotes(programme: Programme, figures: Figures, say: Wording) -> tuple[list[Quote], tuple[int, ...]]:
    """Two posts on each of the three main problems, where the programme allows it (`read.quotes` decides)."""
    since, until = (datetime.combine(day, time(), UTC) for day in (figures.since, figures.until))
    quotes, ids = [], []
    for problem in figures.problems[:3]:
        for row in read.quotes(programme.slug, problem.label, since, until, 2):
            quotes.append(Quote(row.text, row.lang, f"{problem.name}, {say.day(row.created.date())}"))
            ids.append(row.id)
    return quotes, tuple(ids)


def _moods(figures: Figures, say: Wording) -> Section | None:
    if figures.audience != "customers" or not any(week.moods for week in figures.weeks):
        return None
    before = context(figures)
    rows = tuple(
        (
            say.short_day(week.week),
            *(
                say.share(getattr(week.moods, mood) if week.moods else None, bool(week.posts))
                for mood in say.moods
            ),
        )
        for week in (*before, *figures.weeks)
    )
    chart = Chart(
        say.moods_title,
        say.moods_note,
        charts.moods(before, figures.weeks, say),
        Grid(say.moods_heads, rows, (1, 2, 3)),
    )
    return Section("moods", say.moods_finding(figures.weeks), (say.moods_prose,), (chart,))


def _mix(figures: Figures, say: Wording) -> Section | None:
    if not figures.posts:
        return None

    def parts(values: Sequence[Part], names: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[str]]:
        told = [
            (names.get(part.key, part.key), say.hundred(part.share))
            for part in values
            if part.share is not None
        ]
        return told, [names.get(part.key, part.key) for part in values if part.hidden]

    prose = [say.kinds_prose(*parts(figures.kinds, say.kinds))]
    if len(figures.languages) > 1:
        prose.append(say.languages_prose(*parts(figures.languages, say.languages)))
    return Section("kinds", say.heading_kinds, tuple(prose))


def _unseen(figures: Figures, say: Wording) -> Section:
    lines = [say.place_hours(row.title, row.observed, row.empty, row.unknown) for row in figures.coverage]
    lines += _aside(say.unclear(figures.unclear), say.withheld(figures.withheld), say.beyond)
    return Section("unseen", say.heading_unseen, (), (Lines(tuple(lines)),), (say.withheld_note,))


def _made(programme: Programme, figures: Figures, say: Wording) -> Section:
    found = modelcard.main_label(programme)
    model = "" if found is None else say.model_quality(*found)
    lines = [*say.made(figures, model), *version_words.method(figures.version, figures.versions, say)]
    return Section("made", say.heading_made, tuple(lines))
