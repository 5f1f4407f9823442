"""SIGKILL while the tables are made or brought up to date: the next start finds all of it or none of it."""

import signal
from pathlib import Path
from random import Random

import pytest

from tests.soak.acts import ANY_STATEMENT
from tests.soak.run import NOWHERE, SERVER, Database, Soak
from tests.soak.world import NAMES

BEFORE = "0006"


def tables(database: Database) -> set[str]:
    if SERVER:
        return {name for (name,) in database("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    return {name for (name,) in database("SELECT name FROM sqlite_master WHERE type = 'table'")}


def schema(database: Database) -> list[tuple[object, ...]]:
    """Every table, column and index as the database describes them."""
    if SERVER:
        return sorted(
            [
                *database(
                    "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
                    " WHERE table_schema = 'public'"
                ),
                *database(
                    "SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'"
                ),
            ]
        )
    return sorted(
        database("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"), key=str
    )


@pytest.fixture(scope="module")
def undisturbed(soak: Soak, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    with soak.bare(tmp_path_factory.mktemp("undisturbed")) as (machine, database):
        assert machine.do("migrate").code == 0
        return schema(database)


@pytest.mark.slow
@pytest.mark.parametrize("at", sorted(Random(6).sample(range(1, 400), 4)))
def test_a_first_start_that_was_killed_is_made_by_the_next(
    soak: Soak, tmp_path: Path, undisturbed: list[tuple[object, ...]], at: int
) -> None:
    with soak.bare(tmp_path / "home") as (machine, database):
        killed = machine.do("prepare", urls={}, days=60, kill=(ANY_STATEMENT, at))
        assert killed.code in (-signal.SIGKILL, 0)
        half = {name for name in tables(database) if name.startswith("store_")}
        whole = {str(row[0]) for row in undisturbed if str(row[0]).startswith("store_")} if SERVER else half
        assert not half or half >= whole, "none of the tables, or all"
        done = machine.do("prepare", urls=dict.fromkeys(NAMES, NOWHERE), days=60)
        assert done.code == 0, done.said
        assert schema(database) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("at", [3, 9, 20, 45])
def test_an_upgrade_that_was_killed_halfway_is_finished_by_the_next_one(
    soak: Soak, tmp_path: Path, undisturbed: list[tuple[object, ...]], at: int
) -> None:
    with soak.bare(tmp_path / "home") as (machine, database):
        assert machine.do("migrate", target=BEFORE).code == 0
        before = schema(database)
        assert before != undisturbed
        killed = machine.do("migrate", upgraded=True, kill=(ANY_STATEMENT, at))
        assert killed.code in (-signal.SIGKILL, 0)
        assert schema(database) in (before, undisturbed), "all of the change, or none of it"
        done = machine.do("migrate", upgraded=True)
        assert done.code == 0, done.said
        assert schema(database) == undisturbed
