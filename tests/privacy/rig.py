"""How the tour does a step: the real commands in this process, everything heard and kept, then the search."""

import faulthandler
import io
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from tests.privacy import planted, search

_given = json.loads(os.environ["EARNEST_TOUR"])
HOME, SEEN = Path(_given[0]), Path(_given[1])
POSTS, EACH, OTHERS = int(_given[2]), int(_given[3]), _given[4]
SLUG = "riders"
FAIL = "EARNEST_TOUR_FAIL"
"""How the worker of the next import fails with posts in its hands: "raise" or "abort"."""


def hear_everything() -> None:
    """Logs at DEBUG, of every library, as they come out of a server; and Python's own crash report."""
    from earnest.record.quiet import Quiet

    handler = logging.FileHandler(SEEN / f"log-{os.getpid()}.txt")
    handler.setFormatter(Quiet("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    faulthandler.enable((SEEN / f"crash-{os.getpid()}.txt").open("w"), all_threads=True)


def fail(how: str) -> None:
    """The stages fail, and what they fail with says what it failed on."""
    from earnest.flow.digest import Stages

    def digest(self: Stages, page: Any) -> Any:
        said = " ".join(f"{post.author} {post.text}" for post in page.posts)
        if how == "abort":
            os.abort()
        raise RuntimeError(said)

    Stages.digest = digest


class Rig:
    """Does a step, then searches; `told` is what was found, and what the test must know to trust it."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {"found": {}, "seconds": {}, "counts": {}}
        self.folders = [HOME, SEEN, *map(Path, OTHERS)]
        self.given = HOME.parent / "given"
        self.clean: search.Clean = {}
        self.pages = 0

    def step(self, name: str, do: Callable[[], object]) -> None:
        """Do it, then search; a file is told with the first step after which it held a canary."""
        begun = time.monotonic()
        try:
            do()
        except Exception:  # noqa: BLE001 - whatever it is, it is told and ends the tour
            traceback.print_exc()  # with words: for whoever mends this test
            sys.exit(f"The step '{name}' failed.")
        self.activity()
        done = time.monotonic()
        for file in search.files(*self.folders, clean=self.clean):
            self.told["found"].setdefault(file, name)
        self.told["seconds"][name] = (round(done - begun, 2), round(time.monotonic() - done, 2))

    def keep(self, name: str, content: bytes) -> None:
        """What was shown: searched with the rest after the step."""
        path = SEEN / name
        path.parent.mkdir(exist_ok=True)
        with path.open("ab") as file:
            file.write(content + b"\n")

    def earnest(self, *words: str, code: int = 0, stdin: str = "") -> str:
        """A command through its real entry, in this process; what it prints."""
        from earnest.cli import main

        out, complaints = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        argv, given = sys.argv, sys.stdin
        sys.argv, sys.stdin = ["earnest", *words], io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        ended: object = 0
        try:
            with redirect_stdout(out), redirect_stderr(complaints):
                try:
                    main()
                except SystemExit as end:
                    ended = end.code or 0
                except BaseException:  # noqa: BLE001 - as the interpreter does at its end
                    sys.excepthook(*sys.exc_info())
                    ended = "uncaught"
        finally:
            sys.argv, sys.stdin = argv, given
        out.flush()
        printed = out.buffer.getvalue()
        self.keep("printed.txt", printed + complaints.getvalue().encode())
        assert ended == code, f"earnest {words[0]} ended with {ended}: {complaints.getvalue()[-2_000:]}"
        return str(printed.decode("utf-8", "replace"))

    def activity(self) -> None:
        """What a database server shows of its sessions; and it writes down whatever it holds in memory."""
        from django.apps import apps

        if not apps.ready:
            return
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as db:
                db.execute("SELECT query, application_name FROM pg_stat_activity")
                self.keep("activity.txt", repr(db.fetchall()).encode())
                db.execute("CHECKPOINT")

    def import_(self, rows: list[dict[str, Any]], place: str, *words: str, code: int = 0) -> dict[str, Any]:
        """Import rows into a place; the summary."""
        file = planted.write(self.given / f"{place}.jsonl", rows)
        out = self.earnest(
            "import", str(file), "--source", place, "--programme", SLUG, "--json", *words, code=code
        )
        summary: dict[str, Any] = json.loads(out.splitlines()[-1]) if code == 0 else {}
        return summary

    def said(self, n: int, of: str) -> str:
        """What is said at a door: protected, opted out, personal by turns."""
        return (planted.protected(n, of), f"vxcanary{of}{n} too slow #nobot", planted.personal(n))[n % 3]

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Within it the stages fail in this process."""
        from earnest.flow.digest import Stages

        kept = Stages.digest
        fail("raise")
        try:
            yield
        finally:
            Stages.digest = kept
