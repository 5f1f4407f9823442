"""`earnest erase`, as a person runs it: what leaves the disk, what is told, and the receipt. Synthetic."""

import json
import os

import pytest
from tests import commands

ANN = "canaryann"
SAID = "unmistakablecanary tips were missing"
MANY = 40


def runner(home):
    """Runs a command in a home of its own, on SQLite whatever the tests run on."""

    def run(*words, stdin=""):
        environment = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": ""}
        return commands.run([*map(str, words)], environment, said=stdin)

    return run


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def earnest(home):
    return runner(home)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A home with one post, in which nothing is changed."""
    folder = tmp_path_factory.mktemp("quiet")
    run = runner(folder / "home")
    file = folder / "one.csv"
    file.write_text("id,text\n1,the app crashed\n")
    run("import", file, "--source", "reviews")
    return run


@pytest.fixture
def posts(tmp_path, earnest):
    """An import in which one account said many things, and another as many."""
    file = tmp_path / "posts.jsonl"
    rows = [
        {
            "id": f"{who}-{n}",
            "text": f"{text} {n}",
            "author": who,
            "created": f"2026-11-{n % 20 + 1:02}T10:00:00Z",
        }
        for who, text in ((ANN, SAID), ("bob", "the app crashed at the door"))
        for n in range(MANY)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = earnest("import", file, "--source", "reviews", "--json")
    assert json.loads(done.stdout)["admitted"] == 2 * MANY, done.stderr
    return file


def held(home, word):
    """The files of the home in which a word's bytes are."""
    return sorted(
        path.name for path in home.rglob("*") if path.is_file() and word.encode() in path.read_bytes().lower()
    )


def test_a_handle_goes_from_every_file_and_stays_away(earnest, posts, home, tmp_path):
    assert held(home, "unmistakablecanary") == ["earnest.db"]
    paper = tmp_path / "receipt.txt"
    words = ("erase", "--handle", "-", "--source", "reviews", "--also-out", "--json", "--receipt", paper)
    trial = earnest(*words, "--dry-run", stdin=f"@{ANN}\n")
    assert json.loads(trial.stdout) | {"notes": []} == {
        "dry_run": True,
        "places": ["default/reviews"],
        "posts": None,
        "opted_out": False,
        "beyond_reach": [],
        "notes": [],
        "receipt": None,
    }
    assert held(home, "unmistakablecanary") == ["earnest.db"]
    done = earnest(*words, stdin=f"@{ANN}\n")
    assert done.returncode == 0, done.stderr
    assert ANN not in done.stdout + done.stderr + paper.read_text()
    assert f"{MANY}" not in json.loads(done.stdout)["receipt"]
    for word in ("unmistakablecanary", "mistakablecanary", ANN):
        assert held(home, word) == []
    again = json.loads(earnest("import", posts, "--source", "reviews", "--json").stdout)
    assert (again["admitted"], again["withheld"], again["duplicates"]) == (0, MANY, MANY)
    assert held(home, "unmistakablecanary") == []
    genuine = earnest("erase", "verify-receipt", paper)
    assert (genuine.returncode, genuine.stdout.split(":")[0]) == (0, "Genuine")
    paper.write_text(paper.read_text().replace("out", "in"))
    forged = earnest("erase", "verify-receipt", paper)
    assert (forged.returncode, "Traceback" in forged.stderr) == (1, False)
    assert "not a receipt of this installation" in forged.stderr


@pytest.mark.slow
def test_what_somebody_said_who_opts_out_leaves_the_disk_at_once(earnest, posts, home, tmp_path):
    later = tmp_path / "later.jsonl"
    rows = [{"id": "x", "text": "Earnest opt out", "author": ANN}, {"id": "y", "text": SAID, "author": ANN}]
    later.write_text("".join(json.dumps(row) + "\n" for row in rows))
    summary = json.loads(earnest("import", later, "--source", "reviews", "--json").stdout)
    assert (summary["admitted"], summary["withheld"]) == (0, 2)
    for word in ("unmistakablecanary", "mistakablecanary", ANN, "earnest opt out"):
        assert held(home, word) == []


@pytest.mark.slow
def test_an_id_goes_and_one_that_never_came_stays_away(earnest, posts, home, tmp_path):
    for id, gone in ((f"{ANN}-3", 1), (f"{ANN}-3", 0), ("later", 0)):
        done = earnest("erase", "--id", id, "--source", "reviews", "--json")
        assert json.loads(done.stdout)["posts"] == gone, done.stderr
    later = tmp_path / "later.jsonl"
    later.write_text(json.dumps({"id": "later", "text": "it came later", "created": "2026-11-02"}) + "\n")
    summary = json.loads(earnest("import", later, "--source", "reviews", "--json").stdout)
    assert (summary["admitted"], summary["duplicates"]) == (0, 1)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "Give one of --handle, --url and --id"),
        (("--handle", "ann", "--id", "1", "--source", "reviews"), 2, "Give one of"),
        (("--handle", "ann"), 2, "Say which place"),
        (("--id", "1", "--source", "reviews", "--also-out"), 2, "--also-out goes with --handle"),
        (("--handle", "ann", "--source", "nowhere"), 1, "there is no place 'nowhere'"),
        (("--handle", "  ", "--source", "reviews"), 1, "the handle is empty"),
        (("--handle", "a\x1bnn", "--source", "reviews"), 1, "unseen characters"),
        (("--url", "https://example.org/1", "--source", "reviews"), 1, "leads to no post of these places"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_done_is_said(quiet, words, code, says):
    done = quiet("erase", *words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
