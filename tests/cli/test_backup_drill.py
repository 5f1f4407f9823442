"""The drill: fill, back up, let people go, lose the database, put it back. What is gone is nowhere.

On SQLite, and on PostgreSQL where DATABASE_URL names a server. Everything said here is synthetic.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests import commands
from tests.backups import Kept, everything
from tests.faults.homes import SERVER, client_tools, gone, said

pytestmark = pytest.mark.skipif(bool(SERVER) and client_tools() is None, reason="pg_dump is not installed")

STAYS = "ospreyword the app crashed at the door"
DELETED = "kestrelword the app crashed at the door"
LEFT = "merlinword nobody answered the phone"
ENDED = "harrierword the parcel was wet"
POSTS = [said("a", DELETED), said("b", STAYS), said("c", LEFT, author="the leaver")]

CLOSED = """
import sys
from pathlib import Path
from earnest.cli import setup
setup.django()
from earnest.store import write, clock, models
from datetime import timedelta
if sys.argv[1] == "open":
    place = write.add_place("default", "room", type="matrix", kind="closed", interval=0)
    now = clock.now()
    until = now + timedelta(days=30)
    write.open_consent(place, opened=now - timedelta(days=2), expires=until, grace_days=0)
    write.add_place("default", "forum", type="feed", kind="open", interval=0)
else:
    place = models.Place.objects.get(slug="room")
    write.end_consent(place.pk, clock.now())
    write.pause_place("default", "forum", "delegate")
