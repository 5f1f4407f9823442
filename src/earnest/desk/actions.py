"""What was done about a problem: a sentence, its sort, a team, a day. So that one can see whether it helped.

    actions.record("riders", 12, what="Tips re-run for October.", team=3, on=date(2026, 10, 26), by=7)
    actions.change("riders", 5, seen=1, by=7, day=date(2026, 10, 27))
    actions.take_back("riders", 5, by=7); actions.put_back("riders", 5, by=7)

Nobody's work is counted: an action names a team. Its sentence is the operator's own words; a report tells it
only when a lead said so (`tell_in_reports`), in no audience by itself: what is written for colleagues may
hold a suspicion or a name, and a report is read by outsiders. Who edits the sentence afterwards without that
right takes it out of reports again.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from earnest.desk import audit, cases
from earnest.gate import refusals
from earnest.gate.redact import redact
from earnest.record.errors import InputError, Refused, StoreError
from earnest.store import clock, read_actions, read_cases, write_actions
from earnest.store.action_shapes import PROMISES, SORTS, ActionPage, ActionRow

__all__ = [
    "LONGEST",
    "ActionPage",
    "ActionRow",
    "change",
    "listing",
    "of_case",
    "one",
    "put_back",
    "record",
    "take_back",
    "tell_case",
]

LONGEST = 300
MOST_CASES = 20
AHEAD = timedelta(days=366)
BEHIND = timedelta(days=3660)

of_case = read_actions.of_case
listing = read_actions.listing
one = read_actions.one


def record(
    programme: str,
    number: int,
    *,
    what: str,
    on: date,
    by: int | None,
    team: int | None = None,
    sort: str = "fixed",
    promise: str = "",
    planned: bool | None = None,
    also: Sequence[int] = (),
    acted: bool = False,
) -> int:
    """Write down what was done about a case (and `also` about others); its id.

    `acted`: where it is done, cases that are still worked on get that status, and are watched from then on.
    `planned` is by itself true for a day that is still to come. Raises InputError for words, days or codes
    that cannot be, Refused for words about protected speech or with somebody's data, StoreError for a case or
    team that is not there.
    """
    numbers = list(dict.fromkeys([number, *also]))
    if len(numbers) > MOST_CASES:
        raise InputError(f"An action belongs to at most {MOST_CASES} cases.")
    planned = on > clock.now().date() if planned is None else planned
    with transaction.atomic():
        id = write_actions.add(
            programme,
            numbers,
            what=_sentence(what),
            sort=_one_of(sort, SORTS, "sort"),
            team=team,
            day=_day(on, planned),
            planned=planned,
            promise=_one_of(promise, PROMISES, "promise"),
            by=by,
        )
        for one_number in _numbers(programme, id):
            if acted and not planned:
                _set_acted(programme, one_number, by)
            cases.tell(programme, one_number, "action", _detail(id, planned), by=by)
            audit.note(
                _actor(by), "action_recorded", programme=programme, about=f"case:{one_number}",
                detail={"record": id, "sort": sort, "planned": int(planned)},
            )  # fmt: skip
    return id


def _set_acted(programme: str, number: int, by: int | None) -> None:
    case = read_cases.one(programme, number)
    if case is not None and case.status in ("new", "investigating", "waiting", "reopened"):
        cases.change(programme, number, by=by, seen=case.version, status="acted")


def change(
    programme: str,
    id: int,
    *,
    by: int | None,
    seen: int,
    may_tell: bool = False,
    what: str | None = None,
    sort: str | None = None,
    team: int | None = -1,
    on: date | None = None,
    planned: bool | None = None,
    promise: str | None = None,
    told: bool | None = None,
    numbers: Sequence[int] | None = None,
) -> list[str]:
    """Change an action as it was in version `seen`: the names of the fields that changed.

    What is left out stays; `team=None` is no team. `told`: whether reports may tell it, which `may_tell`
    allows; other words written without that right take it out of reports. Raises as `record`, and Conflict
    (with both values, nothing lost) where somebody else changed it meanwhile.
    """
    there = read_actions.one(programme, id)
    if there is None or there.taken_back:
        raise StoreError("This action is not there any more.")
    fields: dict[str, object] = {}
    if what is not None:
        fields["what"] = _sentence(what)
    if sort is not None:
        fields["sort"] = _one_of(sort, SORTS, "sort")
    if promise is not None:
        fields["promise"] = _one_of(promise, PROMISES, "promise")
    if team != -1:
        fields["team"] = team
    if planned is not None:
        fields["planned"] = planned
    if on is not None:
        fields["day"] = _day(on, there.planned if planned is None else planned)
    if numbers is not None:
        if not 0 < len(set(numbers)) <= MOST_CASES:
            raise InputError(f"An action belongs to 1 to {MOST_CASES} cases.")
        fields["cases"] = list(numbers)
    if told is not None and may_tell:
        fields["told"] = told
    elif there.told and fields.get("what", there.what) != there.what and not may_tell:
        fields["told"] = False
    with transaction.atomic():
        changed = list(write_actions.change(programme, id, seen=seen, fields=fields))
        if changed:
            _tell(programme, id, "action_changed", by)
    return changed


def take_back(programme: str, id: int, *, by: int | None) -> bool:
    """An action is told of no more, until it is put back. False where it was not there."""
    with transaction.atomic():
        numbers = _numbers(programme, id)
        done = write_actions.take_back(programme, id)
        if done:
            _tell(programme, id, "action_removed", by, numbers)
    return done


def put_back(programme: str, id: int, *, by: int | None) -> bool:
    """Undo `take_back`. False where it was not taken back."""
    with transaction.atomic():
        done = write_actions.put_back(programme, id)
        if done:
            _tell(programme, id, "action_changed", by)
    return done


def tell_case(programme: str, number: int, title: str | None, *, by: int | None) -> None:
    """Let reports tell of a case, in these words; None: no longer. For those who may make reports."""
    with transaction.atomic():
        words = None if title is None else cases.checked_title(title)
        write_actions.tell_in_reports(programme, number, words, by)
        audit.note(
            _actor(by), "case_in_report", programme=programme, about=f"case:{number}",
            detail={"told": int(title is not None)},
        )  # fmt: skip


def _tell(programme: str, id: int, sort: str, by: int | None, numbers: Sequence[int] | None = None) -> None:
    for number in _numbers(programme, id) if numbers is None else numbers:
        cases.tell(programme, number, sort, {"action": id}, by=by)
        audit.note(_actor(by), sort, programme=programme, about=f"case:{number}", detail={"record": id})


def _numbers(programme: str, id: int) -> list[int]:
    found = read_actions.one(programme, id)
    return [] if found is None else [number for number, _ in found.cases]


def _detail(id: int, planned: bool) -> dict[str, object]:
    return {"action": id, "planned": planned}


def _actor(by: int | None) -> str:
    return cases.ACTOR.get() if by is None else f"person:{by}"


def _sentence(what: str) -> str:
    """The words as they are kept. Nothing is found, kept or counted by them, so they are not judged as a
    configuration is ("answer every rider who wrote" is a fine thing to do); but they may leave in a report,
    so they hold nothing of protected speech and nobody's data.
    """
    words = " ".join(what.split())
    if not 0 < len(words) <= LONGEST or not words.isprintable():
        raise InputError(f"Say what was done, in one sentence of at most {LONGEST} characters.")
    if refusals.listed("tag", words) == "speech":
        raise Refused(
            "Earnest keeps nothing about organising, representation, collective action, or talking to the"
            " press, researchers, regulators or lawyers, not in what was done either.",
            advice="Say what was changed, not who asked for it.",
        )
    if redact(words).spans:
        raise Refused(
            "An action names nobody: no address, number, handle or name of a person.",
            advice="Say what was done, and by which team.",
        )
    return words


def _one_of(value: str, known: Sequence[str], what: str) -> str:
    if value not in known:
        raise InputError(
            f"'{value[:30]}' is no {what} of an action.",
            advice=f"Choose among {', '.join(k for k in known if k)}.",
        )
    return value


def _day(day: date, planned: bool) -> date:
    today = clock.now().date()
    if day > today and not planned:
        raise InputError(f"{day} has not come yet.", advice="Say that it is planned, or choose another day.")
    if not today - BEHIND <= day <= today + AHEAD:
        raise InputError(
            f"{day} is too far away.", advice="Choose a day within the last ten years or the next."
        )
    return day
