"""SIGKILL at every line of changing a place's address together with its key: never one without the other."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from earnest.flow import secret
from tests.faults.homes import Home

pytest.importorskip("mastodon", reason="the extra 'mastodon' is not installed")


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow, id="every line"), 11])
def test_a_place_never_has_the_key_of_another_address(tmp_path: Path, step: int) -> None:
    home = Home(tmp_path / "home")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.change_run", str(home.folder), str(step)],
            env=home.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
    finally:
        home.drop()
    assert said["kills"] > 40 // step
    assert set(said["seen"]) == {"old", "new", "healed"}
    assert said["left"] == ["place-shoppers--a.key"]


class TestLaidReady:
    """What is laid ready counts with its settings alone."""

    @pytest.fixture(autouse=True)
    def _folder(self, settings: Any, tmp_path: Path) -> None:
        settings.EARNEST_HOME = tmp_path
        (tmp_path / "keys").mkdir()
        secret.keep_secret("p", "a", "old")

    def now(self, tmp_path: Path, **given: Any) -> str:
        secret.settle("p", "a", given)
        return (tmp_path / "keys/place-p--a.key").read_text().strip()

    @pytest.mark.parametrize(
        ("given", "key"),
        [
            ({"server": "https://new.example", "days": 3}, "new"),
            ({"days": 3, "server": "https://new.example"}, "new"),
            ({"server": "https://new.example"}, "old"),
            ({"server": "https://old.example", "days": 3}, "old"),
            ({}, "old"),
        ],
        ids=str,
    )
    def test_for_its_settings_alone(self, tmp_path: Path, given: dict[str, Any], key: str) -> None:
        secret.lay_ready("p", "a", "new", {"server": "https://new.example", "days": 3})
        assert self.now(tmp_path, **given) == key

    def test_what_was_of_a_change_that_never_was_is_taken_away(self, tmp_path: Path) -> None:
        secret.lay_ready("p", "a", "new", {"server": "x"})
        secret.take_away_ready("p", "a")
        assert self.now(tmp_path, server="x") == "old"

    def test_it_is_readable_by_its_owner_alone_and_goes_with_the_place(self, tmp_path: Path) -> None:
        secret.lay_ready("p", "a", "new", {})
        assert [path.stat().st_mode & 0o077 for path in (tmp_path / "keys").iterdir()] == [0, 0]
        secret.forget_secret("p", "a")
        assert list((tmp_path / "keys").iterdir()) == []
