"""Home folders with real processes in them, and a database that is backed up and put back. Synthetic."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests import commands

SERVER = os.environ.get("DATABASE_URL", "")
NOW = datetime.now(UTC).replace(microsecond=0)


def client_tools() -> Path | None:
    """Where pg_dump of a server's version is."""
    found = shutil.which("pg_dump")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_dump").exists()), None)


class Home:
    """A home folder whose database is SQLite, or one of its own on the server that DATABASE_URL names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.environment = {**os.environ, "EARNEST_HOME": str(folder)}
        self.address = ""
        if SERVER:
            name = f"homes_{os.getpid()}_{abs(hash(folder)) % 10**8}"
            self._server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
            self.address = urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
            self.environment["DATABASE_URL"] = self.address

    def _server(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(SERVER, autocommit=True) as server:
            for statement in statements:
                server.execute(statement)

    def drop(self) -> None:
        if self.address:
            self._server(f'DROP DATABASE IF EXISTS "{urlsplit(self.address).path[1:]}" WITH (FORCE)')

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "earnest", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *words: str, code: int = 0) -> str:
        done = commands.run([*words], self.environment)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.address:
            import psycopg

            with psycopg.connect(self.address) as server:
                return server.execute(sql).fetchall()
        with closing(sqlite3.connect(self.folder / "earnest.db")) as db:
            return db.execute(sql).fetchall()

    def texts(self) -> list[str]:
        return [text for (text,) in self.rows("SELECT text FROM store_post ORDER BY text")]

    def write(self, posts: list[dict[str, Any]], name: str = "posts.jsonl") -> str:
        """A file of posts; the path."""
        path = self.folder / name
        path.write_text("".join(json.dumps(post) + "\n" for post in posts))
        return str(path)

    def back_up(self, file: Path) -> None:
        """As the guide says: the database alone, while it is in use."""
        if self.address:
            tools = client_tools()
            assert tools is not None
            subprocess.run(
                [str(tools / "pg_dump"), "--format=custom", f"--file={file}", self.address], check=True
            )
            return
        with (
            closing(sqlite3.connect(self.folder / "earnest.db")) as db,
            closing(sqlite3.connect(file)) as copy,
        ):
            db.backup(copy)

    def put_back(self, file: Path) -> None:
        if self.address:
            tools = client_tools()
            assert tools is not None
            name = urlsplit(self.address).path[1:]
            self._server(f'DROP DATABASE "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
            subprocess.run([str(tools / "pg_restore"), f"--dbname={self.address}", str(file)], check=True)
            return
        for left in self.folder.glob("earnest.db*"):
            left.unlink()
        shutil.copy(file, self.folder / "earnest.db")

    def kill(self, running: subprocess.Popen[bytes]) -> None:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate(timeout=60)


def said(name: str, text: str, *, ago: int = 1, **more: Any) -> dict[str, Any]:
    """A post that was said so many days ago."""
    created = (NOW - timedelta(days=ago)).isoformat()
    return {"id": name, "text": text, "created": created, "author": f"writer {name}"} | more


def gone(name: str) -> dict[str, Any]:
    return {"id": name, "text": "[deleted]"}
