"""A real Spark on loopback: a standalone master and its workers, each a process of its own.

It is installed beside the tests' own environment (`make spark`), because it is half a gigabyte that nothing
else uses. `EARNEST_TEST_SPARK` names another Python that has it, and Earnest.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START = 120.0
"""Seconds that a master and its workers may take to find each other."""


def python() -> Path | None:
    """The Python that has Spark, or None; None too where there is no Java."""
    named = os.environ.get("EARNEST_TEST_SPARK")
    path = Path(named) if named else Path(sys.prefix) / "spark" / "bin" / "python"
    return path if path.exists() and shutil.which("java") else None


def environment() -> dict[str, str]:
    """What every process of Spark gets: loopback alone, and the Python that has Earnest."""
    found = python()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))},
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(found),
    }


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """The address of a standalone master with so many workers of one core each."""
    found = python()
    assert found is not None
    home = subprocess.run(
        [found, "-c", "import pyspark; print(pyspark.__path__[0])"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
    launch = Path(home) / "bin" / "spark-class"
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    log = folder / "cluster.log"
    quiet = ("--webui-port", "0")
    processes = []

    def start(role: str, *more: str) -> None:
        with log.open("ab") as stream:
            processes.append(
                subprocess.Popen(
                    [launch, f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1", *more],
                    stdout=stream, stderr=stream, env=environment(), cwd=folder, start_new_session=True,
                )
            )  # fmt: skip

    try:
        start("master.Master", *quiet, "--port", str(port))
        _wait(log, "Bound MasterWebUI", 1)
        for at in range(workers):
            start(
                "worker.Worker",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                str(folder / f"w{at}"),
                address,
            )
        _wait(log, "Successfully registered with master", workers)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(log: Path, words: str, times: int) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        if log.exists() and log.read_text("utf-8", "replace").count(words) >= times:
            return
        time.sleep(0.2)
    raise TimeoutError(words)


def listening_elsewhere() -> list[str]:
    """Addresses other than loopback on which a Java process of ours listens."""
    found = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=False).stdout
    return [
        line.split()[3]
        for line in found.splitlines()
        if '"java"' in line and not line.split()[3].startswith(("127.", "[::ffff:127.", "[::1]"))
    ]
