"""`earnest programme`: a draft until everything is said, on a terminal and in a script."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests import commands

SAID = {
    "--purpose": "Find and mend what goes wrong in the app.",
    "--lawful-basis": "Legitimate interest; balanced in May",
    "--contact": "listening@ternway.example",
}


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a home of its own, as a script runs it: nobody is there to be asked."""
    own = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": ""}
    return commands.run([*words, "--home", str(home)], own)


def said(**more: str) -> list[str]:
    return [word for pair in (SAID | more).items() if pair[1] for word in pair]


def test_with_everything_said_it_listens(tmp_path: Path) -> None:
    done = run(tmp_path, "programme", "add", "app-users", "--audience", "customers", *said())
    assert (done.returncode, done.stderr) == (0, "")
    assert "app-users listens. Its public notice: /notice/app-users" in done.stdout
    assert "a draft" not in run(tmp_path, "programme", "list").stdout


@pytest.mark.slow
def test_from_a_draft_to_the_first_post(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"id": "1", "text": "The scanner hangs at the depot."}\n')
    home = tmp_path / "home"
    added = run(home, "programme", "add", "crew", "--audience", "workforce", *said(**{"--purpose": ""}))
    assert added.returncode == 0
    assert "It is a draft and lacks a purpose and the statement on article 7" in added.stdout
    for words in (
        ("import", str(posts), "--source", "reviews", "--programme", "crew"),
        ("report", "--programme", "crew"),
        ("programme", "live", "crew"),
    ):
        refused = run(home, *words)
        assert refused.returncode == 1, words
        assert "a purpose and the statement on article 7" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (
        "Changed directive, purpose."
        in run(home, "programme", "set", "crew", "--directive", "--purpose", "Mend what goes wrong.").stdout
    )
    assert run(home, "programme", "live", "crew").returncode == 0
    done = run(home, "import", str(posts), "--source", "reviews", "--programme", "crew")
    assert "1 posts read, 1 kept" in done.stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"--purpose": "Identify union organisers"}, "would pick out protected speech"),
        ({"--name": "Repeat complainers"}, "would lead to a person"),
        pytest.param(
            {"--lawful-basis": "because we can"},
            "The lawful basis is none of article 6 of the GDPR.",
            marks=pytest.mark.slow,
        ),
        pytest.param({"--taxonomy": "nothing"}, "there is no pack 'nothing'", marks=pytest.mark.slow),
        pytest.param({"--purpose": "a " * 2_000}, "longer than 2,000 characters", marks=pytest.mark.slow),
    ],
    ids=["protected speech", "people", "no basis", "no taxonomy", "too long"],
)
def test_what_is_refused_is_one_sentence_and_nothing_is_added(
    tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    done = run(tmp_path, "programme", "add", "crew", "--audience", "customers", *said(**change))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "crew" not in run(tmp_path, "programme", "list").stdout


@pytest.mark.slow
def test_on_a_terminal_it_asks_for_what_was_not_said(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "earnest",
            "programme",
            "add",
            "crew",
            "--audience",
            "workforce",
            "--home",
            str(tmp_path),
        ],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": ""},
        text=True,
    )
    answers = ("Ternway Ltd", "Mend what goes wrong.", "1", "y", "90", "listening@ternway.example", "", "y")
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    out, err = asked.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == 0, err
    assert "crew listens." in out
    assert "Legitimate interests (GDPR 6(1)(f))" in err
    assert "article 7" in err
    assert "kept 90 days" in run(tmp_path, "programme", "list").stdout
