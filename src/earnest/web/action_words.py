"""Actions in words: what their codes are called, and the sentences beside them."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from earnest.report import effect_chart, effect_words
from earnest.report.document import Grid
from earnest.report.wording import of as wording_of
from earnest.store.action_shapes import ActionRow, EffectRow
from earnest.understand.outcome import Outcome

SORTS: dict[str, Promise] = {
    "fixed": pgettext_lazy("sort of action", "something was fixed"),
    "changed": pgettext_lazy("sort of action", "a rule or a price was changed"),
    "told": pgettext_lazy("sort of action", "people were told"),
    "repaid": pgettext_lazy("sort of action", "money was paid back"),
    "other": pgettext_lazy("sort of action", "something else"),
}
PROMISES: dict[str, Promise] = {
    "": _("nothing said"),
    "fewer": _("clearly fewer (at most three quarters stay)"),
    "half": _("half of them gone"),
    "gone": _("nearly all of them gone"),
}


REASONS: dict[str, Promise] = {
    "real": _("a real problem"),
    "expected": _("expected (a launch, a holiday)"),
    "noise": _("nothing: noise"),
    "duplicate": _("the same as another"),
}


@dataclass(frozen=True, slots=True)
class ShownAction:
    """One action on a page: its row, what its codes are called, and the effect of each of its cases."""

    row: ActionRow
    day: str
    sort: str
    promise: str
    cases: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    """An outcome on a page. The chart is drawn in both widths, or is not there."""

    sentence: str
    notes: tuple[str, ...]
    title: str = ""
    read: str = ""
    wide: SafeString | str = ""
    narrow: SafeString | str = ""
    grid: Grid | None = None


def action(row: ActionRow, lang: str, effects: dict[int, EffectRow] | None = None) -> ShownAction:
    """One action; `effects` by the number of a case."""
    say = wording_of(lang)
    known = effects or {}
    return ShownAction(
        row,
        effect_words.on(row.day, say),
        str(SORTS.get(row.sort, row.sort)),
        str(PROMISES[row.promise]) if row.promise in PROMISES and row.promise else "",
        tuple(
            (number, title, effect_words.short(known[number].verdict, known[number].left, say))
            if number in known
            else (number, title, "")
            for number, title in row.cases
        ),
    )


def outcome(found: Outcome, number: int, lang: str) -> ShownOutcome:
    """An outcome with its chart."""
    say = wording_of(lang)
    said = effect_words.said(found, say)
    chart = effect_chart.chart(found, say, f"outcome-{number}")
    if chart is None:
        return ShownOutcome(said.sentence, said.notes)
    return ShownOutcome(
        said.sentence,
        said.notes,
        chart.title,
        chart.note,
        mark_safe(chart.drawing.wide),  # noqa: S308 - drawn by report.svg, which escapes every word
        mark_safe(chart.drawing.narrow),  # noqa: S308 - as above
        chart.grid,
    )


def day_or_none(said: str) -> date | None:
    """A day as a form writes it, or None."""
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None
