"""How a place does, in words: what is wrong, and what a person does next, in one calm sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from earnest.flow import holder
from earnest.store.read import Place
from earnest.store.read_gaps import Gap
from earnest.store.read_health import DAYS, PlaceHealth
from earnest.web import words

WRONG: dict[str, Promise] = {
    "key_refused": _("its key is refused"),
    "forbidden": _("it does not let us in"),
    "gone": _("nothing is there any more"),
    "moved": _("it has moved"),
    "banned": _("our app or bot was suspended"),
    "limited": _("it asks us to slow down"),
    "down": _("it cannot be reached"),
    "slow": _("it answers too slowly"),
    "certificate": _("its certificate is not trusted"),
    "dns": _("its name cannot be found"),
    "too_large": _("its answer is larger than is read"),
    "bad_content": _("its answer cannot be read"),
    "not_allowed": _("its address is one we do not go to"),
    "setup": _("something is missing here"),
    "consent": _("the community’s invitation has ended or waits"),
    "gate": _("the filter could not run"),
    "unexpected": _("something unexpected stopped it"),
    "empty": _("it is read well and has gone quiet"),
}
"""What is wrong, after "Now:"."""

TO_DO: dict[str, Promise] = {
    "key_refused": _("Make a new key at the place, give it under Settings, then resume."),
    "forbidden": _("Ask whoever runs the place, or pause it: a closed door is an answer."),
    "gone": _("Look at its address in a browser; correct it under Settings, or close the place."),
    "moved": _("Look at the new address, then take it over with one click on the place’s page."),
    "banned": _("Read what the platform wrote to the app’s owner; it decides whether the app comes back."),
    "limited": _("Nothing: it is asked again when it allows. If this stays, read it less often."),
    "down": _("Nothing for now: it is tried again by itself. If it lasts a day, ask whoever runs it."),
    "slow": _("Nothing for now: it is tried again by itself, and holds up no other place."),
    "certificate": _("Tell whoever runs the place: its certificate has run out or belongs to another name."),
    "dns": _("Check the address for a slip; if it is right, wait: the name may come back."),
    "too_large": _("Give an address that answers with less, such as only the newest entries."),
    "bad_content": _("Open the address in a browser: it may show a page where posts are expected."),
    "not_allowed": _("Give a public address; for a server of your own, set EARNEST_PRIVATE_PLACES to yes."),
    "setup": _("Do what the sentence above says, then resume; earnest doctor lists what is missing."),
    "consent": _("Nothing is read without an invitation: only the community can invite again."),
    "gate": _("Run earnest doctor: nothing is admitted until the filter runs again."),
    "unexpected": _("It is tried again by itself. If it stays, tell Earnest’s makers what the log says."),
    "empty": _("Look at the place yourself: people may have moved elsewhere, or the address shows less now."),
}
"""What a person does next."""

GAPS: dict[str, Promise] = {
    "down": _("it could not be reached"),
    "failed": _("it waited for somebody to look"),
    "expired": _("the place no longer had it"),
    "paused": _("it was paused"),
    "stopped": _("Earnest was not running"),
}
"""Why a stretch was not heard."""


@dataclass(frozen=True, slots=True)
class Row:
    """One place as the page of health shows it. `wrong` is empty where nothing is."""

    place: Place
    wrong: str
    since: str
    to_do: str
    alert: bool
    read: str
    next: str
    late: str
    failures: str
    left: str
    holder: str
    strip: SafeString
    gaps: str
    moved_to: str


def row(place: Place, told: PlaceHealth, now: datetime) -> Row:
    """How a place does, in words."""
    quiet = place.state in ("paused", "closed")
    unheard = gettext("not heard yet") if told.last_read is None else heard(told.gaps)
    code = "" if quiet else told.code
    return Row(
        place=place,
        wrong=str(WRONG.get(code, "")),
        since=words.moment(told.since) if code and told.since else "",
        to_do=str(TO_DO.get(code, "")),
        alert=place.state == "failed",
        read=words.moment(told.last_read) if told.last_read else gettext("never"),
        next="" if quiet else _next(told, now),
        late=_late(told),
        failures=(
            ngettext("%(count)s failure in a row", "%(count)s failures in a row", told.failures)
            % {"count": told.failures}
            if told.failures
            else ""
        ),
        left=_left(told),
        holder=holder.shown(told.holder) if told.holder else "",
        strip=strip(told.days, f"{place.title}: {unheard}"),
        gaps=unheard,
        moved_to=told.moved_to if place.kind != "closed" else "",
    )


def _next(told: PlaceHealth, now: datetime) -> str:
    if told.holder:
        return gettext("being read now")
    if told.next_read is None:
        return gettext("when somebody has looked")
    return gettext("now") if told.next_read <= now else words.moment(told.next_read)


def _late(told: PlaceHealth) -> str:
    if told.last_read is None:
        return ""
    if told.late < 2:
        return gettext("on time")
    return gettext("%(span)s late") % {"span": span(timedelta(seconds=told.late))}


def _left(told: PlaceHealth) -> str:
    if told.waits_until is not None:
        return gettext("none until %(when)s") % {"when": words.moment(told.waits_until)}
    return "" if told.remaining is None else words.number(told.remaining)


NO_GAP = timedelta(minutes=1)
"""Less in thirty days is nothing that anybody needs to be told."""


def heard(gaps: Sequence[Gap]) -> str:
    """What of the last days was not heard, in a sentence."""
    total = sum((gap.until - gap.since for gap in gaps), timedelta())
    if total < NO_GAP:
        return gettext("heard without a gap")
    return gettext("%(span)s not heard in %(days)s days") % {"span": span(total), "days": DAYS}


def span(of: timedelta) -> str:
    """A length of time, roughly."""
    seconds = int(of.total_seconds())
    if seconds >= 2 * 86_400:
        days = seconds // 86_400
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if seconds >= 2 * 3_600:
        hours = seconds // 3_600
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if seconds >= 60:
        minutes = seconds // 60
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s second", "%(n)s seconds", max(1, seconds)) % {"n": max(1, seconds)}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A gap in words."""

    since: str
    until: str
    why: str


def stretches(gaps: Sequence[Gap], limit: int = 20) -> list[Stretch]:
    """The newest gaps first."""
    return [
        Stretch(
            words.moment(gap.since),
            gettext("still") if gap.lasts else words.moment(gap.until),
            str(GAPS[gap.why]),
        )
        for gap in list(reversed(gaps))[:limit]
    ]


def strip(days: Sequence[float], title: str) -> SafeString:
    """One bar a day, as high as the share of it that was heard: a day that was not heard draws nothing."""
    step = 5
    parts = [
        (at * step, 10 - round(10 * (1 - missed), 1), round(10 * (1 - missed), 1))
        for at, missed in enumerate(days)
        if missed < 0.995
    ]
    return format_html(
        '<svg class="strip days" viewBox="0 0 {} 10" role="img" aria-label="{}">{}</svg>',
        len(days) * step,
        title,
        format_html_join("", '<rect class="seen" x="{}" y="{}" width="4" height="{}"/>', parts),
    )
