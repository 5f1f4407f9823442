"""What happens to a case, by code: the closed table behind every entry of a timeline.

A page or the API makes sentences of codes and values. An entry holds numbers, counts and codes: no word of a
post, nothing of who wrote one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from earnest.record.errors import StoreError


@dataclass(frozen=True, slots=True)
class Sort:
    """says       what happened, for the command line and for readers of this table
    undo       whether undoing it can be offered
    work       whether a case to which it happened has been worked on: opening it cannot be undone then
    by_others  it is told by another part with `desk.cases.tell`
    """

    says: str
    work: bool = True
    by_others: bool = False


SORTS: dict[str, Sort] = {
    "opened": Sort("was opened", work=False),
    "split_off": Sort("was split off another case", work=False),
    "added": Sort("got posts or themes"),
    "taken_out": Sort("lost posts or themes"),
    "changed": Sort("was changed"),
    "merged": Sort("took in another case"),
    "joined": Sort("became part of another case"),
    "split": Sort("was split"),
    "noted": Sort("got a note"),
    "note_erased": Sort("had a note wiped"),
    "attached": Sort("got an attachment"),
    "detached": Sort("lost an attachment"),
    "reopened": Sort("came back"),
    "undone": Sort("had a change undone", work=False),
    "alert": Sort("was fed by an alert", work=False, by_others=True),
    "escalated": Sort("was escalated", by_others=True),
    "escalation_asked": Sort("was asked to be escalated", by_others=True),
    "climbed": Sort("went a step up", by_others=True),
    "acknowledged": Sort("was acknowledged", by_others=True),
    "escalation_declined": Sort("was not to be escalated", by_others=True),
    "escalation_returned": Sort("was handed back by a team", by_others=True),
    "handed_on": Sort("was handed on to another team", by_others=True),
    "escalation_resumed": Sort("is escalated after all", by_others=True),
    "escalation_ended": Sort("is escalated no more", by_others=True),
    "action": Sort("had an action recorded", by_others=True),
    "action_changed": Sort("had an action changed", by_others=True),
    "action_removed": Sort("had an action taken back", by_others=True),
    "outcome": Sort("was measured", work=False, by_others=True),
    "ticket_linked": Sort("was linked to a ticket", by_others=True),
    "ticket_made": Sort("got a ticket", by_others=True),
    "ticket_unlinked": Sort("was parted from a ticket", by_others=True),
    "ticket_status": Sort("had its ticket move", work=False, by_others=True),
    "webhook": Sort("is known to another system", work=False, by_others=True),
}
"""Every sort of entry."""

_NAME = re.compile(r"[a-z][a-z_]{0,23}")
_WORD = re.compile(r"[\w.:/#+@ -]{0,120}")
MOST = 12


def check(sort: str, detail: Mapping[str, object]) -> None:
    """Raises StoreError for an entry that another part may not tell: a defect of the caller."""
    known = SORTS.get(sort)
    if known is None or not known.by_others:
        raise StoreError(f"A timeline has no entry '{sort[:40]}'.")
    check_detail(detail)


def check_detail(detail: Mapping[str, object]) -> None:
    """Raises StoreError for a detail that is neither a number nor a short word."""
    if len(detail) > MOST:
        raise StoreError(f"An entry has at most {MOST} details.")
    for name, value in detail.items():
        plain = value is None or isinstance(value, bool | int | float)
        if not _NAME.fullmatch(name) or not (plain or (isinstance(value, str) and _WORD.fullmatch(value))):
            raise StoreError("An entry holds numbers and short words only.")
