"""`earnest sources new`: what it writes is clean, typed, and keeps the contract at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from earnest.cli.sources import command
from earnest.cli.sources_new import LONGEST, write
from earnest.sources import registry
from tests.lanes import mostly_slow
from tests.sources.packaged import install, on_the_path

ROOT = Path(__file__).parents[2]
VARIANTS = pytest.mark.parametrize("closed", mostly_slow([False, True], fast=[False]), ids=["open", "closed"])


def made(folder: Path, name: str, *more: str) -> Path:
    done = CliRunner().invoke(command, ["new", name, "--to", str(folder / "it"), *more])
    assert done.exit_code == 0, done.output
    return folder / "it"


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "MYPYPATH": "", "RUFF_NO_CACHE": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@VARIANTS
@pytest.mark.parametrize(
    "name", mostly_slow(["ab", "river_posts", "a2345678901_34567890"], fast=["a2345678901_34567890"])
)
def test_a_package_is_clean_whatever_it_is_called(tmp_path: Path, closed: bool, name: str) -> None:
    folder = made(
        tmp_path,
        name,
        "--title",
        "What people said about the river, and more 'of it' (x)",
        *(["--closed"] if closed else []),
    )
    for words in (("ruff", "format", "--check", "."), ("ruff", "check", ".")):
        done = run(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr


@VARIANTS
def test_a_package_keeps_its_own_contract(tmp_path: Path, closed: bool) -> None:
    folder = made(tmp_path, "river", *(["--closed"] if closed else []))
    done = run(folder, "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:django")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


@pytest.mark.slow
@VARIANTS
def test_a_package_is_typed_strictly(tmp_path: Path, closed: bool) -> None:
    folder = made(tmp_path, "river", *(["--closed"] if closed else []))
    done = run(folder, "mypy", "--no-incremental")
    assert done.returncode == 0, done.stdout


@VARIANTS
def test_an_installed_package_is_taken_and_told_promise_by_promise(tmp_path: Path, closed: bool) -> None:
    files = write("river", closed=closed)
    site = tmp_path / "site"
    for path, content in files.items():
        if path.startswith("src/"):
            (site / path[4:]).parent.mkdir(parents=True, exist_ok=True)
            (site / path[4:]).write_text(content)
    install(site, "earnest-source-river", {"river": "earnest_source_river:RIVER"}, {})
    with on_the_path(site):
        assert registry.TYPES["river"].handshake is closed
        done = CliRunner().invoke(command, ["check", "--package", "earnest-source-river"])
        listed = CliRunner().invoke(command, ["list", "--json"])
    assert done.exit_code == 0, done.output
    assert "✓ Earnest takes it" in done.output
    assert "✓ asks for nobody's login" in done.output
    assert "needs a place to read. Give: Address" in done.output
    assert '"type":"river"' in listed.output


@pytest.mark.slow
def test_a_wheel_of_it_installs_and_earnest_finds_it(tmp_path: Path) -> None:
    """Built and installed as its author would, into a folder of its own."""
    folder, site = made(tmp_path, "river"), tmp_path / "site"
    pip = ("pip", "--disable-pip-version-check")
    built = run(
        folder, *pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    put = run(folder, *pip, "install", "--quiet", "--no-deps", "--target", str(site), str(wheel))
    assert put.returncode == 0, put.stderr
    env = {**os.environ, "PYTHONPATH": str(site), "EARNEST_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "earnest", "sources", "check", "--package", "river"],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "earnest-source-river 0.1.0: the type 'river'" in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["feed"], "There is a type 'feed' already"),
        (["River"], "cannot be called"),
        (["class"], "cannot be called"),
        (["a" * (LONGEST + 1)], "cannot be called"),
        (["../x"], "cannot be called"),
    ],
    ids=["a name that is taken", "a capital letter", "a word of Python", "too long", "a path"],
)
def test_what_cannot_be_a_package_is_refused(tmp_path: Path, words: list[str], sentence: str) -> None:
    done = CliRunner().invoke(command, ["new", *words, "--to", str(tmp_path / "it")])
    assert done.exit_code == 1
    assert sentence in str(done.exception)
    assert not (tmp_path / "it").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    (tmp_path / "it/mine.txt").write_text("mine")
    done = CliRunner().invoke(command, ["new", "river", "--to", str(tmp_path / "it")])
    assert done.exit_code == 1
    assert [one.name for one in (tmp_path / "it").iterdir()] == ["mine.txt"]
