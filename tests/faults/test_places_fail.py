"""What places and lines do to whoever reads them: each is a sentence, nothing is lost, and it is read again.

Real HTTP on loopback; every turn is a process of its own.
"""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.hearing import Hearing
from tests.soak.world import STATUSES, WRONG
from tests.sources.replay import FAULTS

slow = pytest.mark.slow
AT_ONCE = ("truncated",)
"""Faults of the fast lane."""


@pytest.mark.parametrize(
    "fault",
    [pytest.param(name, marks=() if name in AT_ONCE else slow) for name in (*FAULTS, *STATUSES, *WRONG)],
)
def test_an_answer_that_is_no_answer_is_a_sentence_and_is_asked_for_again(
    hearing: Hearing, fault: str
) -> None:
    """On the second page: the first is kept, and the reader goes on from there."""
    hearing.say(20)
    hearing.world.forum.new()
    hearing.turn()
    hearing.say(20)
    hearing.board.faults.append(_second_page(hearing, fault))
    problems = hearing.turn()
    assert problems["board"], "a fault is told"
    assert problems["wire"] is None, "neighbours go on"
    assert problems["forum"] is None
    assert hearing.after() == 27, "the page before is kept"
    hearing.whole()


def _second_page(hearing: Hearing, fault: str):
    """A fault that spares the first request."""
    from tests.soak.world import Fault

    class Later(Fault):
        @property
        def name(self) -> str:
            return fault if self.times == 0 else "none"

        @name.setter
        def name(self, name: str) -> None: ...

    return Later(fault, 2)


@slow
@pytest.mark.parametrize(
    ("fault", "least"),
    [("429 seconds", 20), ("429 date", 20), ("429 garbage", 20), ("429 long", 3_000), ("429", 20)],
)
def test_who_is_asked_to_slow_down_does(hearing: Hearing, fault: str, least: float) -> None:
    """Retry-After in seconds, as a date, as garbage, as an hour, not at all: never before it, nor at once.

    A minute each but one, and a slow machine has used up some of it before it looks.
    """
    hearing.say(5)
    hearing.fault(fault)
    assert "slow down" in str(hearing.turn()["board"])
    assert least < hearing.waits() < 8 * 86_400
    asked = len(hearing.world.server.asked)
    hearing.turn(waited=False)
    assert [one for one in hearing.world.server.asked[asked:] if one.path == "/board"] == []
    hearing.whole()


def test_a_limit_that_is_used_up_is_not_overrun(hearing: Hearing) -> None:
    """remaining = 0 with the first page: the second is not asked for before the reset."""
    hearing.say(20)
    hearing.fault("none left")
    assert hearing.turn()["board"], "it says that it waits"
    assert hearing.after() == 7, "the page that came with it is kept"
    assert [one.path for one in hearing.world.server.asked].count("/board") == 1
    time.sleep(1.1)
    hearing.whole()


@slow
def test_two_hundred_megabytes_are_not_held_in_memory(hearing: Hearing) -> None:
    hearing.say(5)
    before = hearing.machine.do("memory").gave
    for fault in ("bomb", "flood"):
        hearing.fault(fault)
        hearing.turn()
    after = hearing.machine.do("memory", turn=True).gave
    assert after - before < 120, "MiB more than a process that read nothing"
    hearing.whole()


@slow
@pytest.mark.parametrize("fault", ["silent", "drip"])
def test_a_slow_place_costs_its_own_time_and_no_more(hearing: Hearing, fault: str) -> None:
    hearing.say(9)
    hearing.world.forum.new()
    hearing.fault(fault)
    began = time.monotonic()
    problems = hearing.turn()
    assert time.monotonic() - began < 15
    assert "longer than" in str(problems["board"])
    assert problems["forum"] is None
    hearing.whole()


class TestRoundAndRound:
    def test_a_page_that_leads_to_itself_ends_with_a_sentence(self, hearing: Hearing) -> None:
        hearing.say(5)
        hearing.board.circle = 50
        assert "circle" in str(hearing.turn()["board"])
        assert [one.path for one in hearing.world.server.asked].count("/board") <= 3
        hearing.board.circle = 0
        hearing.whole()

    def test_two_pages_that_lead_to_each_other_do_too(self, hearing: Hearing) -> None:
        hearing.say(5)
        hearing.board.circle = 50
        hearing.board.round = 2
        assert "circle" in str(hearing.turn()["board"])
        assert [one.path for one in hearing.world.server.asked].count("/board") <= 4
        hearing.board.circle = 0
        hearing.whole()


