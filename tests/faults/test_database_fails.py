"""The database is locked, full, cut off or restarted while a page is kept: all of the page, or none of it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.hearing import Hearing
from tests.soak import run
from tests.soak.run import SERVER, Soak
from tests.store.oracle import differences

slow = pytest.mark.slow
sqlite_only = pytest.mark.skipif(bool(SERVER), reason="the file of SQLite; a server has a disk of its own")


@contextmanager
def writing(hearing: Hearing) -> Iterator[None]:
    """Somebody else is in the middle of a write."""
    if SERVER:
        import psycopg

        with psycopg.connect(hearing.rows.address) as other:
            other.execute("UPDATE store_counter SET arrival = arrival WHERE id = 1")
            yield
    else:
        with closing(sqlite3.connect(hearing.rows.home / "earnest.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


def test_a_database_that_is_busy_for_a_moment_is_waited_for(hearing: Hearing) -> None:
    hearing.say(9)
    run.time_passes(hearing.rows)
    with writing(hearing):
        turn = hearing.machine.begin("turn")
        time.sleep(0.5)
    ended = hearing.machine.end(turn)
    assert ended.code == 0
    assert not any(problem for _, problem in ended.gave)
    hearing.right()


@sqlite_only
def test_one_that_stays_locked_is_a_sentence_and_is_tried_again(hearing: Hearing) -> None:
    hearing.say(9)
    run.time_passes(hearing.rows)
    with writing(hearing):
        told = hearing.turn(waited=False, patience=0.2)
    assert any(told.values())
    assert hearing.after() == 0
    hearing.whole()


@sqlite_only
def test_the_command_says_in_one_sentence_that_the_database_stays_locked(hearing: Hearing) -> None:
    hearing.say(9)
    run.time_passes(hearing.rows)
    with writing(hearing):
        ended = hearing.machine.do("earnest", words=["listen", "--once"], patience=0.2)
    assert ended.code == 1
    assert "Traceback" not in ended.said
    assert ended.said.strip()
    hearing.whole()


@slow
@pytest.mark.parametrize("statement", [1, 3, 8, 15, 22])
def test_a_connection_that_is_lost_in_the_middle_of_a_page(hearing: Hearing, statement: int) -> None:
    hearing.say(9)
    told = hearing.turn(broken=("in a transaction", statement))
    assert any(told.values())
    hearing.whole()


@slow
@sqlite_only
@pytest.mark.parametrize("room", [0, 40_000, 400_000], ids=["no room", "little room", "some room"])
def test_a_disk_that_is_full_keeps_whole_pages_or_none(hearing: Hearing, room: int) -> None:
    """No file may grow: the database's log cannot be written."""
    for _ in range(400):
        hearing.board.tell(hearing.board.new(), "said")
    size = max(path.stat().st_size for path in hearing.rows.home.glob("earnest.db*"))
    log = hearing.rows.home / "earnest.db-wal"
    told = hearing.turn(disk=(log.stat().st_size if log.exists() else 0) + room + (size if room else 1))
    assert all("Traceback" not in str(problem) for problem in told.values())
    assert differences(hearing.rows) == {}
    assert len(hearing.texts()) == hearing.after()
    hearing.whole()


