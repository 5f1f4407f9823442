"""Several processes write links of the audit chain and are killed at any moment: what is left is whole.

Real processes; on SQLite, and on PostgreSQL where DATABASE_URL names a server.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

ROUNDS = 12 if os.environ.get("EARNEST_FULL") == "1" else 3

WRITER = """
import sys
from earnest.cli import setup
setup.django()
from earnest.desk import audit
print("begun", flush=True)
for n in range(100_000):
    audit.note("cli", "erased", programme="riders", about=f"writer:{sys.argv[1]}", detail={"n": n})
    print(n, flush=True)
"""


def verify(environment: dict[str, str]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "earnest", "audit", "verify", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_a_chain_whose_writers_are_killed_is_whole_and_holds_every_link_that_was_told(
    environment: dict[str, str],
) -> None:
    told: dict[str, int] = {}
    choice = random.Random(20261122)
    for round_ in range(ROUNDS):
        writers = {
            f"{round_}.{n}": subprocess.Popen(
                [sys.executable, "-c", WRITER, f"{round_}.{n}"],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            for n in range(3)
        }
        for writer in writers.values():
            assert writer.stdout is not None
            assert writer.stdout.readline() == "begun\n"
        for name, writer in writers.items():
            time.sleep(choice.uniform(0.05, 0.4))
            os.killpg(writer.pid, signal.SIGKILL)
            said, _ = writer.communicate()
            told[name] = sum(line.endswith("\n") for line in said.splitlines(keepends=True))
        assert verify(environment)["whole"]
    shown = subprocess.run(
        [sys.executable, "-m", "earnest", "audit", "show", "--programme", "riders"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    links = [json.loads(line) for line in shown.stdout.splitlines()]
    for name, times in told.items():
        kept = [link["detail"]["n"] for link in links if link["about"] == f"writer:{name}"]
        assert kept == list(range(len(kept)))
        assert times <= len(kept) <= times + 1
    assert sum(told.values()) > 10 * ROUNDS
