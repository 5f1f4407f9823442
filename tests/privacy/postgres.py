"""A PostgreSQL server of one test, whose every file, statement and log line can be searched."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WATCHED = {
    "listen_addresses": "127.0.0.1",
    "log_statement": "all",
    "log_min_messages": "debug1",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
    "logging_collector": "on",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.save": "on",
    "track_activity_query_size": "65536",
    "wal_keep_size": "1GB",
    "work_mem": "64kB",  # so that sorting leaves files
    "log_temp_files": "0",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is: the address of its database and the folder of its files."""

    url: str
    data: Path
    tools: Path

    def run(self, tool: str, *words: str) -> bytes:
        """What one of the server's own commands prints."""
        return subprocess.run([str(self.tools / tool), *words], check=True, capture_output=True).stdout


def tools() -> Path | None:
    """The folder of the newest server's commands, None where there is none that this user may start."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found or (os.geteuid() == 0 and shutil.which("runuser") is None):
        return None
    return found[-1].parent


@contextmanager
def server(tools: Path) -> Iterator[Server]:
    """A fresh server on a port of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="earnest-postgres-"))
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if before:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    settings = WATCHED | {"port": str(port), "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())

    def run(tool: str, *words: str) -> None:
        subprocess.run(
            [*before, str(tools / tool), "-D", str(data), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "-l", str(folder / "data" / "start.log"), "-w", "-o", options, "start")
        try:
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", data, tools)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