@sqlite_only
@slow
def test_a_real_disk_that_is_full_and_is_emptied_again(soak: Soak, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = 14
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a disk of its own needs the rights of root")
    try:
        with soak.open(8_999_999, disk / "home") as scene:
            hearing = Hearing(scene)
            hearing.say(700)
            hearing.board.size = 100
            ballast = disk / "ballast"
            free = shutil.disk_usage(disk).free
            ballast.write_bytes(b"\1" * (free - 150_000))
            told = hearing.turn()
            assert any(told.values()), "a full disk is told"
            kept = hearing.after()
            assert kept < 700
            ballast.unlink()
            assert differences(hearing.rows) == {}
            assert len(hearing.texts()) == kept
            hearing.whole()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_a_log_that_cannot_be_written_costs_no_post(hearing: Hearing) -> None:
    """Whatever is printed goes to a device that is full."""
    hearing.say(9)
    hearing.say(9, hearing.wire)
    hearing.fault("503", board=hearing.world.forum)
    run.time_passes(hearing.rows)
    hearing.machine.do("earnest", words=["listen", "--once"], full=True)
    assert hearing.after() == hearing.after("wire") == 9
    hearing.whole()


@slow
def test_a_log_that_cannot_be_written_stops_nobody_who_listens_on(hearing: Hearing) -> None:
    hearing.say(9)
    hearing.fault("503", board=hearing.wire)
    listener = hearing.machine.begin("earnest", words=["listen"], full=True)

    def heard() -> bool:
        run.time_passes(hearing.rows, leases=False)
        return hearing.after() == len(hearing.board.events)

    hearing.until(heard)
    hearing.say(9)
    hearing.fault("503")
    hearing.until(heard)
    os.kill(listener, signal.SIGTERM)
    # Its last words are lost as well, and its work is not.
    assert hearing.machine.end(listener).code == 0
    hearing.whole()


class TestPowerIsLost:
    def test_a_commit_is_on_the_disk_before_it_is_believed(self, hearing: Hearing) -> None:
        """WAL with synchronous=FULL (2) syncs the log at every commit; so does PostgreSQL's default."""
        told = hearing.machine.do("durability").gave
        assert told == (["on"] if SERVER else ["wal", "2", "1"])

    @slow
    @sqlite_only
    def test_each_page_is_synced_to_the_disk(self, hearing: Hearing, tmp_path: Path) -> None:
        if shutil.which("strace") is None:
            pytest.skip("strace is not installed")
        hearing.say(21)
        run.time_passes(hearing.rows)
        log = tmp_path / "calls"
        turn = hearing.machine.begin("turn", stop=1)
        run.until_stopped(turn)
        watch = subprocess.Popen(
            ["strace", "-f", "-y", "-e", "trace=fdatasync,fsync", "-o", str(log), "-p", str(turn)],
            stderr=subprocess.PIPE,
        )
        assert watch.stderr is not None
        if b"attached" not in watch.stderr.readline():
            watch.kill()
            watch.communicate()
            os.kill(turn, signal.SIGCONT)
            hearing.machine.end(turn)
            pytest.skip("strace may not watch processes here")
        os.kill(turn, signal.SIGCONT)
        hearing.machine.end(turn)
        watch.communicate(timeout=20)
        assert log.read_text().count("earnest.db-wal") >= 3, "once a page"

    @slow
    @sqlite_only
    def test_a_log_whose_end_is_torn_off_leaves_whole_pages(self, hearing: Hearing, tmp_path: Path) -> None:
        """As after a power loss: the file as it was, and as much of its log as the disk had taken."""
        hearing.say(70)
        assert hearing.killed("before a commit", 9).code == -signal.SIGKILL
        home = hearing.rows.home
        log = (home / "earnest.db-wal").read_bytes()
        seen = set()
        for part in range(24):
            copy = tmp_path / f"copy-{part}"
            copy.mkdir()
            shutil.copy(home / "earnest.db", copy)
            (copy / "earnest.db-wal").write_bytes(log[: len(log) * part // 23])
            rows = run.Database(copy, "")
            assert list(rows("PRAGMA integrity_check")) == [("ok",)]
            assert differences(rows) == {}
            ((cursor,),) = rows("SELECT cursor FROM store_place WHERE slug = 'board'")
            ((posts,),) = rows("SELECT count(*) FROM store_post")
            assert posts == (int(cursor.rpartition(":")[2].strip("}")) if cursor else 0)
            seen.add(posts)
        assert len(seen) > 3, "several pages were on their way"
        hearing.whole()


class Server:
    """A PostgreSQL of this test alone, which it may stop."""

    def __init__(self, folder: Path, tools: Path) -> None:
        import socket

        self.folder, self.tools = folder, tools
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.address = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, tool: str, *words: str) -> None:
        who = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*who, str(self.tools / tool), "-D", str(self.folder / "data"), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")


@slow
@pytest.mark.skipif(bool(SERVER), reason="brings a server of its own; once is enough")
def test_a_server_that_is_restarted_in_the_middle_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pg_ctl stop -m immediate` is a power loss to the server; `earnest listen` goes on by itself."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    tools = found[-1].parent
    tmp_path.chmod(0o755)
    for above in tmp_path.parents[:3]:
        above.chmod(0o755)
    server = Server(tmp_path / "server", tools)
    server.start()
    monkeypatch.setenv("DATABASE_URL", server.address)
    monkeypatch.setattr(run, "SERVER", server.address)
    try:
        soak = Soak()
        with soak.open(1) as scene:
            hearing = Hearing(scene)
            hearing.board.size = 3
            hearing.say(30)
            run.time_passes(hearing.rows)
            listener = hearing.machine.begin("earnest", words=["listen"])
            hearing.until(lambda: hearing.after() > 0)
            server.stop()
            hearing.say(30)
            time.sleep(1.0)
            server.start()
            go_on = threading.Event()

            def caught_up() -> bool:
                run.time_passes(hearing.rows)
                return go_on.is_set() or hearing.after() == 60

            hearing.until(caught_up, 60)
            os.kill(listener, signal.SIGTERM)
            ended = hearing.machine.end(listener)
            assert ended.code == 0, ended.said
            assert "Traceback" not in ended.said
            hearing.whole()
        soak.stop()
    finally:
        server.stop()
