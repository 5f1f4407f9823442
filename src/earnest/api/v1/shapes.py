"""What goes in and out: the base of every model, and values that many share.

What comes in is strict (a number is no text, a field of an unknown name is refused); what goes out says None
for what is not told.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from django.utils import timezone
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PrivateAttr

from earnest.api.v1.problems import Problem
from earnest.record.verdict import KINDS, SENTIMENTS

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2105, 12, 31)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


class Out(BaseModel):
    """What an answer says."""

    model_config = ConfigDict(frozen=True)
    _where: str = PrivateAttr(default="")
    _version: int | None = PrivateAttr(default=None)

    def found_at(self, address: str) -> Self:
        """The same, saying where it is found."""
        self._where = address
        return self

    def of_version(self, version: int) -> Self:
        """The same, with an ETag that names its version: what If-Match is to say."""
        self._version = version
        return self


class In(BaseModel):
    """What a request says."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Asked(BaseModel):
    """What the address of a request asks for."""

    model_config = ConfigDict(str_strip_whitespace=True)


def _day(said: object) -> object:
    """A day as 2026-11-19 and in no other way; beyond what can be kept it is the first or the last."""
    if not isinstance(said, str) or not _DAY.fullmatch(said):
        raise ValueError("Write a day as 2026-11-19.")
    try:
        return min(max(date.fromisoformat(said), FIRST_DAY), LAST_DAY)
    except ValueError:
        raise ValueError("There is no such day. Write it as 2026-11-19.") from None


def _number(said: object) -> object:
    """A whole number of the address: digits and nothing else."""
    if isinstance(said, str) and not _NUMBER.fullmatch(said):
        raise ValueError("This is a whole number.")
    return said


def _moment(said: datetime) -> str:
    return said.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[
    datetime,
    PlainSerializer(_moment, return_type=Annotated[str, Field(json_schema_extra={"format": "date-time"})]),
]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,60}$", examples=["forum"])]
LabelId = Annotated[
    str, Field(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)?$", max_length=80, examples=["pay.tips"])
]
Lang = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", examples=["en"])]
KindOf = Literal["complaint", "question", "idea", "praise", "report"]
Tone = Literal["negative", "neutral", "positive"]
YesNo = Literal["yes", "no"]
Limit = Annotated[
    int, BeforeValidator(_number), Field(ge=1, le=100, description="How many at most on one page.")
]
Cursor = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Where to go on: `next` of the page before. It is good for the same question only.",
    ),
]
Number = Annotated[int, Field(ge=1, le=2**53 - 1)]

if set(KINDS) != {"complaint", "question", "idea", "praise", "report"} or len(SENTIMENTS) != 3:
    raise RuntimeError("The interface names other kinds than the record has.")


class Scored(Out):
    """A label, and how sure the model was of it (0 to 1; 1 where a person said so)."""

    id: str
    score: float


class Done(Out):
    """Something was done; there is nothing to tell of it."""

    done: Literal[True] = True


class Changed(Out):
    """What was changed: `change` is what undoes it; None where nothing was different."""

    change: int | None


class Numbered(Out):
    """Something was made: its number, with which it is found again."""

    number: int


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """A question without what was not asked, for cursors."""
    return {name: value for name, value in values.items() if value not in (None, [], (), "")}


def seen(if_match: str | None) -> int:
    """The version that If-Match names. Raises Problem (428, 400)."""
    if not if_match:
        raise Problem(
            428,
            "no-version",
            "Send If-Match with the ETag that you read, so that nobody's work is lost.",
            where="header.If-Match",
        )
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Problem(
            400, "bad-request", "If-Match is the ETag that you read, as it stands.", where="header.If-Match"
        )
    return int(found[1])


VERSION = r'^"[0-9]{1,9}(-[0-9a-f]{1,64})?"$'
_VERSION = re.compile(r'"([0-9]{1,9})(?:-[0-9a-f]{1,64})?"')
