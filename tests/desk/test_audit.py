# ruff: noqa: S608 - statements of the tests themselves, on names of the tests
"""The audit chain: what a link may hold, that none can be changed unseen, and what a delegate reads."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earnest.desk import access, audit, audit_key, audit_verify
from earnest.record.errors import InputError, MissingKeys, Refused
from earnest.store import clock, read_audit
from earnest.store import write as store_write

pytestmark = pytest.mark.django_db

REFUSES = import_module("earnest.store.migrations.0004_audit")


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Every chain of these tests has a key of its own."""


def run(statement: str, *values: object) -> None:
    with connection.cursor() as db:
        db.execute(statement, values or None)


def write(links: int) -> None:
    for n in range(links):
        audit.note(f"person:{n % 3 + 1}", "post_read", programme="riders", about=f"post:{n}", detail={"n": n})


def verdict(*anchors: str) -> tuple[int, str] | None:
    broken = audit_verify.verify(*(audit_verify.read_anchor(line) for line in anchors)).broken
    return None if broken is None else (broken.seq, broken.what)


class TestWhatALinkHolds:
    def test_who_what_when_and_about_what(self) -> None:
        audit.note("person:3", "posts_read", programme="riders", about="posts", detail={"filters": 2})
        (link,) = read_audit.links()
        assert (link.seq, link.actor, link.action, link.programme) == (1, "person:3", "posts_read", "riders")
        assert (link.about, link.detail) == ("posts", {"filters": 2})
        assert abs(clock.now() - link.at) < timedelta(minutes=1)

    @pytest.mark.parametrize(
        "said",
        [
            {"about": "the app crashed at the door"},
            {"about": "ann@example.org"},
            {"about": "@ann"},
            {"about": "u/ann"},
            {"about": "post:u/ann"},
            {"about": "https://example.org/post"},
            {"about": "x" * 81},
            {"about": "línea"},
            {"detail": {"q": "two words"}},
            {"detail": {"phone": "447700900123"}},
            {"detail": {"by": "ann@example.org"}},
            {"detail": {"Name": "x"}},
            {"detail": {"ratio": 0.5}},
            {"detail": {"list": ["x"]}},
            {"detail": dict.fromkeys("abcdefg", 1)},
            {"programme": "not a slug"},
        ],
        ids=lambda said: str(said)[:40],
    )
    def test_content_addresses_and_handles_are_refused(self, said: dict[str, object]) -> None:
        with pytest.raises(audit.NotContentFree) as refused:
            audit.note("cli", "erased", **said)
        for value in said.values():
            assert str(value) not in str(refused.value)
        assert read_audit.empty()

    @pytest.mark.parametrize("actor", ["ann", "person:ann", "person:", "person:1 ", "user:1", ""])
    def test_somebody_is_a_number(self, actor: str) -> None:
        with pytest.raises(audit.NotContentFree):
            audit.note(actor, "erased")

    def test_an_unknown_action_is_refused(self) -> None:
        with pytest.raises(audit.NotContentFree):
            audit.note("cli", "looked")

    def test_every_action_is_the_end_of_a_sentence(self) -> None:
        for action, says in audit.ACTIONS.items():
            assert action.replace("_", "").isalpha()
            assert len(action) <= 40
            assert says[0].islower()
            assert not says.endswith(".")

    def test_a_link_that_is_rolled_back_leaves_no_gap(self) -> None:
        write(2)
        with transaction.atomic():
            audit.note("cli", "erased")
            transaction.set_rollback(True)
        write(1)
        assert [link.seq for link in read_audit.links()] == [1, 2, 3]
        assert verdict() is None

    def test_the_same_reading_is_written_once_an_hour(self) -> None:
        for filters in (0, 0, 1, 0):
            audit.note_hourly("person:1", "live_read", programme="riders", detail={"filters": filters})
        assert len(list(read_audit.links())) == 2