@slow
class TestAPlaceThatIsNotThere:
    def test_a_server_that_is_down_is_tried_again_and_nothing_is_erased(self, hearing: Hearing) -> None:
        hearing.say(9)
        hearing.turn()
        hearing.board.gone = 503
        for _ in range(3):
            assert "cannot answer now" in str(hearing.turn()["board"])
        assert hearing.place()["next_read"] is not None
        assert len(hearing.texts()) == 9
        hearing.board.gone = None
        hearing.whole()

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_one_that_is_gone_waits_for_a_person_and_nothing_is_erased(
        self, hearing: Hearing, status: int
    ) -> None:
        hearing.say(9)
        hearing.turn()
        hearing.board.gone = status
        problem = str(hearing.turn()["board"])
        assert f"({status})" in problem
        assert len(problem.split(". ")) >= 2, "and what to do"
        assert hearing.place()["state"] == "failed"
        assert hearing.place()["next_read"] is None, "it is not asked again by itself"
        assert len(hearing.texts()) == 9
        hearing.board.gone = None
        hearing.whole()
        assert hearing.place()["state"] == "hearing"

    def test_a_token_that_is_revoked_between_two_pages(self, hearing: Hearing) -> None:
        hearing.say(20)
        hearing.board.gone_after = 2
        assert "(401)" in str(hearing.turn()["board"])
        assert hearing.after() == 14, "what came before is kept"
        hearing.board.gone_after, hearing.board.gone = None, None
        hearing.whole()

    def test_what_was_deleted_during_an_outage_goes_when_it_is_over(self, hearing: Hearing) -> None:
        posts = hearing.say(9)
        entry = hearing.world.forum.new()
        hearing.world.forum.new()
        hearing.turn()
        hearing.board.gone = hearing.world.forum.gone = 503
        posts[0].there = False
        hearing.board.tell(posts[0], "deleted")
        entry.there = False
        hearing.turn()
        assert len(hearing.texts()) == 9
        hearing.board.gone = hearing.world.forum.gone = None
        hearing.turn()
        assert len(hearing.texts()) == 8
        hearing.a_day_later()
        hearing.turn(tend=True)
        assert len(hearing.texts("forum")) == 1, "a feed tells of no deletion: it is looked at again"
        hearing.right()


@slow
class TestItemsOutOfOrder:
    @pytest.mark.parametrize("together", [True, False], ids=["one page", "two reads"])
    @pytest.mark.parametrize("kind", ["edit", "deletion", "same again"])
    def test_what_comes_before_the_post_or_twice_ends_as_it_should(
        self, hearing: Hearing, kind: str, together: bool
    ) -> None:
        post = hearing.board.new()
        first, said = post.text, post.version
        hearing.say(2)
        if kind == "edit":
            hearing.board.edited(post)
            hearing.board.tell(post, "edited")
        elif kind == "deletion":
            post.there = False
            hearing.board.tell(post, "deleted")
        else:
            hearing.board.tell(post, "said")
        if not together:
            hearing.turn()
        newest, post.version = post.version, said
        hearing.board.tell(post, "said", text=first)
        post.version = newest
        hearing.whole()
        assert (first in hearing.texts()) == (kind == "same again")

    def test_posts_of_one_second_on_the_edge_of_a_page_are_all_there(self, hearing: Hearing) -> None:
        hearing.say(30, ago=timedelta(hours=5))
        for _ in range(30):
            hearing.world.forum.new(ago=timedelta(hours=5))
        hearing.whole()
        assert len(hearing.texts()) == len(hearing.texts("forum")) == 30


