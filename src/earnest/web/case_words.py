"""A case in words: what its codes are called, when it is due, each entry of its timeline as whole sentences.

Every sentence is written whole, so that another language can turn it round.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext, pgettext_lazy

from earnest.store.shapes_cases import Entry
from earnest.web import words

STATUSES: dict[str, Promise] = {
    "new": pgettext_lazy("status of a case", "new"),
    "investigating": pgettext_lazy("status of a case", "investigating"),
    "waiting": pgettext_lazy("status of a case", "waiting"),
    "acted": pgettext_lazy("status of a case", "acted"),
    "answered": pgettext_lazy("status of a case", "answered"),
    "closed": pgettext_lazy("status of a case", "closed"),
    "reopened": pgettext_lazy("status of a case", "reopened"),
}
SEVERITIES: dict[str, Promise] = {
    "low": pgettext_lazy("severity of a case", "low"),
    "normal": pgettext_lazy("severity of a case", "normal"),
    "high": pgettext_lazy("severity of a case", "high"),
    "severe": pgettext_lazy("severity of a case", "severe"),
}
ORDERS: dict[str, Promise] = {
    "changed": gettext_lazy("what changed last"),
    "due": gettext_lazy("due time"),
    "severity": gettext_lazy("severity"),
    "opened": gettext_lazy("age, newest first"),
}
FIELDS: dict[str, Promise] = {
    "title": gettext_lazy("Title"),
    "status": gettext_lazy("Status"),
    "severity": gettext_lazy("Severity"),
    "team": gettext_lazy("Team"),
    "assignee": gettext_lazy("Who has it"),
    "due": gettext_lazy("Due"),
    "tags": gettext_lazy("Tags"),
}


@dataclass(frozen=True, slots=True)
class Called:
    """What ids stand for on this page. An id that is not there any more is said to be gone."""

    teams: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    tags: Mapping[int, str] = field(default_factory=dict)


def status(value: str) -> str:
    return str(STATUSES.get(value, value))


def severity(value: str) -> str:
    return str(SEVERITIES.get(value, value))


def due(at: datetime | None, now: datetime) -> tuple[str, bool]:
    """Until when, and whether it is late: "tomorrow, 12:00", "38 minutes late"."""
    if at is None:
        return "", False
    if at >= now:
        return words.until(at), False
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)d minute late", "%(count)d minutes late", max(1, minutes)) % {
            "count": max(1, minutes)
        }, True
    if minutes < 48 * 60:
        return ngettext("%(count)d hour late", "%(count)d hours late", minutes // 60) % {
            "count": minutes // 60
        }, True
    return ngettext("%(count)d day late", "%(count)d days late", minutes // 1440) % {
        "count": minutes // 1440
    }, True


def value(name: str, given: Any, called: Called) -> str:
    """A field's value as a person reads it."""
    if given in (None, "", [], ()):
        return _("nothing")
    if name == "status":
        return status(str(given))
    if name == "severity":
        return severity(str(given))
    if name == "team":
        return called.teams.get(int(given), _("a team that is gone"))
    if name == "assignee":
        return called.people.get(int(given), _("somebody who left"))
    if name == "tags":
        return ", ".join(called.tags.get(int(id), _("a tag that is gone")) for id in given)
    if name == "due":
        return words.moment(given if isinstance(given, datetime) else datetime.fromisoformat(str(given)))
    return str(given)


def sentences(entry: Entry, called: Called) -> list[str]:
    """What happened, each sentence whole. `entry.by_name` is empty for what nobody did by hand."""
    tell = _TELL.get(entry.sort)
    if entry.sort == "changed" or (tell is None and _fields(entry)):
        return _changed(entry, called)
    return [tell(entry, called)] if tell else [_("Something happened that this page does not know.")]


Tell = Callable[[Entry, Called], str]


def _team(entry: Entry, called: Called) -> str:
    """The team of an escalation, by name; "" where none is named."""
    return called.teams.get(_number(entry, "team"), "")


def _who(entry: Entry) -> str:
    return entry.by_name or _("Earnest")


def _number(entry: Entry, name: str) -> int:
    found = entry.detail.get(name)
    return int(found) if isinstance(found, int | float) else 0


def _word(entry: Entry, name: str) -> str:
    found = entry.detail.get(name)
    return found if isinstance(found, str) else ""


