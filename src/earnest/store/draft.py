"""What a draft still lacks before it may listen.

A programme that has not said who listens, why, on what ground and for how long is a draft: it is not heard,
not imported into, not shown to the public and not reported on. No tables here: it judges the frozen value.
"""

from collections.abc import Callable
from dataclasses import dataclass

from earnest.record import basis
from earnest.record.errors import InputError
from earnest.store.shapes import Programme

LONGEST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that the people who are heard are owed. `step` is where it is written: page and flag."""

    step: str
    what: str
    there: Callable[[Programme], bool]


OWED: tuple[Owed, ...] = (
    Owed("purpose", "a purpose", lambda one: bool(one.purpose.strip())),
    Owed("basis", "a lawful basis", lambda one: basis.named(one.lawful_basis) is not None),
    Owed(
        "basis",
        "the statement on article 7 of Directive (EU) 2024/2831",
        lambda one: one.audience != "workforce" or one.directive,
    ),
    Owed("retention", "how long posts are kept", lambda one: 0 < one.retention_days <= LONGEST_DAYS),
    Owed("contact", "a contact", lambda one: bool(one.contact.strip())),
)


def missing(programme: Programme) -> list[Owed]:
    """What a programme still owes, in the order of the steps."""
    return [owed for owed in OWED if not owed.there(programme)]


def listed(owed: list[Owed]) -> str:
    """ "a purpose, a lawful basis and a contact"."""
    names = [one.what for one in owed]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def check_complete(programme: Programme) -> None:
    """Raises InputError that names all that is missing."""
    owed = missing(programme)
    if owed:
        raise InputError(
            f"The programme '{programme.slug}' cannot be live: it lacks {listed(owed)}.",
            advice=f"Write what is missing: earnest programme set {programme.slug} --help, or"
            f" /{programme.slug}/setup/{owed[0].step} on the pages.",
        )


def check_live(programme: Programme) -> None:
    """Raises InputError where a programme is a draft, and says what it lacks."""
    if programme.live:
        return
    owed = missing(programme)
    lacks = f"it still lacks {listed(owed)}" if owed else "nobody has said yet that it may begin"
    raise InputError(
        f"The programme '{programme.slug}' is a draft: {lacks}.",
        advice=f"Go on at /{programme.slug}/setup, or: earnest programme live {programme.slug}",
    )
