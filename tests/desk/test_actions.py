"""What was done about a case: written down, changed, taken back and put back, and who may tell it outside."""

from datetime import timedelta

import pytest

from earnest.desk import access, actions, cases
from earnest.record.errors import Conflict, EarnestError
from earnest.store import read_actions, read_case_timeline
from tests.desk.weeks import day
from tests.store.build import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(home):
    desk()
    return access.add_person("ana", "riders", "analyst")


@pytest.fixture
def case(ana):
    return cases.open_case("riders", "Tips are missing from the statement", by=ana)


def told(number):
    return [row.what for row in actions.of_case("riders", number)]


def sorts(number):
    return [entry.sort for entry in read_case_timeline.timeline("riders", number)]


def test_what_was_done_stands_on_the_case_and_in_its_timeline(ana, case):
    id = actions.record("riders", case, what="Tips of October re-run. ", on=day(3), by=ana, sort="repaid")
    (row,) = actions.of_case("riders", case)
    assert (row.id, row.what, row.sort, row.day, row.planned, row.told) == (
        id, "Tips of October re-run.", "repaid", day(3), False, False,
    )  # fmt: skip
    assert row.cases == ((case, "Tips are missing from the statement"),)
    assert "action" in sorts(case)


def test_a_day_to_come_is_a_plan(ana, case):
    actions.record("riders", case, what="Alert added", on=day(-9), by=ana)
    assert actions.of_case("riders", case)[0].planned


WRONG = {
    "no words": {"what": "  "},
    "a whole letter": {"what": "x" * 301},
    "a sort that is none": {"sort": "magic"},
    "a promise that is none": {"promise": "all"},
    "a day that has not come, and not planned": {"on": -3, "planned": False},
    "a day long ago": {"on": 4_000},
    "a day far ahead": {"on": -400, "planned": True},
    "a team that is not there": {"team": 99},
    "a case that is not there": {"also": [77]},
    "far too many cases": {"also": list(range(2, 40))},
    "words about protected speech": {"what": "tag everybody who wants a union"},
    "somebody's address": {"what": "Wrote to bob@example.org."},
    "somebody's number": {"what": "Called +44 7700 900123."},
}


@pytest.mark.parametrize("asked", WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_refused_and_nothing_is_kept(ana, case, asked):
    said = {"what": "Tips re-run.", "on": 1, **asked}
    with pytest.raises(EarnestError):
        actions.record("riders", case, by=ana, **{**said, "on": day(said["on"])})
    assert told(case) == []
    assert "action" not in sorts(case)


FINE = (
    "Answered every rider who wrote to support",
    "Tips of October re-run, and an alert added",
    "Rates raised by 4 % in all 12 cities",
    "Version 4.2.1 of the app is out",
)


@pytest.mark.parametrize("what", FINE)
def test_plain_sentences_on_what_was_done_are_kept(ana, case, what):
    actions.record("riders", case, what=what, on=day(1), by=ana)
    assert told(case) == [what]


def test_one_action_belongs_to_several_cases(ana, case):
    other = cases.open_case("riders", "Tips gone after a refund", by=ana)
    id = actions.record("riders", case, what="Tips re-run.", on=day(1), by=ana, also=[other])
    assert told(case) == told(other) == ["Tips re-run."]
    actions.change("riders", id, by=ana, seen=1, numbers=[other])
    assert (told(case), told(other)) == ([], ["Tips re-run."])


def test_a_merged_case_brings_its_actions_and_undoing_takes_them_back(ana, case):
    other = cases.open_case("riders", "Tips gone after a refund", by=ana)
    actions.record("riders", other, what="Refunds no longer take tips.", on=day(1), by=ana)
    change = cases.merge("riders", case, other, by=ana)
    assert told(case) == ["Refunds no longer take tips."]
    cases.undo("riders", change, by=ana)
    assert (told(case), told(other)) == ([], ["Refunds no longer take tips."])


def test_taking_back_and_putting_back(ana, case):
    id = actions.record("riders", case, what="Tips re-run.", on=day(1), by=ana)
    assert actions.take_back("riders", id, by=ana)
    assert told(case) == []
    assert not actions.take_back("riders", id, by=ana)
    assert actions.put_back("riders", id, by=ana)
    assert told(case) == ["Tips re-run."]
    assert not actions.put_back("riders", id, by=ana)
    assert sorts(case).count("action_removed") == 1


def test_two_who_change_it_at_once(ana, case):
    id = actions.record("riders", case, what="Tips re-run.", on=day(1), by=ana)
    actions.change("riders", id, by=ana, seen=1, what="Tips of October re-run.")
    with pytest.raises(Conflict) as raised:
        actions.change("riders", id, by=ana, seen=1, what="Tips re-run twice.")
    assert raised.value.differences == {"what": ("Tips of October re-run.", "Tips re-run twice.")}
    assert actions.change("riders", id, by=ana, seen=2, what="Tips re-run twice.") == ["what"]
    assert told(case) == ["Tips re-run twice."]


def test_only_who_makes_reports_lets_them_tell_and_other_words_end_that(ana, case):
    id = actions.record("riders", case, what="Tips re-run.", on=day(1), by=ana)
    actions.change("riders", id, by=ana, seen=1, told=True)
    assert not actions.one("riders", id).told
    actions.change("riders", id, by=ana, seen=1, told=True, may_tell=True)
    assert actions.one("riders", id).told
    actions.change("riders", id, by=ana, seen=2, on=day(2))
    assert actions.one("riders", id).told
    actions.change("riders", id, by=ana, seen=3, what="Tips re-run, Bob forgot some.")
    assert not actions.one("riders", id).told


def test_a_case_is_told_in_the_words_a_lead_chose_whatever_its_title_becomes(ana, case):
    assert read_actions.in_reports("riders", case) == ""
    actions.tell_case("riders", case, "Missing tips", by=ana)
    cases.change("riders", case, by=ana, seen=1, title="Missing tips, maybe on purpose")
    assert read_actions.in_reports("riders", case) == "Missing tips"
    actions.tell_case("riders", case, None, by=ana)
    assert read_actions.in_reports("riders", case) == ""


def test_pages_of_actions_neither_lose_nor_repeat_one(ana, case):
    made = [actions.record("riders", case, what=f"Step {n}.", on=day(n % 3), by=ana) for n in range(11)]
    seen, after = [], None
    while True:
        page = actions.listing("riders", since=day(5), until=day(-1), after=after, limit=4)
        seen += [row.id for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert sorted(seen) == sorted(made)
    assert len(set(seen)) == 11
    days = [actions.one("riders", id).day for id in seen]
    assert days == sorted(days, reverse=True)


def test_another_programme_sees_nothing(ana, case):
    desk("drivers")
    id = actions.record("riders", case, what="Tips re-run.", on=day(1), by=ana)
    assert actions.one("drivers", id) is None
    assert actions.of_case("drivers", case) == []
    with pytest.raises(EarnestError):
        actions.change("drivers", id, by=ana, seen=1, what="Hello.")
    assert not actions.take_back("drivers", id, by=ana)


def test_when_an_account_goes_its_actions_stay_without_a_name(ana, case):
    from earnest.store import erase

    actions.record("riders", case, what="Tips re-run.", on=day(1) - timedelta(days=1), by=ana)
    erase.erase_user(ana)
    (row,) = actions.of_case("riders", case)
    assert (row.what, row.by, row.by_name) == ("Tips re-run.", None, "")
