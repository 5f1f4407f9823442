"""`earnest exports`, `earnest import --whole` and what the doctor says of copies, as a person runs them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults.homes import NOW, Home, gone, said

QUOTED = "The app crashed again, kestrelword, and froze at the door: it crashes every single time"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Nine people on one problem, so that a report quotes some of them. Synthetic."""
    made = Home(tmp_path_factory.mktemp("exports") / "home")
    posts = [said(f"p{n}", f"{QUOTED} {n}", ago=3) for n in range(12)]
    made.run("import", made.write(posts), "--source", "reviews")
    yield made
    made.drop()


def exports(home: Home, *words: str, code: int = 0):
    out = home.run("exports", "--json", *words, code=code)
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


@pytest.mark.slow
def test_copies_that_hold_erased_posts_are_named_until_somebody_dealt_with_them(home: Home, tmp_path: Path):
    report, figures = tmp_path / "report.html", tmp_path / "report.csv"
    for path in (report, figures):
        home.run("report", "--out", str(path), "--from", (NOW - timedelta(days=9)).date().isoformat())
    if b"kestrelword" not in report.read_bytes():
        pytest.skip("the model that is built here quotes none of them")
    assert exports(home) == []
    assert {row["path"] for row in exports(home, "--all")} == {str(report), str(figures)}
    everyone = [gone(f"p{n}") for n in range(12)]
    home.run("import", home.write(everyone, "gone.jsonl"), "--source", "reviews")
    (held,) = exports(home, code=1)
    assert (held["path"], held["posts"], held["erased"]) == (str(report), held["posts"], held["posts"])
    assert "copies of reports: 1 hold posts that were erased since" in home.run("doctor", code=1)
    assert str(report) in home.run("exports", code=1)
    home.run("exports", "--done", str(held["id"]))
    assert exports(home) == []
    home.run("doctor")
    assert "no export" in home.run("exports", "--done", "999", code=1)


@pytest.mark.slow
def test_a_file_that_has_everything_takes_away_what_it_lacks(home: Home):
    home.run("import", home.write([said("a", "one"), said("b", "two")]), "--source", "whole")
    home.run("import", home.write([said("b", "two")]), "--source", "whole")
    assert {"one", "two"} <= set(home.texts())
    said_so = home.run("import", home.write([said("b", "two, edited")]), "--source", "whole", "--whole")
    assert "1 posts that the file has no longer were erased" in said_so
    assert "one" not in home.texts()
    assert "two, edited" in home.texts()


def test_posts_older_than_the_programme_keeps_them_are_not_kept_and_a_sentence_says_so(home: Home):
    out = home.run("import", home.write([said("old", "long ago", ago=900)]), "--source", "old", "--json")
    assert "1 posts were said longer ago than the 365 days" in out
    summary = json.loads(next(line for line in out.splitlines() if line.startswith("{")))
    assert (summary["read"], summary["admitted"], summary["withheld"]) == (1, 0, 1)
    assert "long ago" not in home.texts()
