"""What a node of a routes' file may be, and where the comments of the file stand.

Every failure names file, line and column, and what to write instead.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import yaml

from earnest.desk.route_shapes import MOST_VALUES, clock_of, span_of, span_text
from earnest.record.errors import InputError

T = TypeVar("T", bound=str)

LONGEST_COMMENTS = 4_000
_COMMENT = re.compile(r"(?:^|\s)#(?:[^\"']|\"[^\"]*\"|'[^']*')*$")

Spot = tuple[int, int]
"""Line and column, both from 1."""


class Nodes:
    """The nodes of one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()

    def fail(self, node: yaml.Node, problem: str, advice: str = "") -> InputError:
        line, column = spot(node)
        return InputError(problem, place=f"{self.file}:{line}:{column}", advice=advice)

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
                raise self.fail(key, f"{said} does not belong to {what}", f"Known are {either(known)}.")
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
        single = isinstance(node, yaml.ScalarNode) and not empty(node)
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
        raise self.fail(node, f"{what} is {either(known)}", f"Not '{said}'.")

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


def empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def spot(node: yaml.Node) -> Spot:
    return node.start_mark.line + 1, node.start_mark.column + 1


def either(known: Sequence[str]) -> str:
    return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} or {known[-1]}"
