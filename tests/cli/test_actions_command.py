"""`earnest actions` as a person types it."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from tests import commands

pytestmark = pytest.mark.slow

DAY = (datetime.now(UTC).date() - timedelta(days=3)).isoformat()


@pytest.fixture(scope="module")
def earnest(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def run(*words):
        around = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": ""}
        return commands.run([*words, "--home", str(home)], around)

    post = {"id": "1", "text": "the tip is not on the statement"}
    (home / "posts.jsonl").write_text(json.dumps(post) + "\n")
    run("import", str(home / "posts.jsonl"), "--source", "reviews")
    run("cases", "open", "Tips are missing")
    return run


def test_what_was_done_is_written_down_and_listed(earnest):
    done = earnest("actions", "add", "1", "Tips re-run.", "--on", DAY, "--promise", "half", "--json")
    assert done.returncode == 0, done.stderr
    id = json.loads(done.stdout)["id"]
    listed = earnest("actions", "list", "--from", DAY, "--json")
    (row,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert row == {
        "id": id, "what": "Tips re-run.", "sort": "fixed", "day": DAY, "planned": False, "promise": "half",
        "team": None, "in_reports": False, "cases": [1],
    }  # fmt: skip
    assert "Tips re-run." in earnest("actions", "list").stdout
    assert "Nothing was" in earnest("actions", "list", "--to", "2020-01-01").stdout


def test_an_outcome_that_cannot_be_measured_is_said(earnest):
    assert "Nothing was done about this case" in earnest("actions", "outcome", "1").stdout


@pytest.mark.parametrize(
    "words",
    [("99", "Done."), ("1", " "), ("1", "Done.", "--sort", "magic"), ("1", "Done.", "--team", "nobody")],
    ids=["no such case", "no words", "no such sort", "no such team"],
)
def test_what_cannot_be_is_one_sentence(earnest, words):
    done = earnest("actions", "add", *words)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
