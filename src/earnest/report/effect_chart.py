"""The chart of an outcome: each week's rate with its likely range, the levels before and after as bands, the
day on which something was done. A gap is a gap; a week of too few voices is a dot without a number.

Server-made SVG in both widths, for a page, a report's PDF and mail (`paint.standalone`).
"""

from collections.abc import Sequence
from itertools import groupby

from earnest.report import effect_words, svg
from earnest.report.document import Chart, Grid
from earnest.report.svg import Drawing
from earnest.report.wording import Wording
from earnest.understand.effect import Ratio, Week
from earnest.understand.outcome import Outcome

LEFT, TOP, BASE, HEIGHT = 34.0, 44.0, 226.0, 272.0
WHOLE = 4
"""Days that a week between two actions must have to be drawn as one."""


class _Plane:
    """Where weeks and rates lie on one drawing."""

    def __init__(self, outcome: Outcome, wide: bool) -> None:
        self.wide = wide
        self.weeks = outcome.effect.weeks
        self.width = svg.WIDE if wide else svg.NARROW
        self.right = self.width - (126.0 if wide else 8.0)
        self.step = (self.right - LEFT) / max(1, len(self.weeks))
        self.scale = svg.ticks(_most(outcome), 3)

    def x(self, at: float) -> float:
        return LEFT + at * self.step

    def y(self, rate: float) -> float:
        return BASE - (BASE - TOP) * min(rate, self.scale[-1]) / self.scale[-1]

    def span(self, part: str) -> tuple[float, float] | None:
        places = [at for at, week in enumerate(self.weeks) if week.part == part]
        return (self.x(places[0]), self.x(places[-1] + 1)) if places else None


def chart(outcome: Outcome, say: Wording, id: str) -> Chart | None:
    """The chart with its table; None where no week can be drawn."""
    if all(week.rate is None for week in outcome.effect.weeks):
        return None
    words = effect_words.of(say)
    drawing = Drawing(_draw(outcome, say, id, True), _draw(outcome, say, id, False))
    return Chart(words["title"], words["read"], drawing, table(outcome, say))


def table(outcome: Outcome, say: Wording) -> Grid:
    """The same as rows."""
    words = effect_words.of(say)
    named = {"before": words["before"], "between": words["between_word"], "after": words["after"]}
    rows = tuple(
        (
            effect_words.day_of(week.first, say),
            _rate(outcome, week, say),
            words["and"].format(low=say.whole(week.low), high=say.whole(week.high))
            if week.rate is not None
            else say.nothing,
            named[week.part],
        )
        for week in outcome.effect.weeks
    )
    heads = (words["head_week"], words["head_rate"], words["head_range"], words["head_when"])
    return Grid(heads, rows, (1, 2))


def _rate(outcome: Outcome, week: Week, say: Wording) -> str:
    words = effect_words.of(say)
    if week.first in outcome.hidden:
        return words["hidden"].format(floor=outcome.floor)
    return words["unknown"] if week.rate is None else _number(week.rate, say)


def _number(rate: float, say: Wording) -> str:
    return f"{rate:.1f}" if 0 < rate < 9.95 else say.whole(rate)


def _most(outcome: Outcome) -> float:
    weeks = [week for week in outcome.effect.weeks if week.rate is not None]
    highest = max(week.rate or 0.0 for week in weeks)
    # A lone week's endless range must not flatten the others.
    return max(1.0, highest * 1.1, min(max(week.high for week in weeks), highest * 1.6))


def _draw(outcome: Outcome, say: Wording, id: str, wide: bool) -> str:
    words, plane = effect_words.of(say), _Plane(outcome, wide)
    parts = []
    for tick in plane.scale:
        parts.append(svg.line(LEFT, plane.y(tick), plane.right, plane.y(tick), "rule" if tick else "base"))
        parts.append(svg.text(LEFT - 6, plane.y(tick) + 4, f"{tick:g}", "t-quiet", "end"))
    parts += _levels(outcome, plane, say)
    for at, week in enumerate(plane.weeks):
        middle = plane.x(at + 0.5)
        if week.rate is not None and week.days >= WHOLE:
            line, dot = ("ci1", "b1") if week.part == "after" else ("lead-line", "dot0")
            parts.append(svg.line(middle, plane.y(week.low), middle, plane.y(week.high), line))
            parts.append(svg.circle(middle, plane.y(week.rate), 4 if wide else 3.2, dot))
        elif week.first in outcome.hidden:
            parts.append(svg.text(middle, BASE - 5, "·", "t-strong", "middle"))
    parts += _gaps(outcome, plane, words)
    parts += _acted(outcome, plane, say)
    parts += _under(outcome, plane, say)
    described = _described(outcome, say)
    return svg.picture(
        id, "wide" if wide else "narrow", (plane.width, HEIGHT), words["title"], described, parts
    )


