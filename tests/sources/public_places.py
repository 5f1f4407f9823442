"""What the tests of public places share: a clock that stands, a way out, and reading to the end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.record.errors import EarnestError, SourceError
from earnest.record.raw import Page
from tests.sources.hostile_payloads import check_error, check_pages, may_refuse_whole

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())


def now() -> datetime:
    return NOW


def egress() -> Egress:
    return Egress("Earnest/test (+steward@example.org)", allow_private=True)


def pages(source: Any, cursor: str | None = None) -> list[Page]:
    return list(source.read(cursor))


def ids(found: list[Page]) -> list[str]:
    return [post.id for page in found for post in page.posts]


def refusing(source: Any) -> EarnestError:
    """The error that a read ends with: one with a sentence and something to do."""
    with pytest.raises(EarnestError) as told:
        pages(source)
    check_error(told.value)
    assert isinstance(told.value, SourceError)
    assert told.value.advice, "it says what to do"
    return told.value


def survives(source: Any, name: str, neighbours: list[str]) -> None:
    """Damage costs the item alone; where no decoder gets past it, a clear error for the page is right too."""
    try:
        found = pages(source)
    except EarnestError as error:
        problem = error
    else:
        check_pages(found, neighbours)
        return
    assert may_refuse_whole(name), name
    check_error(problem)
