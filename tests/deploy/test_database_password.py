"""A database's password that stands in a file of its own, against a real PostgreSQL that asks for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.privacy import postgres

psycopg = pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        postgres.tools() is None, reason="no PostgreSQL server is installed that may be started"
    ),
]

Ran = subprocess.CompletedProcess[str]
PASSWORD = "p@ss/w:rd %41 #ü'\"?&"
"""Made up, of signs that have a meaning in an address."""

ROLE = "keeper"


@dataclass(frozen=True, slots=True)
class Database:
    """A database whose role needs its password."""

    port: int

    def address(self, password: str = "") -> str:
        said = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{ROLE}{said}@127.0.0.1:{self.port}/earnest"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    tools = postgres.tools()
    assert tools is not None
    with postgres.server(tools) as server:
        with psycopg.connect(server.url, autocommit=True) as owner:
            said = PASSWORD.replace("'", "''")
            owner.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{said}'")
            owner.execute(f"CREATE DATABASE earnest OWNER {ROLE} ENCODING 'UTF8' TEMPLATE template0")
            rules = server.data / "pg_hba.conf"
            rules.write_text(f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
            owner.execute("SELECT pg_reload_conf()")
            (kept,) = owner.execute(
                "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [ROLE]
            ).fetchone() or ("",)
        assert kept.startswith("SCRAM-SHA-256$")
        yield Database(psycopg.conninfo.conninfo_to_dict(server.url)["port"])


@dataclass(frozen=True, slots=True)
class Desk:
    """A home folder whose commands are run."""

    folder: Path
    database: Database

    def run(self, *words: str, address: str = "", file: str = "password") -> Ran:
        environment = {
            **os.environ,
            "EARNEST_HOME": str(self.folder / "home"),
            "DATABASE_URL": address or self.database.address(),
        }
        environment.pop("EARNEST_DATABASE_PASSWORD", None)
        if file:
            environment["EARNEST_DATABASE_PASSWORD"] = str(self.folder / file)
        return subprocess.run(
            [sys.executable, "-m", "earnest", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, database: Database) -> Desk:
    tmp_path = tmp_path_factory.mktemp("password")
    (tmp_path / "password").write_text(f"{PASSWORD}\n", "utf-8")
    (tmp_path / "wrong").write_text("another\n", "utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    return Desk(tmp_path, database)


def test_the_password_in_the_file_opens_the_database(desk: Desk) -> None:
    made = desk.run("programme", "list")
    assert made.returncode == 0, made.stderr
    posts = desk.folder / "posts.jsonl"
    posts.write_text('{"id": "1", "text": "the app crashed", "created": "2026-11-20T10:00:00Z"}\n')
    heard = desk.run("import", str(posts), "--source", "reviews")
    assert heard.returncode == 0, heard.stderr


def test_a_backup_finds_the_password_too_and_never_writes_it(desk: Desk) -> None:
    assert desk.run("programme", "list").returncode == 0
    public = desk.run("backup", "key", str(desk.folder / "private")).stdout.strip()
    done = desk.run("backup", str(desk.folder / "kept"), "--recipient", public)
    assert done.returncode == 0, done.stderr + done.stdout
    for path in (desk.folder / "kept").rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


def test_a_password_in_the_address_counts_before_the_file(desk: Desk) -> None:
    done = desk.run("programme", "list", address=desk.database.address(PASSWORD), file="wrong")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("wrong", "DATABASE_URL"),
        ("", "DATABASE_URL"),
        ("missing", "cannot be read"),
        ("binary", "cannot be read"),
        (".", "cannot be read"),
    ],
    ids=["another password", "none", "no such file", "no text", "a folder"],
)
def test_what_does_not_open_it_is_said_in_a_sentence(desk: Desk, file: str, says: str) -> None:
    done = desk.run("programme", "list", file=file)
    said = done.stdout + done.stderr
    assert done.returncode not in (0, None)
    assert says in said
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert "another" not in said
    assert len(said.splitlines()) <= 6, said
