"""The form with a case's fields: what was there when it was opened, what was typed, and what somebody else
wrote meanwhile.

Only fields that the person changed are saved. Where somebody else changed the same one, both are shown and
the typed values stay in the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from earnest.desk import case_room, cases
from earnest.record.errors import Conflict, InputError
from earnest.store.read import Programme
from earnest.store.shapes_cases import Case
from earnest.web import case_words
from earnest.web.case_words import Called

NAMES = ("title", "status", "severity", "team", "assignee", "due", "tags")
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """The form: the version it was opened at, its values then, and what stands in it now. All as text but the
    ids of team and assignee (None: nothing).
    """

    seen: int
    was: Sequence[tuple[str, str]]
    now: Mapping[str, Any]

    @classmethod
    def of(cls, case: Case) -> "Typed":
        """As a page shows it first."""
        values = _values(case)
        return cls(case.version, list(values.items()), _shown(values))

    @classmethod
    def sent(cls, form: QueryDict) -> "Typed":
        """As somebody sent it. Raises InputError for a version that is no number."""
        seen = form.get("seen", "")
        if not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
            raise InputError(gettext("The form is damaged: it does not say what it was about."))
        was = [(name, form.get(f"was_{name}", "")[:LONGEST]) for name in NAMES]
        return cls(int(seen), was, _shown({name: form.get(name, old)[:LONGEST] for name, old in was}))

    def changed(self) -> dict[str, str]:
        """The fields that the person changed, as text."""
        before = dict(self.was)
        return {name: value for name in NAMES if (value := _text(self.now[name])) != before.get(name, "")}


@dataclass(frozen=True, slots=True)
class Both:
    """One field that two people changed."""

    name: object
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class Clash:
    """What the second of two people is told."""

    says: str
    rows: list[Both]


def save(programme: Programme, number: int, typed: Typed, by: int) -> int:
    """Save what a person changed; the change. Raises Conflict only where somebody else changed the same
    fields: their other changes stay as they are.
    """
    changed = typed.changed()
    fields = read(programme, changed)
    if not fields:
        return 0
    try:
        return cases.change(programme.slug, number, by=by, seen=typed.seen, **fields)
    except Conflict as conflict:
        before = read(programme, {name: dict(typed.was)[name] for name in conflict.differences})
        if any(_alike(name, theirs) != _alike(name, before.get(name)) for name, (theirs, _yours) in
               conflict.differences.items()):  # fmt: skip
            raise
        return cases.change(programme.slug, number, by=by, seen=conflict.version, **fields)


def _alike(name: str, value: Any) -> Any:
    """Comparable: the form knows a due time to the minute."""
    if name == "due" and isinstance(value, datetime):
        return value.replace(second=0, microsecond=0)
    return sorted(value) if name == "tags" and value else value or None


def read(programme: Programme, texts: Mapping[str, str]) -> dict[str, Any]:
    """Fields as the domain takes them. Raises InputError, RefusedConfiguration."""
    found: dict[str, Any] = {}
    for name, text in texts.items():
        if name in ("team", "assignee"):
            found[name] = _id(text)
        elif name == "due":
            found[name] = _moment(text)
        elif name == "tags":
            found[name] = case_room.tag_ids(programme.slug, text)
        else:
            found[name] = text.strip()
    return found


def clash(conflict: Conflict, called: Called) -> Clash:
    """Both values of each field that differs, in words."""
    rows = [
        Both(
            case_words.FIELDS[name],
            case_words.value(name, theirs, called),
            case_words.value(name, yours, called),
        )
        for name, (theirs, yours) in conflict.differences.items()
    ]
    return Clash(_("Somebody else changed this case while you were writing. Nothing was saved yet."), rows)


def _values(case: Case) -> dict[str, str]:
    return {
        "title": case.title,
        "status": case.status,
        "severity": case.severity,
        "team": _text(case.team),
        "assignee": _text(case.assignee),
        "due": f"{timezone.localtime(case.due):%Y-%m-%dT%H:%M}" if case.due else "",
        "tags": ", ".join(name for _id_, name in case.tags),
    }


def _shown(values: Mapping[str, str]) -> dict[str, Any]:
    """Texts as the template compares them: ids as numbers."""
    return {
        name: (int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None)
        if name in ("team", "assignee")
        else value
        for name, value in values.items()
    }


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _id(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InputError(gettext("A team or a person was not chosen from the list."))
    return int(text)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else timezone.make_aware(at)
    except (ValueError, OverflowError):
        raise InputError(
            gettext("The due time cannot be read."), advice=gettext("Write it as 2026-11-26 12:00.")
        ) from None
