"""How posts, scores and times are put into words and HTML. Everything somebody wrote is escaped here."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, get_args

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from earnest.gate.found import Kind as Placeholder
from earnest.record.verdict import Kind

MARKS: dict[str, str] = {"complaint": "!", "question": "?", "idea": "*", "praise": "+", "report": ">"}
"""The sign a kind is scanned by."""

KINDS: dict[str, str | Promise] = {
    "complaint": pgettext_lazy("kind of post", "complaint"),
    "question": pgettext_lazy("kind of post", "question"),
    "idea": pgettext_lazy("kind of post", "idea"),
    "praise": pgettext_lazy("kind of post", "praise"),
    "report": pgettext_lazy("kind of post", "report"),
}
"""What a kind is called."""

MOODS: dict[str, str | Promise] = {
    "positive": pgettext_lazy("tone of a post", "positive"),
    "neutral": pgettext_lazy("tone of a post", "neutral"),
    "negative": pgettext_lazy("tone of a post", "negative"),
}
"""What a post's tone is called."""

TROUBLES: dict[str, str | Promise] = {
    "BadLine": _("cannot be read, or has no text"),
    "BadFile": _("breaks off or is damaged here"),
    "BadDate": _("its date is before 1990 or ahead of now"),
    "NoText": _("has no text"),
    "TooLong": _("its text is too long"),
}
"""Classes of error of an item that was not kept, in words."""

TONGUES: dict[str, str | Promise] = {
    "en": _("English"), "es": _("Spanish"), "pt": _("Portuguese"), "fr": _("French"), "de": _("German"),
    "it": _("Italian"), "ar": _("Arabic"), "el": _("Greek"), "he": _("Hebrew"), "hi": _("Hindi"),
    "ja": _("Japanese"), "ko": _("Korean"), "ru": _("Russian"), "th": _("Thai"), "zh": _("Chinese"),
    "uk": _("Ukrainian"), "pl": _("Polish"), "nl": _("Dutch"), "tr": _("Turkish"), "sv": _("Swedish"),
    "ca": _("Catalan"), "und": _("language unclear"),
}  # fmt: skip

PLACEHOLDER = re.compile(r"\[(?:" + "|".join(get_args(Placeholder)) + r")\]")
"""What the gate leaves where personal data stood: "[phone]", "[email]"."""

SHOWN = 1_200
"""Characters of a post in a list; the post's own page shows all of it."""


class Stretch(Protocol):
    """A stretch of a text that spoke for a label."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def words(text: str, marked: Sequence[Stretch] = (), limit: int | None = SHOWN) -> SafeString:
    """A post's text as HTML: placeholders as such, deciding words marked, everything else escaped."""
    cut = text if limit is None or len(text) <= limit else text[:limit].rsplit(None, 1)[0]
    spans = [(m.start(), m.end(), "ph") for m in PLACEHOLDER.finditer(cut)]
    for one in marked:
        if one.end <= len(cut) and not any(start < one.end and one.start < end for start, end, _ in spans):
            spans.append((one.start, one.end, "mark"))
    parts, at = [], 0
    for start, end, what in sorted(spans):
        parts.append(escape(cut[at:start]))
        template = '<span class="ph">{}</span>' if what == "ph" else "<mark>{}</mark>"
        parts.append(format_html(template, cut[start:end]))
        at = end
    parts.append(escape(cut[at:]))
    if len(cut) < len(text):
        parts.append(escape(" …"))
    return mark_safe("".join(parts))  # noqa: S308 - every part above is escaped


def kind(name: Kind | str) -> SafeString:
    """A kind: a sign to scan by, a word to be sure."""
    return format_html(
        '<span class="kind" data-kind="{}" data-mark="{}">{}</span>',
        name,
        MARKS.get(name, "·"),
        kind_name(name),
    )


RULES: dict[str, str | Promise] = {
    "A problem rises": _("A problem rises"),
    "A single post that may be serious": _("A single post that may be serious"),
    "A new theme": _("A new theme"),
}
"""What the rules of alerts that are there from the start are called, until somebody calls them otherwise."""


def rule_name(name: str) -> str:
    """The name of a rule of alerts: its own, or the one it came with in the page's language."""
    return str(RULES.get(name, name))


AUDIENCES: dict[str, str | Promise] = {
    "customers": pgettext_lazy("who is listened to", "customers"),
    "workforce": pgettext_lazy("who is listened to", "workforce"),
}


def audience(name: str) -> str:
    """Who is listened to, in a word."""
    return str(AUDIENCES.get(name, name))


def mood(name: str) -> str:
    """A post's tone in a word."""
    return str(MOODS.get(name, name))


def kind_name(name: str) -> str:
    """A kind in a word."""
    return str(KINDS.get(name, name))


def label(id: str) -> SafeString:
    """A label's id, its category quiet."""
    category, dot, rest = id.partition(".")
    return format_html("<span>{}.</span>{}", category, rest) if dot else escape(id)


def language() -> str:
    """The page's language, "en" or "es", for what has its words elsewhere (a report's, a taxonomy's)."""
    return (get_language() or "en").partition("-")[0]


def named(names: Mapping[str, str]) -> str:
    """A label's or a category's name in the page's language; in English where it has none in that."""
    return names.get(language()) or names.get("en", "")


