"""Runs schedules and says what is wrong with what they leave.

    python -m tests.soak.run --count 1000 --seed 1

On SQLite, or on PostgreSQL where DATABASE_URL names a server. A seed that fails is printed with its steps and
fails the same way again: `--seed S --count 1 --steps`.
"""

import argparse
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.soak import oracle
from tests.soak.machine import Ended, Machine, Machines
from tests.soak.schedule import Step, steps
from tests.soak.world import LASTS, NAMES, Board, World

SERVER = os.environ.get("DATABASE_URL", "")
NOWHERE = "http://127.0.0.1/"
CATCHING_UP = 12
"""Turns in which everything that was said must have been heard when nothing goes wrong any more."""


@dataclass
class Ran:
    """One schedule: what was done, and what is wrong."""

    seed: int
    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Database:
    """The database of one home, seen from outside of Earnest."""

    def __init__(self, home: Path, name: str) -> None:
        self.home = home
        self.vendor = "PostgreSQL" if SERVER else "SQLite"
        self.address = urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")) if SERVER else ""
        self.name = name

    def make(self, like: str) -> None:
        if SERVER:
            self._server(f'CREATE DATABASE "{self.name}"' + (f' TEMPLATE "{like}"' if like else ""))

    def drop(self) -> None:
        if SERVER:
            self._server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _server(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(statement)

    def __call__(self, sql: str) -> Iterable[tuple[Any, ...]]:
        if self.address:
            import psycopg

            with psycopg.connect(self.address) as server:
                done = server.execute(sql)
                return done.fetchall() if done.description else []
        with closing(sqlite3.connect(self.home / "earnest.db", timeout=30)) as db, db:
            return db.execute(sql).fetchall()


class Soak:
    """What is made once for many schedules: the processes, and an empty home whose tables are there."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="earnest-soak-")
        self._machines = Machines(Path(self._folder.name) / "nowhere")
        self._empty = Path(self._folder.name) / "empty"
        self._empty.mkdir()
        self._database = Database(self._empty, f"soak_{os.getpid()}_empty")
        self._database.drop()
        self._database.make("")
        machine = self._machine(self._database)
        done = machine.do("prepare", urls=dict.fromkeys(NAMES, NOWHERE), days=LASTS.days)
        machine.stop()
        assert done.code == 0, done.said

    @contextmanager
    def bare(self, home: Path) -> Iterator[tuple[Machine, Database]]:
        """A home and a database with nothing in them, not even tables."""
        home.mkdir(parents=True, exist_ok=True)
        database = Database(home, f"soak_{os.getpid()}_bare")
        database.drop()
        database.make("")
        machine = self._machine(database)
        try:
            yield machine, database
        finally:
            machine.stop()
            database.drop()

    def _machine(self, database: Database) -> Machine:
        return self._machines.machine(database.home, {"DATABASE_URL": database.address})

    def stop(self) -> None:
        self._machines.stop()
        self._database.drop()
        self._folder.cleanup()

    @contextmanager
    def open(self, seed: int, home: Path | None = None) -> "Iterator[Scene]":
        """A home of its own whose places are read from a world of its own."""
        home = home or Path(self._folder.name) / f"home-{seed}"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._empty, home)
        database = Database(home, f"soak_{os.getpid()}_{seed}")
        database.drop()
        database.make(self._database.name)
        chance = Random(seed)
        world = World(chance)
        machine = self._machine(database)
        try:
            with world.server:
                for name in NAMES:
                    old, new = ('"url": "' + url + '"' for url in (NOWHERE, world.url(name)))
                    settings = f"replace(settings, '{old}', '{new}')"
                    if SERVER:
                        settings = f"replace(settings::text, '{old}', '{new}')::jsonb"
                    database(f"UPDATE store_place SET settings = {settings} WHERE slug = '{name}'")  # noqa: S608 - names of this test
                yield Scene(world, machine, database, chance)
        finally:
            machine.stop()
            database.drop()
            shutil.rmtree(home, ignore_errors=True)

    def run(self, seed: int, *, tamper: Callable[[Database], None] | None = None) -> Ran:
        """One schedule, from an empty home to the oracle. `tamper`: what is done to the rows before it."""
        began = time.monotonic()
        ran = Ran(seed)
        with self.open(seed) as scene:
            _Run(ran, scene.world, scene.machine, scene.database, scene.chance).all(tamper)
        ran.seconds = time.monotonic() - began
        return ran


@dataclass(frozen=True, slots=True)
class Scene:
    """One home and the places that it hears."""

    world: World
    machine: Machine
    database: Database
    chance: Random


class _Run:
    def __init__(self, ran: Ran, world: World, machine: Machine, database: Database, chance: Random) -> None:
        self.ran, self.world, self.machine, self.database, self.chance = ran, world, machine, database, chance

    def all(self, tamper: Callable[[Database], None] | None) -> None:
        for step in steps(self.ran.seed, self.world, self.chance):
            with self.world.lock:
                done = step()
            self.ran.told.append(done.told)
            if done.act is not None:
                self._do(done)
        self._catch_up()
        if tamper is not None:
            tamper(self.database)
        if not self.ran.wrong:
            self.ran.wrong += oracle.check(self.world, self.database, self.database.home)

    def _do(self, step: Step) -> None:
        given = dict(step.given)
        if step.act == "forget":
            self._forget(given["place"], given["upto"])
            return
        self._time_passes()
        if step.act == "two":
            pids = [self.machine.begin("turn"), self.machine.begin("turn")]
            for pid in pids:
                self._look(self.machine.end(pid))
        elif step.act == "paused":
            self._paused(given["after"])
        elif step.act == "listen":
            pid = self.machine.begin("earnest", words=["listen"])
            time.sleep(given["seconds"])
            os.kill(pid, getattr(signal, f"SIG{given['how']}"))
            self._look(self.machine.end(pid), killed=True)
        else:
            killed = given.get("kill") is not None
            self._look(self.machine.do(step.act or "", **given), killed=killed, command=step.act == "earnest")

    def _paused(self, after: int) -> None:
        """One process is stopped before it keeps a page, another reads on, then the first wakes up."""
        sleeper = self.machine.begin("turn", stop=after)
        until_stopped(sleeper)
        self.database("UPDATE store_lease SET until = 0")
        self._look(self.machine.do("turn"))
        os.kill(sleeper, signal.SIGCONT)
        self._look(self.machine.end(sleeper))

    def _look(self, ended: Ended, *, killed: bool = False, command: bool = False) -> None:
        """A turn may fail, in sentences; it may die when it was killed; it may never fall over."""
        allowed = {0, -signal.SIGKILL, -signal.SIGTERM} if killed else {0, 1} if command else {0}
        if ended.code not in allowed or "Traceback" in ended.said:
            self.ran.wrong.append(f"a process ended with {ended.code}: {ended.said[-2000:]}")
        for name, problem in ended.gave or []:
            if problem:
                self.ran.told.append(f"    {name}: {problem}")
        for line in ended.said.splitlines():
            self.ran.told.append(f"    {line}")

    def _forget(self, name: str, upto: int) -> None:
        """What a place forgets that was not heard by then is lost; where the cursor stands says what was."""
        board = self.world.places[name]
        assert isinstance(board, Board)
        with self.world.lock:
            heard = self._after(name)
            board.floor = max(board.floor, upto)
            if heard < board.floor:
                board.lost.append((heard, board.floor))

    def _after(self, name: str) -> int:
        ((cursor,),) = self.database(f"SELECT cursor FROM store_place WHERE slug = '{name}'")  # noqa: S608 - names of this test
        import json

        return int(json.loads(cursor)["after"]) if cursor else 0

    def _time_passes(self) -> None:
        time_passes(self.database)

    def _catch_up(self) -> None:
        with self.world.lock:
            for place in self.world.places.values():
                place.gone = None
                place.faults.clear()
                if isinstance(place, Board):
                    place.circle = 0
        self.ran.told.append("everything is well again")
        for _ in range(CATCHING_UP):
            self._time_passes()
            ended = self.machine.do("turn")
            self._look(ended)
            if not any(problem for _, problem in ended.gave or [("", "died")]) and self._caught_up():
                break
        else:
            self.ran.wrong.append("not caught up")
        self.database("UPDATE store_checkedday SET verified = 0")
        self.database("UPDATE store_recheck SET tried = NULL")
        self._time_passes()
        self._look(self.machine.do("turn", tend=True))

    def _caught_up(self) -> bool:
        return all(self._after(board.name) >= len(board.events) for board in self.world.boards)


def time_passes(database: Database, *, leases: bool = True) -> None:
    """Waiting is over, leases have run out, a person has looked at what was gone."""
    past = "2020-01-01 00:00:00+00:00" if SERVER else "2020-01-01 00:00:00"
    database(f"UPDATE store_place SET next_read = '{past}'")  # noqa: S608 - names of this test
    if leases:
        database("UPDATE store_lease SET until = 0")


def until_stopped(pid: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state in "TZ":
            return
        time.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0, help="the first; 0: one that nobody knows")
    parser.add_argument("--steps", action="store_true", help="print the steps of each")
    asked = parser.parse_args()
    first = asked.seed or int.from_bytes(os.urandom(3), "big") + 1
    out = sys.stdout
    out.write(f"{asked.count} schedules from SEED={first} on {'PostgreSQL' if SERVER else 'SQLite'}\n")
    soak = Soak()
    bad, began = [], time.monotonic()
    try:
        for seed in range(first, first + asked.count):
            ran = soak.run(seed)
            if asked.steps or ran.wrong:
                out.write(
                    f"seed {seed} ({ran.seconds:.1f} s)\n" + "".join(f"  {line}\n" for line in ran.told)
                )
            if ran.wrong:
                bad.append(seed)
                out.write("".join(f"  WRONG {line}\n" for line in ran.wrong))
            out.flush()
    finally:
        soak.stop()
    took = time.monotonic() - began
    out.write(f"{asked.count} schedules in {took:.0f} s, {len(bad)} wrong{': ' if bad else ''}{bad or ''}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
