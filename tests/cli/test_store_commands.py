"""The commands that need the store, as a person runs them: real processes, exit codes, what is said where."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request

import pytest
from tests import commands

from earnest.sources import registry

POSTS = "id,text,created,author\n" + "".join(
    f"{n},the app crashed at the door {n},2026-09-{n % 28 + 1:02},u{n % 3}\n" for n in range(40)
)
SUMMARY = {"read", "admitted", "withheld", "duplicates", "refused", "seconds"}


@pytest.fixture
def earnest(tmp_path):
    """Runs a command in a home of its own, on SQLite whatever the tests run on."""

    def run(*words, **more):
        environment = {**os.environ, "EARNEST_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
        asked = [str(word) for word in words]
        return commands.run(asked, environment | more, tables=asked[0] != "doctor")

    return run


@pytest.fixture
def posts(tmp_path):
    file = tmp_path / "posts.csv"
    file.write_text(POSTS)
    return file


def test_import_makes_the_home_the_programme_and_the_place(earnest, posts):
    done = earnest("import", posts, "--source", "App reviews", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert set(summary) == SUMMARY
    assert (summary["read"], summary["admitted"]) == (40, 40)
    again = json.loads(earnest("import", posts, "--source", "App reviews", "--json").stdout)
    assert (again["read"], again["admitted"], again["duplicates"]) == (40, 0, 40)


@pytest.mark.slow
def test_import_says_it_in_a_sentence_without_json(earnest, posts):
    assert earnest("import", posts, "--source", "x").stdout.startswith("40 posts read, 40 kept in ")


@pytest.mark.slow
def test_import_names_each_refused_line_as_one_object_and_exits_with_1(earnest, posts):
    with posts.open("a") as file:
        file.write("90,broken date,9999-99-99,u\n91,,2026-09-01,u\n")
    done = earnest("import", posts, "--source", "x", "--json")
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [one["line"] for one in told] == [42, 43]
    assert all({"line", "place", "error", "problem"} == set(one) for one in told)
    assert json.loads(done.stdout)["refused"] == 2
    assert "broken date" not in done.stderr


@pytest.mark.slow
def test_import_maps_columns(earnest, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("nr,heading,said\n1,Tips,my tips are missing\n")
    done = earnest("import", file, "--source", "x", "--map", "text=heading+said", "--map", "id=nr", "--json")
    assert json.loads(done.stdout)["admitted"] == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import", "{posts}"), 2, "--source"),
        (("import", "/nowhere.csv", "--source", "x"), 1, "no such file"),
        (("import", "{posts}", "--source", "!!!"), 1, "at least one letter"),
        (("import", "{posts}", "--source", "x", "--programme", "nowhere"), 1, "no programme 'nowhere'"),
        (("import", "{posts}", "--source", "x", "--map", "text"), 2, "what=name"),
        (("import", "{posts}", "--source", "x", "--map", "text=nothing"), 1, "no column 'nothing'"),
        (("import", "{posts}", "--source", "x", "--home", "/proc/none"), 1, "cannot be used"),
        (("user", "link", "nobody"), 1, "earnest user add"),
        (("user", "add", "ana", "--role", "owner"), 1, "no role 'owner'"),
        (("user", "add", "ana", "--role", "viewer"), 1, "--programme"),
        (("serve", "--host", "0.0.0.0"), 1, "EARNEST_HOSTS"),  # noqa: S104 - that it is refused
        (("serve", "--host", "203.0.113.9"), 1, "Cannot serve on"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_wrong_is_one_sentence_and_no_traceback(earnest, posts, words, code, said):
    done = earnest(*(word.format(posts=posts) for word in words))
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_database_that_cannot_be_reached_is_a_sentence_with_a_hint(earnest, posts):
    done = earnest("import", posts, "--source", "x", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_are_for_their_owner_alone_and_a_lost_key_admits_nothing(earnest, posts, tmp_path):
    earnest("import", posts, "--source", "x")
    keys = tmp_path / "home" / "keys"
    assert {path.stat().st_mode & 0o777 for path in keys.glob("*.key")} == {0o600}
    (keys / "voices.key").unlink()
    done = earnest("import", posts, "--source", "y", "--json")
    assert done.returncode == 1
    assert "voices.key" in done.stderr
    assert not (keys / "voices.key").exists()


@pytest.mark.slow
def test_a_person_is_added_and_gets_a_link(earnest, posts):
    earnest("import", posts, "--source", "x")
    assert earnest("user", "add", "ana", "--programme", "default", "--role", "lead").returncode == 0
    link = earnest("user", "link", "ana").stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/in/[\w-]{40,}", link)


def test_listen_once_says_when_nothing_is_due(earnest):
    done = earnest("listen", "--once")
    assert (done.returncode, done.stdout) == (0, "No place is due.\n")


def findings(done):
    return {one["what"]: one for one in map(json.loads, done.stdout.splitlines())}


def test_the_doctor_finds_a_fresh_home_well_and_makes_nothing(earnest, tmp_path):
    done = earnest("doctor", "--json")
    assert done.returncode == 0
    assert findings(done)["home"]["state"] == "missing"
    assert not (tmp_path / "home").exists()


def test_the_doctor_knows_every_extra(earnest):
    project = tomllib.loads((commands.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = findings(earnest("doctor", "--json"))
    told = {what.removeprefix("extra ") for what in found if what.startswith("extra ")}
    told |= {kind.extra for kind in registry.TYPES.values() if kind.extra}
    assert told == set(project["optional-dependencies"]) - {
        "vectors"
    }  # for who makes Earnest, not who runs it


@pytest.mark.slow
def test_the_doctor_finds_everything_in_a_used_home(earnest, posts):
    earnest("import", posts, "--source", "x")
    found = findings(earnest("doctor", "--json"))
    assert found["posts"]["found"].startswith("40 ")
    assert {
        found[what]["state"] for what in ("python", "home", "disk", "voice keys", "database", "tables")
    } == {"ok"}


@pytest.mark.parametrize(
    ("harm", "what", "mend"),
    [
        (lambda home: (home / "keys" / "voices.key").unlink(), "voice keys", "--make-keys"),
        pytest.param(
            lambda home: (home / "keys" / "voices.key").chmod(0o644),
            "voice keys",
            "chmod 600",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda home: (home / "keys" / "voices.key").write_text("x"),
            "keys",
            "backup",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda home: (home / "earnest.db").write_bytes(b"not a database" * 500),
            "database",
            "",
            marks=pytest.mark.slow,
        ),
    ],
    ids=["voice keys gone", "voice keys readable by others", "voice keys damaged", "database damaged"],
)
def test_the_doctor_says_what_is_broken_and_how_to_mend_it(earnest, posts, tmp_path, harm, what, mend):
    earnest("import", posts, "--source", "x")
    for extra in ("-wal", "-shm"):
        (tmp_path / "home" / f"earnest.db{extra}").unlink(missing_ok=True)
    harm(tmp_path / "home")
    done = earnest("doctor", "--json")
    assert done.returncode == 1
    assert findings(done)[what]["state"] == "broken"
    assert mend in findings(done)[what]["mend"]
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_new_keys_are_made_only_where_they_are_gone(earnest, posts, tmp_path):
    earnest("import", posts, "--source", "x")
    key = tmp_path / "home" / "keys" / "voices.key"
    before = key.read_bytes()
    assert earnest("doctor", "--make-keys").returncode == 1
    assert key.read_bytes() == before
    key.unlink()
    assert earnest("doctor", "--make-keys").returncode == 0
    assert earnest("import", posts, "--source", "y").returncode == 0


def test_help_is_quick_and_names_every_command(earnest):
    begun = time.process_time(), time.monotonic()
    done = earnest("--help")
    assert done.returncode == 0
    assert time.monotonic() - begun[1] < 10
    for name in ("import", "listen", "serve", "user", "doctor"):
        assert name in done.stdout


def test_serve_answers_on_this_machine_and_stops_when_told(posts, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "EARNEST_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    serving = subprocess.Popen(
        [sys.executable, "-m", "earnest", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        for _ in range(900):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as answer:
                    assert answer.status == 200
                    assert "Content-Security-Policy" in answer.headers
                break
            except OSError:
                assert serving.poll() is None
                time.sleep(0.1)
        else:
            pytest.fail("never answered")
    finally:
        serving.terminate()
        out, _ = serving.communicate(timeout=30)
    assert b"Traceback" not in out, out
