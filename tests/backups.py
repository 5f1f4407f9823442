"""Homes that are backed up and put back, on SQLite and on the server that DATABASE_URL names. Synthetic."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests import commands
from tests.faults.homes import Home


class Kept(Home):
    """A home with a pair of backup keys and a folder for its backups."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.key = folder.parent / f"{folder.name}.key"
        self.to = folder.parent / f"{folder.name}-backups"
        self.asides: list[str] = []
        self.public = self.run("backup", "key", str(self.key)).strip()

    def save(self, *words: str, code: int = 0) -> str:
        return self.run("backup", str(self.to), "--recipient", self.public, *words, code=code)

    @property
    def newest(self) -> Path:
        return sorted(self.to.glob("earnest-2*.age"))[-1]

    @property
    def keys(self) -> Path:
        return self.to / "earnest-keys.tar.zst.age"

    def restore(self, *words: str, code: int = 0) -> str:
        whole = ["restore", str(self.newest), "--key", str(self.key), *words]
        done = commands.run(whole, self.environment, tables=False)
        assert done.returncode == code, done.stderr
        said = done.stdout + done.stderr
        self.asides += re.findall(r"replaced-\w+", said)
        return said

    def lose_database(self) -> None:
        if self.address:
            self._server(f'DROP DATABASE "{urlsplit(self.address).path[1:]}" WITH (FORCE)')
        for left in self.folder.glob("earnest.db*"):
            left.unlink()

    def python(self, script: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A Python of its own in this home."""
        return subprocess.run(
            [sys.executable, "-c", script, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def drop(self) -> None:
        """Also what restores set aside: its name is in what they said."""
        super().drop()
        for name in self.asides if self.address else ():
            self._server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def everything(folder: Path) -> bytes:
    """Every byte of every file below a folder."""
    return b"\0".join(
        Path(root, name).read_bytes() for root, _, names in os.walk(folder) for name in sorted(names)
    )
