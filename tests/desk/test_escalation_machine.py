"""The ladder as it is kept, against a model: whatever the clock, the people and the schedulers do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.desk import climbing, escalate, ladder
from earnest.desk.ladder import Ladder, Rung
from earnest.desk.quiet_hours import Quiet
from earnest.store import read, read_escalation, read_teams, write_escalation
from earnest.store.models import EscalationStep
from earnest.store.write_escalation import Begun
from tests.desk import routes_build as build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


START = datetime(2026, 3, 28, 15, tzinfo=UTC)
"""The day before the clock goes forward in Berlin."""

WAITS = st.lists(st.integers(1, 600), min_size=1, max_size=2)
QUIETS = st.none() | st.builds(
    Quiet, st.integers(0, 1439), st.integers(0, 1439), st.sampled_from(["Europe/Berlin", "UTC"])
)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.integers(0, 700)),
        st.tuples(st.just("back"), st.integers(2, 600)),
        st.tuples(st.sampled_from(["acknowledge", "twice", "stop", "undo"]), st.just(0)),
    ),
    max_size=14,
)


class Model:
    """What may happen, in the plainest words: one escalation, and when its next step is due."""

    def __init__(self, plan, now):
        self.plan, self.taken, self.running = plan, 0, True
        self.due, self.moved = ladder.begin(plan, now), now

    def look(self, now):
        """Whether a step is to be taken now."""
        if not self.running or self.due is None:
            return False
        if self.moved > now + timedelta(minutes=1):  # the clock was set back: nobody waits longer
            wait = self.plan.rungs[self.taken - 1].wait if self.taken else 0
            again = now + timedelta(minutes=wait)
            quiet = self.plan.quiet
            again = again if quiet is None or self.plan.passes else quiet.after(again)
            self.due, self.moved = min(self.due, again), now
        quiet = self.plan.quiet is not None and not self.plan.passes and self.plan.quiet.holds(now)
        if self.due > now or quiet:
            return False
        self.taken, self.moved = self.taken + 1, now
        more = self.taken < len(self.plan.rungs)
        self.due = ladder.next_due(self.plan, self.taken - 1, now) if more else None
        return True


def play(waits, quiet, passes, events):
    whos = ("team", "lead", "leadership")
    rungs = tuple(Rung(whos[at], wait) for at, wait in enumerate(waits))
    plan = Ladder((*rungs, Rung(whos[len(waits)])), quiet, passes)
    number = build.case()
    now = START
    id = write_escalation.begin(
        "riders",
        Begun(number, f"case:{number}", f"test:{number}", plan.plain(), ladder.begin(plan, now)),
        now,
    )
    model = Model(plan, now)
    fired = []
    for what, minutes in events:
        now += timedelta(minutes=minutes if what == "look" else -minutes if what == "back" else 0)
        if what == "acknowledge":
            model.running = model.running and not write_escalation.settle(
                id, "acknowledged", now, by=None, how="page"
            )
        elif what == "stop":
            model.running = model.running and not write_escalation.settle(
                id, "stopped", now, by=None, how="page"
            )
        elif what == "undo":
            if write_escalation.resume(id, now, now - timedelta(minutes=1)):
                model.running, model.moved = True, now
        else:
            asked = model.look(now)
            answers = [climbing.step(id, now) for _ in range(2 if what == "twice" else 1)]
            # Whoever looks a second time at the same moment takes the next step only where that is due too.
            if what == "twice" and asked:
                model_again = model.look(now)
                assert answers == [True, model_again]
                fired += [now] * (1 + model_again)
            else:
                assert answers[0] == asked
                fired += [now] * asked
                if what == "twice":
                    assert answers[1] is model.look(now)
    steps = list(EscalationStep.objects.filter(escalation_id=id).order_by("place"))
    assert [step.place for step in steps] == list(range(len(fired)))
    assert [step.at for step in steps] == fired
    for step in steps:
        assert passes or quiet is None or not quiet.holds(step.at)


@given(WAITS, QUIETS, st.booleans(), EVENTS)
@settings(max_examples=20)
def test_each_step_is_taken_once_at_the_first_look_that_may(waits, quiet, passes, events):
    ready()
    play(waits, quiet, passes, events)


@pytest.mark.slow
@given(WAITS, QUIETS, st.booleans(), EVENTS)
@settings(max_examples=400)
def test_each_step_is_taken_once_whatever_happens(waits, quiet, passes, events):
    ready()
    play(waits, quiet, passes, events)


def ready():
    """The programme, once a test."""
    if read.programme("riders") is None:
        build.programme()


def test_after_an_acknowledgement_nothing_is_taken_however_late():
    build.programme()
    user = build.person("lena")
    build.team(people=((user, True),))
    number = build.case()
    id = escalate.escalate("riders", number, team=read_teams.teams("riders")[0].id, by=user)
    assert escalate.acknowledge_by("riders", id, by=user)
    assert not climbing.step(id, START + timedelta(days=3650))
    assert len(read_escalation.one("riders", id).steps) == 1
