"""What a process of the soak does: a turn of listening, the real `earnest listen`, what goes wrong in it.

Each act runs in a process of its own that was forked for it, so that whatever is broken here is broken for
that act alone.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection

from earnest.egress import client

PATIENCE = 1.5
"""Seconds for a whole answer."""


def migrate(target: str | None = None, kill: tuple[str, int] | None = None, upgraded: bool = False) -> None:
    """The tables: fresh ones, those of a migration of before, or brought up to date from there."""
    from django.core.management import call_command

    from earnest.cli import setup
    from earnest.flow import upgrade

    _break(kill, None, 0.0)
    if upgraded:
        upgrade.upgrade(None)
    elif target is None:
        setup.migrate()
    else:
        connection.disable_constraint_checking()
        call_command("migrate", "store", target, verbosity=0, interactive=False, skip_checks=True)


def durability() -> list[str]:
    """What the database promises of a commit, as this process's connection has it."""
    asked = (
        ["PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA secure_delete"]
        if connection.vendor == "sqlite"
        else ["SHOW synchronous_commit"]
    )
    told = []
    with connection.cursor() as db:
        for question in asked:
            db.execute(question)
            told.append(str(db.fetchone()[0]))
    return told


def prepare(urls: dict[str, str], days: int, kill: tuple[str, int] | None = None) -> list[str]:
    """A programme with the model places."""
    from earnest.cli import setup
    from earnest.store import write
    from tests import programmes

    _break(kill, None, 0.0)
    setup.migrate()
    folder = Path(os.environ["EARNEST_HOME"])
    setup._voices(folder)
    from earnest.desk import audit

    audit.ready()
    programmes.live("riders", "Riders", "customers", retention_days=days)
    for name, url in urls.items():
        feed = name == "forum"
        write.add_place(
            "riders",
            name,
            type="feed" if feed else "model",
            kind="open",
            interval=300,
            settings={"url": url, "recheck_hours": 24} if feed else {"url": url},
        )
    return list(urls)


def turn(
    kill: tuple[str, int] | None = None,
    broken: tuple[str, int] | None = None,
    moved: float = 0.0,
    tend: bool = False,
    stop: int = 0,
    poison: str | None = None,
    unguarded: bool = False,
    disk: int = 0,
    patience: float = 0.0,
) -> list[tuple[str, str | None]]:
    """Every place that is due has its turn; what was told of each.

    `moved`: hours the clock is off; `stop`: sleep before this page would be kept, until somebody wakes it;
    `poison`: the model falls over texts that hold it; `unguarded`: what judges addresses raises;
    `disk`: no file may grow beyond so many bytes; `patience`: seconds of waiting for a locked database.
    """
    if patience:
        connection.settings_dict["OPTIONS"]["timeout"] = patience
    keys, models, egress = _open()
    if disk:
        resource.setrlimit(resource.RLIMIT_FSIZE, (disk, resource.RLIM_INFINITY))
    _break(kill, broken, moved)
    if poison is not None:
        _poison(poison)
    if unguarded:
        client.checked = _out_of_order
    if stop:
        STEPS["after a page was labelled"](stop, lambda: os.kill(os.getpid(), signal.SIGSTOP))
    from earnest.flow import schedule
    from earnest.store import write

    told: list[tuple[str, str | None]] = []
    try:
        for one in schedule.listen_once(keys, models, egress):
            told.append((one.place.slug, one.problem))
        if tend:
            for one in schedule.tend(keys, models, egress, sweep=True):
                told.append((one.place.slug, one.problem))
    except write.DatabaseError as error:  # whoever goes on listening waits for the database and goes on
        told.append(("the database", type(error).__name__))
    connection.close()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return told


def earnest(
    words: list[str],
    kill: tuple[str, int] | None = None,
    broken: tuple[str, int] | None = None,
    full: bool = False,
    patience: float = 0.0,
) -> None:
    """The command itself. `full`: what it prints goes to a disk that is full."""
    if patience:
        connection.settings_dict["OPTIONS"]["timeout"] = patience
    if full:
        with Path("/dev/full").open("w") as device:
            for number in (1, 2):
                os.dup2(device.fileno(), number)
    from earnest.egress import Egress

    Egress.__init__.__defaults__ = (PATIENCE, 10_000_000, False)
    _break(kill, broken, 0.0)
    from earnest.cli import main

    sys.argv = ["earnest", *words]
    main()


