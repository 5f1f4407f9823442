"""`earnest routes`: checked with line and column, applied, shown, tried; never a traceback."""

import pytest
from click.testing import CliRunner
from tests.desk import routes_build as build

from earnest.cli import routes, setup
from earnest.record.errors import EarnestError

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(home, monkeypatch, tmp_path):
    """The command over the test's own database; the answer is (code, what it said)."""
    monkeypatch.setattr(setup, "django", lambda folder=None: home)
    place = build.programme()
    build.everything()
    build.said(place, 14)

    def run(*words, text=""):
        file = tmp_path / "routes.yaml"
        file.write_text(text)
        words = [str(file) if word == "FILE" else word for word in words]
        done = CliRunner().invoke(routes.command, [words[0], "-p", "riders", *words[1:]])
        if done.exception is not None and not isinstance(done.exception, SystemExit | EarnestError):
            raise done.exception
        said = done.exception.sentence() if isinstance(done.exception, EarnestError) else done.output
        return done.exit_code, said

    return run


def test_what_is_shown_can_be_checked_applied_and_tried(run):
    code, text = run("show")
    assert code == 0
    assert run("check", "FILE", text=text) == (0, "routes.yaml: 1 route, nothing is wrong.\n")
    assert run("apply", "FILE", text=text) == (0, "as before: tips\n")
    code, said = run("dry-run", "FILE", text=text)
    assert code == 0
    assert "tips: This route would have sent 1 message in the last 30 days." in said
    assert "leadership (Leadership)" in said


@pytest.mark.parametrize("command", ["check", "apply", "dry-run"])
def test_what_is_wrong_is_told_with_its_place(run, command):
    _, text = run("show")
    code, said = run(command, "FILE", text=text.replace("posts: 10", "posts: many"))
    assert code == 1
    assert "routes.yaml:" in said
    assert "posts is a whole number" in said
    code, said = run(command, "FILE", text=text.replace("pay.tips", "pay.none"))
    assert code == 1
    assert "there is no label or category 'pay.none'" in said
