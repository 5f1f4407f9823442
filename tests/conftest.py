"""What every test has: a home folder of its own, made before Django reads its settings.

The same tests run on SQLite (the default) and on PostgreSQL (with DATABASE_URL set).
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

# No test is timed: a first call may compile a kernel, and other tests run beside it.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

_HOME = tempfile.TemporaryDirectory(prefix="earnest-tests-")
os.environ["EARNEST_HOME"] = _HOME.name
os.environ.pop("EARNEST_DEBUG", None)

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def pytest_configure() -> None:
    """Django may have been set up before this file was read: its home is the temporary one all the same."""
    from django.conf import settings

    from earnest.flow import room

    settings.EARNEST_HOME = Path(_HOME.name)
    room.give_back()  # this process lives for ten thousand tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests run in the full lane only (EARNEST_FULL=1)."""
    if os.environ.get("EARNEST_FULL") == "1":
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="full lane only: EARNEST_FULL=1"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit are cleaned up after by emptying every table, which the audit chain refuses: its
    refusals are taken off here, put back where they are tested, and stand in every process a test starts.
    """
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as db:
        for name in ("audit_no_update", "audit_no_delete", "audit_no_change", "audit_no_truncate"):
            on = "" if connection.vendor == "sqlite" else " ON store_auditlink"
            db.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@pytest.fixture
def home(tmp_path: Path, settings: object) -> Path:
    """A prepared home folder of this test alone."""
    settings.EARNEST_HOME = tmp_path
    for name in ("keys", "reports", "models"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def shared() -> Path:
    """Public data sets kept beside the repository; tests that need them are skipped without."""
    if not SHARED.is_dir():
        pytest.skip("the public data sets are not beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A homeserver of this test run; skipped where Synapse is not installed."""
    from tests.synapse import Synapse, python

    pytest.importorskip("nio", reason="the extra 'matrix' is not installed")
    if python() is None:
        pytest.skip("Synapse is not installed: make synapse")
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def people(synapse: Any) -> Any:
    """Accounts on the homeserver of this test run."""
    from tests.rooms import People

    return People.of(synapse)
