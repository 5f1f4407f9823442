"""A route as plain, frozen values: what it watches, to whom it goes, by which ladder.

    watch     volume (how much is said), alerts, or cases
    about     labels and categories; none: every label, each by itself
    kinds     complaint, report, question, idea, praise; none: any
    themes    numbers; places slugs; tags names (of cases)
    severity  at least so severe: of a label's own severity, of an alert's label, or of a case
    sorts     of alerts: burst, severe, new
    posts, voices, within   volume: at least so many in so many hours, counted by the hour

Conditions narrow each other; values of one condition are alternatives.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast, get_args
from zoneinfo import ZoneInfo

from earnest.desk.ladder import Ladder, Rung
from earnest.desk.quiet_hours import Quiet
from earnest.record.verdict import KINDS
from earnest.store.shapes_escalation import WHOS, Who

Watch = Literal["volume", "alerts", "cases"]
WATCHES: tuple[Watch, ...] = get_args(Watch)
SORTS = ("burst", "severe", "new")
SEVERITIES = ("low", "normal", "high", "severe")
CONDITIONS: dict[Watch, tuple[str, ...]] = {
    "volume": ("about", "kinds", "themes", "places", "severity", "posts", "voices", "within"),
    "alerts": ("about", "kinds", "themes", "places", "severity", "alerts"),
    "cases": ("about", "themes", "tags", "severity"),
}
"""Which conditions each sort of route may have, by their names in the file."""

HOUR, DAY = 60, 24 * 60
LONGEST_NAME = 80
LONGEST_WITHIN = 14 * DAY
LONGEST_WAIT = 14 * DAY
LONGEST_REST = 90 * DAY
MOST_VALUES = 50
MOST_ROUTES = 100
MOST_COUNT = 100_000

__all__ = ["KINDS", "Quiet", "Route", "Rung", "When", "Who", "ladder_of", "of_plain", "plain"]


@dataclass(frozen=True, slots=True)
class When:
    """What a route waits for (see above). `within` and all other spans are minutes."""

    watch: Watch = "volume"
    about: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    themes: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    severity: str = ""
    sorts: tuple[str, ...] = ()
    posts: int = 0
    voices: int = 0
    within: int = 0

    def at_least(self, severity: str) -> bool:
        """Whether a severity is enough."""
        if not self.severity:
            return True
        return severity in SEVERITIES and SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)

    def wants(self, label: str) -> bool:
        """Whether a label or category falls under `about`."""
        return not self.about or any(label == one or label.startswith(f"{one}.") for one in self.about)


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    slug    its short name, which stays
    team    the slug of the team it goes to; "": whose label or theme it is, else leadership
    stop    who may stop what it sent: team, lead (those who may escalate), leadership
    rest    how long the same thing is not sent again (minutes)
    """

    slug: str
    name: str
    when: When = field(default_factory=When)
    team: str = ""
    rungs: tuple[Rung, ...] = (Rung("team"),)
    quiet: Quiet | None = None
    stop: Who = "lead"
    rest: int = 7 * DAY
    on: bool = True
    comments: str = ""


def plain(route: Route) -> dict[str, Any]:
    """A route as plain values, for its row (without slug, comments and whether it is on)."""
    when = {one.name: getattr(route.when, one.name) for one in fields(When)}
    return {
        "name": route.name,
        "when": {name: list(v) if isinstance(v, tuple) else v for name, v in when.items()},
        "team": route.team,
        "rungs": [[rung.who, rung.wait, list(rung.channels)] for rung in route.rungs],
        "quiet": None
        if route.quiet is None
        else [route.quiet.begin, route.quiet.end, route.quiet.zone, route.quiet.severe],
        "stop": route.stop,
        "rest": route.rest,
    }


def of_plain(slug: str, spec: Mapping[str, Any], *, on: bool = True, comments: str = "") -> Route:
    """A route from its row."""
    when: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in spec.get("when", {}).items()
    }
    known = {one.name for one in fields(When)}
    return Route(
        slug=slug,
        name=spec.get("name", slug),
        when=When(**{name: v for name, v in when.items() if name in known}),
        team=spec.get("team", ""),
        rungs=tuple(Rung(who, int(wait), tuple(chosen)) for who, wait, chosen in spec.get("rungs", ())),
        quiet=None if spec.get("quiet") is None else Quiet(*spec["quiet"]),
        stop=cast(Who, spec.get("stop") if spec.get("stop") in WHOS else "lead"),
        rest=int(spec.get("rest", 7 * DAY)),
        on=on,
        comments=comments,
    )


def ladder_of(route: Route, *, severe: bool) -> Ladder:
    """The ladder that something goes up by this route."""
    return Ladder(
        route.rungs,
        route.quiet,
        passes=severe and route.quiet is not None and route.quiet.severe,
        stop=route.stop,
    )


_SPAN = re.compile(r"([1-9][0-9]{0,5}) ?(minute|hour|day)s?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_UNITS = {"minute": 1, "hour": HOUR, "day": DAY}


def span_of(text: str) -> int:
    """The minutes of a span as a person writes it; 0: it is none."""
    found = _SPAN.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2]] if found else 0


def clock_of(text: str) -> int | None:
    """The minute of the day of a time such as 07:00; None: it is none."""
    found = _CLOCK.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


def known_zone(name: str) -> bool:
    """Whether a time zone is known on this machine."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def span_text(minutes: int) -> str:
    """A span as a person writes it: "30 minutes", "4 hours", "2 days"."""
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (1, "minute")):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError("minutes are whole")