def _open() -> tuple[Any, Any, Any]:
    from earnest.cli import setup
    from earnest.egress import Egress
    from earnest.flow import learn

    folder = Path(os.environ["EARNEST_HOME"])
    egress = Egress("EarnestSoak/1", timeout=PATIENCE, allow_private=True)
    return setup.keys(folder), learn.models(folder), egress


def memory(turn: bool = False) -> float:
    """The most memory of this process so far, in MiB: without a turn, or after one."""
    if turn:
        globals()["turn"]()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _out_of_order(*_: object) -> Any:
    raise RuntimeError("what judges addresses is out of order")


def _poison(word: str) -> None:
    """The model falls over every text with a word in it."""
    from earnest.understand.classify import Model

    whole = Model.classify

    def classify(self: Model, texts: Sequence[str], **more: Any) -> Any:
        if any(word in text for text in texts):
            raise ZeroDivisionError
        return whole(self, texts, **more)

    Model.classify = classify


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise OperationalError("the connection was lost")


def _break(kill: tuple[str, int] | None, broken: tuple[str, int] | None, moved: float) -> None:
    if kill and kill[0] == ANY_STATEMENT:
        _statement(kill[1], die, any_=True)
    elif kill:
        STEPS[kill[0]](kill[1], die)
    if broken:
        if broken[0] == "gate":
            STEPS["gate"](broken[1], _poisoned)
        else:
            STEPS[broken[0]](broken[1], fail)
    if moved:
        _move_clock(timedelta(hours=moved))


def _poisoned() -> None:
    raise MemoryError("a step of the gate")


def _before(owner: Any, name: str, at: int, then: Callable[[], None], *, after: bool = False) -> None:
    """`then` at the `at`-th call of owner.name, before it or after it."""
    whole = getattr(owner, name)
    count = 0

    @wraps(whole)
    def counted(*given: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        now = count == at
        if now and not after:
            then()
        came = whole(*given, **more)
        if now and after:
            then()
        return came

    setattr(owner, name, counted)


def _fetch(at: int, then: Callable[[], None], *, after: bool = False) -> None:
    from earnest.egress import Egress

    _before(Egress, "get", at, then, after=after)


def _gate(at: int, then: Callable[[], None]) -> None:
    from earnest.gate import admit

    _before(admit, "hear_all", at, then)


def _label(at: int, then: Callable[[], None], *, after: bool = False) -> None:
    from earnest.understand.classify import Model

    _before(Model, "classify", at, then, after=after)


def _keep(at: int, then: Callable[[], None], *, after: bool = False) -> None:
    from earnest.store import write_posts

    _before(write_posts, "keep_prepared", at, then, after=after)


def _commit(at: int, then: Callable[[], None], *, after: bool = False) -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _before(BaseDatabaseWrapper, "commit", at, then, after=after)


def _grave(at: int, then: Callable[[], None], *, after: bool = False) -> None:
    from earnest.store import graves

    _before(graves, "add", at, then, after=after)


def _statement(at: int, then: Callable[[], None], *, any_: bool = False) -> None:
    count = 0

    def each(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        if any_ or sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            count += 1
            if count == at:
                then()
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(each)


ANY_STATEMENT = "at any statement"
STEPS: dict[str, Callable[[int, Callable[[], None]], None]] = {
    "before a page is fetched": _fetch,
    "after a page was fetched": lambda at, then: _fetch(at, then, after=True),
    "gate": _gate,
    "before a page is labelled": _label,
    "after a page was labelled": lambda at, then: _label(at, then, after=True),
    "before a page is kept": _keep,
    "after a page was kept": lambda at, then: _keep(at, then, after=True),
    "in a transaction": _statement,
    "before a commit": _commit,
    "after a commit": lambda at, then: _commit(at, then, after=True),
    "before a grave is dug": _grave,
    "after a grave was dug": lambda at, then: _grave(at, then, after=True),
}


def _move_clock(by: timedelta) -> None:
    """Everything of Earnest that asks what time it is hears another time; the database does not."""
    real = datetime

    class Meta(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, real)

    class Moved(real, metaclass=Meta):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return real.now(tz) + by

    for name, module in list(sys.modules.items()):
        if name.startswith("earnest.") and getattr(module, "datetime", None) is real:
            module.datetime = Moved
