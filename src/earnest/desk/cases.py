"""Cases: what a team works on, from the first post to something done. The door of pages, API and commands.

    number = open_case("riders", "App crashes at the door", by=3, posts=[…])
    change("riders", number, by=3, seen=1, status="investigating", assignee=4)
    undo("riders", merge("riders", number, other, by=3), by=3)

Numbers count per programme from 1. `by` is an account's id, None for Earnest itself. What changes a case
returns the id of its change, which `undo` takes at any later time (`store.write_case_undo` says how). 0 means
that nothing was different from what was asked for. Every change is one transaction with its link in the audit
chain. Who may do it is for the caller to ask (`desk.access`: see_cases, work_cases).

Raises StoreError for what is not there, Refused for what may not be, Conflict where somebody was quicker.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from earnest.desk import access, audit, cases_alike, cases_files, cases_notes, cases_timeline
from earnest.desk.cases_alike import Draft, Suggestion
from earnest.gate.refusals import judge
from earnest.record.errors import Refused, StoreError
from earnest.store import (
    erase_cases,
    people_names,
    write_case_merge,
    write_case_notes,
    write_case_undo,
    write_cases,
)
from earnest.store.shapes_cases import MOVES, SEVERITIES, STATUSES

__all__ = [
    "ACTOR",
    "MOVES",
    "SEVERITIES",
    "STATUSES",
    "Draft",
    "Suggestion",
    "add",
    "attach",
    "change",
    "detach",
    "duplicates_of",
    "edit_note",
    "erase_note",
    "merge",
    "note",
    "open_case",
    "people",
    "reopen",
    "split",
    "suggestions",
    "take_out",
    "tell",
    "undo",
]

ACTOR: ContextVar[str] = ContextVar("earnest_cases_actor", default="system")
"""Who does what no person of the desk does: Earnest itself, or `cli` where the command line says so."""
LONGEST_TITLE = 160
LONGEST_WHY = 400
YEARS = range(1971, 2106)
"""Of due times. Beyond them a time zone leads out of what a database gives back."""
_WORKERS = frozenset(role for role, may in access.MAY.items() if "work_cases" in may)
_IDLE = frozenset(sort for sort, known in cases_timeline.SORTS.items() if not known.work)


def open_case(
    programme: str,
    title: str,
    *,
    by: int | None,
    severity: str = "normal",
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    team: int | None = None,
    because: str = "",
    how: str = "hand",
) -> int:
    """A new case; its number. `how` its posts came: hand, suggested or alert."""
    words = checked_title(title)
    _checked("severity", severity, SEVERITIES)
    with transaction.atomic():
        number, _ = write_cases.open_case(
            programme,
            words,
            by=by,
            severity=severity,
            posts=posts,
            themes=themes,
            team=team,
            why=_why(because),
            how=how,
        )
        _note(by, "case_opened", programme, number, posts=len(posts), themes=len(themes))
    return number


def add(
    programme: str,
    number: int,
    *,
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    by: int | None,
    how: str = "hand",
) -> int:
    """Put posts and themes (numbers) into a case; those that are in it already stay as they are."""
    with transaction.atomic():
        done = write_cases.add(programme, number, posts=posts, themes=themes, by=by, how=how)
        if done:
            _note(by, "case_filled", programme, number, posts=len(posts), themes=len(themes))
    return done


def take_out(
    programme: str,
    number: int,
    *,
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    by: int | None,
) -> int:
    """Take posts and themes out of a case. They stay where else they are."""
    with transaction.atomic():
        done = write_cases.take_out(programme, number, posts=posts, themes=themes, by=by)
        if done:
            _note(by, "case_emptied", programme, number, posts=len(posts), themes=len(themes))
    return done


def merge(programme: str, into: int, other: int, *, by: int | None, because: str = "") -> int:
    """`other` is the same as `into`, and is shown in it from now on with all it has."""
    with transaction.atomic():
        done = write_case_merge.merge(programme, into, other, by=by, why=_why(because))
        _note(by, "case_merged", programme, other, into=into)
    return done


def split(
    programme: str,
    number: int,
    *,
    title: str,
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    by: int | None,
) -> int:
    """Posts and themes of a case become a case of their own; its number."""
    words = checked_title(title)
    with transaction.atomic():
        new, _ = write_case_merge.split(programme, number, title=words, posts=posts, themes=themes, by=by)
        _note(by, "case_split", programme, number, new=new)
    return new


def undo(programme: str, change: int, *, by: int | None) -> None:
    """Undo a change, whatever happened since, as far as that means something; else StoreError says why."""
    with transaction.atomic():
        number = write_case_undo.undo(programme, change, by=by, idle=_IDLE)
        _note(by, "case_undone", programme, number, change=change)


def change(
    programme: str, number: int, *, by: int | None, seen: int, because: str = "", **fields: Any
) -> int:
    """Set title, status, severity, team, assignee, due or tags (ids of all it is to have).

    `seen` is the version that the person saw. Raises Conflict with both values where somebody changed the
    case since; nothing is written then.
    """
    wanted = dict(fields)
    if "title" in wanted:
        wanted["title"] = checked_title(wanted["title"])
    for name, known in (("status", STATUSES), ("severity", SEVERITIES)):
        if name in wanted:
            _checked(name, wanted[name], known)
    if "due" in wanted:
        wanted["due"] = _due(wanted["due"])
    if wanted.get("assignee") is not None and wanted["assignee"] not in people(programme):
        raise StoreError("This person does not work on cases of this programme.")
    with transaction.atomic():
        done = write_cases.change(programme, number, by=by, seen=seen, fields=wanted, why=_why(because))
        if done:
            action = "case_closed" if wanted.get("status") == "closed" else "case_changed"
            _note(by, action, programme, number, fields=len(wanted))
    return done


def reopen(programme: str, number: int, because: Mapping[str, object], *, by: int | None = None) -> int:
    """A case that was acted on, answered or closed came back: numbers and codes say why. 0: it is open."""
    cases_timeline.check_detail(because)
    with transaction.atomic():
        done = write_cases.reopen(programme, number, because, by=by)
        if done:
            _note(by, "case_reopened", programme, number)
    return done


def note(programme: str, number: int, text: str, *, by: int | None) -> int:
    """Write a note: plain text. Who is called `@name` in it and works on the programme's cases is told."""
    words = cases_notes.checked(text)
    named = cases_notes.mentioned(words, people_names.callable_names(programme, _WORKERS))
    with transaction.atomic():
        done = write_case_notes.note(programme, number, words, named, by=by)
        _note(by, "case_noted", programme, number)
    return done


