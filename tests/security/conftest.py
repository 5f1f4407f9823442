"""A small desk, quick passwords, and a log that is not filled with refusals."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from earnest.gate.voice import Keys
from earnest.store import write_leases
from earnest.web.views import join, say
from tests.filled import filled
from tests.security import desk


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    join.TRIES.clear()
    say.SENT.clear()
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def quick(settings: Settings) -> None:
    """Passwords are hashed by a method that costs nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def small_desk(db: None, quick: None, home: Path) -> int:
    """One programme with a sample and one person of each role; the id of its report."""
    Keys.make(home / "keys" / "voices.key")
    write_leases.beat("tests", 0)  # somebody listens, so that `/healthz` is well
    return filled("security", desk.fill)