"""


@pytest.fixture
def home(tmp_path):
    made = Kept(tmp_path / "home")
    made.run("import", made.write(POSTS), "--source", "reviews")
    made.run("user", "add", "ana", "--role", "admin")
    yield made
    made.drop()


def let_go(home: Kept) -> None:
    """After the backup: one post is deleted at its source, one account opts out."""
    home.run("import", home.write([gone("a")]), "--source", "reviews")
    words = ["erase", "--handle", "-", "--source", "reviews", "--also-out"]
    done = commands.run(words, home.environment, said="the leaver\n")
    assert "not heard there any more" in done.stdout, done.stderr
    assert home.texts() == [STAYS]
    for left in home.folder.glob("*.jsonl"):
        left.unlink()


def words_in(home: Kept, word: str) -> list[str]:
    """Where in this installation a word still is: files of the home, files of the database."""
    found = ["home"] if word.encode() in everything(home.folder) else []
    if home.address:
        tools = client_tools()
        assert tools is not None
        dump = subprocess.run([str(tools / "pg_dump"), home.address], capture_output=True, check=True)
        found += ["tables"] if word.encode() in dump.stdout else []
        (where,) = home.rows(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('store_post')"
        )[0:1]
        folder = Path(where[0]).parent
        with suppress(PermissionError):  # the server is somebody else's
            found += ["pages"] if word.encode() in everything(folder) else []
    return found


def test_what_was_deleted_and_who_left_is_nowhere_after_the_database_was_lost(home):
    home.save()
    let_go(home)
    home.lose_database()
    told = home.restore()
    assert "2 posts that were deleted since" in told
    assert re.search(r"[1-9] names of accounts that opted out since", told)
    assert home.texts() == [STAYS]
    assert [words_in(home, word) for word in ("kestrelword", "merlinword")] == [[], []]
    assert words_in(home, "ospreyword")
    home.run("import", home.write(POSTS, "again.jsonl"), "--source", "reviews")
    assert home.texts() == [STAYS], "and what was said is not heard again"
    actions = [action for (action,) in home.rows("SELECT action FROM store_auditlink ORDER BY seq")]
    assert "restored" in actions
    assert home.run("audit", "verify").startswith("The chain is whole")


@pytest.mark.slow
def test_communities_that_went_and_pauses_of_delegates_hold(home):
    done = home.python(CLOSED, "open")
    assert done.returncode == 0, done.stderr
    home.save()
    assert home.python(CLOSED, "end").returncode == 0
    home.lose_database()
    told = home.restore()
    assert "2 places that were closed or paused since" in told
    rows = home.rows(
        "SELECT slug, state, paused_by FROM store_place WHERE slug IN ('room', 'forum') ORDER BY slug"
    )
    assert rows == [("forum", "paused", "delegate"), ("room", "closed", "")]
    assert home.rows("SELECT count(*) FROM store_consent WHERE ended IS NULL")[0][0] == 0


@pytest.mark.slow
def test_the_whole_machine_is_lost_and_the_newest_lists_were_saved_apart(home, tmp_path):
    home.save()
    let_go(home)
    shutil.copytree(home.folder / "gone", tmp_path / "apart")
    home.lose_database()
    shutil.rmtree(home.folder)
    home.folder.mkdir()
    told = home.restore("--keys", str(home.keys), "--gone", str(tmp_path / "apart"))
    assert "Voices are counted anew from now on" in told
    assert home.texts() == [STAYS]
    home.run("import", home.write(POSTS), "--source", "reviews")
    assert home.texts() == [STAYS], "keys of posts and of leaving are the same ones"


@pytest.mark.slow
def test_a_list_that_is_older_takes_nothing_back(home, tmp_path):
    home.save()
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "out.list").write_text("")
    let_go(home)
    home.lose_database()
    home.restore("--gone", str(tmp_path / "older"))
    assert home.texts() == [STAYS]
    assert (home.folder / "gone" / "out.list").read_text()


@pytest.mark.slow
def test_a_home_in_use_is_replaced_only_when_that_is_said_and_kept_aside(home):
    home.save()
    home.run("import", home.write([said("z", "said since")]), "--source", "reviews")
    told = home.restore(code=1)
    assert "There is a database already" in told
    assert "said since" in home.texts()
    told = home.restore("--replace")
    assert "said since" not in home.texts()
    assert "What was there is kept as replaced-" in told


@pytest.mark.slow
def test_sessions_links_and_messages_of_that_day_open_and_send_nothing(home):
    home.run("user", "link", "ana")
    home.save()
    home.lose_database()
    told = home.restore()
    assert "1 sessions, links and invitations" in told
    assert home.rows("SELECT count(*) FROM store_signin WHERE used IS NULL")[0][0] == 0


@pytest.mark.slow
def test_links_that_are_lost_are_said_and_an_anchor_from_outside_shows_it(home):
    home.save()
    home.run("user", "add", "bea", "--role", "admin")
    home.run("user", "add", "cai", "--role", "admin")
    anchor = home.run("audit", "head").strip()
    home.lose_database()
    home.restore()
    assert home.run("audit", "verify").startswith("The chain is whole")
    assert "The chain is broken" in home.run("audit", "verify", "--anchor", anchor, code=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        ("running", "Earnest runs in"),
        ("keys lost", "The keys of this installation are not here"),
        ("other keys", "was not written by the installation whose keys are here"),
        ("cut off", "damaged or was cut off"),
        ("newer", "was made by a newer version"),
    ],
    ids=["while it runs", "without keys", "of another installation", "a half file", "of a newer version"],
)
def test_what_cannot_be_put_back_leaves_everything_as_it_was(home, tmp_path, prepare, says):
    more = ["--replace"]
    if prepare == "newer":
        later = "VALUES ('store', '9999_later', CURRENT_TIMESTAMP)"
        execute(home, f"INSERT INTO django_migrations (app, name, applied) {later}")
    home.save()
    if prepare == "newer":
        execute(home, "DELETE FROM django_migrations WHERE name = '9999_later'")
    before = home.texts()
    holding = None
    if prepare == "running":
        holding = hold(home)
    elif prepare == "keys lost":
        (home.folder / "keys" / "voices.key").rename(tmp_path / "voices.key")
    elif prepare == "other keys":
        other = Kept(tmp_path / "other")
        other.run("import", other.write(POSTS), "--source", "reviews")
        shutil.copy(other.folder / "keys" / "voices.key", home.folder / "keys" / "voices.key")
        other.drop()
    elif prepare == "cut off":
        home.newest.write_bytes(home.newest.read_bytes()[:-30])
    told = home.restore(*more, code=1)
    if holding is not None:
        holding.kill()
        holding.communicate()
    assert says in told
    assert home.texts() == before
    assert not (home.folder / ".restore").exists()


def execute(home: Kept, sql: str) -> None:
    if home.address:
        import psycopg

        with psycopg.connect(home.address, autocommit=True) as server:
            server.execute(sql)
        return
    with closing(sqlite3.connect(home.folder / "earnest.db")) as db, db:
        db.execute(sql)


def hold(home: Kept) -> "subprocess.Popen[str]":
    """A process that works in the home."""
    script = "from earnest.cli import setup; setup.django(); print('there', flush=True); input()"
    running = subprocess.Popen(
        [sys.executable, "-c", script],
        env=home.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline() == "there\n"
    return running


@pytest.mark.slow
def test_killed_at_any_moment_it_is_the_old_home_or_the_new_one(home):
    home.save()
    let_go(home)
    since = home.write([said("z", "said since")])
    words = ["restore", str(home.newest), "--key", str(home.key), "--replace"]
    began = time.monotonic()
    home.start(*words).communicate()
    whole, states = time.monotonic() - began, set()
    for n in range(6):
        home.run("import", since, "--source", "reviews")
        running = home.start(*words)
        with suppress(subprocess.TimeoutExpired):
            running.wait(whole * (0.2 + n * 0.17))
        running.kill()
        running.communicate()
        home.asides += [path.name for path in home.folder.glob("replaced-*")]
        home.run("listen", "--once")
        texts = home.texts()
        assert texts in ([STAYS], [STAYS, "said since"])
        states.add(len(texts))
    assert 2 in states, "some were killed before the swap"
    home.restore("--replace")
    assert home.texts() == [STAYS]
