"""After posts went all the way, the whole home folder holds no trace of what was withheld or of who spoke.

The real command in a process of its own: database with its log and index, keys, every other file, its output.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

MANY = 500
KEPT = b"Tips are late again"


def plant(file: Path) -> None:
    """Synthetic posts: of each sort 500, each with a string that occurs nowhere else."""
    now = datetime.now(UTC).isoformat()
    with file.open("w", encoding="utf-8") as lines:
        for n in range(MANY):
            said = (
                f"canaryspeech{n} union meeting at noon, tell everyone",
                f"canaryout{n} the app is slow #nobot",
                f"{KEPT.decode()}, ask @canaryhandle{n} or canarymail{n}@example.org, run {n}",
                f"canaryrefused{n} " * 2_000,
            )
            for sort, text in enumerate(said):
                row = {
                    "id": f"canaryid{sort}-{n}",
                    "text": text,
                    "author": f"canaryauthor{n}",
                    "created": now,
                }
                row["url"] = f"https://canaryhost{n}.example.org/canarypath{n}"
                lines.write(json.dumps(row) + "\n")


def test_the_home_folder_holds_no_canary(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "posts.jsonl"
    plant(file)
    around = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "EARNEST_HOME")
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "earnest",
            "import",
            str(file),
            "--source",
            "reviews",
            "--json",
            "--home",
            str(home),
        ],
        capture_output=True,
        check=False,
        env=around | {"TMPDIR": str(home)},
    )
    summary = json.loads(done.stdout)
    assert done.returncode == 1, "a quarter of the posts is refused"
    assert (summary["read"], summary["admitted"], summary["refused"]) == (4 * MANY, MANY, MANY)
    assert summary["withheld"] == 2 * MANY
    assert b"canary" not in done.stdout + done.stderr
    held = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert any(KEPT in content for content in held.values())
    assert [path.name for path, content in held.items() if b"canary" in content] == []
