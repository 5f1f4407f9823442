"""`earnest backup`: whole or not there, readable by its key alone, and no key of a voice in it."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.backups import Kept, everything
from tests.faults.homes import SERVER, client_tools, said

pytestmark = pytest.mark.skipif(bool(SERVER) and client_tools() is None, reason="pg_dump is not installed")

WORDS = "kestrelword the app crashed at the door"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = Kept(tmp_path_factory.mktemp("kept") / "home")
    made.run(
        "import", made.write([said("a", WORDS), said("b", "ospreyword late again")]), "--source", "reviews"
    )
    (made.folder / "reports" / "1.html").write_text("a report")
    (made.folder / "attachments").mkdir()
    (made.folder / "attachments" / "1-abc").write_bytes(os.urandom(100_000))
    made.save()
    yield made
    made.drop()


def unpacked(home: Kept, file: Path, into: Path) -> Path:
    """As anybody opens it, with the public tools alone."""
    if not shutil.which("age") or not shutil.which("zstd"):
        pytest.skip("age and zstd are not installed (apt-get install age zstd)")
    into.mkdir()
    words = f"age -d -i {home.key} {file} | zstd -dc | tar -x -C {into}"
    subprocess.run(["bash", "-o", "pipefail", "-c", words], check=True)
    return into


def test_it_is_read_back_and_says_what_is_in_it(home):
    found = json.loads(home.run("backup", "check", str(home.newest), "--key", str(home.key), "--json"))
    names = set(found["members"])
    assert found["database"] == ("postgresql" if SERVER else "sqlite")
    assert {"head.json", "seal.txt", "reports/1.html", "attachments/1-abc"} <= names
    assert any(name.startswith("database/") for name in names)
    assert not any(name.startswith("keys") for name in names)
    assert "backed_up" in [action for (action,) in home.rows("SELECT action FROM store_auditlink")]


def test_it_can_be_opened_with_public_tools(home, tmp_path):
    folder = unpacked(home, home.newest, tmp_path / "out")
    assert WORDS.encode() in everything(folder / "database")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["reports/1.html"]["size"] == 8


def test_without_the_private_key_it_says_nothing(home):
    assert b"kestrelword" not in everything(home.to)
    assert b"AGE-SECRET-KEY" not in everything(home.folder)
    assert home.key.stat().st_mode & 0o077 == 0


def test_a_key_that_was_only_tried_is_not_held_for_ever_by_a_backup(home):
    for name in ("held-shoppers--github--7", "place-shoppers--forum"):
        (home.folder / "keys" / f"{name}.key").write_text("velvet")
    home.save()
    found = json.loads(home.run("backup", "check", str(home.keys), "--key", str(home.key), "--json"))
    assert "keys/place-shoppers--forum.key" in found["members"]
    assert not [name for name in found["members"] if "held" in name]


def test_no_key_that_leads_to_a_voice_is_in_a_backup_and_what_was_destroyed_stays_so(home, tmp_path):
    folder = unpacked(home, home.keys, tmp_path / "out")
    here = json.loads((home.folder / "keys" / "voices.key").read_text())
    kept = json.loads((folder / "keys" / "voices.key").read_text())
    assert here["epochs"]
    assert kept["epochs"] == {}
    assert (kept["posts"], kept["leaving"]) == (here["posts"], here["leaving"])
    assert kept["speakers"] != here["speakers"]
    quarter = sorted(here["epochs"])[0]
    home.run("keys", "destroy", quarter, "--yes")
    home.save()
    folder = unpacked(home, home.keys, tmp_path / "after")
    assert json.loads((folder / "keys" / "voices.key").read_text())["epochs"] == {quarter: ""}
    assert [path.name for path in home.to.glob("*keys*")] == [home.keys.name], "there is only ever one"
    for key in here["epochs"].values():
        for file in home.to.glob("earnest-2*"):
            shutil.rmtree(tmp_path / "any", ignore_errors=True)
            assert key.encode() not in everything(unpacked(home, file, tmp_path / "any"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda content: content[:-1], "damaged or was cut off"),
        (lambda content: content[: len(content) // 2], "damaged or was cut off"),
        (lambda content: content[:-9] + b"\0" + content[-8:], "damaged or was cut off"),
        (lambda content: b"", "is no backup"),
        (lambda content: b"PK" + content, "is no backup"),
        (lambda content: content + b"\0", "damaged or was cut off"),
    ],
    ids=["its last byte is missing", "half of it", "one byte is another", "empty", "not one", "a byte more"],
)
def test_a_file_that_is_not_whole_is_told(home, tmp_path, change, says):
    file = tmp_path / "one.age"
    file.write_bytes(change(home.newest.read_bytes()))
    assert says in home.run("backup", "check", str(file), "--key", str(home.key), code=1)


def test_another_key_opens_nothing(home, tmp_path):
    home.run("backup", "key", str(tmp_path / "other"))
    said = home.run("backup", "check", str(home.newest), "--key", str(tmp_path / "other"), code=1)
    assert "cannot be opened with this key" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["backup", "{to}"], "no public key was given"),
        (["backup", "{to}", "--recipient", "age1nonsense"], "not the public key"),
        (["backup", "--recipient", "{public}"], "Nobody said where"),
        (["backup", "/dev/null/x", "--recipient", "{public}"], "cannot be written to"),
        (["backup", "key", "{key}"], "cannot be written"),
        (["backup", "check", "{to}/nothing.age", "--key", "{key}"], "is not there"),
        (["backup", "check", "{newest}", "--key", "{newest}"], "cannot be read"),
    ],
    ids=["no key", "no such key", "nowhere", "not a folder", "a key that is there", "no file", "no key file"],
)
def test_what_cannot_be_is_one_sentence(home, words, says):
    filled = [word.format(to=home.to, public=home.public, key=home.key, newest=home.newest) for word in words]
    told = home.run(*filled, code=1)
    assert says in told
    assert "Traceback" not in told


def test_old_backups_go_and_the_newest_and_strangers_stay(home, tmp_path):
    to = tmp_path / "to"
    to.mkdir()
    for name in ("earnest-20200101T000000Z", "earnest-20200102T000000Z-2", "other-20200101T000000Z"):
        (to / f"{name}.tar.zst.age").write_text("old")
    said = home.run("backup", str(to), "--recipient", home.public, "--keep", "7")
    assert "2 older backups were removed" in said
    left = sorted(path.name.split("-")[0] for path in to.iterdir())
    assert left == ["earnest", "earnest", "other"]


def test_settings_say_where_and_for_whom(home, tmp_path):
    more = {"EARNEST_BACKUP_TO": str(tmp_path / "set"), "EARNEST_BACKUP_RECIPIENT": f"{home.public},"}
    done = subprocess.run(
        [sys.executable, "-m", "earnest", "backup", "--json"],
        env=home.environment | more,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(json.loads(done.stdout)["file"]).parent == tmp_path / "set"


def test_a_full_disk_leaves_no_half_file(home, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(full)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here: not root")
    try:
        told = home.run("backup", str(full), "--recipient", home.public, code=1)
        assert "The disk is full: there is no new backup, and no half one." in told
        assert list(full.iterdir()) == []
    finally:
        subprocess.run(["umount", str(full)], check=True)


@pytest.mark.slow
def test_killed_at_any_moment_no_half_file_has_a_backups_name(home, tmp_path):
    to = tmp_path / "to"
    for n in range(6):
        running = home.start("backup", str(to), "--recipient", home.public)
        time.sleep(0.35 + n * 0.09)
        home.kill(running)
        for file in to.glob("earnest-*.age") if to.exists() else ():
            home.run("backup", "check", str(file), "--key", str(home.key))
    assert not [path.name for path in home.folder.iterdir() if "copy" in path.name]
    home.run("backup", str(to), "--recipient", home.public)


@pytest.mark.slow
def test_made_while_posts_come_in_it_is_one_moment(home, tmp_path):
    many = home.write([said(f"m{n}", f"the parcel was late {n}") for n in range(6_000)], "many.jsonl")
    writing = home.start("import", many, "--source", "parcels")
    time.sleep(1.2)
    home.save()
    while writing.poll() is None:
        home.save()
        time.sleep(0.2)
    assert writing.returncode == 0, writing.stderr.read()
    writing.communicate()
    other = Kept(tmp_path / "other")
    try:
        file, keys = str(home.newest), str(home.keys)
        other.run("restore", file, "--key", str(home.key), "--keys", keys, "--replace")
        posts, arrival = (
            other.rows("SELECT count(*) FROM store_post")[0][0],
            other.rows("SELECT count(*) FROM store_postlabel WHERE rank = 0 OR rank = 1")[0][0],
        )
        assert posts
        assert arrival <= posts * 2
        assert other.run("audit", "verify").startswith("The chain is whole")
    finally:
        other.drop()


@pytest.mark.slow
def test_the_doctor_tells_of_backups(home):
    script = "import sys, json; from pathlib import Path; from earnest.cli import doctor_backups\n"
    script += "for one in doctor_backups.look(Path(sys.argv[1])):\n"
    script += "    print(json.dumps([one.what, one.found, one.state]))"

    def told() -> dict[str, list[str]]:
        done = home.python(script, str(home.folder))
        return {row[0]: row for row in map(json.loads, done.stdout.splitlines())}

    found = told()
    assert (found["backup"][2], "old backups" in found) == ("ok", False)
    old = home.to / "earnest-20200101T000000Z.tar.zst.age"
    old.write_text("old")
    found = told()
    old.unlink()
    assert "1 older than the 365 days for which posts are kept" in found["old backups"][1]


def test_a_pg_dump_that_is_missing_or_too_old_is_told(tmp_path):
    from earnest.record.errors import SetupError
    from earnest.store import backup_database

    def lying(version: str) -> None:
        program = tmp_path / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
        program.chmod(0o755)

    before = os.environ["PATH"], backup_database.DEBIAN
    try:
        os.environ["PATH"], backup_database.DEBIAN = str(tmp_path), tmp_path
        with pytest.raises(SetupError, match="pg_dump is not installed"):
            backup_database.tool("pg_dump", 15)
        lying("13.4")
        with pytest.raises(SetupError, match="pg_dump is version 13 and the server 15"):
            backup_database.tool("pg_dump", 15)
        lying("16.1 (Debian 16.1-1)")
        assert backup_database.tool("pg_dump", 15) == tmp_path / "pg_dump"
    finally:
        os.environ["PATH"], backup_database.DEBIAN = before
