"""Alerts and their rules as the read side hands them out: frozen values. Times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Sort = Literal["burst", "severe", "new"]
Sensitivity = Literal["calm", "normal", "keen"]
SeenBy = Literal["everybody", "analyst", "lead", "steward"]
Reason = Literal["real", "expected", "noise", "duplicate", "level", "gone"]

SENSITIVITIES: tuple[Sensitivity, ...] = ("calm", "normal", "keen")
SEEN_BY: tuple[SeenBy, ...] = ("everybody", "analyst", "lead", "steward")
SAID: tuple[Reason, ...] = ("real", "expected", "noise", "duplicate")
"""Reasons a person may close with."""

TROUBLE = ("complaint", "report")
"""The kinds of post that "trouble" stands for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it holds now. `id` is 0 for one that every programme has (`slot`) and nobody changed.

    about        "" every label, a category or a label
    place        "" every place, or a place's slug
    kind         "" every kind, "trouble", or one kind
    quiet        hours of the day from and until which its alerts wait (`zone`); None: no quiet hours
    opens        each of its alerts opens a case by itself
    snoozed      nothing is raised before; None: not snoozed
    proposed     the calmer setting that its last closings speak for, or ""
    """

    id: int
    slot: str
    sort: Sort
    name: str
    about: str = ""
    place: str = ""
    kind: str = "trouble"
    sensitivity: Sensitivity = "normal"
    least_posts: int = 5
    least_voices: int = 5
    quiet: tuple[int, int] | None = None
    zone: str = ""
    seen_by: SeenBy = "everybody"
    on: bool = True
    opens: bool = False
    snoozed: datetime | None = None
    noise: int = 0
    proposed: str = ""

    def wants(self, about: str) -> bool:
        """Whether a label or category falls under it."""
        return not self.about or about == self.about or about.startswith(f"{self.about}.")


DEFAULTS: tuple[Rule, ...] = (
    Rule(0, "burst", "burst", "A problem rises"),
    Rule(0, "severe", "severe", "A single post that may be serious", kind="", seen_by="everybody"),
    Rule(0, "new", "new", "A new theme", kind=""),
)
"""The rules of a programme in which nobody set anything up."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert. `rings`: from then on it counts as new; `closed` None: open."""

    id: int
    programme: str
    rule: int
    sort: Sort
    about: str
    key: str
    kind: str
    place: str
    region: str
    post: int | None
    seen_by: SeenBy
    opened: datetime
    since: datetime
    until: datetime
    rings: datetime
    snoozed: datetime | None
    closed: datetime | None
    reason: str
    why: Mapping[str, object]

    def state(self, now: datetime) -> Literal["open", "snoozed", "closed"]:
        if self.closed is not None:
            return "closed"
        return "snoozed" if self.snoozed is not None and self.snoozed > now else "open"


@dataclass(frozen=True, slots=True)
class Counted:
    """Posts by hour, and which hours are known: what may be told of them, as plain columns.

    places  slugs; the others name a place by its number in it
    rows    (hour since 1970, place, label, kind, region, posts), of all labels or of those asked for
    known   (place, hour)
    every   (hour, place, posts) of all labels together
    """

    places: tuple[str, ...]
    rows: tuple[tuple[int, int, str, str, str, int], ...]
    known: tuple[tuple[int, int], ...]
    every: tuple[tuple[int, int, int], ...]
