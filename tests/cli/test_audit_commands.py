"""What commands write into the audit chain, the keys they need; `earnest audit` and `earnest keys`."""

import json
import os
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import commands

from earnest.cli import COMMANDS

Run = Callable[..., subprocess.CompletedProcess[str]]

POSTS = "id,text,created,author\n" + "".join(
    f"{n},the app crashed at the door {n},2026-09-{n % 28 + 1:02},rider{n % 7}\n" for n in range(40)
)

LINKS: dict[str, tuple[list[str], str]] = {
    "import": (["import", "{posts}", "--source", "more", "--programme", "default"], "imported"),
    "report": (["report", "--out", "{out}"], "exported"),
    "programme add": (
        ["programme", "add", "guests", "--audience", "customers", "--draft"],
        "programme_added",
    ),
    "sources add": (
        ["sources", "add", "news", "--type", "feed", "--set", "url=https://example.org/feed", "--untried"],
        "place_added",
    ),
    "sources secret": (["sources", "secret", "default"], "secret_made"),
    "user add": (["user", "add", "ann", "--role", "admin"], "person_added"),
    "user link": (["user", "link", "ann"], "link_made"),
    "audit head": (["audit", "head"], "audit_head"),
    "audit show": (["audit", "show"], "audit_read"),
    "audit verify": (["audit", "verify"], "audit_verified"),
    "keys rotate": (["keys", "rotate", "speakers", "--yes"], "keys_rotated"),
    "keys destroy": (["keys", "destroy", "2026Q2", "--yes"], "epoch_destroyed"),
    "dpia": (["dpia", "--out", "{dpia}"], "dpia_made"),
    "second": (["second", "--programme", "default", "--share", "20"], "second_set"),
    "taxonomy propose": (["taxonomy", "propose", "-p", "default", "{changes}"], "taxonomy_proposed"),
    "taxonomy preview": (["taxonomy", "preview", "-p", "default", "{number}"], "posts_read"),
    "taxonomy apply": (["taxonomy", "apply", "-p", "default", "{number}", "--no-wait"], "taxonomy_applied"),
    "taxonomy drop": (["taxonomy", "drop", "-p", "default", "{number}"], "taxonomy_taken_back"),
    "cases open": (["cases", "open", "Crash at the door", "--programme", "default"], "case_opened"),
    "cases list": (["cases", "list", "--programme", "default"], "cases_read"),
    "actions add": (
        ["actions", "add", "1", "It asks once more.", "--on", "2026-11-01", "--programme", "default"],
        "action_recorded",
    ),
    "channel add": (
        ["channel", "add", "mail", "ops", "--programme", "default", "--to", "ops@example.org"],
        "channel_added",
    ),
    "token revoke": (["token", "revoke", "1", "--programme", "default"], "token_revoked"),
}
"""Command: its words, and what must be written."""

