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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar, cast

import yaml

from earnest.desk.quiet_hours import DAY, Quiet
from earnest.desk.route_shapes import (
    CONDITIONS,
    KINDS,
    LONGEST_NAME,
    LONGEST_REST,
    LONGEST_WAIT,
    LONGEST_WITHIN,
    MOST_COUNT,
    MOST_ROUTES,
    MOST_VALUES,
    SEVERITIES,
    SORTS,
    WATCHES,
    Route,
    Rung,
    When,
    clock_of,
    known_zone,
    span_of,
    span_text,
)
from earnest.record.errors import InputError
from earnest.store.shapes_escalation import WHOS
from earnest.understand.taxonomy import composed

T = TypeVar("T", bound=str)

MOST_BYTES = 512 * 1024
LONGEST_COMMENTS = 4_000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
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

Spot = tuple[int, int]
"""Line and column, both from 1."""


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


class _Reader:
    """Turns nodes into routes; knows where each stands."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.spots: dict[tuple[str, str], Spot] = {}
        self.slug = ""

    def fail(self, node: yaml.Node, problem: str, advice: str = "") -> InputError:
        line, column = _spot(node)
        return InputError(problem, place=f"{self.file}:{line}:{column}", advice=advice)

    def book(self, node: yaml.Node) -> Book:
        top = self.mapping(node, ("routes",), "the file")
        if "routes" not in top:
            raise self.fail(node, "the file has no 'routes'", "Begin with a line 'routes:'.")
        whole = top["routes"]
        items = [] if _empty(whole) else self.sequence(whole, "routes")
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
            ("watch", f"Write 'watch:' with one of {_or(WATCHES)}."),
            ("ladder", "Write 'ladder:' with a line '- tell: team' under it."),
        ):
            if key not in found:
                raise self.fail(node, f"this route has no '{key}'", advice)
        self.slug = self.matching(found["route"], "route", _SLUG, "small letters, digits and hyphens", 60)
        self.spots[(self.slug, "route")] = _spot(found["route"])
        for key, part in found.items():
            self.spots[(self.slug, key)] = _spot(part)
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
            {}
            if node is None or _empty(node)
            else self.mapping(node, CONDITIONS[watch], f"'when' of {watch}")
        )
        for key, part in found.items():
            self.spots[(self.slug, f"when.{key}")] = _spot(part)
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
                raise self.fail(item, "this step has no 'tell'", f"Write 'tell:' with one of {_or(WHOS)}.")
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
            self.spots[(self.slug, f"ladder.{who}")] = _spot(found.get("by", item))
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

    # What a node may be.

    def mapping(self, node: yaml.Node, known: Sequence[str], what: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(
                node, f"{what} is a list of names and values", f"Write {known[0]}: … on its own line."
            )
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name not in known:
                said = f"'{name[:40]}'" if name and name.isprintable() else "this"
                raise self.fail(key, f"{said} does not belong to {what}", f"Known are {_or(known)}.")
            if name in found:
                raise self.fail(key, f"'{name}' is there twice")
            found[name] = value
        return found

    def sequence(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, f"'{what}' is a list", "Write [one, two], or a line '- one' for each.")
        found: list[yaml.Node] = list(node.value)
        return found

    def some(self, found: Mapping[str, yaml.Node], key: str) -> list[yaml.Node]:
        """The values of a condition: a list, or one value by itself."""
        node = found.get(key)
        if node is None:
            return []
        single = isinstance(node, yaml.ScalarNode) and not _empty(node)
        items: list[yaml.Node] = [node] if single else self.sequence(node, key)
        if not 0 < len(items) <= MOST_VALUES:
            raise self.fail(node, f"'{key}' has 1 to {MOST_VALUES} values", "Leave it out for any.")
        return items

    def each(
        self, found: Mapping[str, yaml.Node], key: str, read: Callable[[yaml.Node], str]
    ) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read(one) for one in self.some(found, key)))

    def text(self, node: yaml.Node, what: str, longest: int) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.fail(node, f"{what} is a single value")
        said = str(node.value).strip()
        if not 0 < len(said) <= longest or not said.isprintable():
            raise self.fail(node, f"{what} has 1 to {longest} printable characters")
        return said

    def matching(self, node: yaml.Node, what: str, shape: re.Pattern[str], like: str, longest: int) -> str:
        said = self.text(node, what, longest)
        if not shape.fullmatch(said):
            raise self.fail(node, f"{what} is {like}")
        return said

    def choice(self, node: yaml.Node, what: str, known: Sequence[T]) -> T:
        said = self.text(node, what, 40)
        for one in known:
            if one == said:
                return one
        raise self.fail(node, f"{what} is {_or(known)}", f"Not '{said}'.")

    def number(self, node: yaml.Node, what: str, most: int) -> int:
        said = self.text(node, what, 20)
        if not (said.isascii() and said.isdecimal() and 1 <= int(said) <= most):
            raise self.fail(node, f"{what} is a whole number from 1 to {most:,}")
        return int(said)

    def span(self, node: yaml.Node, what: str, longest: int) -> int:
        said = self.text(node, what, 40)
        minutes = span_of(said)
        if not 0 < minutes <= longest:
            raise self.fail(
                node, f"'{what}' is a span up to {span_text(longest)}", "Write 30 minutes, 4 hours or 2 days."
            )
        return minutes

    def clock(self, node: yaml.Node, what: str) -> int:
        minute = clock_of(self.text(node, what, 20))
        if minute is None:
            raise self.fail(node, f"'{what}' is a time of day", 'Write it as "22:00", in quotes.')
        return minute

    # Comments.

    def comments(self, line: int, kept: set[int]) -> str:
        """The comment lines straight above a line."""
        found: list[str] = []
        at = line - 1
        while 0 <= at < len(self.lines) and self.lines[at].lstrip().startswith("#"):
            found.append(self.lines[at].strip()[1:].removeprefix(" ").rstrip())
            kept.add(at)
            at -= 1
        said = "\n".join(reversed(found))
        if len(said) > LONGEST_COMMENTS or not said.replace("\n", "").isprintable():
            raise InputError(
                f"the comment has over {LONGEST_COMMENTS:,} characters, or some that cannot be printed",
                place=f"{self.file}:{at + 2}:1",
            )
        return said

    def lost(self, node: yaml.Node, kept: set[int]) -> int:
        """How many comments are not kept: full lines elsewhere, and those beside a value."""
        values: set[int] = set()
        _lines_of_texts(node, values)
        return sum(
            1
            for at, line in enumerate(self.lines)
            if at not in kept and at not in values and _COMMENT.search(line)
        )


_COMMENT = re.compile(r"(?:^|\s)#(?:[^\"']|\"[^\"]*\"|'[^']*')*$")
_SLUG_ANY = re.compile(r"[-A-Za-z0-9_]+")


def _lines_of_texts(node: yaml.Node, found: set[int]) -> None:
    """The lines of texts that hold a '#' themselves: what looks like a comment there is none."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _lines_of_texts(key, found)
            _lines_of_texts(value, found)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _lines_of_texts(value, found)
    elif "#" in str(node.value):
        found.update(range(node.start_mark.line, node.end_mark.line + 1))


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _spot(node: yaml.Node) -> Spot:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _or(known: Sequence[str]) -> str:
    return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} or {known[-1]}"
