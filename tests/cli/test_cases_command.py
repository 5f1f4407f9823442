"""`earnest cases`, as somebody at a terminal sees it. Synthetic."""

import json
import os

import pytest
from tests import commands

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(home):
    """Commands in one home, which has six posts and an analyst."""

    def run(*words, code=0):
        around = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": ""}
        done = commands.run([*words, "--home", str(home)], around)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    posts = [{"id": str(n), "text": f"the app crashed at the door, number {n}"} for n in range(6)]
    (home / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in posts))
    run("import", str(home / "posts.jsonl"), "--source", "reviews")
    slug = run("programme", "list").partition(":")[0]
    run("user", "add", "ana", "--programme", slug, "--role", "analyst")
    return run


@pytest.fixture(scope="module")
def ids(run, home):
    """The numbers of the posts, as the database has them."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "earnest.db")) as db:
        return [str(id) for (id,) in db.execute("SELECT id FROM store_post ORDER BY id")]


def test_from_opening_to_undoing(run, ids):
    assert "There is no such case" not in run("cases", "list")
    opened = run("cases", "open", "Crash at the door", "--post", ids[0], "--post", ids[1], "--as", "ana")
    assert opened == "Opened case 1.\n"
    other = json.loads(run("cases", "open", "The same crash", "--post", ids[1], "--post", ids[2], "--json"))
    assert other == {"number": 2}
    merged = json.loads(run("cases", "merge", "1", "2", "--json"))
    told = json.loads(run("cases", "show", "2", "--json"))
    assert (told["case"]["number"], told["case"]["posts"], told["case"]["members"]) == (1, 3, [2])
    assert told["figures"]["posts"] == 3
    assert "wrote" not in run("cases", "note", "1", "looks like the update, @ana", "--as", "ana").lower()[6:]
    shown = run("cases", "show", "1")
    assert "Part of it: 2" in shown
    assert "    looks like the update, @ana" in shown
    assert run("cases", "undo", str(merged["change"])).startswith("Undid change")
    split = json.loads(run("cases", "split", "1", "Only on Android", "--post", ids[0], "--json"))
    assert split["number"] == 3
    listed = json.loads(run("cases", "list", "--order", "opened", "--json"))
    assert [(case["number"], case["posts"]) for case in listed["cases"]] == [(3, 1), (2, 2), (1, 1)]
    page = json.loads(run("cases", "list", "--order", "opened", "--limit", "2", "--json"))
    rest = run("cases", "list", "--order", "opened", "--after", page["next"])
    assert [line.split()[0] for line in rest.splitlines()] == ["1"]
    assert "opened a case" in run("audit", "show")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "99"), 1, "There is no case 99."),
        (("show", "0"), 2, "0 is not in the range"),
        (("show", "one"), 2, "is not a valid integer"),
        (("open", "   "), 1, "A case needs a title."),
        (("open", "posts of user 4711"), 1, "earnest: "),
        (("open", "x", "--post", "12345"), 1, "None of these posts and themes is there any more."),
        (("open", "x", "--severity", "extreme"), 1, "There is no severity 'extreme'."),
        (("open", "x", "--as", "nobody"), 1, "'nobody' does not work on cases of this programme."),
        (("merge", "98", "99"), 1, "There is no case 99."),
        (("split", "99", "x", "--post", "1"), 1, "There is no case 99."),
        (("undo", "123456"), 1, "There is no such change."),
        (("note", "99", "hello"), 1, "There is no case 99."),
        (("note", "1"), 2, "Give the note's text, or --file."),
        (("list", "--programme", "nobody"), 1, "There is no programme 'nobody'."),
        (("list", "--status", "gone"), 1, "There is no status 'gone'."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_is_answered_with_a_sentence(run, words, code, says):
    assert says in run("cases", *words, code=code)
