"""Opting out lasts, erases what was said before, and reading again undoes nothing. Synthetic posts."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earnest.flow import bulk, forget, intake
from earnest.flow.listen import listen, model_for, open_stages
from earnest.gate.voice import Keys, epoch_of
from earnest.record.errors import MissingKeys, SourceBusy, StoreBusy, StoreError
from earnest.record.raw import Page, RawPost
from earnest.record.verdict import Scored
from earnest.sources import registry
from earnest.store import (
    erase,
    read,
    read_leaving,
    read_second,
    write,
    write_leaving,
    write_second,
)
from earnest.store.models import AuditLink, OptOut

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)
NUMBERS = count(1)


class Says:
    """A source that gives pages once, and remembers whom it told that they are out."""

    def __init__(self, *pages):
        self._pages, self.told = pages, []

    def read(self, cursor):
        for number, posts in enumerate(self._pages, 1):
            yield Page(tuple(posts), f'{{"page": {number}}}', done=number == len(self._pages))

    def acknowledge(self, leaving_ids):
        self.told += leaving_ids


class Room:
    """A place, its keys, and what is heard in it."""

    def __init__(self, home, slug="room", type="feed", settings=None, programme="riders"):
        path = home / "keys" / "voices.key"
        self.keys = Keys.open(path) if path.exists() else Keys.make(path)
        if read.programme(programme) is None:
            write.add_programme(programme, programme.title(), "customers", state="live")
        write.add_place(programme, slug, type=type, kind="open", settings=settings or {})
        self.slug, self.programme, self.home = slug, programme, home

    @property
    def place(self):
        return read.listening_place(self.programme, self.slug)

    def hear(self, *pages):
        source = Says(*pages)
        heard = listen(
            self.place, source, open_stages(self.place, self.keys, model_for("gig-delivery", self.home))
        )
        return heard, source.told

    def texts(self):
        return sorted(row.text for row in read.posts(self.programme, read.Filters()).rows)

    def out(self):
        return len(read_leaving.opted_out(self.place.id))


def said(id, text, author="ann", ago=60, change="said"):
    return RawPost(str(id), text, NOW - timedelta(minutes=ago), author, change=change)


@pytest.fixture
def room(home):
    return Room(home)


class TestOptingOut:
    """The words, in every way they may come."""

    def test_what_was_said_before_goes_and_what_is_said_after_does_not_come_in(self, room):
        room.hear([said(1, "my tips are missing"), said(2, "the app crashed", "bob")])
        heard, told = room.hear([said(3, "Earnest opt out", ago=30)])
        assert (heard.admitted, heard.withheld, told) == (0, 1, ["3"])
        assert room.texts() == ["the app crashed"]
        heard, _ = room.hear([said(4, "parking is bad", ago=5), said(5, "late again", "bob", ago=4)])
        assert (heard.admitted, heard.withheld) == (1, 1)
        assert room.texts() == ["late again", "the app crashed"]

    @pytest.mark.parametrize(
        "text",
        [
            "Earnest, no me escuches",
            "late again #noearnest",
            "we strike on friday, join the union. Earnest opt out",
            "not in the list of codes: earnest-out-7f3k-2mmq-9x4t",
        ],
    )
    def test_however_it_is_said(self, room, text):
        room.hear([said(1, "my tips are missing")])
        room.hear([said(2, text, ago=30)])
        room.hear([said(3, "parking is bad", ago=5)])
        assert room.texts() == []

    @pytest.mark.parametrize("change", ["said", "edited"])
    def test_an_old_post_changed_into_it(self, room, change):
        room.hear([said(1, "my tips are missing"), said(2, "the app crashed")])
        room.hear([dataclasses.replace(said(1, "Earnest opt out", change=change), version=NOW)])
        room.hear([said(3, "parking is bad", ago=5)])
        assert room.texts() == []

    def test_it_holds_for_the_other_posts_of_its_page_whatever_their_order(self, room):
        heard, _ = room.hear(
            [
                said(4, "parking is bad", ago=1),
                said(3, "Earnest opt out", ago=30),
                said(2, "the app crashed", "bob"),
                said(1, "my tips are missing"),
            ]
        )
        assert (heard.admitted, heard.withheld) == (1, 2)
        assert room.texts() == ["the app crashed"]

    def test_it_holds_for_the_next_page_of_the_same_read(self, room):
        room.hear(
            [said(1, "my tips are missing")], [said(2, "Earnest opt out")], [said(3, "parking is bad", ago=5)]
        )
        assert room.texts() == []

    def test_a_post_of_theirs_never_comes_back_by_being_read_again(self, room):
        old = [said(1, "my tips are missing"), said(2, "the app crashed")]
        room.hear(old)
        room.hear([said(3, "Earnest opt out", ago=30)])
        room.hear([said(4, "Earnest opt in", ago=20)])
        room.hear(old)
        assert room.texts() == []

    def test_a_post_without_an_author_withholds_itself_alone(self, room):
        room.hear([said(1, "my tips are missing", None)])
        heard, told = room.hear([said(2, "Earnest opt out", None, ago=30)])
        assert (heard.withheld, told, room.out()) == (1, [], 0)
        assert room.texts() == ["my tips are missing"]

    def test_a_post_that_a_person_relabelled_goes_too(self, room):
        room.hear([said(1, "my tips are missing"), said(2, "the app crashed", "bob")])
        for row in read.posts("riders", read.Filters()).rows:
            write.correct("riders", row.id, ["pickup.wait"], "complaint", None)
            write.correct("riders", row.id, ["other"], "complaint", None)
        room.hear([said(3, "Earnest opt out", ago=30)])
        assert room.texts() == ["the app crashed"]

    def test_a_post_that_a_second_look_relabelled_goes_too(self, room):
        write_second.set_terms("riders", "endpoint", 20)
        room.hear([said(n, f"my tips are missing {n}") for n in range(10)])
        write_second.choose("riders")
        wordings = read_second.texts("riders", write_second.claim("riders", 16))
        label = (Scored("pickup.wait", 0.99),)
        answers = [write_second.Answer(id, text, label, unsure=False) for id, text in wordings.items()]
        assert write_second.settle("riders", "endpoint", "a", answers).changed == 2
        room.hear([said(11, "Earnest opt out", ago=30)])
        assert room.texts() == []

    def test_posts_of_a_quarter_whose_key_was_destroyed_are_beyond_reach(self, room):
        room.hear([said(1, "my tips are missing")])
        room.keys.destroy(epoch_of(NOW - timedelta(minutes=60)))
        room.hear([said(2, "Earnest opt out", ago=30)])
        assert room.texts() == ["my tips are missing"]
        assert room.out() == 1

    def test_a_source_that_cannot_answer_changes_nothing(self, room):
        class Mute(Says):
            def acknowledge(self, leaving_ids):
                raise SourceBusy("down")

        stages = open_stages(room.place, room.keys, model_for("gig-delivery", room.home))
        listen(room.place, Mute([said(1, "Earnest opt out")]), stages)
        assert room.out() == 1

    def test_the_audit_chain_knows_that_somebody_left_and_not_who(self, room):
        room.hear([said(1, "Earnest opt out", "canaryann")])
        (link,) = AuditLink.objects.filter(action="opted_out")
        assert "canary" not in json.dumps(
            [getattr(link, f.name, "") for f in AuditLink._meta.fields], default=str
        )
        assert link.programme == "riders"


class TestComingBack:
    """ "Earnest opt in": the row goes, what was erased stays away."""

    def test_what_is_said_from_then_on_is_heard(self, room):
        room.hear([said(1, "Earnest opt out")])
        room.hear([said(2, "Earnest opt in", ago=30)])
        assert OptOut.objects.count() == 0
        room.hear([said(3, "parking is bad", ago=5)])
        assert room.texts() == ["parking is bad"]

    def test_the_wishes_themselves_are_never_kept(self, room):
        room.hear([said(1, "Earnest opt out")])
        room.hear([said(2, "Earnest opt in", ago=30)])
        assert room.texts() == []

    def test_an_old_wish_that_is_read_again_does_not_undo_a_newer_one(self, room):
        out, back = said(1, "Earnest opt out"), said(2, "Earnest opt in", ago=30)
        room.hear([out])
        room.hear([back, out])
        room.hear([said(3, "parking is bad", ago=20), back, out])
        room.hear([out])
        assert room.texts() == ["parking is bad"]
        room.hear([said(4, "Earnest opt out", ago=10)])
        room.hear([back])
        assert (room.out(), room.texts()) == (1, [])

    def test_wishes_in_one_page_count_in_the_order_in_which_they_were_said(self, room):
        out, back = said(1, "Earnest opt out", ago=40), said(2, "Earnest opt in", ago=30)
        room.hear([back, out])
        assert room.out() == 0
        room.hear([said(4, "Earnest opt in", ago=20), said(3, "Earnest opt out", ago=10)])
        assert room.out() == 1

    def test_somebody_else_lets_nobody_back_in(self, room):
        room.hear([said(1, "Earnest opt out")])
        room.hear([said(2, "Earnest opt in", "bob", ago=30)])
        room.hear([said(3, "parking is bad", ago=5)])
        assert room.out() == 1
        assert "parking is bad" not in room.texts()


class TestPlaces:
    """An account is one of a place, and of other places where the same name is the same person."""

    def heard_in(self, *rooms):
        for room in rooms:
            room.hear([said(1, "my tips are missing")])
        rooms[0].hear([said(2, "Earnest opt out", ago=30)])
        for room in rooms:
            room.hear([said(3, "parking is bad", ago=5)])
        return [room.out() for room in rooms]

    def test_the_same_name_elsewhere_is_somebody_else(self, home):
        assert self.heard_in(Room(home), Room(home, "other")) == [1, 0]

    def test_the_same_source_heard_for_two_programmes_is_one(self, home):
        same = {"url": "https://forum.example/feed"}
        rooms = Room(home, settings=same), Room(home, settings=same, programme="buyers")
        assert self.heard_in(*rooms) == [1, 1]
        assert [room.texts() for room in rooms] == [[], []]

    def test_a_type_whose_names_are_one_account_everywhere_is_left_everywhere(self, home, monkeypatch):
        kind = dataclasses.replace(registry.TYPES["feed"], one_account=True)
        monkeypatch.setitem(registry._OWN, "feed", kind)
        assert self.heard_in(Room(home), Room(home, "other")) == [1, 1]

    def test_the_hash_of_one_place_is_not_that_of_another_nor_any_voice_or_key(self, room):
        room.hear([said(1, "Earnest opt out")])
        (row,) = OptOut.objects.all()
        keys, hash = room.keys, bytes(row.hash)
        assert hash == keys.leaver("riders/room", "ann")
        assert hash not in (keys.leaver("riders/other", "ann"), keys.speaker("riders/room", "ann"))
        assert hash[:16] != keys.post_key("riders/room", "ann")

    def test_removing_a_place_and_adding_it_again_forgets_nobody(self, room):
        room.hear([said(1, "Earnest opt out")])
        erase.erase_place("riders", "room")
        write.add_place("riders", "room", type="feed", kind="open")
        room.hear([said(2, "parking is bad", ago=5)])
        assert room.texts() == []


class TestFiles:
    """The same in the two processes of an import."""

    def run(self, home, path, *rows):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        place, job = intake.file_job("riders", "reviews", {"path": str(path)}, home)
        return [brought for brought, _ in bulk.import_file(place, job)]

    def row(self, id, text, author="ann", ago=60):
        at = (NOW - timedelta(minutes=ago)).isoformat()
        return {"id": f"{id}", "text": text, "author": author, "created": at}

    def texts(self):
        return sorted(row.text for row in read.posts("riders", read.Filters()).rows)

    def test_an_import_erases_keeps_away_and_remembers(self, room, home, tmp_path):
        self.run(home, tmp_path / "one.jsonl", self.row(1, "my tips are missing"), self.row(2, "late", "bob"))
        self.run(
            home,
            tmp_path / "two.jsonl",
            *(self.row(10 + n, f"the app crashed {n}", ago=50) for n in range(2_500)),
            self.row(3, "Earnest opt out", ago=30),
            *(self.row(3_000 + n, f"parking is bad {n}", ago=20) for n in range(2_500)),
        )
        assert self.texts() == ["late"]
        (brought,) = self.run(home, tmp_path / "three.jsonl", self.row(9_000, "on time today", ago=5))
        assert (brought.admitted, brought.withheld) == (0, 1)
        assert self.texts() == ["late"]

    @pytest.mark.slow
    def test_a_file_that_is_read_twice_lets_nobody_out_who_came_back(self, room, home, tmp_path):
        out = self.row(1, "Earnest opt out")
        self.run(home, tmp_path / "one.jsonl", out)
        self.run(home, tmp_path / "two.jsonl", self.row(2, "Earnest opt in", ago=30))
        self.run(home, tmp_path / "one.jsonl", out)
        self.run(home, tmp_path / "three.jsonl", self.row(3, "parking is bad", ago=5))
        assert self.texts() == ["parking is bad"]

    @pytest.mark.slow
    def test_who_opts_out_by_another_way_meanwhile_stops_the_import_until_it_is_run_again(
        self, room, home, tmp_path
    ):
        path = tmp_path / "posts.jsonl"
        path.write_text(json.dumps(self.row(1, "my tips are missing")) + "\n")
        place, job = intake.file_job("riders", "reviews", {"path": str(path)}, home)
        write_leaving.opt_out(place, [room.keys.leaver("riders/reviews", "ann")])
        with pytest.raises(StoreBusy, match="opted out"):
            list(bulk.import_file(place, job))
        assert self.texts() == []
        place, job = intake.file_job("riders", "reviews", {"path": str(path)}, home)
        ((brought, _),) = bulk.import_file(place, job)
        assert (brought.admitted, brought.withheld) == (0, 1)


def test_without_the_key_of_opting_out_nothing_is_admitted(room):
    room.hear([said(1, "Earnest opt out")])
    path = room.home / "keys" / "voices.key"
    held = json.loads(path.read_text())
    path.write_text(json.dumps(held | {"leaving": ""}))
    room.keys = Keys.open(path)
    with pytest.raises(MissingKeys, match="opting out"):
        room.hear([said(2, "parking is bad", ago=5)])


def test_a_key_file_from_before_there_was_opting_out_gets_its_key(room):
    path = room.home / "keys" / "voices.key"
    held = json.loads(path.read_text())
    del held["leaving"]
    path.write_text(json.dumps(held))
    room.keys = Keys.open(path)
    room.hear([said(1, "Earnest opt out")])
    room.keys = Keys.open(path)
    room.hear([said(2, "parking is bad", ago=5)])
    assert (room.texts(), len(bytes.fromhex(json.loads(path.read_text())["leaving"]))) == ([], 32)


class TestForgetting:
    """Erasing on request: by a handle, an address or an id."""

    LINK = "https://forum.example/t/17"

    def test_a_handle_is_found_however_it_is_written_and_its_posts_are_not_counted(self, room):
        for handle in ("ann", "@ann", "u/ann", "/u/ann", " ann\n"):
            number = next(NUMBERS)
            room.hear([said(number, "my tips are missing"), said(f"b{number}", "the app crashed", "bob")])
            done = forget.by_handle(room.home, room.place, handle, out=False, trial=False)
            assert (done.posts, done.out, set(room.texts())) == (None, False, {"the app crashed"})
            assert "ann" not in done.receipt.replace("channel", "")
        room.hear([said(next(NUMBERS), "my tips are late")])
        assert "my tips are late" in room.texts()

    def test_quarters_whose_key_was_destroyed_are_named(self, room):
        epoch = epoch_of(NOW - timedelta(minutes=60))
        room.hear([said(1, "my tips are missing")])
        room.keys.destroy(epoch)
        done = forget.by_handle(room.home, room.place, "ann", out=False, trial=False)
        assert done.beyond == (epoch,)
        assert f"Beyond reach: {epoch}" in done.receipt
        assert forget.by_ids(room.home, [room.place], id="1", trial=False).posts == 1

    @pytest.mark.parametrize(
        "given",
        [LINK, f"{LINK}/", f"{LINK}#reply-3", "http://forum.example/t/17"],
        ids=["as it is", "with a slash", "with a part", "without encryption"],
    )
    def test_an_address_leads_to_a_post_of_a_feed_that_names_it_so(self, room, given):
        room.hear([said(self.LINK, "my tips are missing"), said(2, "the app crashed", "bob")])
        assert forget.by_ids(room.home, [room.place], url=given, trial=True).posts == 1
        assert forget.by_ids(room.home, [room.place], url=given, trial=False).posts == 1
        assert room.texts() == ["the app crashed"]

    def test_an_address_of_nothing_keeps_it_away_for_later(self, room):
        assert forget.by_ids(room.home, [room.place], url=self.LINK, trial=False).posts == 0
        room.hear([said(self.LINK, "my tips are missing")])
        assert room.texts() == []

    def test_where_an_address_leads_nowhere_it_is_said(self, room):
        write.add_place("riders", "reviews", type="file", kind="addressed")
        places = forget.places_named(None, "riders")
        done = forget.by_ids(room.home, places, url=self.LINK, trial=True)
        assert done.places == ("riders/room",)
        assert "riders/reviews" in done.notes[0]

    def test_a_trial_changes_nothing_and_says_nothing_of_the_account(self, room):
        room.hear([said(1, "my tips are missing")])
        known, unknown = (
            forget.by_handle(room.home, room.place, name, out=True, trial=True) for name in ("ann", "nobody")
        )
        assert known == unknown
        assert (room.texts(), room.out()) == (["my tips are missing"], 0)

    def test_a_place_that_is_gone_while_it_is_read(self, room):
        stages = open_stages(room.place, room.keys, model_for("gig-delivery", room.home))
        place = room.place
        erase.erase_place("riders", "room")
        with pytest.raises(StoreError, match="removed"):
            listen(place, Says([said(1, "my tips are missing")]), stages)


class TestBackups:
    """A database put back from a backup knows nothing of what was asked since; the home folder does."""

    def test_who_left_after_the_backup_stays_out(self, room):
        room.hear([said(1, "Earnest opt out")])
        OptOut.objects.all().delete()
        erase.settle()
        room.hear([said(2, "parking is bad", ago=5)])
        assert (room.out(), room.texts()) == (1, [])

    def test_a_list_that_is_lost_is_written_anew(self, room):
        room.hear([said(1, "Earnest opt out"), said(2, "Earnest opt out", "bob")])
        file = room.home / "gone" / "out.list"
        before = file.read_text()
        file.unlink()
        erase.settle()
        assert file.read_text() == before
        assert file.stat().st_mode & 0o077 == 0
        assert "ann" not in before.replace("opt", "")

    def test_who_came_back_is_in_neither(self, room):
        room.hear([said(1, "Earnest opt out")])
        room.hear([said(2, "Earnest opt in", ago=30)])
        assert (room.home / "gone" / "out.list").read_text() == ""
        erase.settle()
        assert room.out() == 0

    def test_damaged_lines_are_passed_over(self, room):
        room.hear([said(1, "Earnest opt out")])
        file = room.home / "gone" / "out.list"
        file.write_text(f"nonsense\n\n{file.read_text()}riders/room abc")
        OptOut.objects.all().delete()
        erase.settle()
        assert room.out() == 1

    def test_where_it_cannot_be_written_nothing_is_kept_and_the_wish_is_read_again(self, room):
        room.hear([said(1, "my tips are missing")])
        file = room.home / "gone" / "out.list"
        file.mkdir(parents=True)
        with pytest.raises(StoreError, match="opted out cannot be"):
            room.hear([said(2, "Earnest opt out", ago=30)])
        assert (OptOut.objects.count(), len(room.texts())) == (0, 1)
        file.rmdir()
        room.hear([said(2, "Earnest opt out", ago=30)])
        assert (room.out(), room.texts()) == (1, [])


AUTHORS = ("ann", "bob")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(AUTHORS)),
        st.tuples(st.sampled_from(["leave", "return"]), st.sampled_from(AUTHORS)),
        st.tuples(st.just("erase"), st.sampled_from(AUTHORS)),
        st.tuples(st.just("page leave"), st.sampled_from(AUTHORS)),
        st.tuples(st.just("replay"), st.integers(0, 30)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_in_any_order_nothing_comes_back_and_nobody_who_is_out_is_heard(home, steps):
    """Out, in, erased and read again in any order, against a few lines of what should be so."""
    with transaction.atomic():
        room = Room(home, f"room-{next(NUMBERS)}")
        out, there, gone, read_before = set(), {}, set(), []
        for number, (step, what) in enumerate(steps):
            ago = 500 - number
            if step == "erase":
                forget.by_handle(home, room.place, what, out=False, trial=False)
                gone |= {id for id, author in there.items() if author == what}
            elif step == "replay":
                for post in read_before[what : what + 3]:
                    room.hear([post])
            else:
                texts = {"say": f"my tips are missing {number}", "return": "Earnest opt in"}
                post = said(number, texts.get(step, "Earnest opt out"), what, ago=ago)
                room.hear(
                    [said(900 + number, "parking is bad", what, ago=ago), post]
                    if step == "page leave"
                    else [post]
                )
                read_before.append(post)
                if step == "say" and what not in out:
                    there[number] = what
                elif step in ("leave", "page leave"):
                    out.add(what)
                    gone |= {id for id, author in there.items() if author == what}
                elif step == "return":
                    out.discard(what)
            kept = {int(text.rpartition(" ")[2]) for text in room.texts() if "tips" in text}
            assert not kept & gone, "what was erased came back"
            assert {id for id in there if id not in gone} <= kept | gone, "what may be heard was lost"
            assert "parking is bad" not in room.texts()
            assert room.out() == len(out)
        transaction.set_rollback(True)
