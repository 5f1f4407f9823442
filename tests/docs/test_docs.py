"""What the pages of words say is there: links, paths, tests, commands, settings, extras."""

import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path

import click
import pytest
from tests import commands

from earnest.cli import COMMANDS, earnest
from earnest.server.table import TABLE

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src/earnest/sources"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *SOURCES.glob("*/README.md")],
    key=lambda page: page.relative_to(ROOT),
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^ *```(?:sh|console|python|yaml)?\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
A_FILE = re.compile(r"[\w.-]+(?:/[\w.*-]+)*\.(?:py|md|txt|jsonl|yaml|toml|html|css|service|timer|conf)")
A_FOLDER = re.compile(r"(?:src|tests|docs|deploy|bench|requirements)/[\w./-]*")
NOT_OURS = {
    "sources/diary/source.py": "the reader writes it",
    "tests/sources/test_diary.py": "the reader writes it",
    "src/earnest/sources/TYPE": "stands for each type",
}
OF_TESTS = {"EARNEST_FULL", "EARNEST_MINILM", "EARNEST_TEST_POSTGRES"}
"""Settings of tests and benchmarks, which the guide's table leaves out."""


@cache
def _read(page: Path) -> str:
    return page.read_text("utf-8")


def _codes(page: Path) -> list[str]:
    return CODE.findall(BLOCK.sub("", _read(page)))


@cache
def _files() -> dict[str, list[Path]]:
    """Every file of the tree by its name."""
    found: dict[str, list[Path]] = {}
    for top in ("src", "tests", "bench", "docs", "deploy", "requirements"):
        for path in (ROOT / top).rglob("*"):
            if "node_modules" not in path.parts and path.is_file():
                found.setdefault(path.name, []).append(path)
    return found


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _read(page)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, place = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        if place:
            headings = re.findall(r"^#+ (.*)$", _read(there), re.MULTILINE)
            assert place in {_slug(heading) for heading in headings}, target


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    for code in _codes(page):
        name = code.split("::")[0]
        if name in NOT_OURS or not (A_FILE.fullmatch(name) or A_FOLDER.fullmatch(name)):
            continue
        if "/" in name:
            below = (ROOT, ROOT / "src/earnest", page.parent)
            assert any([*folder.glob(name.rstrip("/"))] for folder in below), code
        elif name.endswith(".py"):
            assert name in _files(), code


@each_page
def test_every_test_that_is_named_exists(page: Path) -> None:
    named: list[Path] = []
    for code in _codes(page):
        name, *inside = code.split("::")
        if name.endswith(".py") and Path(name).name.startswith("test_") and name not in NOT_OURS:
            named = _files()[Path(name).name]
        if inside and (name == "…" or name.endswith(".py")):
            assert named, f"{code}: of which file?"
            wanted = re.escape(inside[-1].rstrip("…")) + (r"\w*" if inside[-1].endswith("…") else "")
            pattern = re.compile(rf"^ *(?:async )?(?:def|class) {wanted}\b", re.MULTILINE)
            assert any(pattern.search(_read(path)) for path in named), f"{code} is not in {named[0].name}"


def _said(page: Path) -> Iterator[list[str]]:
    """The words behind each `earnest` of a page's code."""
    lines = [line for block in BLOCK.findall(_read(page)) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *_codes(page)]:
        found = re.match(r"(?:.*[|;&$] *|[A-Z_]+=\S+ +|time )?earnest +([a-z][^|#<>;&]*)", line)
        if found:
            quoted = found[1].count('"') % 2 or found[1].count("'") % 2
            yield found[1].split() if quoted else shlex.split(found[1])


@each_page
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    for words in _said(page):
        command: click.Command = earnest
        context = click.Context(earnest)
        for at, word in enumerate(words):
            if word.startswith("-") and word != "-":
                options = {
                    name for option in command.params for name in (*option.opts, *option.secondary_opts)
                }
                assert word.split("=")[0] in options | {"--help"}, " ".join(words)
            elif isinstance(command, click.Group) and (word.islower() or not at):
                name = word.rstrip(".,:")
                if command.invoke_without_command and name not in command.list_commands(context):
                    break
                with nothing_unknown(" ".join(words)):
                    command = command.resolve_command(context, [name])[1] or command


@contextmanager
def nothing_unknown(words: str) -> Iterator[None]:
    """Click's own complaint, with the words of the page."""
    try:
        yield
    except click.UsageError as error:
        pytest.fail(f"earnest {words}: {error}")


@each_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {row.name for row in TABLE} | OF_TESTS
    for name in re.findall(r"\bEARNEST_[A-Z_]*[A-Z]\b", _read(page)):
        assert name in known, name


def test_the_guide_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (\S.*?) \|", _read(ROOT / "docs/guide.md"), re.MULTILINE))
    assert rows == {row.name: f"`{row.default}`" if row.default else "empty" for row in TABLE}


def test_the_read_me_names_every_command() -> None:
    assert set(COMMANDS) - {word for code in _codes(ROOT / "README.md") for word in code.split()} <= {"demo"}


SHOWN = re.findall(r"^\$ echo ('.*') \| earnest (.*)\n(\{.*\})$", _read(ROOT / "README.md"), re.MULTILINE)


@pytest.mark.parametrize(("given", "words", "answer"), SHOWN, ids=[words for _, words, _ in SHOWN])
def test_what_the_read_me_shows_is_what_one_gets(given: str, words: str, answer: str, tmp_path: Path) -> None:
    env = {**os.environ, "EARNEST_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    done = commands.run(words.split(), env, said=shlex.split(given)[0] + "\n", tables=False)
    said, wanted = json.loads(done.stdout), json.loads(answer)
    for label in wanted.get("labels", ()):
        label["score"] = pytest.approx(label["score"], abs=0.02)  # a model that is made anew may differ
    assert said == wanted
    assert list(said) == list(wanted)


@each_page
def test_every_extra_that_is_named_exists(page: Path) -> None:
    extras = tomllib.loads(_read(ROOT / "pyproject.toml"))["project"]["optional-dependencies"]
    for names in re.findall(r"earnest\[([a-z0-9,]+)\]", _read(page)):
        assert set(names.split(",")) <= set(extras), names


def test_the_guide_tells_of_every_extra() -> None:
    extras = tomllib.loads(_read(ROOT / "pyproject.toml"))["project"]["optional-dependencies"]
    section = _read(ROOT / "docs/guide.md").split("\n## Extras\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(extras)


@each_page
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", _read(ROOT / "Makefile"), re.MULTILINE))
    code = "\n".join([*BLOCK.findall(_read(page)), *_codes(page)])
    for name in re.findall(r"^make ([a-z]+)", code, re.MULTILINE):
        assert name in targets, name


def test_every_decision_stands_in_the_architecture() -> None:
    page = _read(ROOT / "docs/architecture.md")
    for decision in sorted((ROOT / "docs/adr").glob("*.md")):
        assert f"(adr/{decision.name})" in page, decision.name


@each_page
def test_what_python_on_a_page_brings_in_exists(page: Path) -> None:
    for module, names in re.findall(r"^from (earnest[\w.]*) import ([\w, ]+)$", _read(page), re.MULTILINE):
        for name in names.split(", "):
            assert hasattr(import_module(module), name), f"{module}.{name}"
