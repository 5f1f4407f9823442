"""Routes and what they would have sent, in sentences. Whole ones: never glued of halves."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from earnest.desk import taxonomy_names
from earnest.desk.dry_run import Would
from earnest.desk.escalation_message import coarse
from earnest.desk.quiet_hours import clock_text
from earnest.desk.route_finds import Find
from earnest.desk.route_shapes import Route, span_text
from earnest.store import read_themes
from earnest.store.shapes import Programme
from earnest.store.shapes_escalation import Team
from earnest.web import words

WATCHES = {
    "volume": gettext_lazy("how much is said"),
    "alerts": gettext_lazy("alerts"),
    "cases": gettext_lazy("cases"),
}
SORTS = {
    "burst": gettext_lazy("something rises"),
    "severe": gettext_lazy("a single post may be serious"),
    "new": gettext_lazy("a new theme"),
}
SEVERITIES = {
    "low": gettext_lazy("low"),
    "normal": gettext_lazy("normal"),
    "high": gettext_lazy("high"),
    "severe": gettext_lazy("severe"),
}
KINDS = {
    "complaint": gettext_lazy("complaints"),
    "report": gettext_lazy("reports"),
    "question": gettext_lazy("questions"),
    "idea": gettext_lazy("ideas"),
    "praise": gettext_lazy("praise"),
}
STEPS = {
    "team": gettext_lazy("the team"),
    "lead": gettext_lazy("its lead"),
    "leadership": gettext_lazy("leadership"),
}
STOPS = {
    "team": gettext_lazy("the team, and whoever may escalate"),
    "lead": gettext_lazy("whoever may escalate"),
    "leadership": gettext_lazy("leadership alone"),
}
HOW = {
    "page": gettext_lazy("on its page"),
    "file": gettext_lazy("with a file"),
    "back": gettext_lazy("by going back"),
    "removed": gettext_lazy("taken away"),
}


def span(minutes: int) -> str:
    """A span in words: "30 minutes", "4 hours", "2 days"."""
    if minutes % 1440 == 0:
        days = minutes // 1440
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def when(programme: Programme, route: Route) -> str:
    """What a route waits for, as one sentence."""
    asked = route.when
    called = taxonomy_names.of(programme.slug, words.language())
    about = ", ".join(called.about(one) for one in asked.about) or _("any label")
    if asked.themes:
        about = _("the themes %(numbers)s") % {"numbers": ", ".join(map(str, asked.themes))}
    if asked.watch == "volume":
        return str(_VOLUME[(bool(asked.posts), bool(asked.voices))]) % {
            "posts": asked.posts,
            "voices": asked.voices,
            "about": about,
            "span": span(asked.within),
        }
    if asked.watch == "alerts":
        sorts = ", ".join(str(SORTS[sort]) for sort in asked.sorts) or _("anything is alerted on")
        return _("An alert on %(about)s: %(sorts)s.") % {"about": about, "sorts": sorts}
    if asked.severity:
        return _("A case about %(about)s of severity %(severity)s or more.") % {
            "about": about,
            "severity": SEVERITIES[asked.severity],
        }
    return _("A case about %(about)s.") % {"about": about}


_VOLUME = {
    (True, True): gettext_lazy(
        "At least %(posts)d posts of at least %(voices)d voices on %(about)s within %(span)s."
    ),
    (True, False): gettext_lazy("At least %(posts)d posts on %(about)s within %(span)s."),
    (False, True): gettext_lazy("At least %(voices)d voices on %(about)s within %(span)s."),
    (False, False): gettext_lazy("Posts on %(about)s within %(span)s."),
}


def narrower(programme: Programme, route: Route, places: dict[str, str]) -> list[str]:
    """What else narrows it, a sentence each."""
    asked = route.when
    found = []
    if asked.kinds:
        kinds = ", ".join(str(KINDS.get(kind, kind)) for kind in asked.kinds)
        found.append(_("Only %(kinds)s count.") % {"kinds": kinds})
    if asked.places:
        titles = ", ".join(places.get(slug, slug) for slug in asked.places)
        found.append(_("Only what was said at %(places)s counts.") % {"places": titles})
    if asked.tags:
        found.append(_("Only with the tag %(tags)s.") % {"tags": ", ".join(asked.tags)})
    if asked.severity and asked.watch != "cases":
        found.append(_("Only of severity %(severity)s or more.") % {"severity": SEVERITIES[asked.severity]})
    return found


def whom(route: Route, teams: dict[str, Team]) -> str:
    """To whom it goes, as one sentence."""
    if route.team:
        team = teams.get(route.team)
        return _("It goes to %(team)s.") % {"team": team.name if team else route.team}
    return _("It goes to the team that owns the label, the theme or the case; else to leadership.")


def steps(route: Route) -> list[str]:
    """Its ladder, a sentence a step."""
    found = []
    for rung in route.rungs:
        said = _("%(who)s is told and has %(span)s to answer.") if rung.wait else _("%(who)s is told.")
        found.append(_capital(said % {"who": STEPS[rung.who], "span": span(rung.wait) if rung.wait else ""}))
    return found


def quiet(route: Route) -> str:
    """Its quiet hours, as one sentence; "" without."""
    hours = route.quiet
    if hours is None:
        return ""
    values = {"from": clock_text(hours.begin), "until": clock_text(hours.end), "zone": hours.zone}
    if hours.severe:
        return _("Nobody is told from %(from)s to %(until)s (%(zone)s), but what is severe passes.") % values
    return _("Nobody is told from %(from)s to %(until)s (%(zone)s).") % values


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def thing(programme: Programme, find: Find) -> str:
    """What was found, by its name."""
    called = taxonomy_names.of(programme.slug, words.language())
    if find.case:
        return _("Case %(number)d") % {"number": find.case}
    label = called.about(find.label) if find.label else _("any label")
    if find.thing.startswith("theme:"):
        row = read_themes.theme(programme.slug, int(find.thing[6:]))
        return row.name if row is not None and row.name else label
    if find.thing.startswith("alert:"):
        return _("An alert on %(label)s") % {"label": label}
    return label


def why(programme: Programme, route: Route, find: Find) -> str:
    """Why the route matched, with the figures as they may be told."""
    floor = programme.floor
    if route.when.watch == "volume":
        return _("about %(posts)d posts of about %(voices)d voices within %(span)s") % {
            "posts": coarse(find.posts, floor),
            "voices": coarse(find.voices, floor),
            "span": span(route.when.within),
        }
    if find.case:
        return _("its severity is %(severity)s") % {"severity": SEVERITIES.get(find.severity, find.severity)}
    if find.single:
        return _("a single post may be serious")
    if find.voices:
        return _("about %(voices)d voices since %(since)s") % {
            "voices": coarse(find.voices, floor),
            "since": words.moment(find.since),
        }
    return _("since %(since)s") % {"since": words.moment(find.since)}


def course(would: Would) -> list[tuple[str, str, datetime]]:
    """By which steps it would have climbed: (step, team, when)."""
    return [(str(STEPS[told.who]), told.team.name if told.team else "", told.at) for told in would.course]


def total(count: int, days: int) -> str:
    """What a dry run found, as one sentence."""
    if not count:
        return _("This route would have sent nothing in the last %(days)d days.") % {"days": days}
    return ngettext(
        "This route would have sent %(count)d message in the last %(days)d days.",
        "This route would have sent %(count)d messages in the last %(days)d days.",
        count,
    ) % {"count": count, "days": days}


__all__ = [
    "course",
    "narrower",
    "quiet",
    "span",
    "span_text",
    "steps",
    "thing",
    "total",
    "when",
    "whom",
    "why",
]
