"""Cases: opening, merging, splitting, undoing, notes that call somebody, and what likely belongs together."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.desk import cases, cases_notes, cases_timeline
from earnest.record.errors import Conflict, Refused, StoreError
from earnest.store import people_names, read, read_audit, read_cases, write, write_case_notes, write_themes
from earnest.store.models import Case, CaseChange, Programme, Repost, Tag, Team, Theme
from earnest.store.shapes_cases import MOVES, SEVERITIES, STATUSES, Filters
from tests.store.build import NOW, desk, item, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def posts():
    """Six posts of the programme riders, the newest first."""
    keep(desk(), *(item(str(at), ago=timedelta(hours=at + 1)) for at in range(6)))
    return [row.id for row in read.posts("riders", read.Filters()).rows]


def person(name, role="analyst", programme="riders"):
    user = write.add_user(name)
    write.set_membership(user, programme, role)
    return user


def opened(title="Crash at the door", **more):
    return cases.open_case("riders", title, by=None, **more)


def told(number):
    case = read_cases.one("riders", number)
    assert case is not None
    return case


class TestOpening:
    def test_numbers_count_per_programme_and_are_never_given_twice(self, posts):
        desk("pilots")
        assert [opened(), opened("Tips arrive late")] == [1, 2]
        assert cases.open_case("pilots", "Late bags", by=None) == 1
        cases.undo("riders", read_cases.opening("riders", 2), by=None)
        assert opened("Map is wrong") == 3

    def test_a_post_may_be_in_several_cases(self, posts):
        first, second = opened(posts=posts[:2]), opened("Tips arrive late", posts=posts[1:3])
        assert read_cases.of_post("riders", posts[:4]) == {
            posts[0]: [first],
            posts[1]: [first, second],
            posts[2]: [second],
        }

    def test_posts_of_another_programme_are_not_there(self, posts):
        desk("pilots")
        with pytest.raises(StoreError, match="None of these"):
            cases.open_case("pilots", "Late bags", by=None, posts=posts)
        assert not Case.objects.filter(programme__slug="pilots").exists()

    @pytest.mark.parametrize(
        "title",
        ["", "   ", "x" * 161, "couriers organising a union", "posts of user 4711", "who talks to the union"],
    )
    def test_a_title_that_may_not_be_is_refused(self, posts, title):
        with pytest.raises(Refused):
            opened(title)

    @pytest.mark.parametrize(
        "title",
        [
            "App crashes at the door",
            "Tips missing since the update 4.2",
            "Map sends people to the wrong side of the river",
            "Refunds take more than ten days",
            "Rude answers from support, mostly on Sundays",
            "Payment fails: card declined",
            "Baggage lost between Leeds and Lisbon",
        ],
    )
    def test_an_ordinary_title_is_taken(self, posts, title):
        assert told(opened(title)).title == title

    def test_each_change_is_in_the_audit_chain_without_words(self, posts):
        number = opened(posts=posts[:2], because="many say so")
        cases.note("riders", number, "a note", by=None)
        links = [link for link in read_audit.links() if link.about == f"case:{number}"]
        assert [link.action for link in links] == ["case_opened", "case_noted"]
        assert links[0].detail == {"posts": 2}


class TestMerging:
    def test_all_of_the_other_is_shown_in_the_one(self, posts):
        ana = person("ana")
        tag = Tag.objects.create(programme=Programme.objects.get(), name="urgent", key="urgent").pk
        one, other = opened(posts=posts[:3]), opened("The same crash", posts=posts[2:5])
        cases.change("riders", other, by=ana, seen=1, tags=[tag])
        cases.note("riders", other, "seen on Android only", by=ana)
        cases.attach("riders", other, "log.txt", b"a line", by=ana)
        cases.tell("riders", other, "alert", {"alert": 7}, by=None)
        cases.merge("riders", one, other, by=ana, because="one crash")
        case = told(one)
        assert (case.posts, case.notes, case.attachments, case.members) == (5, 1, 1, (other,))
        assert case.tags == ((tag, "urgent"),)
        assert told(other).merged_into == one
        sorts = [entry.sort for entry in read_cases.timeline("riders", one)]
        assert sorts == ["merged", "alert", "attached", "noted", "changed", "opened", "opened"]
        assert [row.number for row in read_cases.listing("riders", Filters()).rows] == [one]
        assert read_cases.lineage("riders", other) == (one, other)

    def test_undoing_it_brings_back_both_as_they_were_and_keeps_what_came_since(self, posts):
        one, other = opened(posts=posts[:3]), opened("The same crash", posts=posts[2:5])
        merged = cases.merge("riders", one, other, by=None)
        cases.note("riders", other, "written while they were one", by=None)
        cases.add("riders", other, posts=posts[5:], by=None)
        cases.undo("riders", merged, by=None)
        assert (told(one).posts, told(one).notes) == (4, 1)
        assert (told(other).posts, told(other).notes, told(other).merged_into) == (3, 0, None)

    def test_the_earlier_of_two_merges_can_be_undone_first(self, posts):
        a, b, c = (opened(f"Crash number {at}", posts=[posts[at]]) for at in range(3))
        first = cases.merge("riders", b, c, by=None)
        second = cases.merge("riders", a, b, by=None)
        assert told(a).posts == 3
        cases.undo("riders", first, by=None)
        assert (told(a).posts, told(a).members, told(c).posts) == (2, (b,), 1)
        cases.undo("riders", second, by=None)
        assert [told(one).posts for one in (a, b, c)] == [1, 1, 1]

    def test_there_are_no_rings(self, posts):
        a, b, c = (opened(f"Crash number {at}") for at in range(3))
        cases.merge("riders", a, b, by=None)
        cases.merge("riders", b, c, by=None)  # b is shown in a, so c becomes part of a
        assert read_cases.lineage("riders", c) == (a, b, c)
        for into, other in ((a, a), (b, a), (c, a), (a, b), (c, b)):
            with pytest.raises(StoreError, match=r"part of|itself"):
                cases.merge("riders", into, other, by=None)

    def test_taking_a_post_out_takes_it_out_of_the_whole_and_comes_back_whole(self, posts):
        one, other = opened(posts=posts[:2]), opened("The same crash", posts=posts[:2])
        merged = cases.merge("riders", one, other, by=None)
        out = cases.take_out("riders", one, posts=posts[:1], by=None)
        cases.undo("riders", merged, by=None)
        assert [told(at).posts for at in (one, other)] == [1, 1]
        cases.undo("riders", out, by=None)
        assert [told(at).posts for at in (one, other)] == [2, 2]


class TestSplitting:
    def test_posts_and_themes_become_a_case_of_their_own(self, posts):
        number = opened(posts=posts, severity="high")
        new = cases.split("riders", number, title="Only on Android", posts=posts[:2], by=None)
        assert (told(number).posts, told(new).posts, told(new).severity) == (4, 2, "high")

    def test_undoing_it_keeps_what_came_since(self, posts):
        number = opened(posts=posts)
        new = cases.split("riders", number, title="Only on Android", posts=posts[:2], by=None)
        cases.note("riders", new, "this one is real", by=None)
        cases.undo("riders", read_cases.opening("riders", new), by=None)
        assert (told(number).posts, told(number).notes, told(number).members) == (6, 1, (new,))

    def test_undoing_it_is_refused_where_the_new_case_went_elsewhere(self, posts):
        number, third = opened(posts=posts), opened("Tips arrive late")
        new = cases.split("riders", number, title="Only on Android", posts=posts[:2], by=None)
        merged = cases.merge("riders", third, new, by=None)
        with pytest.raises(StoreError, match=f"Case {new} became part of case {third} since"):
            cases.undo("riders", read_cases.opening("riders", new), by=None)
        cases.undo("riders", merged, by=None)
        cases.undo("riders", read_cases.opening("riders", new), by=None)
        assert told(number).posts == 6

    def test_of_nothing_is_refused_and_takes_no_number(self, posts):
        number = opened(posts=posts[:1])
        with pytest.raises(StoreError, match="None of these"):
            cases.split("riders", number, title="Only on Android", posts=posts[1:], by=None)
        assert opened("Tips arrive late") == number + 1


class TestUndoing:
    def test_a_field_goes_back_where_nobody_changed_it_since(self, posts):
        number = opened()
        change = cases.change("riders", number, by=None, seen=1, title="Crash in the lift", severity="high")
        cases.change("riders", number, by=None, seen=2, severity="severe")
        cases.undo("riders", change, by=None)
        assert (told(number).title, told(number).severity) == ("Crash at the door", "severe")

    def test_it_is_refused_where_all_of_it_was_changed_since(self, posts):
        number = opened()
        change = cases.change("riders", number, by=None, seen=1, severity="high")
        cases.change("riders", number, by=None, seen=2, severity="severe")
        with pytest.raises(StoreError, match="changed again since"):
            cases.undo("riders", change, by=None)
        assert not CaseChange.objects.filter(sort="undone").exists()

    def test_closing_is_undone_though_no_step_leads_back(self, posts):
        number = opened()
        change = cases.change("riders", number, by=None, seen=1, status="closed")
        assert told(number).closed is not None
        cases.undo("riders", change, by=None)
        assert (told(number).status, told(number).closed) == ("new", None)

    @pytest.mark.parametrize("how", ["a note", "a merge", "a status", "an escalation"])
    def test_a_case_that_was_worked_on_stays(self, posts, how):
        number = opened(posts=posts[:1])
        match how:
            case "a note":
                cases.note("riders", number, "looked at it", by=None)
            case "a merge":
                cases.merge("riders", number, opened("The same crash"), by=None)
            case "a status":
                cases.change("riders", number, by=None, seen=1, status="investigating")
            case _:
                cases.tell("riders", number, "escalated", {"escalation": 1}, by=None)
        with pytest.raises(StoreError, match="worked on since"):
            cases.undo("riders", read_cases.opening("riders", number), by=None)

    def test_a_case_that_was_not_is_in_no_list_any_more(self, posts):
        number = opened(posts=posts[:1])
        cases.tell("riders", number, "alert", {"alert": 7}, by=None)
        cases.undo("riders", read_cases.opening("riders", number), by=None)
        assert read_cases.one("riders", number) is None
        assert read_cases.listing("riders", Filters(statuses=("any",))).rows == ()
        assert read_cases.of_post("riders", posts) == {}

    def test_twice_is_refused_and_so_is_undoing_an_undo(self, posts):
        number = opened(posts=posts[:1])
        added = cases.add("riders", number, posts=posts[1:2], by=None)
        cases.undo("riders", added, by=None)
        with pytest.raises(StoreError, match="undone already"):
            cases.undo("riders", added, by=None)
        undone = CaseChange.objects.get(sort="undone").pk
        with pytest.raises(StoreError, match="cannot be undone"):
            cases.undo("riders", undone, by=None)

    def test_a_change_of_another_programme_is_not_there(self, posts):
        desk("pilots")
        number = opened()
        with pytest.raises(StoreError, match="no such change"):
            cases.undo("pilots", read_cases.opening("riders", number), by=None)


class TestFields:
    def test_the_second_of_two_who_save_is_told_and_nothing_is_lost(self, posts):
        number = opened()
        cases.change("riders", number, by=None, seen=1, title="Crash in the lift")
        with pytest.raises(Conflict) as conflict:
            cases.change("riders", number, by=None, seen=1, title="Crash on Android", severity="high")
        told_ = conflict.value
        assert told_.differences == {
            "title": ("Crash in the lift", "Crash on Android"),
            "severity": ("normal", "high"),
        }
        assert (told_.field, told_.theirs, told_.yours) == ("title", "Crash in the lift", "Crash on Android")
        assert told(number).severity == "normal"
        cases.change("riders", number, by=None, seen=told_.version, title="Crash on Android", severity="high")
        assert told(number).title == "Crash on Android"

    def test_who_wants_what_is_there_already_is_not_told(self, posts):
        number = opened()
        cases.change("riders", number, by=None, seen=1, severity="high")
        assert cases.change("riders", number, by=None, seen=1, severity="high") == 0

    @pytest.mark.parametrize("status", STATUSES)
    def test_statuses_move_as_the_table_says(self, posts, status):
        number = opened()
        for wanted in STATUSES:
            Case.objects.filter(number=number).update(status=status)
            version = told(number).version
            if wanted == status or wanted in MOVES[status]:
                cases.change("riders", number, by=None, seen=version, status=wanted)
                assert told(number).status == wanted
            else:
                with pytest.raises(StoreError, match="cannot become"):
                    cases.change("riders", number, by=None, seen=version, status=wanted)

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"status": "gone"}, "There is no status 'gone'"),
            ({"severity": "extreme"}, "There is no severity"),
            ({"assignee": 999_999}, "does not work on cases"),
            ({"team": 999_999}, "no such team"),
            ({"tags": [999_999]}, "no such tag"),
            ({"due": "tomorrow"}, "a date or a moment"),
            ({"opened_by": 7}, "no field 'opened_by'"),
            ({"merged_into": 7}, "no field 'merged_into'"),
            ({"version": 7}, "no field 'version'"),
        ],
        ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
    )
    def test_what_cannot_be_is_said_in_a_sentence(self, posts, fields, says):
        number = opened()
        with pytest.raises((StoreError, Refused), match=says):
            cases.change("riders", number, by=None, seen=1, **fields)

    @pytest.mark.parametrize("role", ["viewer", "delegate"])
    def test_who_does_not_work_on_cases_is_given_none(self, posts, role):
        with pytest.raises(StoreError, match="does not work on cases"):
            cases.change("riders", opened(), by=None, seen=1, assignee=person("vera", role))

    def test_a_team_of_another_programme_is_not_there(self, posts):
        desk("pilots")
        team = Team.objects.create(programme=Programme.objects.get(slug="pilots"), slug="a", name="A").pk
        with pytest.raises(StoreError, match="no such team"):
            cases.change("riders", opened(), by=None, seen=1, team=team)

    def test_a_due_day_means_its_end(self, posts):
        number = opened()
        cases.change("riders", number, by=None, seen=1, due=date(2030, 1, 2))
        assert told(number).due == datetime(2030, 1, 2, 23, 59, 59, tzinfo=UTC)

    @pytest.mark.parametrize("status", ["acted", "answered", "closed"])
    def test_a_case_comes_back(self, posts, status):
        number = opened()
        cases.change("riders", number, by=None, seen=1, status=status)
        assert cases.reopen("riders", number, {"ratio": 1.7, "theme": 3})
        case = told(number)
        assert (case.status, case.closed) == ("reopened", None)
        entry = read_cases.timeline("riders", number)[0]
        assert (entry.sort, entry.detail["theme"]) == ("reopened", 3)

    def test_one_that_is_open_does_not(self, posts):
        assert cases.reopen("riders", opened(), {}) == 0


class TestNotes:
    @pytest.mark.parametrize(
        ("text", "called"),
        [
            ("@ana please look", ["ana"]),
            ("please look, @Ana.", ["ana"]),
            ("(@ana, @ben)", ["ana", "ben"]),
            ("@ana maria knows", ["ana maria"]),
            ("mail ana@ben.example", []),
            ("@anastasia is somebody else", []),
            ("@@ana", []),
            ("@nobody", []),
            ("@vera only reads", []),
            ("@ana @ana @ana", ["ana"]),
        ],
    )
    def test_who_is_called(self, posts, text, called):
        people = {name: person(name) for name in ("ana", "ben", "ana maria")}
        people["vera"] = person("vera", "viewer")
        number = opened()
        cases.note("riders", number, text, by=people["ben"])
        (note,) = read_cases.notes("riders", number)
        assert [name for _, name in note.mentions] == called
        for name, user in people.items():
            assert len(read_cases.mentions(user, "riders")) == (name in called)

    def test_looking_at_the_case_is_enough(self, posts):
        ana, number, other = person("ana"), opened(), opened("The same crash")
        cases.note("riders", other, "@ana look", by=None)
        cases.merge("riders", number, other, by=None)
        (mention,) = read_cases.mentions(ana, "riders")
        assert mention.case == number
        write_case_notes.seen("riders", number, ana)
        assert read_cases.mentions(ana, "riders") == []
        assert len(read_cases.mentions(ana, "riders", unseen=False)) == 1

    def test_only_who_wrote_a_note_changes_it(self, posts):
        ana, ben, number = person("ana"), person("ben"), opened()
        cases.note("riders", number, "seen on Adroid", by=ana)
        (note,) = read_cases.notes("riders", number)
        with pytest.raises(StoreError, match="Only who wrote"):
            cases.edit_note("riders", note.id, "mine now", by=ben)
        cases.edit_note("riders", note.id, "seen on Android, @ben", by=ana)
        (note,) = read_cases.notes("riders", number)
        assert (note.text, note.edited is not None) == ("seen on Android, @ben", True)
        assert len(read_cases.mentions(ben, "riders")) == 1

    def test_a_note_is_free_and_stands_in_no_repr(self, posts):
        number = opened()
        cases.note("riders", number, "asked the union liaison about it", by=None)
        (note,) = read_cases.notes("riders", number)
        assert "liaison" not in repr(note)

    @given(st.text(max_size=40))
    @settings(max_examples=60)
    def test_any_text_is_a_note_or_a_sentence(self, text):
        try:
            kept = cases_notes.checked(text)
        except Refused:
            return
        cases_notes.mentioned(kept, [("ana", 1)])
        assert "\x00" not in kept


class TestEntries:
    @pytest.mark.parametrize(
        ("sort", "detail"),
        [
            ("opened", {}),
            ("gossip", {}),
            ("alert", {"text": "a long\nquote"}),
            ("alert", {"who": ["ana"]}),
            ("alert", {f"n{at}": at for at in range(13)}),
        ],
    )
    def test_only_known_ones_without_words(self, posts, sort, detail):
        with pytest.raises(StoreError):
            cases.tell("riders", opened(), sort, detail, by=None)

    def test_every_sort_that_is_written_is_in_the_table(self):
        assert set(CaseChange.objects.values_list("sort", flat=True)) <= set(cases_timeline.SORTS)


class TestListing:
    @pytest.fixture
    def many(self, posts):
        ana = person("ana")
        numbers = [opened(f"Crash number {at}", severity=SEVERITIES[at % 4]) for at in range(12)]
        for at, number in enumerate(numbers):
            if at % 3 == 0:
                cases.change("riders", number, by=None, seen=1, due=NOW + timedelta(days=at - 4))
            if at % 4 == 1:
                version = told(number).version
                cases.change("riders", number, by=None, seen=version, status="closed", assignee=ana)
        return numbers

    @pytest.mark.parametrize("order", ["changed", "opened", "due", "severity", "nonsense"])
    def test_pages_hold_each_case_once(self, many, order):
        filters = Filters(statuses=("any",), order=order)
        whole = [row.number for row in read_cases.listing("riders", filters, None, 50).rows]
        assert sorted(whole) == many
        for limit in (1, 5, 12):
            after, found = None, []
            while True:
                page = read_cases.listing("riders", filters, after, limit)
                found += [row.number for row in page.rows]
                after = page.next
                if after is None:
                    break
            assert found == whole

    def test_a_cursor_that_is_none_starts_anew_or_ends(self, many):
        for after in ("", "x", "1", "1.", "-.-", "9" * 40, "1.1' OR 1=1", "\x00", "-.5", "9" * 17 + ".1"):
            for order in ("changed", "opened", "due", "severity"):
                page = read_cases.listing("riders", Filters(order=order), after)
                assert {row.number for row in page.rows} <= set(many)

    def test_filters(self, many):
        expected = {
            Filters(): 9,
            Filters(statuses=("closed",)): 3,
            Filters(statuses=("any",), severities=("severe", "high")): 6,
            Filters(overdue=True): 2,
            Filters(assignee=0): 9,
            Filters(q="number 11"): 1,
            Filters(q="NUMBER crash"): 9,
            Filters(q="#3"): 2,
            Filters(q="%"): 0,
            Filters(q="_"): 0,
            Filters(team=0): 9,
            Filters(team=99): 0,
            Filters(theme=1): 0,
        }
        found = {filters: len(read_cases.listing("riders", filters).rows) for filters in expected}
        assert found == expected

    def test_a_page_asks_the_same_number_of_questions_however_long(self, many, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as few:
            read_cases.listing("riders", Filters(), None, 1)
        with CaptureQueriesContext(connection) as all_:
            read_cases.listing("riders", Filters(), None, 50)
        assert abs(len(all_) - len(few)) <= 2
        assert len(all_) <= 16

    def test_what_is_due_is_ones_own_or_nobodys(self, many):
        ana, ben = person("ana"), person("ben")
        assert len(read_cases.due("riders", ben)) == 3
        number = read_cases.due("riders", ben)[0].number
        cases.change("riders", number, by=None, seen=told(number).version, assignee=ana)
        assert len(read_cases.due("riders", ben)) == 2
        assert number in [row.number for row in read_cases.due("riders", ana)]

    def test_names_are_as_people_wish(self, posts):
        ana = person("ana")
        assert people_names.names([ana, None]) == {ana: "ana"}
        assert cases.people("riders") == {ana: "ana"}


class TestThemes:
    @pytest.fixture
    def themed(self, posts):
        homes = {post: 1 if at < 4 else 2 for at, post in enumerate(posts)}
        write_themes.group("riders", write_themes.Found(homes=homes, made=frozenset({1, 2})))
        return posts

    def test_a_theme_brings_its_posts(self, themed):
        number = opened(themes=[1])
        assert told(number).themes == (1,)
        assert read_cases.of_post("riders", themed) == {post: [number] for post in themed[:4]}

    def test_a_link_follows_a_theme_that_became_part_of_another(self, themed):
        number = opened(themes=[1])
        write_themes.merge("riders", 1, 2, None)
        assert told(number).themes == (2,)
        assert read_cases.of_theme("riders", 1) == read_cases.of_theme("riders", 2) == [number]
        assert set(read_cases.of_post("riders", themed)) == set(themed)
        assert cases.add("riders", number, themes=[2], by=None) == 0
        assert cases.take_out("riders", number, themes=[2], by=None)
        assert told(number).themes == ()
        write_themes.unmerge("riders", 1, None)
        assert told(number).themes == ()

    def test_splitting_a_theme_off(self, themed):
        number = opened(themes=[1, 2])
        new = cases.split("riders", number, title="Only on Android", themes=[2], by=None)
        assert (told(number).themes, told(new).themes) == ((1,), (2,))


class TestAlike:
    """Each suggestion says what is shared, in values."""

    @pytest.fixture
    def themed(self, posts):
        homes = dict.fromkeys(posts[:4], 1)
        write_themes.group("riders", write_themes.Found(homes=homes, made=frozenset({1, 2})))
        return posts

    def found(self, number):
        return {
            (one.kind, one.number): [(why.sort, why.count) for why in one.evidence]
            for one in cases.suggestions("riders", number)
        }

    def test_cases_that_hold_the_same_posts(self, posts):
        one, other = opened(posts=posts[:2]), opened("Tips arrive late", posts=posts[1:2])
        assert self.found(one) == {("case", other): [("same_post", 1)]}

    def test_a_theme_in_which_most_of_its_posts_are_and_the_case_that_holds_it(self, themed):
        one, other = opened(posts=themed[:2]), opened("Tips arrive late", themes=[1])
        assert self.found(one) == {
            ("case", other): [("same_theme", 2)],
            ("theme", 1): [("same_theme", 2)],
        }

    def test_posts_that_repeat_its_posts_and_the_case_that_holds_them(self, posts):
        riders = Programme.objects.get()
        for post in posts[:3]:
            Repost.objects.create(post_id=post, programme=riders, first_id=posts[3])
        one, other = opened(posts=posts[:2]), opened("Tips arrive late", posts=posts[2:3])
        assert self.found(one) == {
            ("case", other): [("reposts", 1)],
            ("post", posts[2]): [("reposts", 2)],
        }
        (post,) = [found for found in cases.suggestions("riders", one) if found.kind == "post"]
        assert set(post.posts) == {posts[2], posts[3]}

    def test_themes_that_share_telling_phrases(self, themed):
        phrases = [["at the door", 9], ["black screen", 8]]
        riders = Programme.objects.get()
        seen = {"first_seen": int(NOW.timestamp()), "last_seen": int(NOW.timestamp()), "label": "app.crash"}
        Theme.objects.filter(number=1).update(phrases=phrases, **seen)
        Theme.objects.create(programme=riders, number=3, phrases=[*phrases, ["since", 5]], name="x", **seen)
        (theme,) = [one for one in cases.suggestions("riders", opened(themes=[1])) if one.kind == "theme"]
        assert theme.number == 3
        assert theme.evidence[0].phrases == ("at the door", "black screen")

    def test_what_was_said_of_one_label_at_one_place_in_one_week(self, monkeypatch):
        from earnest.desk import cases_alike

        keep(desk(), *(item(f"w{at}", ago=timedelta(minutes=at + 1)) for at in range(6)))
        posts = [row.id for row in read.posts("riders", read.Filters()).rows]
        one, other = opened(posts=posts[:3]), opened("Tips arrive late", posts=posts[3:])
        (found,) = cases.suggestions("riders", one)
        (why,) = found.evidence
        assert (found.number, why.sort, why.count) == (other, "label_place_week", 3)
        assert (why.label, why.place) == ("app.crash", "Reviews")
        assert found.score >= cases_alike.SURE_ENOUGH

    def test_titles_that_share_rare_words(self, posts):
        other = opened("Black screen after the update")
        (found,) = cases.duplicates_of("riders", cases.Draft("Black screen on Android"))
        assert (found.number, found.evidence[0].phrases) == (other, ("black", "screen"))

    def test_before_one_is_opened(self, themed):
        other = opened(themes=[1])
        (found,) = cases.duplicates_of("riders", cases.Draft("Tips arrive late", posts=themed[:2]))
        assert (found.kind, found.number) == ("case", other)

    @pytest.mark.parametrize("how", ["closed", "part of it", "taken back", "of another programme"])
    def test_what_is_done_with_is_not_suggested(self, posts, how):
        one, other = opened(posts=posts[:2]), opened("Tips arrive late", posts=posts[:2])
        match how:
            case "closed":
                cases.change("riders", other, by=None, seen=1, status="closed")
            case "part of it":
                cases.merge("riders", one, other, by=None)
            case "taken back":
                cases.undo("riders", read_cases.opening("riders", other), by=None)
            case _:
                desk("pilots")
                cases.undo("riders", read_cases.opening("riders", other), by=None)
                cases.open_case("pilots", "Tips arrive late", by=None)
        assert self.found(one) == {}
