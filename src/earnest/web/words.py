"""How posts, scores and times are put into words and HTML. Everything somebody wrote is escaped here."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, get_args

from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from earnest.gate.found import Kind as Placeholder
from earnest.record.verdict import Kind

MARKS: dict[str, str] = {"complaint": "!", "question": "?", "idea": "*", "praise": "+", "report": ">"}
"""The sign a kind is scanned by."""

TROUBLES = {
    "BadLine": "cannot be read, or has no text",
    "BadFile": "breaks off or is damaged here",
    "BadDate": "its date is before 1990 or ahead of now",
    "NoText": "has no text",
    "TooLong": "its text is too long",
}
"""Classes of error of an item that was not kept, in words."""

TONGUES = {
    "en": "English", "es": "Spanish", "pt": "Portuguese", "fr": "French", "de": "German", "it": "Italian",
    "ar": "Arabic", "el": "Greek", "he": "Hebrew", "hi": "Hindi", "ja": "Japanese", "ko": "Korean",
    "ru": "Russian", "th": "Thai", "zh": "Chinese", "uk": "Ukrainian", "pl": "Polish", "nl": "Dutch",
    "tr": "Turkish", "sv": "Swedish", "ca": "Catalan", "und": "language unclear",
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
        '<span class="kind" data-kind="{}" data-mark="{}">{}</span>', name, MARKS.get(name, "·"), name
    )


def label(id: str) -> SafeString:
    """A label's id, its category quiet."""
    category, dot, rest = id.partition(".")
    return format_html("<span>{}.</span>{}", category, rest) if dot else escape(id)


def tongue(code: str) -> str:
    """A language's name in English; its code where the name is not known."""
    return TONGUES.get(code, code)


def sureness(score: float) -> str:
    """A calibrated score in words, with what it means."""
    said = (
        "very sure"
        if score >= 0.9
        else "fairly sure"
        if score >= 0.7
        else "not very sure"
        if score >= 0.45
        else "a guess"
    )
    return f"{said}: such a score is right about {min(99, max(1, round(score * 100)))} times in 100"


def moment(at: datetime, *, seconds: bool = False) -> str:
    """A time as people say it: the hour today, the weekday within a week, else the date."""
    here, now = timezone.localtime(at), timezone.localtime()
    clock = f"{here:%H:%M:%S}" if seconds else f"{here:%H:%M}"
    days = (now.date() - here.date()).days
    if days == 0:
        return clock
    day = f"{here.day} {MONTHS[here.month - 1]}"
    if 0 < days < 7:
        return f"{WEEKDAYS[here.weekday()][:3]} {day}, {here:%H:%M}"
    return f"{day}, {here:%H:%M}" if here.year == now.year else f"{day} {here.year}, {here:%H:%M}"


def today() -> str:
    """The present as the hearing line says it: "Thursday 19 November, 10:24"."""
    now = timezone.localtime()
    return f"{WEEKDAYS[now.weekday()]} {now.day} {LONG_MONTHS[now.month - 1]}, {now:%H:%M}"


def day(at: datetime) -> str:
    """A day's name and date: "Thursday 19 November"."""
    here = timezone.localtime(at)
    return f"{WEEKDAYS[here.weekday()]} {here.day} {LONG_MONTHS[here.month - 1]}"


def day_of(at: date) -> str:
    """A date without its year: "7 September"."""
    return f"{at.day} {LONG_MONTHS[at.month - 1]}"


def until(at: datetime) -> str:
    """A time to come as people say it: "today, 16:00", "tomorrow, 12:00", "Thursday 26 November, 12:00"."""
    here, now = timezone.localtime(at), timezone.localtime()
    days = (here.date() - now.date()).days
    clock = f"{here:%H:%M}"
    if days == 0:
        return gettext("today, %(time)s") % {"time": clock}
    if days == 1:
        return gettext("tomorrow, %(time)s") % {"time": clock}
    said = day(at) if here.year == now.year else f"{day(at)} {here.year}"
    return f"{said}, {clock}"


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTHS = tuple(name[:3] for name in LONG_MONTHS)


def several(count: int, one: str, many: str) -> str:
    """A count with its noun: "1 post", "1,204 posts"."""
    return f"{count:,} {one if count == 1 else many}"


def share(found: Mapping[str, float | None]) -> str:
    """A share as it was stored, with its likely range."""
    value, low, high = found.get("value"), found.get("low") or 0.0, found.get("high") or 0.0
    if value is None:
        return "never"
    return f"{value * 100:.0f} in 100 (likely {low * 100:.0f} to {high * 100:.0f})"
