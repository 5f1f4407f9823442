"""What a place says about asking again is read in every form, and held to before the next request."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.egress.budget import LONGEST, LONGEST_WINDOW, NO_RESET, Budget, Told, after, told
from earnest.record.errors import SourceBusy
from tests.egress.build import AGENT, Server

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=90)
EPOCH = int(SOON.timestamp())

WAITS = {
    "Retry-After in seconds": (429, {"Retry-After": "120"}, 120),
    "Retry-After as a date": (503, {"Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT"}, 90),
    "Retry-After that is garbage, on 429": (429, {"Retry-After": "soon"}, NO_RESET),
    "Retry-After that is garbage, on 503": (503, {"Retry-After": "-1 week"}, 0),
    "a refusal that says nothing": (429, {}, NO_RESET),
    "a refusal with a reset": (429, {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "40"}, 40),
    "Retry-After beside an answer": (200, {"Retry-After": "120"}, 0),
    "nothing left, reset as an epoch": (
        200,
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(EPOCH)},
        90,
    ),
    "nothing left, reset in milliseconds": (
        200,
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{EPOCH}000"},
        90,
    ),
    "nothing left, reset in seconds from now": (
        200,
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "77"},
        77,
    ),
    "nothing left, as Mastodon says it": (
        200,
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-22T12:01:30.000000Z"},
        90,
    ),
    "nothing left, as Reddit says it": (
        200,
        {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "600", "x-ratelimit-reset": "311"},
        311,
    ),
    "less than a whole request left": (
        200,
        {"x-ratelimit-remaining": "0.4", "x-ratelimit-reset": "10"},
        10,
    ),
    "nothing left, as X says it": (
        200,
        {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(EPOCH)},
        90,
    ),
    "nothing left today, as X says it": (
        200,
        {
            "x-rate-limit-remaining": "12",
            "x-rate-limit-reset": str(EPOCH),
            "x-app-limit-24hour-remaining": "0",
            "x-app-limit-24hour-reset": str(EPOCH + 3_600),
        },
        3_690,
    ),
    "nothing left, as Discord says it": (
        200,
        {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{EPOCH}.5",
            "X-RateLimit-Reset-After": "1.25",
        },
        1.25,
    ),
    "nothing left, the IETF's three headers": (
        200,
        {"RateLimit-Limit": "10, 10;w=60", "RateLimit-Remaining": "0", "RateLimit-Reset": "50"},
        50,
    ),
    "nothing left, the IETF's one header": (200, {"RateLimit": "limit=100, remaining=0, reset=5"}, 5),
    "nothing left, the IETF's list": (200, {"RateLimit": '"burst";r=0;t=7, "day";r=900;t=80000'}, 7),
    "nothing left and no reset": (200, {"X-RateLimit-Remaining": "0"}, NO_RESET),
    "enough left": (200, {"X-RateLimit-Remaining": "599.0", "X-RateLimit-Reset": "311"}, 0),
    "a reset years away": (
        200,
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "32503680000"},
        LONGEST_WINDOW,
    ),
    "a wait of a year": (429, {"Retry-After": "31536000"}, LONGEST),
    "a remaining that is garbage": (200, {"X-RateLimit-Remaining": "NaN", "X-RateLimit-Reset": "60"}, 0),
    "a negative remaining": (200, {"X-RateLimit-Remaining": "-3", "X-RateLimit-Reset": "60"}, 60),
}


@pytest.mark.parametrize("name", WAITS)
def test_an_answer_says_how_long_to_wait(name):
    status, headers, wait = WAITS[name]
    assert told(headers, status, NOW).wait == pytest.approx(wait, abs=0.6)


def test_a_clock_that_is_a_day_wrong_waits_no_longer_than_it_was_told():
    headers = {
        "Date": "Sun, 22 Nov 2026 12:00:00 GMT",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(EPOCH),
    }
    for wrong in (-1, 1):
        assert told(headers, 200, NOW + timedelta(days=wrong)).wait == 90


def test_the_tightest_limit_is_what_is_left():
    said = told({"RateLimit": '"burst";r=4;t=7, "day";r=900;t=80000'}, 200, NOW)
    assert said == Told(0.0, 4, 7)


VALUES = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda at: at.isoformat()),
    st.from_regex(r"[a-z\"]*;?[rt]=[0-9.]*(;t=[0-9e.]*)?", fullmatch=True),
)
NAMES = st.sampled_from(
    [
        "Retry-After",
        "Date",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-RateLimit-Reset-After",
        "x-rate-limit-reset",
        "RateLimit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
    ]
)


@settings(deadline=None)
@given(headers=st.dictionaries(NAMES, VALUES), status=st.integers(100, 999))
def test_whatever_the_headers_are_the_wait_is_bounded_and_nothing_is_raised(headers, status):
    said = told(headers, status, NOW)
    assert 0.0 <= said.wait <= LONGEST
    assert said.remaining is None or said.remaining >= 0
    assert said.reset is None or 0.0 <= said.reset <= LONGEST_WINDOW


@settings(deadline=None)
@given(seconds=st.integers(0, 500_000))
def test_every_way_to_write_a_moment_means_the_same(seconds):
    at = NOW + timedelta(seconds=seconds)
    ways = [
        str(seconds),
        str(int(at.timestamp())),
        str(int(at.timestamp()) * 1000),
        at.isoformat(),
        at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    ]
    assert {after(way, NOW) for way in ways} == {float(seconds)}


class Hand:
    """A clock that a test turns."""

    def __init__(self):
        self.at = 1_000.0

    def __call__(self):
        return self.at


def test_a_budget_refuses_until_its_time_has_come_and_tells_how_long():
    clock = Hand()
    budget = Budget(clock, lambda: NOW)
    budget.check("a.example")
    budget.learn("a.example", 429, {"Retry-After": "30"})
    with pytest.raises(SourceBusy) as refused:
        budget.check("a.example")
    assert refused.value.after == 30
    budget.check("b.example")
    clock.at += 30.1
    budget.check("a.example")


def test_a_shorter_wait_never_shortens_a_longer_one():
    clock = Hand()
    budget = Budget(clock, lambda: NOW)
    budget.wait(100)
    budget.learn("a.example", 503, {"Retry-After": "5"})
    assert budget.left("a.example").wait == 100
    assert budget.left().wait == 100


def test_what_is_left_is_told_until_the_window_ends():
    clock = Hand()
    budget = Budget(clock, lambda: NOW)
    assert budget.left().remaining is None
    budget.learn("a.example", 200, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "60"})
    assert budget.left().remaining == 7
    clock.at += 61
    assert budget.left().remaining is None


@settings(deadline=None)
@given(waits=st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6))
def test_no_wait_that_a_source_asks_for_breaks_a_budget(waits):
    budget = Budget(Hand(), lambda: NOW)
    for wait in waits:
        budget.wait(wait)
    assert 0.0 <= budget.left().wait <= LONGEST


def test_many_threads_share_a_budget():
    budget = Budget()

    def learn():
        for _ in range(200):
            budget.learn("a.example", 200, {"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "60"})
            budget.check("a.example")
            budget.left()

    threads = [threading.Thread(target=learn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.left().remaining == 9


@pytest.fixture
def server():
    running = Server()
    yield running
    running.stop()


def test_a_request_that_would_be_refused_is_not_sent(server):
    plain = Egress(AGENT, allow_private=True)
    egress = plain.with_budget(Budget())
    server.says("200 OK", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 60\r\n", b"{}")
    assert egress.get(server.url).status == 200
    for ask in (egress.get, lambda url: egress.ask("GET", url)):
        with pytest.raises(SourceBusy) as refused:
            ask(server.url)
        assert 58 < refused.value.after <= 60
    assert len(server.asked) == 1
    assert plain.get(server.url).status == 200


def test_a_refusal_of_the_place_is_held_to(server):
    egress = Egress(AGENT, allow_private=True, budget=Budget())
    server.says("429 Too Many Requests", "Retry-After: 40\r\n")
    for _ in range(3):
        with pytest.raises(SourceBusy):
            egress.get(server.url)
    assert len(server.asked) == 1
