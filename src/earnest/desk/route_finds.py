"""What a route finds: pure rules over what the store counts, the same for the past (dry run) and for now.

A `Find` says which thing, when and why, in figures and short names. No route fires below the programme's
floor of voices: what a few could be picked out of is not sent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from earnest.desk import taxonomy_names
from earnest.desk.route_shapes import Route
from earnest.record.errors import StoreError
from earnest.store import clock, read, read_alerts, read_route_counts, read_route_things
from earnest.store.alert_shapes import TROUBLE, AlertRow
from earnest.store.read_route_counts import Asked, Hours
from earnest.store.shapes_cases import SEVERITIES, Case


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that a route is about to send, or would have sent.

    thing     "label:pay.tips", "theme:12", "alert:3", "case:5"
    at        when the route matched; `since` when what it matched began
    label     what it is about; `themes` numbers
    posts, voices  of the window (0: not counted)
    case      the number of the case, where the thing is one
    single    it is about a single post: nothing of it is counted
    """

    route: str
    thing: str
    at: datetime
    since: datetime
    label: str = ""
    themes: tuple[int, ...] = ()
    posts: int = 0
    voices: int = 0
    severity: str = "normal"
    case: int = 0
    single: bool = False

    @property
    def severe(self) -> bool:
        return self.severity == "severe"


