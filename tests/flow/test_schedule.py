"""Turns: a place that fails never stops the others, and says what is wrong."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from earnest.egress import Egress
from earnest.flow import schedule
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.store import read, write
from tests import programmes

pytestmark = pytest.mark.django_db

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Forum</title>
<item><guid>a</guid><title>Tips</title><description>my tips are missing since monday</description></item>
<item><guid>b</guid><title>App</title><description>the app crashed at the door</description></item>
</channel></rss>"""


class Answers(BaseHTTPRequestHandler):
    """A feed, a busy server, a feed that is gone, one that is forbidden."""

    def do_GET(self):
        status = {"/feed": 200, "/busy": 429, "/gone": 410, "/forbidden": 403, "/down": 503}[self.path]
        body = FEED.encode() if status == 200 else b""
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1800")
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture
def turns(home, server):
    """Adds feed places by path and gives everyone a turn; the turns by place."""
    keys = Keys.make(home / "keys" / "voices.key")
    egress = Egress("EarnestTests/1", timeout=5, allow_private=True)
    programmes.live("guests", "Guests", "customers")

    def give(*paths):
        for path in paths:
            write.add_place(
                "guests", path.strip("/"), type="feed", kind="open", settings={"url": server + path}
            )
        done = schedule.listen_once(keys, models(home), egress)
        return {turn.place.slug: turn for turn in done}

    return give


def place(slug):
    return read.place("guests", slug)


def again(slug):
    """Make a place due now, as time would."""
    write.resume_place("guests", slug)


def test_a_feed_is_heard_and_due_again_later(turns):
    heard = turns("/feed")["feed"].heard
    assert (heard.read, heard.admitted) == (2, 2)
    row = place("feed")
    assert (row.state, row.problem) == ("hearing", None)
    assert timedelta(seconds=200) < row.next_read - datetime.now(UTC) <= timedelta(seconds=300)
    assert turns() == {}


def test_reading_again_brings_nothing_twice(turns):
    turns("/feed")
    again("feed")
    assert turns()["feed"].heard.admitted == 0
    assert len(read.posts("guests", read.Filters()).rows) == 2


def test_one_that_fails_does_not_stop_the_others(turns):
    done = turns("/gone", "/forbidden", "/busy", "/feed")
    assert done["feed"].heard.admitted == 2
    assert all(done[slug].problem for slug in ("gone", "forbidden", "busy"))


@pytest.mark.parametrize("path", ["/gone", "/forbidden"])
def test_what_a_person_must_look_at_is_failed_and_says_why(turns, path):
    turns(path)
    row = place(path.strip("/"))
    assert row.state == "failed"
    assert row.problem
    assert row.next_read is None


def test_a_busy_server_is_left_alone_for_as_long_as_it_asked(turns):
    turns("/busy")
    row = place("busy")
    assert row.state == "hearing"
    assert timedelta(seconds=1_700) < row.next_read - datetime.now(UTC) <= timedelta(seconds=1_800)


def test_three_failures_in_a_row_make_a_place_failed_and_waits_grow(turns):
    turns("/down")
    waits = [place("down").next_read - datetime.now(UTC)]
    for _ in range(2):
        write.failed_read(
            read.listening_place("guests", "down").id, "down", next_read=datetime.now(UTC), failed=False
        )
        turns()
        waits.append(place("down").next_read - datetime.now(UTC))
    assert waits == sorted(waits)
    assert place("down").state == "failed"


def test_an_hour_that_was_not_heard_is_unknown_not_empty(turns):
    turns("/down")
    today = datetime.now(UTC).date()
    (hours,) = read.hearing("guests", today, today + timedelta(days=1))
    assert (hours.observed, hours.empty) == (0, 0)


def test_a_paused_place_has_no_turn(turns):
    turns("/feed")
    again("feed")
    write.pause_place("guests", "feed")
    assert turns() == {}


def test_a_closed_place_without_consent_is_not_read(turns, home):
    write.add_place("guests", "room", type="sample", kind="closed", settings={})
    turn = turns()["room"]
    assert "consent" in turn.problem
    assert place("room").last_read is None


def test_the_private_address_of_a_stranger_is_refused(home, server):
    keys = Keys.make(home / "keys" / "voices.key")
    programmes.live("guests", "Guests", "customers")
    write.add_place("guests", "feed", type="feed", kind="open", settings={"url": f"{server}/feed"})
    (turn,) = schedule.listen_once(keys, models(home), Egress("EarnestTests/1"))
    assert turn.problem
    assert place("feed").state == "failed"
