"""Writing routes as the file that `route_file.parse` reads."""

from typing import Any

import yaml

from earnest.desk.quiet_hours import clock_text
from earnest.desk.route_file import Book
from earnest.desk.route_shapes import Route, Rung, span_text


class _Flow(list[Any]):
    """A list that is written in one line."""


class _FlowMap(dict[str, Any]):
    """Names and values that are written in one line."""


class _Quoted(str):
    """A text that is always in quotes."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes lists of values in one line, and times of day in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Flow, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)
_Dumper.add_representer(
    _FlowMap, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)
_Dumper.add_representer(
    bool,
    lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if data else "no"),
)
_Dumper.add_representer(
    _Quoted, lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style='"')
)


def emit(book: Book) -> str:
    """The file that `parse` reads as this book."""
    said = _commented(book.head, "") + ("routes:\n" if book.routes else "routes: []\n")
    for at, route in enumerate(book.routes):
        text = yaml.dump(
            [_document(route)],
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            width=110,
            default_flow_style=False,
        )
        lines = "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())
        said += ("\n" if at else "") + _commented(route.comments, "  ") + lines
    return said


def _commented(comments: str, indent: str) -> str:
    return "".join(f"{indent}# {line}".rstrip() + "\n" for line in comments.split("\n")) if comments else ""


def _document(route: Route) -> dict[str, Any]:
    when = route.when
    conditions: dict[str, Any] = {}
    for name, values in (
        ("about", when.about),
        ("kinds", when.kinds),
        ("themes", when.themes),
        ("places", when.places),
        ("tags", when.tags),
        ("alerts", when.sorts),
    ):
        if values:
            conditions[name] = _Flow(values)
    if when.severity:
        conditions["severity"] = when.severity
    for name, count in (("posts", when.posts), ("voices", when.voices)):
        if count:
            conditions[name] = count
    if when.within:
        conditions["within"] = span_text(when.within)
    found: dict[str, Any] = {"route": route.slug, "name": route.name, "watch": when.watch}
    if conditions:
        found["when"] = conditions
    if route.team:
        found["team"] = route.team
    found["ladder"] = [_step(rung) for rung in route.rungs]
    if route.quiet is not None:
        found["quiet hours"] = _FlowMap(
            {
                "from": _Quoted(clock_text(route.quiet.begin)),
                "until": _Quoted(clock_text(route.quiet.end)),
                "zone": route.quiet.zone,
                "severe": "passes" if route.quiet.severe else "waits",
            }
        )
    found["stopped by"] = route.stop
    found["again after"] = span_text(route.rest)
    found["enabled"] = route.on
    return found


def _step(rung: Rung) -> dict[str, Any]:
    step: dict[str, Any] = {"tell": rung.who}
    if rung.wait:
        step["answer within"] = span_text(rung.wait)
    if rung.channels:
        step["by"] = _Flow(rung.channels)
    return step
