"""`earnest report` as a person calls it: in a process of its own, with a home of its own."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests import commands
from tests.lanes import mostly_slow

TODAY = datetime.now(UTC).date()

FILL = """
from pathlib import Path
from earnest.cli import setup
setup.django(Path({home!r}))
from tests.report import build

build.fill(weeks=8, a_week=80, gap=(3,))
build.programme("empty")
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    root = Path(__file__).resolve().parents[2]
    subprocess.run(
        [sys.executable, "-c", FILL.format(home=str(home))],
        check=True,
        cwd=root,
        env=_env(home),
        capture_output=True,
    )
    return home


def _env(home: Path) -> dict[str, str]:
    return {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": ""}


def run(home: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return commands.run(["report", *words], _env(home), cwd=cwd)


@pytest.mark.parametrize(
    ("name", "begins"),
    mostly_slow(
        [
            ("r.html", b"<!DOCTYPE html>"),
            ("r.htm", b"<!DOCTYPE html>"),
            ("r.pdf", b"%PDF"),
            ("r.json", b"{"),
            ("R.CSV", b"section,"),
        ],
        fast=["r.html", "R.CSV"],
    ),
)
def test_the_ending_of_the_file_says_the_format(
    filled: Path, tmp_path: Path, name: str, begins: bytes
) -> None:
    done = run(filled, "--programme", "couriers", "--out", str(tmp_path / name))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert done.stdout.startswith("1. ")
    assert "Traceback" not in done.stdout


def this_monday() -> date:
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday())


def test_without_days_it_is_the_last_four_full_weeks(filled: Path) -> None:
    mondays = {this_monday()}
    done = run(filled, "--programme", "couriers", "--format", "json", "--out", "-")
    told = json.loads(done.stdout)
    mondays.add(this_monday())  # a run may go on into another week
    weeks = [
        ((day - timedelta(weeks=4)).isoformat(), (day - timedelta(days=1)).isoformat()) for day in mondays
    ]
    assert (told["from"], told["to"]) in weeks


def test_the_only_programme_with_posts_need_not_be_named(filled: Path) -> None:
    assert run(filled, "--format", "json", "--out", "-").returncode == 0


def test_without_a_name_the_file_is_written_beside_the_caller(filled: Path, tmp_path: Path) -> None:
    done = run(filled, "--programme", "couriers", cwd=tmp_path)
    assert done.returncode == 0
    assert [path.suffix for path in tmp_path.iterdir()] == [".html"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["--from", "2026-13-40"], 2, "is not a day. Write it as 2026-11-19.", id="no such day"),
        pytest.param(["--from", "19/11/2026"], 2, "is not a day", id="a day written otherwise"),
        pytest.param(
            ["--from", str(TODAY), "--to", str(TODAY - timedelta(days=1))],
            1,
            "is after the last",
            id="turned round",
        ),
        pytest.param(["--to", str(TODAY + timedelta(days=2))], 1, "has not come yet", id="tomorrow"),
        pytest.param(
            ["--from", "0001-01-01", "--to", "0001-01-02"], 1, "more than ten years ago", id="antiquity"
        ),
        pytest.param(
            ["--from", str(TODAY - timedelta(days=900)), "--to", str(TODAY)],
            1,
            "longer than two years",
            id="too long",
        ),
        pytest.param(["--format", "docx"], 2, "docx", id="no such format"),
        pytest.param(["--out", "x.docx"], 2, "Choose --format", id="no such ending"),
        pytest.param(["--out", "/nowhere/x.html"], 1, "cannot be written", id="no such folder"),
        pytest.param(["--programme", "nobody"], 1, "There is no programme 'nobody'", id="no such programme"),
    ],
)
def test_what_cannot_be_done_is_one_clear_sentence(
    filled: Path, words: list[str], code: int, says: str
) -> None:
    given = words if "--programme" in words else ["--programme", "couriers", *words]
    done = run(filled, *given)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_programme_without_posts_has_a_report_that_says_so(filled: Path, tmp_path: Path) -> None:
    done = run(filled, "--programme", "empty", "--out", str(tmp_path / "r.html"))
    assert done.returncode == 0
    assert "No place is listened to yet" in done.stdout


def test_days_of_which_nothing_is_known_are_not_zero(filled: Path, tmp_path: Path) -> None:
    long_ago = TODAY - timedelta(days=300)
    days = ["--from", str(long_ago), "--to", str(long_ago + timedelta(days=20))]
    done = run(filled, "--programme", "couriers", *days, "--out", str(tmp_path / "r.csv"))
    assert "Nothing is known" in done.stdout
    assert "week," in (tmp_path / "r.csv").read_text()


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path / "fresh")
    assert done.returncode == 1
    assert "earnest import FILE --source NAME" in done.stderr


@pytest.mark.parametrize(
    ("lang", "sentence"),
    mostly_slow([("en", "Fewer than 5 voices spoke"), ("es", "Hablaron menos de 5 voces")], fast=["es"]),
)
def test_two_posts_are_too_few_to_tell_of_but_nobody_is_said_to_be_silent(
    tmp_path: Path, lang: str, sentence: str
) -> None:
    posts = tmp_path / "posts.csv"
    said = TODAY - timedelta(days=3)
    posts.write_text(f"id,text,created\n1,The app crashes,{said}\n2,Refund never came,{said}\n")
    home = tmp_path / "home"
    load = [sys.executable, "-m", "earnest", "import", str(posts), "--source", "reviews"]
    subprocess.run(load, env=_env(home), check=True, capture_output=True)
    days = ("--from", str(said), "--to", str(TODAY))
    done = run(home, *days, "--lang", lang, "--out", str(tmp_path / "r.html"))
    assert sentence in done.stdout