QUIET = {
    "gate": "over JSON lines, not the store",
    "lint": "over JSON lines, not the store",
    "redact": "over JSON lines, not the store",
    "classify": "over JSON lines, not the store",
    "train": "over files, not the store",
    "evaluate": "over files, not the store",
    "models": "over files, not the store",
    "learn": "shows no post; taking over and going back are tested in tests/flow/test_learn.py",
    "annotate": "over files, not the store",
    "neardup": "over JSON lines, not the store",
    "themes": "over JSON lines, not the store",
    "bursts": "over CSV, not the store",
    "doctor": "counts only",
    "exports": "tested where it is",
    "demo": "tested by its own test below",
    "serve": "the pages write for themselves",
    "listen": "erasures and upkeep write for themselves",
    "erase": "tested where it is",
    "routes": "tested in tests/desk/test_routes.py",
    "openapi": "prints a document, not the store",
    "backup": "its link is tested in tests/cli/test_backup.py",
    "restore": "its link is tested in tests/cli/test_backup_drill.py",
    "upgrade": "its link is tested in tests/cli/test_backup_upgrade.py",
}
"""Commands that show no stored post and change no setting, and why that is so."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def earnest(folder: Path) -> Run:
    """Runs a command in one home of this module, on SQLite whatever the tests run on; posts are in it."""

    def run(*words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        own = {**os.environ, "EARNEST_HOME": str(home or folder / "home"), "DATABASE_URL": ""}
        return commands.run([*words], own, cwd=folder)

    (folder / "posts.csv").write_text(POSTS)
    assert run("import", str(folder / "posts.csv"), "--source", "reviews").returncode == 0
    return run


def actions(home: Path) -> list[str]:
    with sqlite3.connect(home / "earnest.db") as db:
        return [action for (action,) in db.execute("SELECT action FROM store_auditlink ORDER BY seq")]


def test_every_command_is_in_one_of_the_tables() -> None:
    named = {name.split()[0] for name in LINKS} | set(QUIET)
    assert set(COMMANDS) <= named


@pytest.mark.parametrize(("words", "action"), LINKS.values(), ids=LINKS)
def test_a_command_leaves_a_link(earnest: Run, folder: Path, words: list[str], action: str) -> None:
    if words[:2] == ["user", "link"] or words[0] == "token":
        earnest("user", "add", "ann", "--role", "admin")
    if words[0] == "token":
        earnest("token", "add", "figures", "--programme", "default", "--person", "ann")
    if words[0] == "actions":
        earnest("cases", "open", "Crash at the door", "--programme", "default")
    files = {
        "posts": folder / "posts.csv",
        "out": folder / "out.html",
        "dpia": folder / "dpia.md",
    }
    files |= {"changes": folder / "changes.yaml"}
    files["changes"].write_text("changes:\n  - retire: delivery.weather\n")
    if "{number}" in words:
        proposed = earnest("taxonomy", "propose", "-p", "default", str(files["changes"]))
        files |= {"number": proposed.stdout.split()[1]}
    done = earnest(*(word.format(**files) for word in words))
    assert (done.returncode, done.stderr) == (0, "")
    assert actions(folder / "home")[-1] == action


@pytest.mark.slow
def test_the_demo_leaves_links_and_a_whole_chain(earnest: Run, tmp_path: Path) -> None:
    assert earnest("demo", "--once", "--home", str(tmp_path / "home")).returncode == 0
    assert actions(tmp_path / "home").count("report_made") == 2
    assert earnest("audit", "verify", home=tmp_path / "home").stdout.startswith("The chain is whole")


class TestAudit:
    def test_head_verify_and_show(self, earnest: Run) -> None:
        line = earnest("audit", "head").stdout.strip()
        assert line.startswith("EARNEST-AUDIT ")
        assert earnest("audit", "verify", "--anchor", line).returncode == 0
        told = [
            json.loads(one) for one in earnest("audit", "show", "--programme", "default").stdout.splitlines()
        ]
        assert told[0]["action"] == "imported"
        assert {one["programme"] for one in told} == {"default"}
        assert earnest("audit", "show", "--since", "2999-01-01").stdout == ""

    def test_an_anchor_in_a_file(self, earnest: Run, tmp_path: Path) -> None:
        (tmp_path / "head.txt").write_text(earnest("audit", "head").stdout)
        assert earnest("audit", "verify", "--anchor", str(tmp_path / "head.txt")).returncode == 0

    @pytest.mark.slow
    def test_a_chain_that_was_cut_is_named_and_the_exit_code_says_so(
        self, earnest: Run, tmp_path: Path
    ) -> None:
        home = tmp_path / "home"
        for name in ("ann", "bea", "cai"):
            assert earnest("user", "add", name, "--role", "admin", home=home).returncode == 0
        line = earnest("audit", "head", home=home).stdout
        with sqlite3.connect(home / "earnest.db") as db:
            refused = "the audit chain is only ever added to"
            with pytest.raises(sqlite3.IntegrityError, match=refused):
                db.execute("DELETE FROM store_auditlink WHERE seq = 2")
            db.execute("DROP TRIGGER audit_no_delete")
            db.execute("DELETE FROM store_auditlink WHERE seq > 2")
            db.execute(
                "UPDATE store_audithead SET seq = 2, mac = (SELECT mac FROM store_auditlink WHERE seq = 2)"
            )
        for words in (("--anchor", line), ()):
            done = earnest("audit", "verify", *words, home=home)
            assert done.returncode == 1
            assert "cut off" in done.stdout

    def test_an_anchor_that_is_none(self, earnest: Run) -> None:
        done = earnest("audit", "verify", "--anchor", "EARNEST-AUDIT 1")
        assert done.returncode == 1
        assert "not a head" in done.stderr


class TestKeys:
    @pytest.mark.slow
    def test_a_quarter_is_destroyed_with_a_receipt_and_later_posts_have_no_voice(
        self, earnest: Run, tmp_path: Path
    ) -> None:
        home, file = tmp_path / "home", tmp_path / "late.csv"
        file.write_text(POSTS)
        assert earnest("import", str(file), "--source", "reviews", home=home).returncode == 0
        assert "2026Q3: " in earnest("keys", "list", home=home).stdout
        done = earnest("keys", "destroy", "2026Q3", "--yes", home=home)
        assert "Receipt: EARNEST-AUDIT" in done.stdout
        assert earnest("keys", "destroy", "2026Q3", "--yes", home=home).returncode == 1
        file.write_text(POSTS.replace("\n1,", "\n901,"))
        done = earnest("import", str(file), "--source", "late", "--json", home=home)
        assert (done.returncode, json.loads(done.stdout)["admitted"]) == (0, 40)
        with sqlite3.connect(home / "earnest.db") as db:
            of = "SELECT count(*), count(voice) FROM store_post p JOIN store_place s ON s.id = p.place_id"
            assert db.execute(f"{of} WHERE s.slug = 'reviews'").fetchone() == (40, 40)
            assert db.execute(f"{of} WHERE s.slug = 'late'").fetchone() == (40, 0)

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("destroy", "2099Q1", "--yes"), "has not begun"),
            (("destroy", "summer", "--yes"), "not a quarter"),
            (("rotate", "posts"), "kept twice"),
        ],
        ids=["of the future", "no quarter", "the key of posts"],
    )
    def test_what_is_not_done(self, earnest: Run, words: tuple[str, ...], says: str) -> None:
        done = earnest("keys", *words)
        assert done.returncode == 1
        assert says in done.stderr

    def test_without_a_yes_nothing_is_destroyed(self, earnest: Run, folder: Path) -> None:
        before = (folder / "home" / "keys" / "voices.key").read_text()
        assert earnest("keys", "destroy", "2026Q3").returncode == 1
        assert (folder / "home" / "keys" / "voices.key").read_text() == before


@pytest.mark.parametrize("key", ["voices.key", "audit.key"])
@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", "{port}"),
        ("serve", "--no-listen", "--port", "{port}"),
        ("listen", "--once"),
        ("import", "{posts}", "--source", "reviews"),
        ("report", "--out", "{out}"),
        ("demo", "--once", "--home", "{home}"),
        ("audit", "verify"),
        ("keys", "list"),
    ],
    ids=" ".join,
)
def test_without_a_key_file_no_door_opens_and_none_is_made(
    earnest: Run, folder: Path, tmp_path: Path, words: tuple[str, ...], key: str
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = folder / "home"
    aside = (home / "keys" / key).rename(tmp_path / key)
    files = {"posts": folder / "posts.csv", "out": folder / "x.html", "home": home, "port": port}
    try:
        done = earnest(*(word.format(**files) for word in words))
        checked = earnest("keys", "check") if words[0] == "import" else None
        assert not (home / "keys" / key).exists()
    finally:
        aside.rename(home / "keys" / key)
    assert done.returncode == 1
    assert f"{key}" in done.stderr
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr
    if checked is not None:
        assert checked.returncode == 1
        assert "is missing" in checked.stdout
