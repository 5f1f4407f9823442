"""A report's part on cases: what was heard, looked into, done, and what came after.

Only cases and actions that a lead let reports tell, in the words that were chosen for that: what colleagues
write for each other may hold a suspicion or a name. How many cases there were is told in any case.
"""

from dataclasses import dataclass
from datetime import date

from earnest.report import case_report_words, effect_chart, effect_words
from earnest.report.case_shapes import Cases, CaseTold, DoneTold, Effect
from earnest.report.document import Block, Fact, Facts, Grid, Section, Table
from earnest.report.wording import Wording
from earnest.store import read_case_report, read_effect
from earnest.store.read_case_report import CaseRow
from earnest.store.shapes import Programme
from earnest.understand import outcome
from earnest.understand.outcome import Outcome

CHARTS = 3
"""Cases whose outcome is also drawn: those where the most can be said."""

SAYS = ("down", "up", "likely_down", "same", "general", "unclear")
"""Verdicts, from the one that says most."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part as figures and as a section; `section` None where the programme never had a case."""

    figures: Cases
    section: Section | None


def part(programme: Programme, since: date, until: date, say: Wording) -> Part:
    """The part on cases of the days from `since` to `until` (not included)."""
    opened, settled = read_case_report.counted(programme.slug, since, until)
    rows = read_case_report.told(programme.slug, since, until)
    outcomes = {row.number: _outcome(programme, row.number) for row in rows if row.done}
    figures = Cases(opened, settled, tuple(_case(row, outcomes.get(row.number), say) for row in rows))
    if not read_case_report.any_at_all(programme.slug):
        return Part(figures, None)
    return Part(figures, _section(figures, outcomes, say))


def _outcome(programme: Programme, number: int) -> Outcome | None:
    counted = read_effect.of_case(programme.slug, number)
    return None if counted is None else outcome.tell(counted, programme.floor)


def _case(row: CaseRow, found: Outcome | None, say: Wording) -> CaseTold:
    return CaseTold(
        number=row.number,
        title=row.title,
        status=row.status,
        heard=row.heard,
        investigated=row.investigated,
        closed=row.closed,
        back=row.back,
        done=tuple(DoneTold(one.what, one.sort, one.team, one.day, one.planned) for one in row.done),
        effect=None if found is None else _effect(found, say),
    )


def _effect(found: Outcome, say: Wording) -> Effect:
    own = found.effect.own
    told = own is not None and own.high < 100
    return Effect(
        verdict=found.verdict,
        left=found.left,
        low=round(own.low * 20) * 5 if own is not None and told else None,
        high=round(own.high * 20) * 5 if own is not None and told else None,
        voices=found.voices,
        usual=found.usual,
        sentence=effect_words.said(found, say).sentence,
    )


def _section(figures: Cases, outcomes: dict[int, Outcome | None], say: Wording) -> Section:
    words = case_report_words.of(say)
    prose = [words.counted(figures.opened, figures.settled, say)]
    if not figures.told:
        return Section(
            "cases", words.heading(len(figures.told), say), (*prose, words.none), (), (words.note,)
        )
    rows = tuple(
        (
            one.title,
            words.heard(one, say),
            words.investigated(one, say),
            words.done(one.done, say),
            words.effect(outcomes.get(one.number), say),
        )
        for one in figures.told
    )
    blocks: list[Block] = [Table(Grid(words.heads, rows))]
    blocks += _drawn(figures, outcomes, say)
    return Section("cases", words.heading(len(figures.told), say), tuple(prose), tuple(blocks), (words.note,))


def _drawn(figures: Cases, outcomes: dict[int, Outcome | None], say: Wording) -> list[Block]:
    """The outcomes that say most: a sentence and its chart."""
    shown = [
        (one, found)
        for one in figures.told
        if (found := outcomes.get(one.number)) is not None and found.verdict in SAYS
    ]
    shown.sort(key=lambda pair: SAYS.index(pair[1].verdict))
    blocks: list[Block] = []
    for one, found in shown[:CHARTS]:
        chart = effect_chart.chart(found, say, f"case-{one.number}")
        if chart is not None:
            said = effect_words.said(found, say)
            blocks += [Facts((Fact(one.title, said.sentence),), ""), chart]
    return blocks