def finds(programme: str, route: Route, since: datetime, now: datetime, *, past: bool) -> list[Find]:
    """What a route finds from `since` to `now`, oldest first. `past`: as it would have been, also what is
    over.
    """
    if route.when.watch == "volume":
        return volume(programme, route, clock.seconds(since) // clock.HOUR, now)
    if route.when.watch == "alerts":
        return list(of_alerts(programme, route, since, now, past=past))
    return list(of_cases(programme, route, since, past=past))


def volume(programme: str, route: Route, first: int, now: datetime) -> list[Find]:
    """Where enough was said, in each hour from `first` (since 1970) to the one that runs now."""
    when = route.when
    floor = _floor(programme)
    asked = Asked(when.kinds, when.places)
    window, last = when.within // 60, clock.seconds(now) // clock.HOUR + 1
    called = taxonomy_names.of(programme)
    found: list[Find] = []
    if when.themes:
        known = read_route_things.label_of_themes(programme, when.themes)
        counts = read_route_counts.themes(programme, when.themes, asked, first - window, last)
        for number, hours in sorted(counts.items()):
            label = known.get(number, "")
            if when.wants(label) and when.at_least(called.severities.get(label, "normal")):
                count = _theme_voices(programme, number, asked)
                crossings = _crossings(route, floor, hours, first, last, count)
                found += _finds(route, f"theme:{number}", label, (number,), crossings, called, now)
        return sorted(found, key=lambda one: (one.at, one.thing))
    by_label = read_route_counts.labels(programme, when.about, asked, first - window, last)
    voices = read_route_counts.Heard(programme, when.about, asked, first - window, last)
    for about, hours in sorted(_by_thing(route, by_label, called).items()):
        count = partial(voices.voices, about)
        crossings = _crossings(route, floor, hours, first, last, count)
        found += _finds(route, f"label:{about}", about, (), crossings, called, now)
    return sorted(found, key=lambda one: (one.at, one.thing))


def _by_thing(route: Route, by_label: Mapping[str, Hours], called: taxonomy_names.Names) -> dict[str, Hours]:
    """Hours by what the route names: its labels and categories, or every label by itself."""
    when = route.when
    fits = {
        label: hours
        for label, hours in by_label.items()
        if when.at_least(called.severities.get(label, "normal"))
    }
    if not when.about:
        return fits
    found: dict[str, Hours] = {}
    for about in when.about:
        for label, hours in fits.items():
            if label == about or label.startswith(f"{about}."):
                whole = found.setdefault(about, {})
                for hour, posts in hours.items():
                    whole[hour] = whole.get(hour, 0) + posts
    return found


def _theme_voices(programme: str, number: int, asked: Asked) -> Callable[[int, int], int]:
    return lambda first, last: read_route_counts.theme_voices(programme, number, asked, first, last)


def _crossings(
    route: Route, floor: int, hours: Hours, first: int, last: int, voices: Callable[[int, int], int]
) -> Iterator[tuple[int, int, int]]:
    """(hour, posts, voices) at which enough was said in the window that ends with that hour; after each the
    route rests. Voices are counted only where there are posts enough, and again only when there are more.
    """
    window = route.when.within // 60
    least = max(route.when.posts, route.when.voices, floor)
    enough = max(route.when.voices, floor)
    seen = sum(posts for hour, posts in hours.items() if first - window < hour < first)
    resting, tried = first, 0
    for hour in range(first, last):
        seen += hours.get(hour, 0) - hours.get(hour - window, 0)
        if seen < least:
            tried = 0
            continue
        if hour < resting or seen <= tried:
            continue
        heard = voices(hour - window + 1, hour + 1)
        if heard < enough:
            tried = seen
            continue
        yield hour, seen, heard
        resting, tried = hour + max(1, route.rest // 60), 0


def _finds(
    route: Route,
    thing: str,
    label: str,
    themes: tuple[int, ...],
    crossings: Iterable[tuple[int, int, int]],
    called: taxonomy_names.Names,
    now: datetime,
) -> Iterator[Find]:
    for hour, posts, heard in crossings:
        yield Find(
            route.slug,
            thing,
            at=min(now, clock.moment((hour + 1) * clock.HOUR)),
            since=clock.moment((hour + 1 - route.when.within // 60) * clock.HOUR),
            label=label,
            themes=themes,
            posts=posts,
            voices=heard,
            severity=called.severities.get(label, "normal"),
        )


def of_alerts(programme: str, route: Route, since: datetime, now: datetime, *, past: bool) -> Iterator[Find]:
    """Alerts that the route waits for. One on a single post carries no figures."""
    when = route.when
    called = taxonomy_names.of(programme)
    floor = _floor(programme)
    rows = read_route_things.alerts(programme, since, is_open=not past)
    themes = {one.id: int(one.about[6:]) for one in rows if one.about.startswith("theme:")}
    labels = read_route_things.label_of_themes(programme, sorted(set(themes.values())))
    for alert in rows:
        if not past and (alert.rings > now or (alert.snoozed is not None and alert.snoozed > now)):
            continue
        theme = themes.get(alert.id)
        label = labels.get(theme, "") if theme is not None else alert.about
        severity = "severe" if alert.sort == "severe" else called.severities.get(label, "normal")
        wanted = (
            (not when.sorts or alert.sort in when.sorts)
            and when.wants(label)
            and (not when.themes or theme in when.themes)
            and (not when.places or alert.place in when.places)
            and _of_kind(alert, when.kinds)
            and when.at_least(severity)
        )
        if not wanted:
            continue
        heard = 0
        if alert.sort == "burst":
            hours = clock.seconds(alert.since) // clock.HOUR, clock.seconds(alert.until) // clock.HOUR
            heard = read_alerts.voices(programme, label, alert.kind, alert.place, alert.region, *hours)
            if heard < floor:
                continue
        yield Find(
            route.slug,
            f"alert:{alert.id}",
            at=max(alert.opened, alert.rings),
            since=alert.since,
            label=label,
            themes=() if theme is None else (theme,),
            voices=heard,
            severity=severity,
            single=alert.post is not None,
        )


def _of_kind(alert: AlertRow, kinds: tuple[str, ...]) -> bool:
    """Whether an alert is on these kinds of post. One on posts of every kind is on each."""
    if not kinds or not alert.kind:
        return True
    meant = TROUBLE if alert.kind == "trouble" else (alert.kind,)
    return bool(set(meant) & set(kinds))


def of_cases(programme: str, route: Route, since: datetime, *, past: bool) -> Iterator[Find]:
    """Cases that the route waits for, as they are now."""
    when = route.when
    rows = [
        case
        for case in read_route_things.cases(programme, since, changed=not past)
        if when.at_least(case.severity)
    ]
    labels = read_route_things.labels_of_cases(programme, rows) if when.about else {}
    for case in rows:
        if when.tags and not {name for _, name in case.tags} & set(when.tags):
            continue
        if when.themes and not set(case.themes) & set(when.themes):
            continue
        label = ""
        if when.about:
            label = next((one for one in labels[case.number] if when.wants(one)), "")
            if not label:
                continue
        yield of_case(route.slug, case, label)


def of_case(route: str, case: Case, label: str = "") -> Find:
    """A case as something to be sent."""
    severity = case.severity if case.severity in SEVERITIES else "normal"
    return Find(
        route,
        f"case:{case.number}",
        at=case.opened,
        since=case.opened,
        label=label,
        themes=case.themes,
        severity=severity,
        case=case.number,
    )


def _floor(programme: str) -> int:
    found = read.programme(programme)
    if found is None:
        raise StoreError(f"There is no programme '{programme}'.")
    return found.floor
