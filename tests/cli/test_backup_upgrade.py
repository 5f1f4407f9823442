"""`earnest upgrade`: a backup first, all changes or none, whatever moment it is killed at; and what an old or
a new version says of tables that are not its own. On SQLite, and on PostgreSQL where DATABASE_URL names one.
"""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from tests.backups import Kept
from tests.faults.homes import SERVER, client_tools

pytestmark = pytest.mark.skipif(bool(SERVER) and client_tools() is None, reason="pg_dump is not installed")

OLD = """
import sys
from earnest.cli import setup
folder = setup.prepare()
setup.start(folder)
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from earnest.gate.voice import Keys
for app in ("contenttypes", "auth", "sessions"):
    call_command("migrate", app, verbosity=0, skip_checks=True)
call_command("migrate", "store", sys.argv[1], verbosity=0, skip_checks=True)
Keys.make(setup.keys_path(folder))
apps = MigrationExecutor(connection).loader.project_state(("store", sys.argv[1])).apps
apps.get_model("store", "Programme").objects.create(slug="riders", name="Riders", audience="customers")
"""

KILLED = """
import os, signal, sys
from django.db.migrations.migration import Migration
count, at, own = 0, int(sys.argv[1]), Migration.apply
def apply(self, *words, **more):
    global count
    if count == at and sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = own(self, *words, **more)
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    return done
Migration.apply = apply
sys.argv = ["earnest", "upgrade", "--no-backup"]
from earnest.cli import main
main()
"""


def old(folder, version="0006_desk") -> Kept:
    """A home as an earlier version left it, with one programme."""
    home = Kept(folder)
    for given in home.folder.glob("earnest.db*"):
        given.unlink()
    done = home.python(OLD, version)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = old(tmp_path_factory.mktemp("old") / "home")
    yield made
    made.drop()


def applied(home: Kept) -> set[str]:
    return {name for (name,) in home.rows("SELECT name FROM django_migrations WHERE app = 'store'")}


def execute(home: Kept, sql: str) -> None:
    if home.address:
        import psycopg

        with psycopg.connect(home.address, autocommit=True) as server:
            server.execute(sql)
        return
    with closing(sqlite3.connect(home.folder / "earnest.db")) as db, db:
        db.execute(sql)


@pytest.mark.slow
def test_old_tables_are_refused_backed_up_and_brought_to_this_version(home):
    before = applied(home)
    told = home.run("listen", "--once", code=1)
    assert "The tables are of an older version of Earnest" in told
    assert "Run: earnest upgrade" in told
    assert applied(home) == before
    assert "no public key was given" in home.run("upgrade", code=1), "no backup, no change"
    assert applied(home) == before
    told = home.run("upgrade", "--recipient", home.public)
    (backup,) = (home.folder / "backups").glob("earnest-2*.age")
    assert f"Backup: {backup}" in told
    assert applied(home) > before
    assert "up to date" in home.run("upgrade")
    assert home.rows("SELECT slug FROM store_programme") == [("riders",)]
    assert home.rows("SELECT action FROM store_auditlink") == [("upgraded",)]
    told = home.run("restore", str(backup), "--key", str(home.key), "--replace")
    assert "Put back" in told
    assert applied(home) > before, "a backup of an earlier version is brought to this one"


def test_an_old_version_refuses_newer_tables(home):
    home.run("upgrade", "--no-backup")
    later = "VALUES ('store', '9999_later', CURRENT_TIMESTAMP)"
    execute(home, f"INSERT INTO django_migrations (app, name, applied) {later}")
    try:
        for words in (["listen", "--once"], ["serve", "--port", "8999"], ["upgrade"], ["user", "link", "x"]):
            told = home.run(*words, code=1)
            assert "The tables are of a newer version of Earnest, which this one does not know." in told
    finally:
        execute(home, "DELETE FROM django_migrations WHERE name = '9999_later'")


def test_nobody_works_while_it_is_upgraded_and_it_is_not_while_somebody_works(home):
    script = "import sys, pathlib; from earnest.flow import occupied\nfolder = pathlib.Path(sys.argv[1])\n"
    alone = f"{script}with occupied.alone(folder, 'upgraded'):\n    print('there', flush=True); input()"
    together = f"{script}occupied.together(folder)\nprint('there', flush=True); input()"
    for held, words, says in (
        (alone, ["listen", "--once"], "is being upgraded or restored at this moment"),
        (alone, ["upgrade"], "is being upgraded or restored at this moment"),
        (together, ["upgrade"], "so it cannot be upgraded"),
    ):
        with subprocess.Popen(
            [sys.executable, "-c", held, str(home.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as running:  # fmt: skip
            assert running.stdout is not None
            assert running.stdout.readline() == "there\n"
            assert says in home.run(*words, code=1)
            running.kill()


@pytest.mark.skipif(not SERVER, reason="DATABASE_URL names no server")
def test_two_machines_do_not_upgrade_one_database(tmp_path):
    import psycopg

    home = old(tmp_path / "home")
    try:
        with psycopg.connect(home.address, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [0x6561726E + 1])
            assert "Another upgrade of this database is running" in home.run("upgrade", "--no-backup", code=1)
        assert "made" in home.run("upgrade", "--no-backup")
    finally:
        home.drop()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_each_change_nothing_is_changed_and_run_again_all_is(tmp_path, moment):
    home = old(tmp_path / "home", "0003_trust")
    try:
        before, at = applied(home), 0
        while True:
            done = home.python(KILLED, str(at), moment)
            if done.returncode == 0:
                break
            assert done.returncode == -9, done.stderr
            assert applied(home) == before
            assert home.rows("SELECT slug FROM store_programme") == [("riders",)]
            at += 1
        assert at >= 5
        assert "up to date" in home.run("upgrade")
        home.run("listen", "--once")
    finally:
        home.drop()


@pytest.mark.slow
def test_killed_at_any_moment_the_tables_are_the_old_or_the_new_ones(tmp_path):
    home, chance = old(tmp_path / "home"), random.Random(20261122)
    try:
        before, found = applied(home), set()
        for step in range(12):
            running = home.start("upgrade", "--to", str(home.to), "--recipient", home.public)
            # The first before it can have begun, then later and later: a quick machine is done in a second.
            time.sleep(0.1 + step * chance.uniform(0.05, 0.25))
            home.kill(running) if running.poll() is None else running.communicate()
            now = applied(home)
            found.add(now == before)
            for file in home.to.glob("earnest-2*.age") if home.to.exists() else ():
                home.run("backup", "check", str(file), "--key", str(home.key))
            if now != before:
                break
        home.run("upgrade", "--no-backup")
        home.run("listen", "--once")
        assert home.run("audit", "verify").startswith("The chain is whole")
        assert True in found
    finally:
        home.drop()
