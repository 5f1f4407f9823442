"""Routes as a file that a person reads and writes.

    # Who hears of what. Times are of the place named in "quiet hours".
    routes:
      # Tips first: this is what people ask us about most.
      - route: lost-tips                 # its short name: small letters, digits, hyphens; it stays
        name: Tips that do not arrive
        watch: volume                    # volume, alerts or cases
        when:
          about: [pay.tips]              # labels or categories; leave it out for every label, each by itself
          kinds: [complaint, report]     # complaint, question, idea, praise, report
          posts: 20                      # at least so many posts …
          voices: 10                     # … and so many voices …
          within: 24 hours               # … in so many hours or days, up to 14 days
        team: payments                   # a team's short name; leave it out: whoever owns the label
        ladder:
          - tell: team                   # team, lead or leadership
            answer within: 4 hours       # minutes, hours or days; the last step may leave it out
            by: [payments-mail]          # channels' short names; leave it out: the team's own
          - tell: lead
            answer within: 4 hours
          - tell: leadership
        quiet hours: {from: "22:00", until: "07:00", zone: Europe/Berlin, severe: waits}   # or: passes
        stopped by: lead                 # team, lead (whoever may escalate) or leadership
        again after: 7 days              # the same thing is not sent again before
        enabled: yes

Further conditions: `themes: [12]` (volume, alerts, cases), `places: [reviews]` (volume, alerts),
`severity: high` (low, normal, high, severe: of the label, or of the case), `alerts: [burst, severe, new]`
(alerts), `tags: [refund]` (cases). Conditions narrow each other; the values of one are alternatives.

`parse` and `route_emit.emit` are each other's inverse. Comment lines straight above a route and above
`routes:` are kept; comments beside or within a route are not (`Book.lost` counts them, and the command says
so).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import yaml

from earnest.desk.quiet_hours import DAY, Quiet
from earnest.desk.route_nodes import Nodes, Spot, either, empty, spot
from earnest.desk.route_shapes import (
    CONDITIONS,
    KINDS,
    LONGEST_NAME,
    LONGEST_REST,
    LONGEST_WAIT,
    LONGEST_WITHIN,
    MOST_COUNT,
    MOST_ROUTES,
    SEVERITIES,
    SORTS,
    WATCHES,
    Route,
    Rung,
    When,
    known_zone,
)
from earnest.record.errors import InputError
from earnest.store.shapes_escalation import WHOS
from earnest.understand.taxonomy import composed

MOST_BYTES = 512 * 1024
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLUG_ANY = re.compile(r"[-A-Za-z0-9_]+")
_LABEL = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*(?:\.[a-z0-9]+(?:[-_][a-z0-9]+)*)?")
_ROUTE_KEYS = (
    "route",
    "name",
    "watch",
    "when",
    "team",
    "ladder",
    "quiet hours",
    "stopped by",
    "again after",
    "enabled",
)
_ZONES_ADVICE = "Write it as Europe/Berlin."


@dataclass(frozen=True, slots=True)
class Book:
    """A file of routes.

    head   the comment lines above `routes:`
    spots  where each route's parts stand, by the route's short name and the part ("when.about")
    lost   comments that are not kept
    """

    routes: tuple[Route, ...]
    head: str = ""
    spots: Mapping[tuple[str, str], Spot] = field(default_factory=dict, compare=False)
    lost: int = field(default=0, compare=False)

    def place(self, file: str, slug: str, part: str) -> str:
        """Where a part of a route stands: "routes.yaml:12:5"."""
        spot = self.spots.get((slug, part)) or self.spots.get((slug, "route")) or (1, 1)
        return f"{file}:{spot[0]}:{spot[1]}"


def parse(text: str, file: str = "routes.yaml") -> Book:
    """Read a file. Raises InputError naming file, line and column, and what to write instead.

    What needs the programme (whether a label or a team is there) is checked by `desk.routes.problems`.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise InputError(f"is larger than {MOST_BYTES >> 10} KB", place=file)
    node = composed(text, file, columns=True)
    return _Reader(file, text).book(node)


