"""Today in words: the sentences on the day, and what is said where a part is empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from earnest.report import shown
from earnest.store.read import HearingNow, Programme
from earnest.store.read_inbox import Waiting
from earnest.store.read_today import ASKED, HOURS, Day, Task
from earnest.store.shapes_escalation import EscalationRow
from earnest.web import case_words, words

LIKE, TWICE, HALF = 1.25, 1.75, 0.6
"""Up to which factor a day is as usual; from which it is about twice, and below which about half."""


def said(day: Day, programme: Programme) -> str:
    """What the day brought, beside what is usual, and how much of it was heard."""
    volume = _volume(day, programme)
    return " ".join(part for part in (volume[:1].upper() + volume[1:], _coverage(day)) if part)


def _volume(day: Day, programme: Programme) -> str:
    since = words.moment(day.since)
    if not day.heard:
        return _("Nothing is known of the last 24 hours: no place was heard.")
    if not day.posts:
        return _("Nobody spoke since %(since)s.") % {"since": since}
    about = {"posts": shown.words(day.posts, programme.floor, lang=words.language()), "since": since}
    if day.usual is None or day.usual < 1:
        return _("%(posts)s posts since %(since)s. What is usual is not known yet.") % about
    ratio, beyond = day.alike / day.usual, abs(day.alike - day.usual) > 2 * day.usual**0.5
    if not beyond or 1 / LIKE <= ratio <= LIKE:
        return _("%(posts)s posts since %(since)s, about as many as usual.") % about
    if ratio >= TWICE * LIKE:
        return _("%(posts)s posts since %(since)s, more than twice as many as usual.") % about
    if ratio >= TWICE:
        return _("%(posts)s posts since %(since)s, about twice as many as usual.") % about
    if ratio > 1:
        return _("%(posts)s posts since %(since)s, more than usual.") % about
    if ratio <= HALF:
        return _("%(posts)s posts since %(since)s, about half as many as usual or fewer.") % about
    return _("%(posts)s posts since %(since)s, fewer than usual.") % about


def _coverage(day: Day) -> str:
    """How much was heard, where it was not everything."""
    if not day.missing or not day.heard:
        return ""
    place, hours = day.missing[0]
    if len(day.missing) > 1:
        return ngettext(
            "%(count)d place was not heard the whole time, so it may be more.",
            "%(count)d places were not heard the whole time, so it may be more.",
            len(day.missing),
        ) % {"count": len(day.missing)}
    if hours >= HOURS:
        return _("%(place)s was not heard at all, so it may be more.") % {"place": place}
    return ngettext(
        "%(place)s was not heard for %(hours)d hour, so it may be more.",
        "%(place)s was not heard for %(hours)d hours, so it may be more.",
        hours,
    ) % {"place": place, "hours": hours}


def counts(*, alerts: int, due: int, late: int, waiting: int) -> str:
    """What there is to do, one sentence each, nothing where there is nothing."""
    parts = []
    if alerts:
        parts.append(
            ngettext(
                "%(count)d thing stands above its usual level.",
                "%(count)d things stand above their usual level.",
                alerts,
            )
            % {"count": alerts}
        )
    if late:
        parts.append(ngettext("%(count)d case is late.", "%(count)d cases are late.", late) % {"count": late})
    if due > late:
        parts.append(
            ngettext("%(count)d case is due soon.", "%(count)d cases are due soon.", due - late)
            % {"count": due - late}
        )
    if waiting:
        parts.append(
            ngettext("%(count)d thing waits for you.", "%(count)d things wait for you.", waiting)
            % {"count": waiting}
        )
    return " ".join(parts)


def no_alert(last: datetime | None) -> str:
    """Nothing rises."""
    if last is None:
        return _("Nothing stands above its usual level, and nothing ever did here.")
    return _("Nothing stands above its usual level. The last alert was closed %(when)s.") % {
        "when": words.moment(last)
    }


def no_theme(last: datetime | None) -> str:
    """No theme is new."""
    if last is None:
        return _("Nothing was heard in the last seven days that was not heard before.")
    return _(
        "Nothing was heard in the last seven days that was not heard before. "
        "The last new theme was first heard %(when)s."
    ) % {"when": words.moment(last)}


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the margin: until when, and whether that is past."""

    task: Task
    says: str
    late: bool


def lines(tasks: Sequence[Task], now: datetime) -> list[Line]:
    """Cases with their due times in words."""
    return [Line(task, *case_words.due(task.due, now)) for task in tasks]


def no_due(last: datetime | None) -> str:
    """Nothing is due."""
    if last is None:
        return _("Nothing is due.")
    return _("Nothing is due. The last was done %(when)s.") % {"when": words.moment(last)}


def no_escalation(last: datetime | None) -> str:
    """Nobody is asked for an answer."""
    if last is None:
        return _("Nothing is climbing, and nothing ever did.")
    return _("Nothing is climbing for you. The last one ended %(when)s.") % {"when": words.moment(last)}


def escalation(row: EscalationRow, now: datetime) -> tuple[str, bool]:
    """Until when an answer is asked for, and whether that is past."""
    step = row.present
    return case_words.due(step.due if step else None, now)


def inbox(waiting: Waiting) -> str:
    """What waits in the inbox."""
    if waiting.more:
        return _("%(count)s posts or more to read in the inbox") % {"count": words.number(waiting.count)}
    return ngettext(
        "%(count)s post to read in the inbox", "%(count)s posts to read in the inbox", waiting.count
    ) % {"count": words.number(waiting.count)}


def unsure(count: int) -> str:
    """Posts that the model was not sure about."""
    if count >= ASKED:
        return _("%(count)d posts or more that the model was unsure about") % {"count": ASKED}
    return ngettext(
        "%(count)d post the model was unsure about", "%(count)d posts the model was unsure about", count
    ) % {"count": count}


def unheard(hearing: Sequence[HearingNow]) -> list[str]:
    """The places that are not heard now, a sentence each."""
    found = []
    for one in hearing:
        if one.state != "unknown":
            continue
        if one.place.state == "paused":
            sentence = _("%(place)s is paused.") % {"place": one.place.title}
        elif one.since is None:
            sentence = _("%(place)s has not been heard yet.") % {"place": one.place.title}
        else:
            sentence = _("%(place)s: unknown since %(since)s.") % {
                "place": one.place.title,
                "since": words.moment(one.since),
            }
        if one.place.next_read and one.place.state != "paused" and one.place.state == "failed":
            sentence += " " + _("The next try is %(when)s.") % {"when": words.moment(one.place.next_read)}
        found.append(sentence)
    return found


def withheld(count: int | None) -> str:
    """What passed by unread last week."""
    if count is None:
        return _("Withheld last week, all places, all reasons: fewer than 20.")
    return _("Withheld last week, all places, all reasons: about %(count)d.") % {"count": count}