def edit_note(programme: str, note: int, text: str, *, by: int) -> int:
    """Give a note another wording: only who wrote it. Its case's number."""
    words = cases_notes.checked(text)
    named = cases_notes.mentioned(words, people_names.callable_names(programme, _WORKERS))
    with transaction.atomic():
        number = write_case_notes.edit_note(programme, note, words, named, by=by)
        _note(by, "case_noted", programme, number, note=note)
    return number


def erase_note(programme: str, note: int, *, by: int | None) -> int:
    """Wipe the words of a note for good, whoever wrote them. Its case's number."""
    with transaction.atomic():
        number = erase_cases.erase_note(programme, note, by=by)
        _note(by, "note_erased", programme, number, note=note)
    return number


def attach(programme: str, number: int, name: str, content: bytes, *, by: int | None) -> int:
    """Keep a file on a case: a picture made anew without anything but its pixels, a PDF or plain text.

    Raises Refused for anything else, what is too large, and what cannot be read as what it is.
    """
    file = cases_files.made_safe(name, content)
    with transaction.atomic():
        done = write_case_notes.attach(
            programme,
            number,
            file.name,
            file.type,
            file.content,
            by=by,
            width=file.width,
            height=file.height,
        )
        _note(by, "case_attached", programme, number, size=len(file.content))
    return done


def detach(programme: str, attachment: int, *, by: int | None) -> int:
    """Delete a file for good."""
    with transaction.atomic():
        done = write_case_notes.detach(programme, attachment, by=by)
        audit.note(_actor(by), "case_detached", programme=programme, detail={"attachment": attachment})
    return done


def tell(programme: str, number: int, sort: str, detail: Mapping[str, object], *, by: int | None) -> int:
    """An entry of another part in the timeline of exactly this case (`cases_timeline.SORTS`). Writes no link
    into the audit chain: whoever tells writes their own.
    """
    cases_timeline.check(sort, detail)
    return write_case_notes.tell(programme, number, sort, detail, by=by)


def people(programme: str) -> dict[int, str]:
    """Who may be given cases of a programme, by id, in the order of their names."""
    return people_names.on_desk(programme, _WORKERS)


def suggestions(programme: str, number: int) -> list[Suggestion]:
    """Other cases, themes and posts that likely belong to a case, each with what they share."""
    return cases_alike.suggestions(programme, number)


def duplicates_of(programme: str, draft: Draft) -> list[Suggestion]:
    """Open cases that are likely the same as one that is about to be opened."""
    return cases_alike.duplicates_of(programme, draft)


def checked_title(title: str) -> str:
    """A title as it may be kept. Raises Refused for none, one too long, and what may not be configured."""
    words = " ".join(str(title).split())
    if not words or not words.isprintable():
        raise Refused("A case needs a title.")
    if len(words) > LONGEST_TITLE:
        raise Refused(f"A title has at most {LONGEST_TITLE} characters.")
    reason = judge("alert", words)
    if reason is not None:
        raise Refused(reason)
    return words


def _checked(name: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise Refused(f"There is no {name} '{str(value)[:20]}'.", advice=f"Choose one of {', '.join(known)}.")


def _why(because: str) -> str:
    words = " ".join(str(because).split())
    if len(words) > LONGEST_WHY:
        raise Refused(f"A reason has at most {LONGEST_WHY} characters.")
    return words


def _due(value: object) -> datetime | None:
    """A moment; a day means its end."""
    if value is None:
        return None
    if isinstance(value, date) and value.year not in YEARS:  # a datetime is a date, too
        raise Refused(f"A due time lies between {YEARS[0]} and {YEARS[-1]}.")
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59), UTC)
    raise Refused("A due time is a date or a moment.")


def _actor(by: int | None) -> str:
    return ACTOR.get() if by is None else f"person:{by}"


def _note(by: int | None, action: str, programme: str, number: int, **detail: int) -> None:
    shown = {name: value for name, value in detail.items() if value}
    audit.note(_actor(by), action, programme=programme, about=f"case:{number}", detail=shown)