class _Reader(Nodes):
    """Turns nodes into routes; knows where each stands."""

    def __init__(self, file: str, text: str) -> None:
        super().__init__(file, text)
        self.spots: dict[tuple[str, str], Spot] = {}
        self.slug = ""

    def book(self, node: yaml.Node) -> Book:
        top = self.mapping(node, ("routes",), "the file")
        if "routes" not in top:
            raise self.fail(node, "the file has no 'routes'", "Begin with a line 'routes:'.")
        whole = top["routes"]
        items = [] if empty(whole) else self.sequence(whole, "routes")
        if len(items) > MOST_ROUTES:
            raise self.fail(whole, f"there are more than {MOST_ROUTES} routes")
        kept: set[int] = set()
        key = next(name for name, _ in cast(yaml.MappingNode, node).value)
        head = self.comments(key.start_mark.line, kept)
        routes: list[Route] = []
        for item in items:
            route = self.route(item, kept)
            if any(other.slug == route.slug for other in routes):
                raise self.fail(item, f"there are two routes '{route.slug}'", "Give each its own short name.")
            routes.append(route)
        return Book(tuple(routes), head, self.spots, self.lost(node, kept))

    def route(self, node: yaml.Node, kept: set[int]) -> Route:
        found = self.mapping(node, _ROUTE_KEYS, "a route")
        for key, advice in (
            ("route", "Give it a short name: 'route: lost-tips'."),
            ("watch", f"Write 'watch:' with one of {either(WATCHES)}."),
            ("ladder", "Write 'ladder:' with a line '- tell: team' under it."),
        ):
            if key not in found:
                raise self.fail(node, f"this route has no '{key}'", advice)
        self.slug = self.matching(found["route"], "route", _SLUG, "small letters, digits and hyphens", 60)
        self.spots[(self.slug, "route")] = spot(found["route"])
        for key, part in found.items():
            self.spots[(self.slug, key)] = spot(part)
        watch = self.choice(found["watch"], "watch", WATCHES)
        enabled = (
            self.choice(found["enabled"], "enabled", ("yes", "no", "true", "false"))
            if "enabled" in found
            else "yes"
        )
        return Route(
            slug=self.slug,
            name=self.text(found["name"], "name", LONGEST_NAME) if "name" in found else self.slug,
            when=self.when(found.get("when"), watch, node),
            team=self.matching(found["team"], "team", _SLUG, "a team's short name", 60)
            if "team" in found
            else "",
            rungs=self.ladder(found["ladder"]),
            quiet=self.quiet(found["quiet hours"]) if "quiet hours" in found else None,
            stop=self.choice(found["stopped by"], "stopped by", WHOS) if "stopped by" in found else "lead",
            rest=self.span(found["again after"], "again after", LONGEST_REST)
            if "again after" in found
            else 7 * DAY,
            on=enabled in ("yes", "true"),
            comments=self.comments(node.start_mark.line, kept),
        )

    def when(
        self, node: yaml.Node | None, watch: Literal["volume", "alerts", "cases"], route: yaml.Node
    ) -> When:
        found = (
            {} if node is None or empty(node) else self.mapping(node, CONDITIONS[watch], f"'when' of {watch}")
        )
        for key, part in found.items():
            self.spots[(self.slug, f"when.{key}")] = spot(part)
        if watch == "volume" and "within" not in found:
            raise self.fail(node or route, "volume needs 'within'", "Write 'within: 24 hours'.")
        if watch == "volume" and not {"posts", "voices"} & set(found):
            raise self.fail(node or route, "volume needs 'posts' or 'voices'", "Write 'posts: 20'.")
        within = self.span(found["within"], "within", LONGEST_WITHIN) if "within" in found else 0
        if within % 60:
            raise self.fail(found["within"], "'within' is whole hours", "Write it as 24 hours.")
        themes = [
            self.number(one, "a theme", 10_000_000) for one in self.some(found, "themes")
        ]  # fmt: skip
        return When(
            watch=watch,
            about=self.each(
                found, "about", lambda one: self.matching(one, "a label", _LABEL, "a label's id", 80)
            ),
            kinds=self.each(found, "kinds", lambda one: self.choice(one, "a kind", KINDS)),
            themes=tuple(dict.fromkeys(themes)),
            places=self.each(
                found,
                "places",
                lambda one: self.matching(one, "a place", _SLUG_ANY, "a place's short name", 60),
            ),
            tags=self.each(found, "tags", lambda one: self.text(one, "a tag", 60)),
            severity=self.choice(found["severity"], "severity", SEVERITIES) if "severity" in found else "",
            sorts=self.each(found, "alerts", lambda one: self.choice(one, "a sort of alert", SORTS)),
            posts=self.number(found["posts"], "posts", MOST_COUNT) if "posts" in found else 0,
            voices=self.number(found["voices"], "voices", MOST_COUNT) if "voices" in found else 0,
            within=within,
        )

    def ladder(self, node: yaml.Node) -> tuple[Rung, ...]:
        items = self.sequence(node, "ladder")
        if not items:
            raise self.fail(node, "the ladder has no step", "Write '- tell: team' under it.")
        rungs: list[Rung] = []
        for place, item in enumerate(items):
            found = self.mapping(item, ("tell", "answer within", "by"), "a step")
            if "tell" not in found:
                raise self.fail(item, "this step has no 'tell'", f"Write 'tell:' with one of {either(WHOS)}.")
            who = self.choice(found["tell"], "tell", WHOS)
            if any(rung.who == who for rung in rungs):
                raise self.fail(found["tell"], f"'{who}' is told twice", "Each is one step of a ladder.")
            if rungs and WHOS.index(who) < WHOS.index(rungs[-1].who):
                raise self.fail(
                    found["tell"], "a ladder only goes up", "Write team, then lead, then leadership."
                )
            last = place == len(items) - 1
            if "answer within" not in found and not last:
                raise self.fail(item, "this step has no 'answer within'", "Write 'answer within: 4 hours'.")
            wait = (
                self.span(found["answer within"], "answer within", LONGEST_WAIT)
                if "answer within" in found
                else 0
            )
            channels = self.each(
                found,
                "by",
                lambda one: self.matching(one, "a channel", _SLUG_ANY, "a channel's short name", 40),
            )
            self.spots[(self.slug, f"ladder.{who}")] = spot(found.get("by", item))
            rungs.append(Rung(who, wait, channels))
        return tuple(rungs)

    def quiet(self, node: yaml.Node) -> Quiet | None:
        found = self.mapping(node, ("from", "until", "zone", "severe"), "quiet hours")
        for key, example in (("from", '"22:00"'), ("until", '"07:00"'), ("zone", "Europe/Berlin")):
            if key not in found:
                raise self.fail(node, f"quiet hours have no '{key}'", f"Write '{key}: {example}'.")
        severe = self.choice(found["severe"], "severe", ("waits", "passes")) if "severe" in found else "waits"
        begin, end = self.clock(found["from"], "from"), self.clock(found["until"], "until")
        if begin == end:
            raise self.fail(
                found["until"], "quiet hours begin and end at the same time", "Leave them out for none."
            )
        zone = self.text(found["zone"], "zone", 60)
        if not known_zone(zone):
            raise self.fail(found["zone"], "this time zone is not known", _ZONES_ADVICE)
        return Quiet(begin, end, zone, severe == "passes")