def _things(entry: Entry) -> str:
    """How many posts and themes: a part of a sentence that stands for itself, after a colon."""
    posts, themes = _number(entry, "posts"), _number(entry, "themes")
    said = []
    if themes:
        said.append(ngettext("%(count)d theme", "%(count)d themes", themes) % {"count": themes})
    if posts:
        said.append(ngettext("%(count)d post", "%(count)d posts", posts) % {"count": posts})
    if len(said) < 2:
        return "".join(said)
    return _("%(first)s and %(last)s") % {"first": said[0], "last": said[1]}


def _fields(entry: Entry) -> list[str]:
    return [name for name in FIELDS if name in entry.detail]


def _changed(entry: Entry, called: Called) -> list[str]:
    found = []
    for name in _fields(entry):
        what = {
            "who": _who(entry),
            "before": value(name, entry.before.get(name), called),
            "after": value(name, entry.detail.get(name), called),
        }
        found.append(_CHANGED[name](entry) % what)
    return found or [_("%(who)s changed the case.") % {"who": _who(entry)}]


def _assigned(entry: Entry) -> str:
    if entry.detail.get("assignee") is None:
        return _("%(who)s gave the case back: nobody has it now.")
    if entry.detail.get("assignee") == entry.by:
        return _("%(who)s took the case.")
    return _("%(who)s gave the case to %(after)s.")


def _teamed(entry: Entry) -> str:
    if entry.detail.get("team") is None:
        return _("%(who)s took the case from team %(before)s.")
    return _("%(who)s gave the case to team %(after)s.")


def _dued(entry: Entry) -> str:
    if entry.detail.get("due") is None:
        return _("%(who)s took the due time away.")
    return _("%(who)s set the due time to %(after)s.")


def _tagged(entry: Entry) -> str:
    if not entry.detail.get("tags"):
        return _("%(who)s took all tags off.")
    return _("%(who)s set the tags to %(after)s.")


_CHANGED: dict[str, Callable[[Entry], str]] = {
    "title": lambda entry: _("%(who)s changed the title from “%(before)s” to “%(after)s”."),
    "status": lambda entry: _("%(who)s changed the status from %(before)s to %(after)s."),
    "severity": lambda entry: _("%(who)s changed the severity from %(before)s to %(after)s."),
    "team": _teamed,
    "assignee": _assigned,
    "due": _dued,
    "tags": _tagged,
}


def _opened(entry: Entry, called: Called) -> str:
    things = _things(entry)
    if not things:
        return _("%(who)s opened the case.") % {"who": _who(entry)}
    return _("%(who)s opened the case with %(things)s.") % {"who": _who(entry), "things": things}


def _added(entry: Entry, called: Called) -> str:
    return _("%(who)s put %(things)s into the case.") % {"who": _who(entry), "things": _things(entry)}


def _taken_out(entry: Entry, called: Called) -> str:
    return _("%(who)s took %(things)s out of the case.") % {"who": _who(entry), "things": _things(entry)}


def _with_case(text: str) -> Tell:
    return lambda entry, called: _(text) % {"who": _who(entry), "case": _number(entry, "case")}


def _split(entry: Entry, called: Called) -> str:
    return _("%(who)s split case %(case)d off, with %(things)s.") % {
        "who": _who(entry),
        "case": _number(entry, "case"),
        "things": _things(entry) or _("nothing"),
    }


def _attached(entry: Entry, called: Called) -> str:
    if entry.attachment is None:
        return _("%(who)s attached a file.") % {"who": _who(entry)}
    return _("%(who)s attached %(name)s.") % {"who": _who(entry), "name": entry.attachment.name}


def _climbed(entry: Entry, called: Called) -> str:
    team = _team(entry, called)
    if team:
        where = {
            "team": _("It was sent to team %(team)s."),
            "lead": _("Nobody answered in time, so it went to the lead of team %(team)s."),
        }
        if said := where.get(_word(entry, "who")):
            return said % {"team": team}
    if _word(entry, "who") == "leadership":
        return _("Nobody answered in time, so it went to leadership.")
    return _("Nobody answered in time, so it went a step up.")


def _escalated(entry: Entry, called: Called) -> str:
    team = _team(entry, called)
    if team:
        return _("%(who)s escalated the case to %(team)s.") % {"who": _who(entry), "team": team}
    return _("%(who)s escalated the case.") % {"who": _who(entry)}


def _reopened(entry: Entry, called: Called) -> str:
    if not _number(entry, "percent"):
        if entry.by is not None:
            return _("%(who)s opened the case again.") % {"who": _who(entry)}
        return _("The case came back: people speak of it again.")
    what = {name: _number(entry, name) for name in ("percent", "promised", "voices", "days")}
    if what["promised"] and what["voices"]:
        return (
            _(
                "The case came back: what is said is at about %(percent)d in 100 of what it was, and "
                "%(promised)d were promised; about %(voices)d voices in %(days)d days."
            )
            % what
        )
    return _("The case came back: what is said is at about %(percent)d in 100 of what it was.") % what


