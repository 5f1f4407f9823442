"""A route as a form describes it, and what the form shows of one. Spans are typed as they are in the file."""

from collections.abc import Sequence
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from earnest.desk.quiet_hours import Quiet, clock_text
from earnest.desk.route_shapes import (
    CONDITIONS,
    DAY,
    KINDS,
    LONGEST_NAME,
    LONGEST_REST,
    LONGEST_WAIT,
    LONGEST_WITHIN,
    MOST_COUNT,
    MOST_VALUES,
    SEVERITIES,
    SORTS,
    WATCHES,
    Route,
    Rung,
    Watch,
    When,
    clock_of,
    known_zone,
    span_of,
    span_text,
)
from earnest.desk.teams import SLUG, slug_of
from earnest.record.errors import InputError
from earnest.store.shapes_escalation import WHOS, Who

T = TypeVar("T", bound=str)


def shape(form: QueryDict, slug: str = "") -> Route:
    """A route of a form. Raises InputError with one sentence; whether what it names is there is for
    `desk.routes` to check.
    """
    name = form.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError(_("A route needs a name of at most 80 printable characters."))
    short = slug or form.get("slug", "").strip() or slug_of(name)
    if not SLUG.fullmatch(short) or len(short) > 60:
        raise InputError(_("A short name is small letters, digits and hyphens."))
    return Route(
        slug=short,
        name=name,
        when=_when(form),
        team=form.get("team", "").strip(),
        rungs=_rungs(form),
        quiet=_quiet(form),
        stop=_one(form, "stop", WHOS, "lead"),
        rest=_span(form, "rest", LONGEST_REST, _("Again after")) or 7 * DAY,
        on=form.get("on", "yes") == "yes",
    )


def _when(form: QueryDict) -> When:
    watch: Watch = _one(form, "watch", WATCHES, "volume")
    allowed = CONDITIONS[watch]

    def some(field: str, condition: str) -> tuple[str, ...]:
        """Of a condition that this sort of route has not, what was chosen is left out."""
        chosen = tuple(dict.fromkeys(one for one in form.getlist(field) if one))
        if len(chosen) > MOST_VALUES:
            raise InputError(_("At most 50 values may be chosen."))
        return chosen if condition in allowed else ()

    kinds, sorts = some("kinds", "kinds"), some("sorts", "alerts")
    if not set(kinds) <= set(KINDS) or not set(sorts) <= set(SORTS):
        raise InputError(_("This is no choice."))
    within = _span(form, "within", LONGEST_WITHIN, _("Within")) if "within" in allowed else 0
    posts = _number(form, "posts") if "posts" in allowed else 0
    voices = _number(form, "voices") if "voices" in allowed else 0
    if watch == "volume":
        if not within or within % 60:
            raise InputError(_("Write in how many whole hours or days, such as 24 hours."))
        if not posts and not voices:
            raise InputError(_("Write how many posts or how many voices."))
    severity = form.get("severity", "")
    if severity and severity not in SEVERITIES:
        raise InputError(_("This is no choice."))
    return When(
        watch=watch,
        about=some("about", "about"),
        kinds=kinds,
        themes=tuple(dict.fromkeys(_themes(form))) if "themes" in allowed else (),
        places=some("places", "places"),
        tags=some("tags", "tags"),
        severity=severity if "severity" in allowed else "",
        sorts=sorts,
        posts=posts,
        voices=voices,
        within=within,
    )


def _themes(form: QueryDict) -> list[int]:
    said = form.get("themes", "").replace(",", " ").split()
    if len(said) > MOST_VALUES or not all(one.isascii() and one.isdecimal() and len(one) < 8 for one in said):
        raise InputError(_("Themes are written as numbers, parted by commas."))
    return [int(one) for one in said]


def _rungs(form: QueryDict) -> tuple[Rung, ...]:
    chosen: list[Who] = [who for who in WHOS if form.get(f"tell_{who}") == "yes"]
    if not chosen:
        raise InputError(_("The ladder needs a step."))
    rungs = []
    for who in chosen:
        wait = _span(form, f"wait_{who}", LONGEST_WAIT, _("Answer within"))
        if not wait and who != chosen[-1]:
            raise InputError(_("Write until when each step but the last is to be answered, such as 4 hours."))
        rungs.append(Rung(who, wait, tuple(one for one in form.getlist(f"by_{who}") if one)))
    return tuple(rungs)


def _quiet(form: QueryDict) -> Quiet | None:
    begin, end = form.get("quiet_from", "").strip(), form.get("quiet_until", "").strip()
    if not begin and not end:
        return None
    first, last = clock_of(begin), clock_of(end)
    if first is None or last is None or first == last:
        raise InputError(_("Quiet hours are two times of day, such as 22:00 and 07:00."))
    zone = form.get("quiet_zone", "").strip() or "UTC"
    if len(zone) > 60 or not known_zone(zone):
        raise InputError(_("This time zone is not known. Write it as Europe/Berlin."))
    return Quiet(first, last, zone, form.get("quiet_severe") == "passes")


def _one(form: QueryDict, field: str, known: Sequence[T], usual: T) -> T:
    said = form.get(field, usual)
    for one in known:
        if one == said:
            return one
    raise InputError(_("This is no choice."))


def _span(form: QueryDict, field: str, longest: int, label: str) -> int:
    said = form.get(field, "").strip()
    if not said:
        return 0
    minutes = span_of(said)
    if not 0 < minutes <= longest:
        raise InputError(
            _("“%(label)s” is a span up to %(most)s: write 30 minutes, 4 hours or 2 days.")
            % {"label": label, "most": span_text(longest)}
        )
    return minutes


def _number(form: QueryDict, field: str) -> int:
    said = form.get(field, "").strip()
    if not said:
        return 0
    if not (said.isascii() and said.isdecimal() and len(said) < 8 and 1 <= int(said) <= MOST_COUNT):
        raise InputError(_("How many is a whole number up to 100,000."))
    return int(said)


def shown(route: Route) -> dict[str, object]:
    """What the form shows of a route."""
    quiet = route.quiet
    waits = {rung.who: rung for rung in route.rungs}
    return {
        "themes": ", ".join(str(number) for number in route.when.themes),
        "within": span_text(route.when.within) if route.when.within else "",
        "rest": span_text(route.rest),
        "quiet_from": clock_text(quiet.begin) if quiet else "",
        "quiet_until": clock_text(quiet.end) if quiet else "",
        "quiet_zone": quiet.zone if quiet else "",
        "quiet_passes": quiet is not None and quiet.severe,
        "steps": [
            (
                who,
                who in waits,
                span_text(waits[who].wait) if who in waits and waits[who].wait else "",
                waits[who].channels if who in waits else (),
            )
            for who in WHOS
        ],
    }
