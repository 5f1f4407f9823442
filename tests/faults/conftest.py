"""What tests share that start processes of their own."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.faults.hearing import Hearing
from tests.soak.run import Soak

SERVER = os.environ.get("DATABASE_URL", "")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home with a database of its own."""
    own = {**os.environ, "EARNEST_HOME": str(tmp_path / "home")}
    name = f"faults_{os.getpid()}"
    if SERVER:
        import psycopg

        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        own["DATABASE_URL"] = urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
    yield own
    if SERVER:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def soak() -> Iterator[Soak]:
    """Prepared processes, and an empty home with the model places in it."""
    made = Soak()
    yield made
    made.stop()


_SEEDS = itertools.count(9_000_000)


@pytest.fixture
def hearing(soak: Soak) -> Iterator[Hearing]:
    """A home that hears the model places; one of its own for each test, always the same."""
    with soak.open(next(_SEEDS)) as scene:
        yield Hearing(scene)