class TestAPlaceThatForgets:
    def test_what_it_cannot_give_any_more_is_a_gap_and_the_rest_is_heard(self, hearing: Hearing) -> None:
        hearing.say(10)
        hearing.turn()
        hearing.say(20)
        hearing.board.floor = 25
        hearing.board.lost.append((10, 25))
        hearing.whole()
        assert len(hearing.texts()) == 15
        ((since, until),) = hearing.rows("SELECT since, until FROM store_gap WHERE why = 'expired'")
        assert since < until

    def test_what_it_forgot_after_it_was_heard_is_no_gap(self, hearing: Hearing) -> None:
        hearing.say(10)
        hearing.turn()
        hearing.board.floor = 10
        hearing.say(3)
        hearing.whole()
        assert hearing.rows("SELECT 1 FROM store_gap WHERE why = 'expired'") == []


@slow
@pytest.mark.parametrize(
    "hours", [24.0, -24.0, 1.0, -1.0], ids=["a day on", "a day back", "summer", "winter"]
)
def test_while_the_clock_is_off_and_after_it_everything_is_heard(hearing: Hearing, hours: float) -> None:
    hearing.say(9)
    hearing.turn()
    posts = hearing.say(9)
    hearing.turn(moved=hours)
    posts[0].there = False
    hearing.board.tell(posts[0], "deleted")
    hearing.say(2)
    hearing.turn(waited=False)  # a place that was read "tomorrow" is not left waiting until then
    hearing.turn()
    hearing.right()
    assert datetime.now(UTC) - timedelta(minutes=2) < hearing.read_at() < datetime.now(UTC)


@slow
class TestPoison:
    def test_an_item_that_nobody_can_read_is_a_dead_letter_and_its_neighbours_stay(
        self, hearing: Hearing
    ) -> None:
        hearing.say(3)
        hearing.board.events.append(None)
        hearing.say(3)
        hearing.whole()
        assert hearing.letters() == [("event 4", "BadLine")]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("text", "a\ud800b"),
            ("text", "nul\0l"),
            ("text", "x" * 300_000),
            ("text", "\u202e" * 500),
            ("author", "a\ud800b"),
            ("author", "nul\0l"),
            ("author", "x" * 300_000),
            ("id", "a\ud800b"),
            ("id", "nul\0l"),
            ("id", ""),
            ("created", "0001-01-01T00:00:00Z"),
            ("created", "9999-12-31T23:59:59Z"),
            ("version", "9999-12-31T23:59:59+00:00"),
            ("flags", ["\ud800"]),
        ],
        ids=lambda value: ascii(value)[:12],
    )
    def test_one_that_no_table_takes_stops_nobody(self, hearing: Hearing, field: str, value: object) -> None:
        hearing.say(3)
        (bad,) = hearing.say(1)
        good = hearing.say(3)
        hearing.board.events[3] = {**hearing.board.events[3], field: value}
        assert hearing.turn()["board"] is None
        assert hearing.after() == 7
        assert {post.text for post in good} <= set(hearing.texts()), "neighbours"
        assert bad is not None

    def test_a_text_that_the_model_falls_over_is_a_dead_letter(self, hearing: Hearing) -> None:
        posts = hearing.say(6)
        posts[2].text = hearing.board.events[2]["text"] = f"poison {posts[2].text}"
        assert hearing.turn(poison="poison")["board"] is None
        assert len(hearing.texts()) == 5
        ((position, error),) = hearing.letters()
        assert position == "post 3"
        assert error == "NotLabelled"

    def test_a_model_that_cannot_run_at_all_keeps_nothing_and_loses_nothing(self, hearing: Hearing) -> None:
        hearing.say(6)
        assert hearing.turn(poison="")["board"]
        assert hearing.after() == 0
        hearing.whole()

    @pytest.mark.parametrize("page", [1, 3])
    def test_a_gate_that_crashes_admits_nothing_and_the_place_waits(
        self, hearing: Hearing, page: int
    ) -> None:
        hearing.say(24)
        problem = str(hearing.turn(broken=("gate", page))["board"])
        assert "gate could not run" in problem
        assert hearing.after() == (page - 1) * 7
        hearing.whole()

    def test_a_guard_of_the_way_out_that_crashes_lets_nothing_out(self, hearing: Hearing) -> None:
        hearing.say(5)
        asked = len(hearing.world.server.asked)
        assert hearing.turn(unguarded=True)["board"]
        assert len(hearing.world.server.asked) == asked
        hearing.whole()