def _levels(outcome: Outcome, plane: _Plane, say: Wording) -> list[str]:
    """The two levels as bands with their numbers."""
    if outcome.effect.rates is None:
        return []
    words, parts = effect_words.of(say), []
    was, now = outcome.effect.rates
    for part, level, tone in (("before", was, "0"), ("after", now, "1")):
        span = plane.span(part)
        if span is None or level is None:
            continue
        top, bottom = plane.y(level.high), plane.y(level.low)
        parts.append(svg.rect(span[0], top, span[1] - span[0], bottom - top, f"band{tone}"))
        parts.append(svg.line(span[0], plane.y(level.value), span[1], plane.y(level.value), f"l{tone}"))
    told = words["mark_before"].format(rate=_number(was.value, say))
    parts.append(svg.text(LEFT + 4, TOP - 8, told, "t-strong"))
    if now is None or plane.span("after") is None:
        return parts
    told = words["mark_after"].format(rate=_number(now.value, say))
    likely = words["likely"].format(low=_end(now.low, say), high=_end(now.high, say))
    if plane.wide:
        y = min(max(plane.y(now.value), TOP + 6), BASE - 18)
        parts += [
            svg.text(plane.right + 8, y, told, "t-c1"),
            svg.text(plane.right + 8, y + 16, likely, "t-quiet"),
        ]
    else:
        parts += [svg.text(plane.right, TOP - 8, told, "t-c1", "end")]
    return parts


def _end(rate: float, say: Wording) -> str:
    return "…" if rate > 1e6 else _number(rate, say)


def _gaps(outcome: Outcome, plane: _Plane, words: dict[str, str]) -> list[str]:
    parts = []
    for known, group in groupby(
        enumerate(plane.weeks), key=lambda pair: pair[1].rate is not None or pair[1].first in outcome.hidden
    ):
        run = [at for at, _ in group]
        left, right = plane.x(run[0]), plane.x(run[-1] + 1)
        if known:
            parts.append(svg.rect(left + 1, BASE + 26, right - left - 2, 3, "seen"))
        elif right - left >= 50:
            parts.append(svg.text((left + right) / 2, BASE - 12, words["unknown"], "t-quiet", "middle"))
        elif right - left >= 18:
            for line, word in enumerate(words["unknown"].split(" ", 1)):
                y = BASE - 26 + 14 * line
                parts.append(svg.text((left + right) / 2, y, word, "t-quiet", "middle"))
    return parts


def _acted(outcome: Outcome, plane: _Plane, say: Wording) -> list[str]:
    """The day, or the first and last day of several things that were done one after the other."""
    before = sum(week.part == "before" for week in plane.weeks)
    between = sum(week.part == "between" for week in plane.weeks)
    places = {plane.x(before), plane.x(before + between)} if between > 1 else {plane.x(before + between / 2)}
    parts = [svg.line(x, 22, x, BASE, "lead-line") for x in sorted(places)]
    days = sorted({effect_words.day_of(day, say) for day in outcome.acted}, key=len)
    label = days[0] if len(days) == 1 else " – ".join(effect_words.day_of(day, say) for day in outcome.acted)
    x = max(places)
    anchor = "end" if x > plane.width * 0.6 else "start"
    parts.append(
        svg.text(
            x + (-6 if anchor == "end" else 6), 18, label, "t-strong", "" if anchor == "start" else "end"
        )
    )
    return parts


def _under(outcome: Outcome, plane: _Plane, say: Wording) -> list[str]:
    """The weeks' names, and what a missing line means."""
    words = effect_words.of(say)
    every = max(1, -(-len(plane.weeks) // (9 if plane.wide else 4)))
    parts = [
        svg.text(
            max(plane.x(at + 0.5), LEFT + 8),
            BASE + 18,
            effect_words.day_of(plane.weeks[at].first, say),
            "t-quiet",
            "middle",
        )
        for at in range(0, len(plane.weeks), every)
    ]
    if any(week.rate is None and week.first not in outcome.hidden for week in plane.weeks):
        said = words["silence"] if plane.wide else words["silence_short"]
        parts.append(svg.text(LEFT, HEIGHT - 4, said, "t-quiet"))
    return parts


def _described(outcome: Outcome, say: Wording) -> str:
    words = effect_words.of(say)
    gaps = sum(week.rate is None and week.first not in outcome.hidden for week in outcome.effect.weeks)
    missing = words["described_gaps"].format(weeks=gaps, of=len(outcome.effect.weeks)) if gaps else ""
    rates = outcome.effect.rates
    if rates is None:
        weeks = [_rate(outcome, week, say) for week in outcome.effect.weeks]
        return f"{_listed(weeks)}. {missing}".strip()
    after = rates[1]
    return (
        words["described"]
        .format(
            before=_number(rates[0].value, say),
            day=effect_words.acted(outcome, say),
            after=words["few"].format(floor=outcome.floor) if after is None else _number(after.value, say),
            gaps=missing,
        )
        .strip()
    )


def _listed(items: Sequence[str]) -> str:
    return ", ".join(items)


def level(ratio: Ratio, say: Wording) -> str:
    """A level as words: "15 (12 to 18)"."""
    return f"{_number(ratio.value, say)} ({_end(ratio.low, say)} … {_end(ratio.high, say)})"
