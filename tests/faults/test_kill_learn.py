"""SIGKILL at any moment of `earnest learn`: the present model stays, the same command again ends whole."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from earnest.understand.classify import SHIPPED

pytestmark = pytest.mark.slow

KILLS = 5

SETUP = """
import sys
from pathlib import Path
from earnest.cli import setup
home = setup.django(sys.argv[1])
from datetime import UTC, datetime, timedelta
from earnest.desk import access
from earnest.record.cleared import ClearedPost
from earnest.record.verdict import Scored, Verdict
from earnest.store import read, write
write.add_programme(
    "riders", "Riders", "customers", organisation="Ternway Ltd", purpose="Find and mend what goes wrong.",
    lawful_basis="legitimate_interests", contact="listening@ternway.example", taxonomy="product",
)
write.go_live("riders")
place = write.add_place("riders", "reviews", title="Reviews", type="file", kind="addressed")
ana = access.add_person("ana", "riders", "analyst")
now = datetime.now(UTC)
WORDS, SAID = ("glimmet", "brontle", "wexel"), ("is gone", "stops", "stands still", "fails")
kept = [
    write.Kept(
        ClearedPost(
            key=n.to_bytes(16, "big"), text=f"the {WORDS[n % 3]} number {n} {SAID[n % 4]}",
            created=now - timedelta(minutes=n),
        ),
        Verdict("complaint", 0.9, (Scored("whole.praise", 0.4),), True, "en", None, None), None,
    )
    for n in range(160)
]
write.keep(place, kept, cursor="1", heard=write.Hearing(at=now))
for post in read.posts("riders", read.Filters(), limit=500).rows:
    write.correct("riders", post.id, ["quality.sync"], "complaint", ana, asked=True)
"""

ASK = """
import sys
from earnest.cli import setup
home = setup.django(sys.argv[1])
from earnest.flow import alone, learn
model = learn.model_of("riders", home)
print(learn.current("riders", home), model.id, alone.running("riders", home))
"""


def python(home: Path, *arguments: str) -> str:
    environment = {**os.environ, "EARNEST_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_run_that_is_killed_leaves_the_present_model_and_no_lock(tmp_path):
    home = tmp_path / "home"
    python(home, "-c", SETUP, str(home))
    # A model of its own: what is shipped may be rebuilt while this test runs.
    shutil.copytree(SHIPPED / "product", home / "models" / "product")
    before = python(home, "-c", ASK, str(home))
    lot = random.Random(11)
    environment = {**os.environ, "EARNEST_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    command = [
        sys.executable,
        "-m",
        "earnest",
        "learn",
        "--programme",
        "riders",
        "--now",
        "--home",
        str(home),
    ]
    killed = 0
    for turn in range(KILLS):
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        # The first comes before any machine is done, the later ones anywhere.
        time.sleep(lot.uniform(0.4, 1.2) if turn == 0 else lot.uniform(1.0, 9.0))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        now = python(home, "-c", ASK, str(home))
        if process.returncode == 0:
            assert now != before, "it ended before it could be killed, and took over"
            break
        assert now == before
    assert killed
    if process.returncode != 0:
        said = python(home, "-m", "earnest", "learn", "--programme", "riders", "--now", "--home", str(home))
        assert "It is used from now on" in said
    assert python(home, "-c", ASK, str(home)) != before
    left = [one.name for one in (home / "models" / "riders").iterdir() if one.name.startswith(".learning")]
    assert not left
