"""`earnest second`, and what the doctor says of the endpoint, as somebody at a terminal sees it."""

import json
import os

import pytest
from tests import commands
from tests.flow.endpoint.server import MODEL, Server, labels

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server():
    one = Server()
    one.reply = lambda asked: asked.say(labels(("pay.tips" if "tip" in asked.post else "app.crash", 0.95)))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def run(server, tmp_path_factory):
    """Commands in one home, which has twenty posts."""
    home = tmp_path_factory.mktemp("home")

    def run(*words, **more):
        own = {"EARNEST_ENDPOINT_URL": server.url, "EARNEST_ENDPOINT_MODEL": MODEL} | more
        around = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": "", **own}
        return commands.run([*words, "--home", str(home)], around)

    posts = [{"id": str(n), "text": f"{'well tip' if n % 2 else 'hmm app'} {n}"} for n in range(20)]
    (home / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in posts))
    done = run("import", str(home / "posts.jsonl"), "--source", "reviews")
    assert done.returncode == 0, done.stderr
    return run


def test_from_off_to_a_look_and_back(run, server):
    slug = run("programme", "list").stdout.partition(":")[0]
    assert "nobody takes a second look" in run("second", "--programme", slug).stdout
    done = run("second", "--programme", slug, "--by", "endpoint", "--share", "20", "--last", "20")
    assert f"{slug} (endpoint): asked about 4, 4 opinions" in done.stdout
    assert (done.returncode, len(server.asked)) == (0, 4)
    assert "asked about 0" in run("second").stdout
    looks = [line for line in run("doctor").stdout.splitlines() if "second looks" in line]
    assert looks == [f"✓ second looks {slug}: 20 % by endpoint; 4 given, 0 wait"]
    assert "changed who takes a second look at posts" in run("audit", "show").stdout
    assert "nobody takes" in run("second", "--programme", slug, "--by", "off").stdout


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"EARNEST_ENDPOINT_URL": ""}, "No endpoint is set."),
        ({"EARNEST_ENDPOINT_MODEL": ""}, "The endpoint's model is not named."),
        ({"EARNEST_ENDPOINT_URL": "http://8.8.8.8/v1"}, "is not on this machine or its private network"),
        ({"EARNEST_ENDPOINT_KEY": "/nowhere/key"}, "EARNEST_ENDPOINT_KEY names cannot be read"),
    ],
    ids=["none", "no model", "on the internet", "no key"],
)
def test_an_endpoint_that_cannot_be_used_is_said_in_a_sentence(run, settings, sentence):
    slug = run("programme", "list").stdout.partition(":")[0]
    done = run("second", "--programme", slug, "--by", "endpoint", **settings)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, f"✓ endpoint: {MODEL} at http://127.0.0.1:"),
        ({"EARNEST_ENDPOINT_URL": ""}, "– endpoint: none is set"),
        ({"EARNEST_ENDPOINT_MODEL": "other"}, "✗ endpoint: it does not offer other"),
    ],
    ids=["there", "none", "another model"],
)
def test_the_doctor_looks_at_the_endpoint(run, settings, line):
    assert line in run("doctor", **settings).stdout


def test_a_model_is_taught_by_the_endpoint(tmp_path, server, run):
    """Ten examples and a hundred texts without labels, which the endpoint labels."""
    (tmp_path / "taxonomy.yaml").write_text(
        "id: bike\nname: Bike\nlabels:\n- {id: pay.tips, name: Tips}\n- {id: app.crash, name: Crashes}\n"
    )
    said = {"pay.tips": "a tip of {n} euros", "app.crash": "app {n} crashed"}
    examples = [{"text": said[label].format(n=n), "labels": [label]} for label in said for n in range(5)]
    texts = [{"text": f"{'gratuity' if n % 2 else 'freeze'} {n}{' tip' * (n % 2)}"} for n in range(100)]
    for name, rows in (("examples", examples), ("texts", texts)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = [f"--taxonomy={tmp_path / 'taxonomy.yaml'}", f"--examples={tmp_path / 'examples.jsonl'}"]
    words += [f"--unlabelled={tmp_path / 'texts.jsonl'}", f"--out={tmp_path / 'model'}"]
    before = len(server.asked)
    done = run("train", *words, "--teacher", "endpoint")
    assert "Taught on 100 unlabelled texts" in done.stdout, done.stderr
    assert len(server.asked) - before == 100
    away = run("train", *words, "--teacher", "endpoint", EARNEST_ENDPOINT_URL="http://127.0.0.1:9999/v1")
    assert (away.returncode, "does not answer" in away.stderr) == (1, True)
