"""Many places with one key hold to one budget, and each comes to its turn."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.egress.budget import LONGEST, MOST_HOSTS
from earnest.egress.share import PATIENCE, SOON, Share, Shared
from earnest.record.errors import SourceBusy
from tests.egress.build import AGENT, Server

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
HOST = "a.example"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


class Platform:
    """A server that answers so many requests a minute, and refuses the rest with 429."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self.clock, self.limit = clock, limit
        self.window, self.used, self.refused = -1, 0, 0

    def asked(self) -> tuple[int, dict[str, str]]:
        window = int(self.clock.at // 60)
        if window != self.window:
            self.window, self.used = window, 0
        left = 60 - self.clock.at % 60
        if self.used >= self.limit:
            self.refused += 1
            return 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{left:.3f}"}
        self.used += 1
        return 200, {
            "X-RateLimit-Remaining": str(self.limit - self.used),
            "X-RateLimit-Reset": f"{left:.3f}",
        }


def turn(share: Share, platform: Platform) -> float:
    """One request; 0.0 where it was answered, else the seconds to wait."""
    try:
        share.check(HOST)
    except SourceBusy as error:
        return error.after or 0.0
    status, headers = platform.asked()
    share.learn(HOST, status, headers)
    return 0.0 if status == 200 else share.left(HOST).wait


@pytest.mark.parametrize(("places", "limit"), [(20, 1), (20, 5), (20, 7), (3, 2), (20, 40)])
def test_each_of_many_places_comes_to_its_turn_and_the_server_refuses_nobody(places: int, limit: int) -> None:
    """Each place asks as often as it may, for an hour. The server itself refuses nobody."""
    clock = Clock()
    shared, platform = Shared(clock, lambda: NOW), Platform(clock, limit)
    shares = [shared.of(n) for n in range(places)]
    due, served = dict.fromkeys(range(places), clock.at), Counter[int]()
    end = clock.at + 3_600
    while clock.at < end:
        at = min(due.values())
        clock.at = max(clock.at, at)
        for one in [one for one, then in due.items() if then <= clock.at]:
            wait = turn(shares[one], platform)
            served[one] += wait == 0.0
            due[one] = clock.at + (wait or 1.0)
    assert platform.refused == 0
    assert sum(served.values()) >= limit * 55
    fewest, most = min(served[n] for n in range(places)), max(served.values())
    assert fewest > 0
    assert most - fewest <= 3, served


def test_one_that_is_turned_away_comes_before_one_that_was_not() -> None:
    clock = Clock()
    shared = Shared(clock, lambda: NOW)
    first, second, third = (shared.of(n) for n in range(3))
    first.check(HOST)
    first.learn(HOST, 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"})
    for share in (second, third):
        with pytest.raises(SourceBusy):
            share.check(HOST)
    clock.at += 31
    second.check(HOST)  # goes ahead
    with pytest.raises(SourceBusy) as refused:
        first.check(HOST)
    assert refused.value.after == SOON
    second.learn(HOST, 200, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "30"})
    with pytest.raises(SourceBusy):
        first.check(HOST)  # what is left is the third's
    third.check(HOST)


def test_who_does_not_come_back_does_not_hold_up_the_others() -> None:
    clock = Clock()
    shared = Shared(clock, lambda: NOW)
    first, closed = shared.of(1), shared.of(2)
    first.check(HOST)
    first.learn(HOST, 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"})
    with pytest.raises(SourceBusy):
        closed.check(HOST)
    clock.at += 30 + PATIENCE + 1
    first.check(HOST)
    first.learn(HOST, 200, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "30"})
    first.check(HOST)


def test_whoever_goes_ahead_and_never_hears_does_not_stop_the_others() -> None:
    clock = Clock()
    shared = Shared(clock, lambda: NOW)
    first, second = shared.of(1), shared.of(2)
    first.check(HOST)
    first.learn(HOST, 429, {"Retry-After": "30"})
    with pytest.raises(SourceBusy):
        second.check(HOST)
    clock.at += 31
    second.check(HOST)  # and its connection breaks
    with pytest.raises(SourceBusy):
        first.check(HOST)
    clock.at += 31
    first.check(HOST)


def test_a_place_alone_is_held_to_what_the_server_says_and_to_nothing_else() -> None:
    clock = Clock()
    share = Shared(clock, lambda: NOW).of(1)
    share.learn(HOST, 200, {"X-RateLimit-Remaining": "2", "X-RateLimit-Reset": "60"})
    for _ in range(50):
        share.check(HOST)
    share.learn(HOST, 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"})
    with pytest.raises(SourceBusy):
        share.check(HOST)


def test_each_sees_how_it_stands_with_its_own_hosts() -> None:
    shared = Shared(Clock(), lambda: NOW)
    one, other = shared.of(1), shared.of(2)
    one.learn(HOST, 429, {"Retry-After": "30"})
    other.learn("b.example", 200, {"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "60"})
    assert one.left().wait == 30
    assert (other.left().wait, other.left().remaining) == (0.0, 9)


def test_bursts_that_are_over_at_once_are_not_counted_down() -> None:
    shared = Shared(Clock(), lambda: NOW)
    one, _ = shared.of(1), shared.of(2)
    one.learn(HOST, 200, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "1.2"})
    for _ in range(5):
        one.check(HOST)


HEADERS = st.dictionaries(
    st.sampled_from(["X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Date"]),
    st.one_of(st.integers(-5, 90).map(str), st.text(max_size=10)),
    max_size=3,
)
STEPS = st.lists(st.tuples(st.integers(0, 3), HEADERS, st.sampled_from([200, 429, 503]), st.floats(0, 90)))


@given(steps=STEPS)
@settings(deadline=None, max_examples=60)
def test_whatever_is_answered_somebody_may_ask_again_in_the_end(steps: object) -> None:
    clock = Clock()
    shared = Shared(clock, lambda: NOW)
    shares = [shared.of(n) for n in range(4)]
    for who, headers, status, passed in steps:
        clock.at += passed
        with suppress(SourceBusy):
            shares[who].check(HOST)
        assert 0.0 <= shares[who].left(HOST).wait <= LONGEST
        shares[who].learn(HOST, status, headers)
    clock.at += 9 * 86_400
    shares[0].check(HOST)


def test_twenty_places_at_once_send_one_request_where_nothing_is_left() -> None:
    """A real server that says after its first answer that nothing is left."""
    server = Server()
    try:
        server.says("200 OK", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 60\r\n", b"{}")
        shared = Shared()
        plain = Egress(AGENT, allow_private=True)
        ways = [plain.with_budget(shared.of(n)) for n in range(20)]
        assert ways[0].get(server.url).status == 200
        waits: list[float | None] = []

        def ask(way: Egress) -> None:
            try:
                way.get(server.url)
            except SourceBusy as error:
                waits.append(error.after)

        threads = [threading.Thread(target=ask, args=(way,)) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.asked) == 1
        assert len(waits) == 20
        assert all(wait is not None and 0 < wait <= 60 for wait in waits)
    finally:
        server.stop()


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"}], ids=str)
def test_a_server_that_leads_to_ever_new_hosts_does_not_fill_memory(headers: dict[str, str]) -> None:
    clock = Clock()
    shared = Shared(clock, lambda: NOW)
    share, _ = shared.of("a"), shared.of("b")
    for number in range(3 * MOST_HOSTS):
        clock.at += 90
        share.check(f"host{number}.example")
        share.learn(f"host{number}.example", 200, headers)
    known = (shared._hosts, share._asked, shared.budget._until, shared.budget._remaining)
    assert max(map(len, known)) <= MOST_HOSTS + 1


def test_what_still_counts_is_not_forgotten_for_other_hosts() -> None:
    clock = Clock()
    shared = Shared(clock, lambda: NOW)
    share, other = shared.of("a"), shared.of("b")
    share.learn(HOST, 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "80000"})
    for number in range(3 * MOST_HOSTS):
        share.learn(f"host{number}.example", 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"})
        clock.at += 2
    with pytest.raises(SourceBusy):
        other.check(HOST)