class TestAppendOnly:
    @pytest.fixture(autouse=True)
    def _refusing(self) -> None:
        """The refusals as the migration makes them; the test's own transaction takes them back."""
        write(3)
        sqlite = connection.vendor == "sqlite"
        run("SELECT 1") if sqlite else run("DROP FUNCTION store_audit_refuse() CASCADE")
        for statement in REFUSES.SQLITE if sqlite else REFUSES.POSTGRES:
            run(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE store_auditlink SET actor = 'person:9' WHERE seq = 2",
            "DELETE FROM store_auditlink WHERE seq = 2",
            "DELETE FROM store_auditlink",
            "TRUNCATE store_auditlink",
        ],
    )
    def test_the_database_refuses(self, statement: str) -> None:
        if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
            pytest.skip("SQLite has no TRUNCATE")
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)
        assert verdict() is None
        assert len(list(read_audit.links())) == 3

    def test_links_are_added_still(self) -> None:
        write(1)
        assert verdict() is None


TAMPERING: dict[str, tuple[tuple[str, ...], tuple[int, str]]] = {
    "who it was is changed": (
        ("UPDATE store_auditlink SET actor = 'person:9' WHERE seq = 4",),
        (4, "changed"),
    ),
    "when it was is changed": (("UPDATE store_auditlink SET at = at + 1 WHERE seq = 4",), (4, "changed")),
    "what it was about is changed": (
        ("UPDATE store_auditlink SET about = 'post:99' WHERE seq = 1",),
        (1, "changed"),
    ),
    "a detail is changed": (("UPDATE store_auditlink SET detail = '{}' WHERE seq = 8",), (8, "changed")),
    "a detail is no JSON any more": (
        ("UPDATE store_auditlink SET detail = '{' WHERE seq = 8",),
        (8, "changed"),
    ),
    "one link is deleted": (("DELETE FROM store_auditlink WHERE seq = 4",), (4, "missing")),
    "several links are deleted": (
        ("DELETE FROM store_auditlink WHERE seq BETWEEN 3 AND 5",),
        (3, "missing"),
    ),
    "the first link is deleted": (("DELETE FROM store_auditlink WHERE seq = 1",), (1, "missing")),
    "one is deleted and the others move up": (
        (
            "DELETE FROM store_auditlink WHERE seq = 4",
            "UPDATE store_auditlink SET seq = seq - 100 WHERE seq > 4",
            "UPDATE store_auditlink SET seq = seq + 99 WHERE seq < 0",
        ),
        (4, "moved"),
    ),
    "two links change places": (
        (
            "UPDATE store_auditlink SET seq = 99 WHERE seq = 3",
            "UPDATE store_auditlink SET seq = 3 WHERE seq = 6",
            "UPDATE store_auditlink SET seq = 6 WHERE seq = 99",
        ),
        (3, "moved"),
    ),
    "the tail is cut off": (("DELETE FROM store_auditlink WHERE seq > 6",), (7, "cut")),
    "a link stands before the first": (
        ("UPDATE store_auditlink SET seq = 0 WHERE seq = 5",),
        (1, "changed"),
    ),
    "a seal is changed": (
        ("UPDATE store_auditlink SET mac = previous WHERE seq = 5",),
        (5, "changed"),
    ),
    "the head is changed": (("UPDATE store_audithead SET seq = 5",), (6, "head")),
    "the head is gone": (("DELETE FROM store_audithead",), (1, "head")),
    "a link of one's own is added behind the last": (
        (
            "INSERT INTO store_auditlink SELECT 9, at, actor, action, programme, about, detail, mac, mac"
            " FROM store_auditlink WHERE seq = 8",
        ),
        (9, "changed"),
    ),
}


