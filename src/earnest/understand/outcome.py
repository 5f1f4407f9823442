"""What may be told of an effect: figures that stand for too few voices are taken out, the others are rounded.

    tell(counted, floor=10) -> Outcome

A week is told when nobody complained in it, or at least `floor` voices did; voices are told as an average
week's, rounded to a multiple of the floor, since those of several weeks cannot be added and tags of two
quarters cannot be linked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from earnest.understand import effect
from earnest.understand.effect import Effect, Heard, Verdict, Week


class Counted(Heard, Protocol):
    """What was counted (`store.effect_shapes.Counted`)."""

    @property
    def acted(self) -> tuple[int, int]: ...
    @property
    def today(self) -> int: ...
    @property
    def titles(self) -> Sequence[str]: ...

    def voices(self, first: int, end: int) -> int: ...
    def unknown_hours(self, first: int, end: int) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """An effect as it is told.

    effect         its weeks have no rate where too few voices are behind it (`hidden` has their first days)
    acted          the first and last day (numbers) on which something was done
    voices         of an average week after, and `usual` before: multiples of the floor, 0 where nobody spoke;
                   None where it is some, but fewer than the floor
    unknown        hours that are not known, of how many, in all weeks that are told
    places         titles of the places that were heard on one side only
    """

    effect: Effect
    acted: tuple[int, int]
    hidden: frozenset[int]
    voices: int | None
    usual: int | None
    unknown: tuple[int, int]
    places: tuple[str, ...]
    floor: int

    @property
    def verdict(self) -> Verdict:
        return self.effect.verdict

    @property
    def left(self) -> int | None:
        """How much of the complaints is left, in percent and steps of five; None where that is not told."""
        own = self.effect.own
        return None if own is None or not own.value < 40 else round(own.value * 20) * 5


def tell(counted: Counted, floor: int) -> Outcome:
    """What may be told of a case's figures; `floor`: the smallest number of voices a figure may stand for."""
    found = effect.judge(counted, acted=counted.acted, today=counted.today)
    heard = {week.first: counted.voices(week.first, week.first + week.days) for week in found.weeks}
    hidden = frozenset(week.first for week in found.weeks if week.about and heard[week.first] < floor)
    voices = [_average(found.weeks, heard, part, floor) for part in ("after", "before")]
    few = found.own is not None and voices[1] is None
    hide = few or voices[0] is None  # how much is left would tell how few they are
    first = found.weeks[0].first if found.weeks else counted.acted[0]
    last = max((week.first + week.days for week in found.weeks), default=counted.acted[1] + 1)
    return Outcome(
        effect=replace(
            found,
            verdict="seldom" if few else found.verdict,
            weeks=tuple(_without(week) if week.first in hidden else week for week in found.weeks),
            own=None if hide else found.own,
            against=None if hide else found.against,
            rates=None if few or found.rates is None else (found.rates[0], None if hide else found.rates[1]),
        ),
        acted=counted.acted,
        hidden=hidden,
        voices=voices[0],
        usual=voices[1],
        unknown=counted.unknown_hours(first, last),
        places=tuple(counted.titles[place] for place in found.left_out),
        floor=floor,
    )


def _without(week: Week) -> Week:
    return replace(week, about=0, rate=None, low=0.0, high=0.0)


def _average(weeks: Sequence[Week], heard: dict[int, int], part: str, floor: int) -> int | None:
    """The voices of an average week that was heard, to a multiple of the floor."""
    told = [heard[week.first] for week in weeks if week.part == part and week.rate is not None]
    if not any(told):
        return 0
    usual = sum(told) / len(told)
    return None if usual < floor else int((2 * usual + floor) // (2 * floor)) * floor
