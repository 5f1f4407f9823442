"""Anything done to cases in any order: no post, theme, note, tag or file is ever lost or doubled.

A machine opens, links, notes, attaches, changes, merges, splits, undoes and erases at random, and is compared
with plain Python sets after every step.
"""

import shutil
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from earnest.desk import cases, cases_timeline
from earnest.record.errors import Conflict, Refused, StoreError
from earnest.store import erase, read_cases, write, write_themes
from earnest.store.models import Attachment, CaseNote, CasePost, Post, Programme, Tag
from tests.desk.cases_model import Change, Model, No
from tests.store.build import NOW, desk, item, key

NAMES = [f"p{n}" for n in range(6)]
THEMES = [1, 2, 3]
TAGS = ["urgent", "android", "update"]
TITLES = ["Crash at the door", "Tips arrive late", "Map is wrong"]
IDLE = frozenset(sort for sort, known in cases_timeline.SORTS.items() if not known.work)
MOST_CASES = 8

some_posts = st.lists(st.sampled_from(NAMES), max_size=4, unique=True)
some_themes = st.lists(st.sampled_from(THEMES), max_size=2, unique=True)
which = st.integers(1, MOST_CASES)


class Machine(RuleBasedStateMachine):
    """A desk with six posts and three themes."""

    @initialize()
    def begin(self):
        self.place = desk()
        own = [item(name, ago=timedelta(hours=1 + at)) for at, name in enumerate(NAMES)]
        held = [item(f"t{theme}", ago=timedelta(days=1, hours=theme)) for theme in THEMES]
        write.keep(self.place, own + held, cursor="1", heard=write.Hearing(at=NOW))
        ids = {bytes(found): id for id, found in Post.objects.values_list("pk", "key")}
        self.id = {name: ids[key(name)] for name in NAMES}
        homes = {ids[key(f"t{theme}")]: theme for theme in THEMES}
        write_themes.group("riders", write_themes.Found(homes=homes, made=frozenset(THEMES)))
        riders = Programme.objects.get(slug="riders")
        self.tags = [Tag.objects.create(programme=riders, name=name, key=name).pk for name in TAGS]
        self.model = Model(NAMES, THEMES)
        self.written: list[object] = []

    def ids(self, names):
        return [self.id[name] for name in names]

    def tries(self, does):
        """What the store says, all or nothing; None where it refuses."""
        try:
            with transaction.atomic():
                return does()
        except (StoreError, Refused):
            return None

    def keep(self, id):
        self.written.append(id)

    @rule(
        posts=some_posts,
        themes=some_themes,
        title=st.sampled_from(TITLES),
        severity=st.sampled_from(cases.SEVERITIES),
    )
    def open_case(self, posts, themes, title, severity):
        if len(self.model.cases) >= MOST_CASES - 2:
            return
        number = self.tries(
            lambda: cases.open_case(
                "riders", title, by=None, severity=severity, posts=self.ids(posts), themes=themes
            )
        )
        nothing = (posts or themes) and not themes and not self.model.there(posts)
        assert (number is None) == bool(nothing)
        if number is not None:
            assert number == len(self.model.cases) + 1
            id = read_cases.opening("riders", number)
            self.model.open(number, id, title, severity, posts, themes)
            self.keep(id)

    @rule(number=which, posts=some_posts, themes=some_themes)
    def add(self, number, posts, themes):
        id = self.tries(lambda: cases.add("riders", number, posts=self.ids(posts), themes=themes, by=None))
        try:
            root = self.model.root(number)
        except No:
            assert id is None
            return
        fresh = self.model.fresh(root, posts, themes)
        there = self.model.there(posts) or themes
        assert (id is None) == (not there)
        if id is not None:
            assert bool(id) == bool(fresh["posts"] or fresh["themes"])
        if id:
            self.model.add(number, id, posts, themes)
            self.keep(id)

    @rule(number=which, posts=some_posts, themes=some_themes)
    def take_out(self, number, posts, themes):
        id = self.tries(
            lambda: cases.take_out("riders", number, posts=self.ids(posts), themes=themes, by=None)
        )
        try:
            root = self.model.root(number)
        except No:
            assert id is None
            return
        held = self.model.seen(root.number, "posts") & set(self.model.there(posts))
        groups = {self.model.theme(theme) for theme in themes} & self.model.seen(root.number, "themes")
        assert id is not None
        assert bool(id) == bool(held or groups)
        if id:
            self.model.take_out(number, id, posts, themes)
            self.keep(id)

    @rule(into=which, other=which)
    def merge(self, into, other):
        id = self.tries(lambda: cases.merge("riders", into, other, by=None))
        try:
            may = self.model.known(other).parent is None and self.model.root(into) is not self.model.known(
                other
            )
        except No:
            may = False
        assert bool(id) == may
        if id:
            self.model.merge(into, other, id)
            self.keep(id)

    @rule(number=which, posts=some_posts, themes=some_themes, title=st.sampled_from(TITLES))
    def split(self, number, posts, themes, title):
        if len(self.model.cases) >= MOST_CASES:
            return
        new = self.tries(
            lambda: cases.split("riders", number, title=title, posts=self.ids(posts), themes=themes, by=None)
        )
        try:
            root = self.model.root(number)
        except No:
            assert new is None
            return
        held = self.model.seen(root.number, "posts") & set(self.model.there(posts))
        groups = {self.model.theme(theme) for theme in themes} & self.model.seen(root.number, "themes")
        assert (new is not None) == bool(held or groups)
        if new is not None:
            assert new == len(self.model.cases) + 1
            (first,) = [one for one in read_cases.timeline("riders", new) if one.sort == "split_off"]
            self.model.split(number, first.detail["of"], new, title, posts, themes)
            self.keep(first.detail["of"])

    @rule(
        number=which,
        title=st.none() | st.sampled_from(TITLES),
        status=st.none() | st.sampled_from(cases.STATUSES),
        tags=st.none() | st.lists(st.integers(0, 2), unique=True),
        late=st.booleans(),
    )
    def change(self, number, title, status, tags, late):
        fields = {"title": title, "status": status}
        fields = {name: value for name, value in fields.items() if value is not None}
        if tags is not None:
            fields["tags"] = [self.tags[tag] for tag in tags]
        one = self.model.cases.get(number)
        version = read_cases.one("riders", number)
        seen = (version.version if version else 1) - late
        before = None if one is None else {**one.fields, "tags": sorted(self.model.seen(number, "tags"))}
        try:
            with transaction.atomic():
                id = cases.change("riders", number, by=None, seen=seen, **fields)
        except Conflict as conflict:
            assert late
            assert before is not None
            for name, (theirs, yours) in conflict.differences.items():
                assert theirs == before[name] != yours
            return
        except StoreError:
            assert (
                one is None
                or one.taken_back
                or one.parent is not None
                or fields.get("status") not in cases.MOVES[one.fields["status"]]
            )
            return
        same = all(
            before[name] == (sorted(value) if name == "tags" else value) for name, value in fields.items()
        )
        assert bool(id) != same
        if id:
            assert not late
            self.model.change(number, id, fields)
            self.keep(id)

    @rule(number=which, text=st.sampled_from(["looked at it", "ask the app team"]))
    def note(self, number, text):
        id = self.tries(lambda: cases.note("riders", number, text, by=None))
        try:
            root = self.model.root(number)
        except No:
            assert id is None
            return
        root.notes[id] = text
        self.noted("noted", root, id)

    @rule(number=which)
    def attach(self, number):
        id = self.tries(lambda: cases.attach("riders", number, "log.txt", b"a line", by=None))
        try:
            root = self.model.root(number)
        except No:
            assert id is None
            return
        root.files.add(id)
        self.noted("attached", root, id)

    def noted(self, sort, root, id):
        self.model.changes[id] = Change(sort, root.number)
        self.keep(id)

    @rule(at=st.integers(0, 60))
    def undo(self, at):
        if not self.written:
            return
        id = self.written[-1 - at % len(self.written)]
        try:
            with transaction.atomic():
                cases.undo("riders", id, by=None)
                done = True
        except StoreError:
            done = False
        try:
            self.model.undo(id, IDLE)
        except No:
            refused = True
        else:
            refused = False
        assert done != refused, self.model.changes[id]

    @rule(name=st.sampled_from(NAMES))
    def erase(self, name):
        erase.erase_posts(self.place, [key(name)])
        self.model.erased.add(name)

    @rule(goes=st.sampled_from(THEMES), stays=st.sampled_from(THEMES))
    def merge_themes(self, goes, stays):
        into = self.model.into
        if goes != stays and into[goes] == goes and into[stays] == stays:
            write_themes.merge("riders", goes, stays, None)
            into[goes] = stays
            into |= {theme: stays for theme, at in into.items() if at == goes}

    @rule(theme=st.sampled_from(THEMES))
    def unmerge_themes(self, theme):
        if self.model.into[theme] != theme:
            write_themes.unmerge("riders", theme, None)
            self.model.into[theme] = theme

    @invariant()
    def the_store_tells_what_the_model_holds(self):
        model = getattr(self, "model", None)
        if model is None:
            return
        page = read_cases.listing("riders", read_cases.Filters(statuses=("any",)), limit=100)
        told = {case.number: case for case in page.rows}
        assert sorted(told) == sorted(model.roots())
        held = 0
        for number, case in told.items():
            below = model.below(number)
            posts = model.seen(number, "posts")
            assert case.numbers == (number, *sorted(one.number for one in below if one.number != number))
            assert (case.posts, case.gone) == (len(posts - model.erased), len(posts & model.erased))
            assert set(case.themes) == model.seen(number, "themes")
            assert sorted(tag for tag, _ in case.tags) == sorted(model.seen(number, "tags"))
            assert {"title": case.title, "status": case.status, "severity": case.severity} == (
                model.cases[number].fields
            )
            assert case.notes == sum(len(one.notes) for one in below)
            assert case.attachments == sum(len(one.files) for one in below)
            assert (case.closed is not None) == (case.status == "closed")
            held += len(below)
        taken_back = [one for one in model.cases.values() if one.taken_back]
        assert held + len(taken_back) == len(model.cases)
        live = CasePost.objects.filter(out__isnull=True, case__taken_back=False)
        kept = {
            (case, post)
            for case, post in live.filter(post__isnull=False).values_list("case__number", "post_id")
        }
        names = {id: name for name, id in self.id.items()}
        assert {(case, names[post]) for case, post in kept} == {
            (one.number, post)
            for one in model.cases.values()
            if not one.taken_back
            for post in one.own["posts"]
            if post not in model.erased
        }

    def teardown(self):
        model = getattr(self, "model", None)
        if model is None:
            return
        for number in model.roots():
            numbers = {one.number for one in model.below(number)}
            entries = read_cases.timeline("riders", number, limit=1_000)
            assert len({one.id for one in entries}) == len(entries)
            mine = {id for id, one in model.changes.items() if isinstance(id, int) and one.case in numbers}
            assert mine <= {one.id for one in entries}
            assert {one.id for one in entries if one.undone} & mine == {
                id for id in mine if model.changes[id].undone
            }
            assert set(read_cases.lineage("riders", number)) == numbers
            for member in numbers:
                assert read_cases.lineage("riders", member)[0] == number
            texts = sorted(text for one in model.below(number) for text in one.notes.values())
            assert sorted(row.text for row in read_cases.notes("riders", number)) == texts
            files = read_cases.attachments("riders", number)
            assert all(read_cases.attachment("riders", row.id)[1] == b"a line" for row in files)
        found = read_cases.of_post("riders", list(self.id.values()))
        for name, id in self.id.items():
            shown = {number for number in model.roots() if name in model.seen(number, "posts") - model.erased}
            assert set(found.get(id, [])) == shown
        # Nothing that people wrote leaves the tables.
        assert CaseNote.objects.count() == sum(one.sort == "noted" for one in model.changes.values())
        assert Attachment.objects.count() == sum(len(one.files) for one in model.cases.values())


def run(home, runs, steps):
    def machine():
        made = Machine()
        outer = transaction.savepoint()
        ending = made.teardown

        def teardown():
            try:
                ending()
            finally:
                transaction.savepoint_rollback(outer)
                shutil.rmtree(home / "gone", ignore_errors=True)

        made.teardown = teardown
        return made

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_whatever_is_done_nothing_is_lost_or_doubled(home):
    run(home, 4, 25)


@pytest.mark.slow
@pytest.mark.django_db
def test_ten_thousand_steps_lose_and_double_nothing(home):
    run(home, 100, 100)