class TestTampering:
    @pytest.mark.parametrize(("how", "named"), TAMPERING.values(), ids=TAMPERING)
    def test_it_is_named(self, how: tuple[str, ...], named: tuple[int, str]) -> None:
        write(8)
        assert verdict() is None
        for statement in how:
            run(statement)
        assert verdict() == named

    def test_a_link_put_back_as_it_was_is_whole_again_and_with_another_word_is_not(self) -> None:
        write(5)
        columns = "seq, at, actor, action, programme, about, detail, previous, mac"
        run(f"CREATE TEMPORARY TABLE aside AS SELECT {columns} FROM store_auditlink WHERE seq = 3")
        run("DELETE FROM store_auditlink WHERE seq = 3")
        assert verdict() == (3, "missing")
        run(f"INSERT INTO store_auditlink ({columns}) SELECT {columns} FROM aside")
        assert verdict() is None
        run("UPDATE store_auditlink SET action = 'erased' WHERE seq = 3")
        assert verdict() == (3, "changed")
        run("DROP TABLE aside")

    def test_a_cut_tail_with_its_head_is_found_by_an_anchor_alone(self) -> None:
        write(8)
        anchor = audit_verify.head_line()
        self._cut(5)
        assert verdict() is None
        assert verdict(anchor) == (6, "cut")
        write(4)
        assert verdict() is None
        assert verdict(anchor) == (8, "rewritten")

    def test_and_by_the_head_beside_the_keys(self) -> None:
        write(8)
        audit_verify.note_head()
        self._cut(5)
        assert verdict() == (6, "cut")
        audit_verify.note_head()
        assert verdict() == (6, "cut")

    def _cut(self, last: int) -> None:
        run("DELETE FROM store_auditlink WHERE seq > %s", last)
        run(
            "UPDATE store_audithead SET seq = %s, mac = (SELECT mac FROM store_auditlink WHERE seq = %s)",
            last,
            last,
        )

    def test_an_anchor_with_a_slip_of_the_pen_is_told_apart_from_a_broken_chain(self) -> None:
        write(2)
        line = audit_verify.head_line()
        assert verdict(line) is None
        assert verdict(f"  printed:\n{line.lower()}\n") is None
        for wrong in (line.replace("AUDIT 2", "AUDIT 3"), line[:-1] + "x", line[:40], "", "nothing"):
            with pytest.raises(InputError):
                audit_verify.read_anchor(wrong)

    def test_another_key_does_not_verify(self, home: Path) -> None:
        write(3)
        audit_key.path(home).write_text("11" * 32)
        assert verdict() == (1, "changed")

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(data=st.data())
    def test_any_tampering_is_found(self, data: st.DataObject) -> None:
        """One to three changes anywhere; unless they leave the table as it was, the chain is broken."""
        with transaction.atomic():
            if read_audit.empty():
                write(10)
            anchor = audit_verify.head_line()
            before = _everything()
            for _ in range(data.draw(st.integers(1, 3))):
                _tamper(data)
            assert (verdict(anchor) is None) == (_everything() == before)
            transaction.set_rollback(True)


COLUMNS = ("at", "actor", "action", "programme", "about", "detail", "previous", "mac")


def _everything() -> list[tuple[object, ...]]:
    with connection.cursor() as db:
        db.execute(f"SELECT seq, {', '.join(COLUMNS)} FROM store_auditlink ORDER BY seq")
        links = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in db.fetchall()]
        db.execute("SELECT seq, mac FROM store_audithead")
        return links + [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in db.fetchall()
        ]


def _tamper(data: st.DataObject) -> None:
    one, other = data.draw(st.integers(1, 10)), data.draw(st.integers(1, 10))
    column = data.draw(st.sampled_from(COLUMNS))
    match data.draw(st.sampled_from(("copy", "set", "delete", "swap", "cut", "double"))):
        case "copy":
            run(
                f"UPDATE store_auditlink SET {column} ="
                f" COALESCE((SELECT l.{column} FROM store_auditlink l WHERE l.seq = %s), {column})"
                " WHERE seq = %s",
                one,
                other,
            )
        case "set":
            value = {
                "at": st.integers(0, 2**62),
                "previous": st.binary(min_size=32, max_size=32),
                "mac": st.binary(min_size=32, max_size=32),
            }.get(column, st.text("abc:{}\"'é", max_size=20))
            run(f"UPDATE store_auditlink SET {column} = %s WHERE seq = %s", data.draw(value), one)
        case "delete":
            run("DELETE FROM store_auditlink WHERE seq = %s", one)
        case "swap":
            run("UPDATE store_auditlink SET seq = -1 WHERE seq = %s", one)
            run("UPDATE store_auditlink SET seq = %s WHERE seq = %s AND %s <> %s", one, other, one, other)
            run("UPDATE store_auditlink SET seq = %s WHERE seq = -1", other)
        case "cut":
            run("DELETE FROM store_auditlink WHERE seq >= %s", one)
            run(
                "UPDATE store_audithead SET seq = %s,"
                " mac = COALESCE((SELECT mac FROM store_auditlink WHERE seq = %s), mac)",
                one - 1,
                one - 1,
            )
        case "double":
            run(
                "INSERT INTO store_auditlink SELECT 11, at, actor, action, programme, about, detail,"
                " previous, mac FROM store_auditlink WHERE seq = %s AND NOT EXISTS"
                " (SELECT 1 FROM store_auditlink WHERE seq = 11)",
                one,
            )