def tongue(code: str) -> str:
    """A language's name; its code where the name is not known."""
    return str(TONGUES.get(code, code))


def sureness(score: float) -> str:
    """A calibrated score in words, with what it means."""
    times = {"times": min(99, max(1, round(score * 100)))}
    if score >= 0.9:
        return gettext("very sure: such a score is right about %(times)s times in 100") % times
    if score >= 0.7:
        return gettext("fairly sure: such a score is right about %(times)s times in 100") % times
    if score >= 0.45:
        return gettext("not very sure: such a score is right about %(times)s times in 100") % times
    return gettext("a guess: such a score is right about %(times)s times in 100") % times


def moment(at: datetime, *, seconds: bool = False) -> str:
    """A time as people say it: the hour today, the weekday within a week, else the date."""
    here, now = timezone.localtime(at), timezone.localtime()
    clock = f"{here:%H:%M:%S}" if seconds else f"{here:%H:%M}"
    days = (now.date() - here.date()).days
    if days == 0:
        return clock
    said = _day(here, MONTHS, year=days >= 7 and here.year != now.year)
    if 0 < days < 7:
        said = pgettext("weekday, date", "%(weekday)s %(date)s") % {
            "weekday": SHORT_WEEKDAYS[here.weekday()],
            "date": said,
        }
    return f"{said}, {here:%H:%M}"


def _day(at: date, months: Sequence[object], *, year: bool = False) -> str:
    named = {"day": at.day, "month": months[at.month - 1], "year": at.year}
    if year:
        return pgettext("a date", "%(day)s %(month)s %(year)s") % named
    return pgettext("a date", "%(day)s %(month)s") % named


def _weekday(at: date, *, year: bool = False) -> str:
    return pgettext("weekday, date", "%(weekday)s %(date)s") % {
        "weekday": WEEKDAYS[at.weekday()],
        "date": _day(at, LONG_MONTHS, year=year),
    }


def today() -> str:
    """The present as the hearing line says it: "Thursday 19 November, 10:24"."""
    now = timezone.localtime()
    return f"{_weekday(now)}, {now:%H:%M}"


def day(at: datetime) -> str:
    """A day's name and date: "Thursday 19 November"."""
    return _weekday(timezone.localtime(at))


def day_of(at: date, *, year: bool = False, short: bool = False) -> str:
    """A date without its weekday: "7 September", "7 September 2025", "7 Sep"."""
    return _day(at, MONTHS if short else LONG_MONTHS, year=year)


def until(at: datetime) -> str:
    """A time to come as people say it: "today, 16:00", "tomorrow, 12:00", "Thursday 26 November, 12:00"."""
    here, now = timezone.localtime(at), timezone.localtime()
    days = (here.date() - now.date()).days
    clock = f"{here:%H:%M}"
    if days == 0:
        return gettext("today, %(time)s") % {"time": clock}
    if days == 1:
        return gettext("tomorrow, %(time)s") % {"time": clock}
    return f"{_weekday(here, year=here.year != now.year)}, {clock}"


WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
SHORT_WEEKDAYS = (
    pgettext_lazy("short weekday", "Mon"), pgettext_lazy("short weekday", "Tue"),
    pgettext_lazy("short weekday", "Wed"), pgettext_lazy("short weekday", "Thu"),
    pgettext_lazy("short weekday", "Fri"), pgettext_lazy("short weekday", "Sat"),
    pgettext_lazy("short weekday", "Sun"),
)  # fmt: skip
LONG_MONTHS = (
    _("January"), _("February"), _("March"), _("April"), pgettext_lazy("month", "May"), _("June"),
    _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip
MONTHS = (
    pgettext_lazy("short month", "Jan"), pgettext_lazy("short month", "Feb"),
    pgettext_lazy("short month", "Mar"), pgettext_lazy("short month", "Apr"),
    pgettext_lazy("short month", "May"), pgettext_lazy("short month", "Jun"),
    pgettext_lazy("short month", "Jul"), pgettext_lazy("short month", "Aug"),
    pgettext_lazy("short month", "Sep"), pgettext_lazy("short month", "Oct"),
    pgettext_lazy("short month", "Nov"), pgettext_lazy("short month", "Dec"),
)  # fmt: skip


def number(value: float, places: int = 0) -> str:
    """1,204 or 1,204.5; in Spanish 1.204 and 1.204,5."""
    said = f"{value:,.{places}f}"
    return said.translate(_TURNED) if language() == "es" else said


_TURNED = str.maketrans(",.", ".,")


def posts(count: int) -> str:
    """ "1 post", "1,204 posts"."""
    return ngettext("%(count)s post", "%(count)s posts", count) % {"count": number(count)}


def times(count: int) -> str:
    """ "1 time", "12 times"."""
    return ngettext("%(count)s time", "%(count)s times", count) % {"count": number(count)}


def share(found: Mapping[str, float | None]) -> str:
    """A share as it was stored, with its likely range."""
    value, low, high = found.get("value"), found.get("low") or 0.0, found.get("high") or 0.0
    if value is None:
        return gettext("never")
    return gettext("%(right)s in 100 (likely %(low)s to %(high)s)") % {
        "right": f"{value * 100:.0f}",
        "low": f"{low * 100:.0f}",
        "high": f"{high * 100:.0f}",
    }
