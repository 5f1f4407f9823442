"""`earnest learn`: how it stands, what is wrong, in a sentence."""

import json

import pytest
from click.testing import CliRunner
from tests.store.build import desk, item, keep

from earnest.cli import earnest
from earnest.store import read_learn, write_learn

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, home):
    """The command in a home that is set up already."""
    from earnest.cli import setup

    monkeypatch.setattr(setup, "django", lambda where=None: home)

    def call(*arguments):
        return CliRunner().invoke(earnest, ["learn", "--programme", "riders", *arguments])

    return call


def test_it_says_how_it_stands(run):
    keep(desk(), item("1"))
    assert "uses the model of its taxonomy" in run().output
    told = json.loads(run("--json").output)
    assert (told["model"], told["candidate"], told["running"]) == (None, None, False)


def test_too_little_changes_nothing_and_says_so(run):
    keep(desk(), item("1"))
    answer = run("--now")
    assert (answer.exit_code, "Too few corrections" in answer.output) == (0, True)
    assert "Too few corrections" in run().output


@pytest.mark.parametrize(
    ("option", "says"),
    [("--use", "None waits"), ("--back", "none to go back")],
    ids=["nothing to take over", "nothing to go back from"],
)
def test_there_is_nothing_to_do(run, option, says):
    keep(desk(), item("1"))
    answer = run(option)
    assert (answer.exit_code, says in answer.output) == (1, True)


def test_a_waiting_model_is_taken_over_and_gone_back_from(run):
    keep(desk(), item("1"))
    write_learn.add_model(
        "riders",
        "abc",
        before="x",
        taxonomy="gig-delivery",
        version=1,
        state="candidate",
        figures={},
        posts=(),
    )
    assert "waits" in run().output
    assert run("--use").exit_code == 0
    assert read_learn.current_model("riders").model == "abc"
    assert "riders uses abc" in run().output
    assert run("--back").exit_code == 0
    assert read_learn.current_model("riders") is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--now", "--back"), 2), (("--programme", "nobody"), 1)],
    ids=["two things at once", "an unknown programme"],
)
def test_wrong_usage_is_refused(run, arguments, code):
    keep(desk(), item("1"))
    answer = run(*arguments)
    assert answer.exit_code == code
