"""`earnest taxonomy`: show, check, propose, preview, apply, back, history, export; bad files are named by
their line. The work with a model of its own is in the full lane.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.flow.test_relabel import MERGE, SPLIT, P, fill, start

from earnest.cli import earnest
from earnest.flow import relabel
from earnest.record.errors import EarnestError
from earnest.report import taxonomies
from earnest.store import read_taxonomy

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs `earnest taxonomy` on the test's own database."""
    from earnest.cli import setup
    from earnest.gate.voice import Keys

    Keys.make(home / "keys" / "voices.key")
    monkeypatch.setattr(setup, "django", lambda folder=None: home)
    fill()

    def command(*words: str, code: int = 0) -> str:
        found: Result = CliRunner().invoke(earnest, ["taxonomy", *words])
        if isinstance(found.exception, EarnestError):
            assert code == 1, found.exception.sentence()
            return found.exception.sentence()
        assert found.exit_code == code, found.output
        return found.output

    return command


def file(home: Path, text: str) -> str:
    path = home / "changes.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_labels_are_shown(run):
    shown = run("show", "-p", P)
    assert "version 1, 22 labels" in shown
    assert "quality.crash: Crashes" in shown


def test_a_file_is_checked_and_nothing_is_written(run, home):
    assert "2 labels change, 22 are there then" in run("check", "-p", P, file(home, SPLIT + MERGE[9:]))
    assert read_taxonomy.drafts(P) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("changes:\n  - fuse: [a, b]\n", "changes.yaml:2: unknown key", id="an unknown change"),
        pytest.param("changes:\n  - {retire: a.b}\n", "changes.yaml:2: there is no label", id="no label"),
        pytest.param("changes: [", "changes.yaml:", id="no YAML"),
        pytest.param("a: 1", "changes.yaml:1: unknown key", id="another file"),
        pytest.param(
            "changes:\n  - {describe: quality.bug, name: Organising a union}\n",
            "changes.yaml:2: The label 'quality.bug' is refused: Earnest does not make a category that would"
            " pick out protected speech",
            id="protected speech",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "propose"])
def test_what_is_wrong_is_named_by_its_line(run, home, command, text, says):
    assert says in run(command, "-p", P, file(home, text), code=1)
    assert read_taxonomy.drafts(P) == []


def test_a_file_that_is_not_there(run):
    assert "cannot be read" in run("check", "-p", P, "none.yaml", code=1)


def test_no_such_programme(run):
    assert "There is no programme 'nowhere'" in run("show", "-p", "nowhere", code=1)


def test_a_merge_from_proposal_to_history_and_back(run, home):
    assert "Version 2 is proposed" in run("propose", "-p", P, file(home, MERGE))
    shown = run("preview", "-p", P, "2")
    assert "before: money.price (Price and plans): about 15" in shown
    assert "after: money.billing" in shown
    whole = json.loads(run("preview", "-p", P, "2", "--json"))
    assert whole["changes"][0]["exact"] is True
    assert whole["changes"][0]["after"][0]["posts"] == "about 30"
    assert "the listener makes its model first" in run("apply", "-p", P, "2", "--no-wait")
    start(P, 2)
    relabel.follow(P, home)
    history = run("history", "-p", P)
    assert "version 2: in use since" in history
    assert "version 1: from" in history
    assert "Version 3 is version 1 again" in run("back", "-p", P)
    assert "3 is gone" in run("drop", "-p", P, "3")
    assert "There is no proposal 3" in run("drop", "-p", P, "3", code=1)
    assert "There is no proposal 9" in run("apply", "-p", P, "9", code=1)


def test_nothing_to_go_back_to(run):
    assert "was never changed" in run("back", "-p", P, code=1)
    assert "version 1: in use, as it came with Earnest" in run("history", "-p", P)


def test_an_export_is_a_taxonomy(run, home):
    from earnest.understand.taxonomy import load

    path = home / "out.yaml"
    path.write_text(run("export", "-p", P), encoding="utf-8")
    assert [one.id for one in load(path).labels] == [one.id for one in taxonomies.of(P).labels]
    assert run("export", "-p", P, "--version", "1") == path.read_text(encoding="utf-8")
    assert "There is no version 7" in run("export", "-p", P, "--version", "7", code=1)


@pytest.mark.slow
def test_applied_with_its_own_model(run, home):
    run("propose", "-p", P, file(home, MERGE))
    assert "14 stored posts got another label" in run("apply", "-p", P, "2")
    assert (home / "models" / P / read_taxonomy.current(P).model / "model.json").is_file()
