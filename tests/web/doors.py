"""Every address of the server, filled in from a desk with something in it: for tests that walk them all.

A part that this file was not taught is "1", which any converter takes; `tests/security/who.py` is where a new
address is told who may go there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from earnest.store import read


@dataclass(frozen=True, slots=True)
class Door:
    """An address: its name, its pattern, and the parts it is made of."""

    name: str
    route: str
    parts: tuple[str, ...]

    def address(self, programme: str, **more: str) -> str:
        """The address in a programme."""
        values = known(programme) | more
        url = self.route
        for part in self.parts:
            url = _fill(url, part, values.get(part, "1"))
        return f"/{url}"

    @property
    def of_programme(self) -> bool:
        return "programme" in self.parts


def every() -> list[Door]:
    """Every door that the resolver knows, in its order."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, before: str) -> Iterator[Door]:
    for one in resolver.url_patterns:
        if not isinstance(one.pattern, RoutePattern):  # the interface's own "there is nothing here"
            assert (before, str(one.pattern)) == ("api/v1/", "^"), "teach tests/web/doors.py about it"
            continue
        route = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _walk(one, route)
            continue
        assert isinstance(one, URLPattern)
        parts = tuple(part.strip("<>").rpartition(":")[2] for part in _parts(route))
        yield Door(one.name or route, route, parts)


def _parts(route: str) -> list[str]:
    return [f"<{piece.partition('>')[0]}>" for piece in route.split("<")[1:]]


def _fill(url: str, part: str, value: str) -> str:
    for piece in _parts(url):
        if piece.strip("<>").rpartition(":")[2] == part:
            return url.replace(piece, value)
    raise KeyError(part)


def known(programme: str) -> dict[str, str]:
    """What the parts of an address may be in a programme of the sample."""
    posts = read.posts(programme, read.Filters(), limit=1).rows if read.programme(programme) else ()
    places = [place.slug for place in read.places(programme)]
    reports = read.reports(programme)
    return {
        "programme": programme,
        "id": str(posts[0].id if posts else 1),
        "place": places[0] if places else "form",
        "format": "json",
        "step": "purpose",
        "type": "feed",
        "name": "notice-1.json",
        "token": "not-a-token",
        "report": str(reports[0].id if reports else 1),
        "number": "1",
        "rule": "burst",
    }
