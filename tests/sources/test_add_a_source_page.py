"""The examples of docs/add-a-source.md are run, and the source they build keeps the contract."""

import re
import shlex
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from earnest.cli.sources import command
from tests.sources.packaged import install, on_the_path

PAGE = Path(__file__).parents[2] / "docs/add-a-source.md"


def _built() -> ModuleType:
    module = ModuleType("diary_of_the_page")
    sys.modules[module.__name__] = module
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - our own page
    return module


_page: Any = _built()


class TestPage(_page.TestDiary):
    """Every promise of the contract, kept by the page's own example."""


class TestHandshakeOfThePage(_page.TestMailingList):
    """Every promise of a handshake, kept by the page's own example."""


def test_the_commands_of_the_page_make_packages_that_earnest_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    commands = [shlex.split(line[2:], comments=True) for block in said for line in block.splitlines()]
    assert all(words[:2] == ["earnest", "sources"] for words in commands)
    for words in commands[:2]:
        done = CliRunner().invoke(command, words[2:])
        assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {"river", "room"}
    site = tmp_path / "river/src"
    install(site, "earnest-source-river-posts", _entries(tmp_path / "river"), {})
    with on_the_path(site):
        done = CliRunner().invoke(command, commands[2][2:])
        added = command.commands["add"].make_context("add", commands[4][3:])
    assert done.exit_code == 0, done.output
    assert "✗" not in done.output
    assert added.params["type_"] == "river_posts"


def _entries(folder: Path) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["entry-points"][
        "earnest.sources"
    ]
    (told,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert tomllib.loads(told)["project"]["entry-points"]["earnest.sources"] == found
    return found


def test_the_page_names_what_there_is() -> None:
    text = PAGE.read_text("utf-8")
    for name in re.findall(r"`(src/earnest/sources/[a-z_]+\.py)`", text):
        assert (PAGE.parents[1] / name).is_file(), name
    assert _page.DIARY.open({"folder": "."}, None)
