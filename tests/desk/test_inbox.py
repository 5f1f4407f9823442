"""The inbox as the desk works it: what waits, who holds it, what is done with it, and taking that back.

Posts are synthetic.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from earnest.desk import access, inbox, tags, undo, views
from earnest.record.errors import Refused, RefusedConfiguration, StoreError
from earnest.store import clock, erase, read, read_cases, read_inbox, write_follow, write_inbox
from earnest.store.models import (
    Act,
    ActPost,
    Checkout,
    PostTag,
    Settled,
    Severe,
)
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(home):
    return desk()


@pytest.fixture
def ana(place):
    return access.add_person("ana", "riders", "analyst")


@pytest.fixture
def ben(place):
    return access.add_person("ben", "riders", "analyst")


def said(place, *names, **how):
    """Posts by short names, each said a minute after the one before; their ids by name."""
    for at, name in enumerate(names):
        keep(place, item(name, f"the app crashed at stop {name}", ago=HOUR - timedelta(minutes=at), **how))
    rows = read.posts("riders", read.Filters(), limit=1_000).rows
    return {row.text.rpartition(" ")[2]: row.id for row in rows}


def repeat(first, *others):
    """Some posts say the same as a first one."""
    write_follow.fold("riders", dict.fromkeys(others, first))


def waits(**how):
    return [one.post.text.rpartition(" ")[2] for one in read_inbox.page("riders", **how).items]


class TestWhatWaits:
    def test_newest_first_and_nothing_that_was_dealt_with(self, place, ana):
        ids = said(place, "a", "b", "c")
        inbox.settle("riders", [ids["b"]], "done", by=ana)
        assert waits() == ["c", "a"]

    def test_severe_first(self, place, ana):
        ids = said(place, "a", "b", "c", "d")
        for name, score in (("a", 0.7), ("b", 0.9)):
            Severe.objects.create(post_id=ids[name], programme_id=_own(), why="hurt", score=score)
        assert waits(order="severe") == ["b", "a", "d", "c"]

    def test_unsure_first(self, place, ana):
        said(place, "a", "b", unsure=True)
        said(place, "c", "d")
        assert waits(order="unsure") == ["b", "a", "d", "c"]

    @pytest.mark.parametrize("order", read_inbox.ORDERS)
    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_page_by_page_every_post_once(self, place, ana, order, limit):
        said(place, "a", "b", unsure=True)
        ids = said(place, "c", "d", "e")
        Severe.objects.create(post_id=ids["c"], programme_id=_own(), why="hurt", score=0.7)
        Settled.objects.create(post_id=ids["d"], programme_id=_own(), how="later", until=1)
        whole, found, after = waits(order=order), [], None
        while True:
            page = read_inbox.page("riders", order=order, after=after, limit=limit)
            found += [one.post.text.rpartition(" ")[2] for one in page.items]
            after = page.next
            if after is None:
                break
        assert found == whole
        assert sorted(found) == ["a", "b", "c", "d", "e"]
        assert found[0] == "d"

    @pytest.mark.parametrize("after", ["x", "", "-", "9-", "-9", "²-3", "0-" + "9" * 40, "99-1", "1", "\0-1"])
    def test_a_damaged_link_starts_anew_or_ends(self, place, ana, after):
        said(place, "a", "b")
        assert waits(after=after) in (["b", "a"], [])

    def test_repeats_are_one_row_and_are_dealt_with_together(self, place, ana):
        ids = said(place, "a", "b", "c", "d")
        repeat(ids["a"], ids["b"], ids["c"])
        page = read_inbox.page("riders").items
        assert [(one.post.id, one.post.copies) for one in page] == [(ids["d"], 0), (ids["a"], 2)]
        assert read_inbox.waiting("riders").count == 2
        inbox.settle("riders", [ids["b"]], "nothing", by=ana)
        assert waits() == ["d"]

    def test_a_repeat_of_what_was_dealt_with_does_not_wait(self, place, ana):
        ids = said(place, "a")
        inbox.settle("riders", [ids["a"]], "done", by=ana)
        ids = said(place, "b")
        repeat(ids["a"], ids["b"])
        assert waits() == []

    def test_what_was_said_too_long_ago_does_not_wait(self, place, ana):
        keep(place, item("old", "said long ago old", ago=20 * DAY), item("new", "said lately new"))
        assert waits() == ["new"]
        inbox.set_terms("riders", days=30, minutes=15, by=ana)
        assert waits() == ["new", "old"]

    def test_beginning_afresh_leaves_what_comes_then(self, place, ana):
        ids = said(place, "a", "b")
        inbox.settle("riders", [ids["a"]], "later", by=ana, until=_today() + DAY)
        inbox.begin_afresh("riders", by=ana)
        assert waits() == []
        Settled.objects.update(until=1)
        assert waits() == ["a"]

    def test_counts_say_since_when_and_by_view(self, place, ana):
        said(place, "a", "b", unsure=True)
        said(place, "c")
        view = views.save(
            "riders", "To check", read.Filters(unsure=True), order="newest", shared=True, by=ana
        )
        found = read_inbox.waiting("riders", read_inbox.views("riders", ana))
        assert (found.count, found.more) == (3, False)
        assert found.oldest == NOW - HOUR
        assert [(one.view.id, one.count, one.more) for one in found.views] == [(view, 2, False)]

    def test_many_are_counted_no_further(self, place, ana, monkeypatch):
        monkeypatch.setattr(read_inbox, "COUNTED", 2)
        said(place, "a", "b", "c")
        found = read_inbox.waiting("riders")
        assert (found.count, found.more) == (2, True)

    def test_nothing_waits_where_nothing_was_said(self, place, ana):
        found = read_inbox.waiting("riders")
        assert (found.count, found.oldest) == (0, None)
        assert inbox.take("riders", by=ana) == []


class TestTaking:
    def test_two_people_are_given_different_posts(self, place, ana, ben):
        ids = said(place, *"abcde")
        first = inbox.take("riders", n=2, by=ana)
        second = inbox.take("riders", n=10, by=ben)
        assert first == [ids["e"], ids["d"]]
        assert second == [ids["c"], ids["b"], ids["a"]]
        assert inbox.take("riders", by=ana) == []

    def test_the_same_words_are_given_to_one_person(self, place, ana, ben):
        ids = said(place, "a", "b", "c")
        repeat(ids["a"], ids["b"])
        assert inbox.take("riders", by=ana) == [ids["c"], ids["a"]]
        assert inbox.take("riders", view=None, by=ben) == []

    @pytest.mark.parametrize("order", read_inbox.ORDERS)
    def test_in_the_order_of_the_page(self, place, ana, order):
        said(place, "a", "b", unsure=True)
        ids = said(place, "c", "d")
        Severe.objects.create(post_id=ids["a"], programme_id=_own(), why="hurt", score=0.7)
        page = [one.post.id for one in read_inbox.page("riders", order=order).items]
        assert inbox.take("riders", order=order, n=3, by=ana) == page[:3]

    def test_of_a_view_only_what_fits(self, place, ana):
        said(place, "a", unsure=True)
        ids = said(place, "b")
        view = views.save(
            "riders", "To check", read.Filters(unsure=True), order="newest", shared=False, by=ana
        )
        assert inbox.take("riders", view=view, by=ana) == [ids["a"]]

    def test_the_lock_ends_by_itself(self, place, ana, ben, later):
        said(place, "a")
        taken = inbox.take("riders", by=ana)
        later(timedelta(minutes=16))
        assert read_inbox.held("riders", ana) == ()
        assert inbox.take("riders", by=ben) == taken

    def test_it_lasts_while_somebody_works(self, place, ana, ben, later):
        ids = said(place, "a", "b")
        inbox.take("riders", by=ana)
        later(timedelta(minutes=10))
        inbox.tag("riders", [ids["a"]], "slow", by=ana)
        later(timedelta(minutes=20))
        assert inbox.take("riders", by=ben) == []
        assert len(read_inbox.held("riders", ana)) == 2

    def test_given_back_it_is_free(self, place, ana, ben):
        ids = said(place, "a", "b")
        inbox.take("riders", by=ana)
        assert inbox.give_back("riders", [ids["a"]], by=ana) == 1
        assert inbox.take("riders", by=ben) == [ids["a"]]
        assert inbox.let_go(ana) == 1
        assert inbox.take("riders", by=ben) == [ids["b"]]

    def test_others_see_who_is_on_it(self, place, ana, ben):
        ids = said(place, "a")
        inbox.take("riders", by=ana)
        (one,) = read_inbox.page("riders").items
        assert one.holder == ana
        with pytest.raises(Refused, match="ana is on it"):
            inbox.settle("riders", [ids["a"]], "done", by=ben)
        assert Settled.objects.count() == 0
        assert Act.objects.count() == 0

    def test_nobody_holds_more_than_they_can_work(self, place, ana, monkeypatch):
        monkeypatch.setattr(write_inbox, "MOST_HELD", 3)
        said(place, *"abcde")
        assert len(inbox.take("riders", n=10, by=ana)) == 3
        assert inbox.take("riders", n=10, by=ana) == []


class TestDoing:
    def test_many_at_once_leave_what_others_hold(self, place, ana, ben):
        ids = said(place, "a", "b", "c")
        inbox.take("riders", n=1, by=ben)
        done = inbox.settle("riders", list(ids.values()), "done", by=ana)
        assert (done.posts, done.left) == (2, 1)
        assert waits() == ["c"]

    def test_put_off_it_waits_again_on_the_day(self, place, ana, later):
        ids = said(place, "a", "b")
        inbox.settle("riders", [ids["a"]], "later", by=ana, until=_today() + 2 * DAY)
        assert waits() == ["b"]
        later(3 * DAY)
        assert waits() == ["a", "b"]
        assert inbox.take("riders", n=1, by=ana) == [ids["a"]]
        assert [one.due for one in read_inbox.held("riders", ana)] == [True]
        inbox.settle("riders", [ids["a"]], "done", by=ana)
        assert waits() == ["b"]

    @pytest.mark.parametrize("days", [None, -1, 0, 400])
    def test_put_off_only_to_a_day_to_come(self, place, ana, days):
        ids = said(place, "a")
        until = None if days is None else _today() + days * DAY
        with pytest.raises(StoreError, match="a day to come"):
            inbox.settle("riders", [ids["a"]], "later", by=ana, until=until)

    def test_a_tag_holds_for_what_repeats_the_post(self, place, ana):
        ids = said(place, "a", "b", "c")
        repeat(ids["a"], ids["b"])
        inbox.tag("riders", [ids["b"]], "Night shift", by=ana)
        assert read_inbox.tags_of(list(ids.values())) == {
            ids["a"]: ("Night shift",),
            ids["b"]: ("Night shift",),
        }
        tagged = read.posts("riders", read.Filters(tags=("night  SHIFT",))).rows
        assert [row.id for row in tagged] == [ids["b"], ids["a"]]
        assert read.posts("riders", read.Filters(tags=("night shift",), folded=True)).rows[0].copies == 1
        inbox.untag("riders", [ids["a"]], "night shift", by=ana)
        assert read_inbox.tags_of(list(ids.values())) == {}

    @pytest.mark.parametrize("name", ["", "x" * 41, "union organisers", "repeat complainer", "a\nb\0c"])
    def test_a_tag_that_may_not_be_is_refused_and_nothing_is_written(self, place, ana, name):
        ids = said(place, "a")
        with pytest.raises(RefusedConfiguration):
            inbox.tag("riders", [ids["a"]], name, by=ana)
        assert tags.of("riders") == []
        assert Act.objects.count() == 0

    def test_a_tag_that_is_not_there_is_not_made_by_taking_it_off(self, place, ana):
        ids = said(place, "a")
        with pytest.raises(StoreError, match="no tag"):
            inbox.untag("riders", [ids["a"]], "slow", by=ana)
        assert tags.of("riders") == []

    def test_signs_that_no_database_takes_find_nothing_and_break_nothing(self, place, ana):
        said(place, "a")
        assert read.posts("riders", read.Filters(tags=("a\0b", "\ud800"))).rows == ()
        id = views.save("riders", "Odd", read.Filters(q="stop\0s"), order="newest", shared=False, by=ana)
        assert views.one("riders", id, by=ana).filters.q == "stops"

    def test_a_correction_reaches_the_repeats_under_the_same_label(self, place, ana):
        ids = said(place, "a", "b")
        keep(place, item("c", "said the same c", labels=("pay.tips",)))
        ids = said(place) | ids
        other = read.posts("riders", read.Filters(labels=("pay.tips",))).rows[0].id
        repeat(ids["a"], ids["b"], other)
        done = inbox.label("riders", [ids["a"]], ["app.freeze"], "question", by=ana)
        assert (done.posts, done.left) == (1, 0)
        assert [read.post("riders", ids[name]).labels[0].id for name in "ab"] == ["app.freeze"] * 2
        assert read.post("riders", other).labels[0].id == "pay.tips"
        undo.undo("riders", done.act, by=ana)
        assert [read.post("riders", ids[name]).labels[0].id for name in "ab"] == ["app.crash"] * 2

    def test_into_a_new_case_and_into_one_that_is_there(self, place, ana):
        ids = said(place, "a", "b", "c")
        repeat(ids["a"], ids["b"])
        done, number = inbox.to_case("riders", [ids["a"]], title="The app crashes at stops", by=ana)
        assert waits() == ["c"]
        assert read_cases.of_post("riders", list(ids.values())) == {ids["a"]: [number], ids["b"]: [number]}
        again, same = inbox.to_case("riders", [ids["c"]], number, by=ana)
        assert same == number
        assert waits() == []
        undo.undo("riders", again.act, by=ana)
        assert waits() == ["c"]
        undo.undo("riders", done.act, by=ana)
        assert sorted(waits()) == ["a", "c"]
        assert read_cases.one("riders", number) is None

    @pytest.mark.parametrize("number", [99, 1 << 40])
    def test_into_a_case_that_is_not_there_nothing_is_done(self, place, ana, number):
        ids = said(place, "a")
        with pytest.raises(StoreError):
            inbox.to_case("riders", [ids["a"]], number, by=ana)
        assert waits() == ["a"]

    def test_nothing_chosen_and_too_many_are_said(self, place, ana):
        with pytest.raises(StoreError, match="No post"):
            inbox.settle("riders", [], "done", by=ana)
        with pytest.raises(StoreError, match="At most"):
            inbox.settle("riders", range(1, 300), "done", by=ana)
        with pytest.raises(StoreError, match="not there"):
            inbox.settle("riders", [12345], "done", by=ana)

    def test_a_post_of_another_programme_is_not_there(self, place, ana):
        other = desk("shop")
        keep(other, item("x"))
        (row,) = read.posts("shop", read.Filters()).rows
        with pytest.raises(StoreError, match="not there"):
            inbox.settle("riders", [row.id], "done", by=ana)


class TestUndoing:
    def test_all_at_once_comes_back_to_whom_it_was_taken_by(self, place, ana, ben):
        ids = said(place, "a", "b")
        inbox.take("riders", by=ana)
        done = inbox.settle("riders", list(ids.values()), "nothing", by=ana)
        assert read_inbox.held("riders", ana) == ()
        assert undo.last("riders", by=ana).id == done.act
        assert undo.undo("riders", done.act, by=ana) == undo.Undone(2, 0)
        assert waits() == ["b", "a"]
        assert [one.post.id for one in read_inbox.held("riders", ana)] == [ids["b"], ids["a"]]
        assert undo.last("riders", by=ana) is None

    def test_what_was_said_since_stands(self, place, ana, ben):
        ids = said(place, "a", "b")
        first = inbox.settle("riders", list(ids.values()), "later", by=ana, until=_today() + DAY)
        inbox.settle("riders", [ids["a"]], "done", by=ben)
        assert undo.undo("riders", first.act, by=ana) == undo.Undone(1, 1)
        assert waits() == ["b"]

    def test_what_was_put_off_is_put_off_again(self, place, ana):
        ids = said(place, "a")
        inbox.settle("riders", [ids["a"]], "later", by=ana, until=_today() + DAY)
        before = Settled.objects.values_list("how", "until").get()
        done = inbox.settle("riders", [ids["a"]], "done", by=ana)
        undo.undo("riders", done.act, by=ana)
        assert Settled.objects.values_list("how", "until").get() == before

    def test_only_ones_own_and_only_once(self, place, ana, ben):
        ids = said(place, "a")
        done = inbox.tag("riders", [ids["a"]], "slow", by=ana)
        with pytest.raises(StoreError):
            undo.undo("riders", done.act, by=ben)
        undo.undo("riders", done.act, by=ana)
        with pytest.raises(StoreError):
            undo.undo("riders", done.act, by=ana)

    def test_tags_come_and_go(self, place, ana):
        ids = said(place, "a", "b")
        inbox.tag("riders", [ids["a"]], "slow", by=ana)
        both = inbox.tag("riders", [ids["a"], ids["b"]], "slow", by=ana)
        undo.undo("riders", both.act, by=ana)
        assert read_inbox.tags_of(list(ids.values())) == {ids["a"]: ("slow",)}
        off = inbox.untag("riders", [ids["a"]], "slow", by=ana)
        undo.undo("riders", off.act, by=ana)
        assert read_inbox.tags_of(list(ids.values())) == {ids["a"]: ("slow",)}

    def test_the_last_fifty_are_kept(self, place, ana, monkeypatch):
        monkeypatch.setattr(write_inbox, "KEPT_ACTS", 3)
        ids = said(place, "a")
        acts = [inbox.tag("riders", [ids["a"]], f"tag {at}", by=ana).act for at in range(5)]
        assert list(Act.objects.order_by("pk").values_list("pk", flat=True)) == acts[2:]


class TestTags:
    def test_merge_rename_remove(self, place, ana):
        ids = said(place, "a", "b")
        inbox.tag("riders", [ids["a"]], "late", by=ana)
        inbox.tag("riders", [ids["a"], ids["b"]], "delay", by=ana)
        late, delay = tags.ensure("riders", "LATE"), tags.ensure("riders", "delay")
        assert tags.merge("riders", late, delay, by=ana) == 2
        tags.rename("riders", late, "Too late", by=ana)
        assert [(one.name, one.posts) for one in tags.of("riders", counted=True)] == [("Too late", 2)]
        assert tags.remove("riders", late, by=ana) == 2
        assert PostTag.objects.count() == 0

    def test_two_names_that_are_the_same_are_refused(self, place, ana):
        one, _ = tags.ensure("riders", "late"), tags.ensure("riders", "delay")
        with pytest.raises(StoreError, match="of that name"):
            tags.rename("riders", one, "Delay", by=ana)
        with pytest.raises(RefusedConfiguration):
            tags.rename("riders", one, "union organisers", by=ana)
        with pytest.raises(StoreError):
            tags.merge("riders", one, one, by=ana)

    def test_of_another_programme_it_is_none(self, place, ana):
        desk("shop")
        tag = tags.ensure("shop", "late")
        for what in (
            lambda: tags.rename("riders", tag, "later", by=ana),
            lambda: tags.remove("riders", tag, by=ana),
        ):
            with pytest.raises(StoreError):
                what()


class TestViews:
    def test_ones_own_and_the_desks(self, place, ana, ben):
        mine = views.save(
            "riders", "Mine", read.Filters(kinds=("idea",)), order="newest", shared=False, by=ana
        )
        ours = views.save("riders", "Ours", read.Filters(q="stop"), order="unsure", shared=True, by=ana)
        assert [one.id for one in views.of("riders", by=ana)] == [ours, mine]
        assert [one.id for one in views.of("riders", by=ben)] == [ours]
        with pytest.raises(StoreError):
            inbox.take("riders", view=mine, by=ben)
        with pytest.raises(StoreError):
            views.remove("riders", mine, by=ben)
        views.share("riders", mine, by=ana)
        assert [one.id for one in views.of("riders", by=ben)] == [mine, ours]
        views.remove("riders", ours, by=ben)
        assert [one.id for one in views.of("riders", by=ana)] == [mine]

    def test_the_filters_come_back_as_they_were(self, place, ana):
        wanted = read.Filters(
            q="stop",
            labels=("app.crash",),
            kinds=("idea",),
            places=("reviews",),
            langs=("en",),
            regions=("Leeds",),
            sentiments=("negative",),
            unsure=False,
            since=NOW - DAY,
            until=NOW,
            tags=("late",),
        )
        id = views.save("riders", "All", wanted, order="severe", shared=False, by=ana)
        assert views.one("riders", id, by=ana).filters == wanted

    @pytest.mark.parametrize(
        ("name", "q"), [("Union talk", ""), ("Talk", "union organising"), ("", "stop"), ("x" * 61, "stop")]
    )
    def test_what_may_not_be_searched_for_is_no_view(self, place, ana, name, q):
        with pytest.raises(RefusedConfiguration):
            views.save(
                "riders", name, read.Filters(q=q, kinds=("idea",)), order="newest", shared=False, by=ana
            )
        assert views.of("riders", by=ana) == []


class TestErasing:
    def test_nothing_stays_of_a_post_that_goes(self, place, ana):
        ids = said(place, "a", "b")
        inbox.take("riders", by=ana)
        inbox.tag("riders", [ids["a"], ids["b"]], "late", by=ana)
        done = inbox.settle("riders", [ids["a"]], "done", by=ana)
        erase.erase_posts(place, [key("a")])
        for table in (Settled, PostTag, Checkout, ActPost):
            assert not table.objects.filter(post_id=ids["a"]).exists()
        assert PostTag.objects.count() == 1
        assert undo.undo("riders", done.act, by=ana) == undo.Undone(0, 0)

    def test_what_was_said_of_the_group_stays_with_those_that_stay(self, place, ana):
        ids = said(place, "a", "b", "c")
        repeat(ids["a"], ids["b"], ids["c"])
        inbox.tag("riders", [ids["a"]], "late", by=ana)
        inbox.settle("riders", [ids["a"]], "done", by=ana)
        erase.erase_posts(place, [key("a")])
        assert waits() == []
        assert read_inbox.tags_of([ids["b"], ids["c"]]) == {ids["b"]: ("late",), ids["c"]: ("late",)}

    def test_another_wording_waits_again(self, place, ana):
        ids = said(place, "a")
        inbox.tag("riders", [ids["a"]], "late", by=ana)
        inbox.settle("riders", [ids["a"]], "done", by=ana)
        keep(place, item("a", "now it says something else", change="edited"))
        assert waits() == ["else"]
        assert read_inbox.tags_of([ids["a"]]) == {}

    def test_past_retention_nothing_waits_and_nothing_is_taken(self, place, ana, later):
        said(place, "a")
        later(4_000 * DAY)
        assert waits() == []
        assert read_inbox.waiting("riders").count == 0
        assert inbox.take("riders", by=ana) == []

    def test_a_person_who_leaves_leaves_no_hold_and_no_acts(self, place, ana):
        ids = said(place, "a", "b")
        inbox.take("riders", by=ana)
        inbox.settle("riders", [ids["a"]], "done", by=ana)
        erase.erase_user(ana)
        assert (Checkout.objects.count(), Act.objects.count(), Settled.objects.count()) == (0, 0, 1)


@pytest.fixture
def later(monkeypatch):
    """Moves the clock to so long after the test's beginning."""
    begun = clock.now()
    return lambda ahead: monkeypatch.setattr(clock, "now", lambda: begun + ahead)


def _own():
    from earnest.store.models import Programme

    return Programme.objects.get(slug="riders").pk


def _today():
    return timezone.localdate()