def _outcome(entry: Entry, called: Called) -> str:
    if _number(entry, "left_alone"):
        return _("%(who)s decided that the case stays closed.") % {"who": _who(entry)}
    return _("The outcome was measured.")


def _handed_on(entry: Entry, called: Called) -> str:
    team = _team(entry, called)
    if team:
        return _("%(who)s handed the escalation on to %(team)s.") % {"who": _who(entry), "team": team}
    return _("%(who)s handed the escalation on.") % {"who": _who(entry)}


def _alert(entry: Entry, called: Called) -> str:
    if _number(entry, "opened") or _word(entry, "how") == "opened":
        return _("The case was opened from alert %(alert)d.") % {"alert": _number(entry, "alert")}
    return _("Alert %(alert)d belongs to this case.") % {"alert": _number(entry, "alert")}


def _ticket(text: str) -> Tell:
    return lambda entry, called: (
        _(text)
        % {
            "who": _who(entry),
            "ticket": _word(entry, "ref") or "?",
            "state": _word(entry, "state") or _("moved"),
        }
    )


def _by(text: str) -> Tell:
    return lambda entry, called: _(text) % {"who": _who(entry)}


def _acknowledged(entry: Entry, called: Called) -> str:
    if entry.detail.get("how") == "hook":
        return _("Another system acknowledged the escalation.")
    if entry.detail.get("how") == "mail":
        return _("Somebody acknowledged the escalation by the link of a message.")
    return _("%(who)s acknowledged the escalation.") % {"who": _who(entry)}


_TELL: dict[str, Tell] = {
    "opened": _opened,
    "split_off": _with_case(gettext_noop("%(who)s split this case off case %(case)d.")),
    "added": _added,
    "taken_out": _taken_out,
    "merged": _with_case(gettext_noop("%(who)s merged case %(case)d into this one.")),
    "joined": _with_case(gettext_noop("%(who)s merged this case into case %(case)d.")),
    "split": _split,
    "noted": _by(gettext_noop("%(who)s wrote a note.")),
    "note_erased": _by(gettext_noop("%(who)s wiped a note.")),
    "attached": _attached,
    "detached": _by(gettext_noop("%(who)s took an attachment off.")),
    "reopened": _reopened,
    "undone": _by(gettext_noop("%(who)s undid a change.")),
    "alert": _alert,
    "escalated": _escalated,
    "escalation_asked": _by(gettext_noop("%(who)s asked for an escalation.")),
    "climbed": _climbed,
    "escalation_declined": _by(gettext_noop("%(who)s answered that the case need not be escalated.")),
    "escalation_returned": _by(gettext_noop("%(who)s handed the escalation back.")),
    "escalation_resumed": _by(gettext_noop("%(who)s let the escalation go on.")),
    "handed_on": _handed_on,
    "left_closed": _by(gettext_noop("%(who)s decided to leave the case closed.")),
    "acknowledged": _acknowledged,
    "escalation_ended": _by(gettext_noop("The escalation ended.")),
    "action": _by(gettext_noop("%(who)s recorded an action.")),
    "action_changed": _by(gettext_noop("%(who)s changed an action.")),
    "action_removed": _by(gettext_noop("%(who)s took an action back.")),
    "outcome": _outcome,
    "ticket_linked": _ticket(gettext_noop("%(who)s linked the ticket %(ticket)s.")),
    "ticket_made": _ticket(gettext_noop("%(who)s made the ticket %(ticket)s in the team’s tracker.")),
    "ticket_unlinked": _ticket(gettext_noop("%(who)s took the link to the ticket %(ticket)s away.")),
    "ticket_status": _ticket(gettext_noop("The ticket %(ticket)s is now %(state)s in the team’s tracker.")),
    "webhook": _by(gettext_noop("Another system said that it knows of the case.")),
}
"""One teller a sort of `desk.cases_timeline.SORTS`."""

DONE = frozenset({"opened", "merged", "split", "split_off", "joined", "escalated", "acknowledged"})
"""Entries that are milestones: their mark is filled."""


def step(entry: Entry) -> str:
    """How its mark is drawn: "done", "act", "late" or "" (hollow)."""
    if entry.undone:
        return ""
    if entry.sort == "action":
        return "act"
    if entry.sort in ("reopened", "climbed"):
        return "late"
    return "done" if entry.sort in DONE else ""
