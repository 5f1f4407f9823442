"""What every test has: a home folder of its own, made before Django reads its settings.

The same tests run on SQLite (the default) and on PostgreSQL (with DATABASE_URL set).
"""

import os
import tempfile
from pathlib import Path

import pytest

_HOME = tempfile.TemporaryDirectory(prefix="earnest-tests-")
os.environ["EARNEST_HOME"] = _HOME.name
os.environ.pop("EARNEST_DEBUG", None)

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def pytest_configure() -> None:
    """Django may have been set up before this file was read: its home is the temporary one all the same."""
    from django.conf import settings

    settings.EARNEST_HOME = Path(_HOME.name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests run in the full lane only (EARNEST_FULL=1)."""
    if os.environ.get("EARNEST_FULL") == "1":
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="full lane only: EARNEST_FULL=1"))


@pytest.fixture
def home(tmp_path: Path, settings: object) -> Path:
    """A prepared home folder of this test alone."""
    settings.EARNEST_HOME = tmp_path  # type: ignore[attr-defined]
    for name in ("keys", "reports", "models"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def shared() -> Path:
    """Public data sets kept beside the repository; tests that need them are skipped without."""
    if not SHARED.is_dir():
        pytest.skip("the public data sets are not beside the repository")
    return SHARED