class TestTheKey:
    def test_a_fresh_chain_makes_it_and_only_its_owner_may_read_it(self, home: Path) -> None:
        write(1)
        assert audit_key.path(home).stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize(
        ("harm", "says"),
        [
            (lambda path: path.unlink(), "missing"),
            (lambda path: path.write_text(""), "damaged"),
            (lambda path: path.write_text("zz" * 32), "cannot be read"),
            (lambda path: path.write_bytes(b"\xff\xfe"), "cannot be read"),
            (lambda path: path.chmod(0o640), "read by others"),
        ],
        ids=["gone", "empty", "no hex", "no text", "open to others"],
    )
    def test_without_it_nothing_is_written_and_none_is_made(
        self, home: Path, harm: Callable[[Path], None], says: str
    ) -> None:
        write(2)
        harm(audit_key.path(home))
        for call in (lambda: write(1), audit.ready, audit_verify.verify, audit_verify.head_line):
            with pytest.raises(MissingKeys, match=says) as missing:
                call()
            assert missing.value.advice
        assert len(list(read_audit.links())) == 2

    def test_lost_for_good_another_key_goes_on_and_what_was_before_is_not_said_to_be_proved(
        self, home: Path
    ) -> None:
        write(4)
        with pytest.raises(Refused):
            audit_key.begin_anew(home)
        audit_key.path(home).unlink()
        assert audit_key.begin_anew(home) == 5
        write(3)
        found = audit_verify.verify()
        assert (found.links, found.broken, found.unproved) == (7, None, 4)
        run("UPDATE store_auditlink SET actor = 'person:9' WHERE seq = 6")
        assert verdict() == (6, "changed")
        run("DELETE FROM store_auditlink WHERE seq = 2")
        assert verdict() == (2, "missing")


class TestWhatADelegateReads:
    def test_roles_and_numbers_never_names(self) -> None:
        for person, place in ((1, "room"), (2, "room"), (1, "room"), (1, "form")):
            detail = {"role": "analyst", "place": place}
            audit.note(f"person:{person}", "post_read", programme="riders", about="post:1", detail=detail)
        audit.note("person:3", "posts_read", programme="riders", detail={"role": "lead", "filters": 0})
        audit.note("cli", "exported", programme="riders")
        audit.note("person:4", "posts_read", programme="shoppers", detail={"role": "lead"})
        told = audit.accesses("riders", "room")
        assert sorted((one.who, one.people, one.action, one.place, one.times) for one in told) == [
            ("a lead", 1, "posts_read", "", 1),
            ("an analyst", 2, "post_read", "room", 3),
            ("somebody at the server", 1, "exported", "", 1),
        ]
        assert "person" not in repr(told)

    def test_a_delegate_reads_those_of_the_places_they_speak_for(self) -> None:
        store_write.add_programme("riders", "Riders", "workforce")
        for place in ("room", "form"):
            store_write.add_place("riders", place, title=place, type="sample", kind="closed")
        access.add_person("del", "riders", "delegate", ["room"])
        access.add_person("stew", "riders", "steward")
        for place in ("room", "form"):
            audit.note("person:1", "post_read", programme="riders", detail={"place": place})
        audit.note("person:1", "posts_read", programme="riders")
        people = {user.username: user for user in get_user_model().objects.all()}
        assert {one.place for one in audit.accesses_for(people["del"], "riders")} == {"room", ""}
        assert {one.place for one in audit.accesses_for(people["stew"], "riders")} == {"room", "form", ""}
        for elsewhere in (("shoppers", None), ("riders", "form")):
            with pytest.raises(Refused):
                audit.accesses_for(people["del"], *elsewhere)

    def test_since(self) -> None:
        write(1)
        assert audit.accesses("riders", since=clock.now() + timedelta(minutes=1)) == []


def test_every_action_that_the_chain_knows_is_written_somewhere() -> None:
    """A word that nothing writes is a promise that is not kept: a look or a change that leaves no link."""
    package = Path(audit.__file__).parents[1]
    code = [path.read_text("utf-8") for path in package.rglob("*.py") if path != Path(audit.__file__)]
    unwritten = [action for action in audit.ACTIONS if not any(f'"{action}"' in one for one in code)]
    assert unwritten == []
