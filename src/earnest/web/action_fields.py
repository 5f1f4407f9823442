"""The form of an action: what was typed, kept as it was typed until it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from earnest.record.errors import InputError
from earnest.store.action_shapes import ActionRow


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as text. `seen` is the version that the person saw; `cases` are numbers parted by commas."""

    what: str = ""
    sort: str = "fixed"
    team: str = ""
    day: str = ""
    planned: str = ""
    promise: str = ""
    told: str = ""
    cases: str = ""
    acted: str = ""
    seen: str = "0"

    @classmethod
    def fresh(cls, today: date, team: int | None = None) -> "Typed":
        return cls(day=today.isoformat(), team="" if team is None else str(team), acted="yes")

    @classmethod
    def of(cls, row: ActionRow) -> "Typed":
        return cls(
            what=row.what,
            sort=row.sort,
            team="" if row.team is None else str(row.team),
            day=row.day.isoformat(),
            planned="yes" if row.planned else "",
            promise=row.promise,
            told="yes" if row.told else "",
            cases=", ".join(str(number) for number, _title in row.cases),
            seen=str(row.version),
        )

    @classmethod
    def sent(cls, form: Mapping[str, Any]) -> "Typed":
        names = ("what", "sort", "team", "day", "planned", "promise", "told", "cases", "acted", "seen")
        return cls(**{name: str(form.get(name, ""))[:600] for name in names})

    def newer(self, version: int) -> "Typed":
        """The same, to be saved over what somebody else wrote meanwhile."""
        return replace(self, seen=str(version))

    @property
    def the_day(self) -> date:
        try:
            return date.fromisoformat(self.day.strip())
        except ValueError:
            raise InputError(_("The day cannot be read. Write it as 2026-11-19.")) from None

    @property
    def the_team(self) -> int | None:
        return _whole(self.team) if self.team.strip() else None

    @property
    def the_cases(self) -> list[int]:
        """Numbers of cases, parted by commas or spaces, with or without #."""
        return [_whole(part.lstrip("#")) for part in self.cases.replace(",", " ").split()]

    @property
    def the_version(self) -> int:
        return _whole(self.seen or "0")


def _whole(said: str) -> int:
    said = said.strip()
    if not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise InputError(_("A number in the form cannot be read."))
    return int(said)
