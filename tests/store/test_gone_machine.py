"""Anything in any order: what was deleted stays deleted, and every count is what the posts say.

A machine that says, edits, deletes, replays, imports again, backs up and restores at random is compared with
a plain model of what must be there.
"""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from earnest.store import erase, read, write
from earnest.store.models import Post, Tombstone
from tests.store.build import NOW, desk, item, key
from tests.store.oracle import differences

NAMES = [f"p{n}" for n in range(6)]
WORDS = [f"wording {n} of the app that crashed" for n in range(4)]
LABELS = ["app.crash", "pay.tips"]


def kept(name: str, words: int, version: int, change: str = "said"):
    made = item(
        name,
        WORDS[words],
        labels=(LABELS[words % 2],),
        voice=f"writer {NAMES.index(name) % 3}",
        ago=timedelta(days=NAMES.index(name) * 5, hours=1),
        change=change,
    )
    when = NOW - timedelta(days=60) + timedelta(minutes=version) if version else None
    post = type(made.post)(**{**{f: getattr(made.post, f) for f in made.post.__slots__}, "version": when})
    return write.Kept(post, made.verdict, made.voice)


class Machine(RuleBasedStateMachine):
    """A place, its source, and somebody with backups."""

    home: Path

    @initialize()
    def begin(self):
        # Each run has a transaction of its own; backups are savepoints, for a restore is a step back in time.
        self.place = desk()
        self.model: dict[str, tuple[int, int]] = {}
        self.dead: set[str] = set()
        self.backup = None

    @rule(
        name=st.sampled_from(NAMES),
        words=st.integers(0, 3),
        version=st.integers(1, 9),
        change=st.sampled_from(["said", "edited"]),
    )
    def say(self, name, words, version, change):
        write.keep(self.place, [kept(name, words, version, change)], cursor="1", heard=write.Hearing(at=NOW))
        if name not in self.dead and version >= self.model.get(name, (0, 0))[1]:
            self.model[name] = (words, version)

    @rule(
        names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True), version=st.integers(1, 9)
    )
    def import_file(self, names, version):
        posts = [kept(name, 0, version) for name in names]
        write.keep(self.place, posts, cursor="2", heard=write.Hearing(at=NOW))
        for name in names:
            if name not in self.dead and version >= self.model.get(name, (0, 0))[1]:
                self.model[name] = (0, version)

    @rule(
        name=st.sampled_from(NAMES),
        how=st.sampled_from(["deleted", "withdrawn", "on request", "with a post"]),
    )
    def delete(self, name, how):
        heard = write.Hearing(at=NOW)
        if how == "withdrawn":
            write.keep(self.place, [], withdrawn=[key(name)], cursor="3", heard=heard)
            if name not in self.model:
                return
        elif how == "deleted":
            write.keep(self.place, [], erased=[key(name)], cursor="3", heard=heard)
        elif how == "with a post":
            write.keep(self.place, [kept(name, 1, 9)], erased=[key(name)], cursor="3", heard=heard)
        else:
            erase.erase_posts(self.place, [key(name)])
        self.model.pop(name, None)
        self.dead.add(name)

    @rule(name=st.sampled_from(NAMES), label=st.sampled_from(LABELS))
    def correct(self, name, label):
        row = Post.objects.filter(key=key(name)).first()
        if row is not None:
            assert write.correct("riders", row.pk, [label], "question", None)

    @rule()
    def back_up(self):
        self.backup = (transaction.savepoint(), dict(self.model), set(self.dead))

    @rule()
    def restore(self):
        if self.backup is None:
            return
        savepoint, model, _ = self.backup
        transaction.savepoint_rollback(savepoint)
        self.backup = None
        erase.settle()
        # What was edited since is as it was; what was deleted since stays deleted.
        self.model = {name: wording for name, wording in model.items() if name not in self.dead}
        for name in set(model) - set(self.model):
            assert not Post.objects.filter(key=key(name)).exists()

    @rule()
    def sweep(self):
        erase.sweep(NOW)

    @invariant()
    def what_must_be_there_is_and_nothing_else(self):
        if not hasattr(self, "place"):
            return
        there = {bytes(row.key): row.text for row in Post.objects.all()}
        assert there == {key(name): WORDS[words] for name, (words, _) in self.model.items()}
        assert {bytes(row.key) for row in Tombstone.objects.all()} == {key(name) for name in self.dead}
        for number, words in enumerate(WORDS):
            found = read.posts("riders", read.Filters(q=f'"{words}"')).rows
            assert len(found) == sum(one == number for one, _ in self.model.values())
        assert differences(_rows) == {}


def _rows(sql):
    with connection.cursor() as db:
        db.execute(sql)
        return db.fetchall()


@pytest.mark.django_db
def test_whatever_happens_what_was_deleted_stays_deleted_and_every_count_is_right(home):
    def machine():
        made = Machine()
        outer = transaction.savepoint()
        ending = made.teardown

        def teardown():
            ending()
            transaction.savepoint_rollback(outer)
            shutil.rmtree(home / "gone", ignore_errors=True)

        made.teardown = teardown
        return made

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40 if os.environ.get("EARNEST_FULL") == "1" else 8,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
