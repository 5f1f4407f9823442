"""Things go wrong around deletions and retention: the gate breaks, the clock is moved, the disk is full."""

from datetime import UTC, datetime, timedelta

import pytest

from earnest.egress import Egress
from earnest.flow import schedule, supervise_beside, upkeep
from earnest.gate import admit
from earnest.record.errors import StoreError
from earnest.record.raw import RawPost
from earnest.report import publish
from earnest.store import clock, erase, read, write
from earnest.store.models import Tombstone
from tests.faults.gone import FILL, NOW, SAID, SLUG, Desk, Feed, File, Labels, Told

pytestmark = pytest.mark.django_db

TEXT = f"kestrelword {FILL}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(home):
    return Desk(home)


class TestTheFilterCrashed:
    """Where a step of the gate cannot run nothing is admitted or erased; the place is read again."""

    @pytest.fixture
    def feed(self, desk):
        made = Feed(desk)
        made.tell("said", TEXT)
        write.keep(
            read.listening_place(SLUG, "forum").id,
            [],
            cursor=read.listening_place(SLUG, "forum").cursor,
            heard=write.Hearing(at=NOW, next_read=NOW),
        )
        yield made
        made.close()

    def turn(self, desk):
        egress = Egress("EarnestTests/1", timeout=5, allow_private=True)
        write.resume_place(SLUG, "forum")
        return [
            turn
            for turn in schedule.listen_once(desk.keys, lambda taxonomy: Labels(), egress)
            if turn.place.slug == "forum"
        ]

    @pytest.mark.parametrize("step", ["hear_all", "redact_all", "clean"])
    def test_nothing_is_admitted_and_the_cursor_stays(self, desk, feed, monkeypatch, step):
        before = read.listening_place(SLUG, "forum").cursor
        feed.body = feed.body.replace(b"kestrelword", b"ospreyword")

        def broken(*_):
            raise MemoryError("ospreyword")

        monkeypatch.setattr(admit, step, broken)
        (turn,) = self.turn(desk)
        assert "gate could not run" in turn.problem
        assert "ospreyword" not in turn.problem
        assert read.listening_place(SLUG, "forum").cursor == before
        assert desk.where("ospreyword") == set()
        assert "the posts page" in desk.where("kestrelword")
        monkeypatch.undo()
        (turn,) = self.turn(desk)
        assert turn.heard.edited == 1
        assert "the posts page" in desk.where("ospreyword")

    def test_a_deletion_beside_a_post_that_breaks_the_gate_waits_with_it(self, desk, monkeypatch):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))

        def broken(*_):
            raise MemoryError

        monkeypatch.setattr(admit, "redact_all", broken)
        with pytest.raises(Exception, match="gate could not run"):
            desk.hear("others", Told(RawPost("x", "", change="deleted"), RawPost("y", TEXT, SAID)))
        assert len(read.posts(SLUG, read.Filters(q="kestrelword")).rows) == 1


class TestTheClockWasMoved:
    """A day forward or back: nothing that was deleted or is too old comes back, and listening goes on."""

    def test_back_a_day_places_are_read_all_the_same(self, desk):
        file = File(desk)
        file.tell("said", TEXT)
        place = read.listening_place(SLUG, "exports")
        write.keep(
            place.id, [], cursor=place.cursor, heard=write.Hearing(at=NOW + DAY, next_read=NOW + DAY + HOUR)
        )
        assert [one.slug for one in schedule.due(NOW) if one.slug == "exports"] == ["exports"]

    def test_forward_a_day_posts_leave_at_their_retention_and_back_they_do_not_return(
        self, desk, monkeypatch
    ):
        desk.hear("others", Told(RawPost("old", TEXT, NOW - 100 * DAY + HOUR, author="w")))
        assert len(read.posts(SLUG, read.Filters(q="kestrelword")).rows) == 1
        monkeypatch.setattr(clock, "now", lambda: NOW + DAY)
        assert read.posts(SLUG, read.Filters(q="kestrelword")).rows == ()
        erase.sweep()
        monkeypatch.undo()
        assert read.posts(SLUG, read.Filters(q="kestrelword")).rows == ()

    @pytest.mark.parametrize(
        "moved", [DAY, -DAY, HOUR, -HOUR], ids=["a day on", "a day back", "summer", "winter"]
    )
    def test_what_was_deleted_stays_so_and_figures_stay_whole(self, desk, monkeypatch, moved):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w"), RawPost("y", TEXT, SAID, author="v")))
        monkeypatch.setattr(clock, "now", lambda: NOW + moved)
        desk.hear("others", Told(RawPost("x", "", change="deleted")))
        erase.sweep()
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        assert set(desk.figures()[:4]) == {9}

    def test_a_sweep_still_comes_after_the_clock_went_back(self, desk, monkeypatch):
        """An hour is measured by a clock that nobody sets."""
        swept = []
        monkeypatch.setattr(upkeep, "sweep", lambda keys, now: swept.append(now))
        beside = supervise_beside.Beside(desk.keys, lambda taxonomy: Labels(), None)
        beside.look_after()
        beside.look_after()
        assert len(swept) == 1
        monkeypatch.setattr(supervise_beside, "SWEEP_EVERY", 0.0)
        beside.look_after()
        beside.look_after()
        assert len(swept) == 3


def test_where_a_grave_cannot_be_written_nothing_is_deleted_and_the_source_is_asked_again(desk):
    desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
    cursor = read.listening_place(SLUG, "others").cursor
    (desk.home / "gone").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="nothing was deleted"):
        desk.hear("others", Told(RawPost("x", "", change="deleted")))
    assert read.listening_place(SLUG, "others").cursor == cursor
    assert not Tombstone.objects.exists()
    assert set(desk.figures()) == {9}
    (desk.home / "gone").unlink()
    desk.hear("others", Told(RawPost("x", "", change="deleted")))
    assert set(desk.figures()) == {8}


class TestAReportThatQuotedIt:
    """Nobody reads the quote from the moment on at which the post goes; the report is made anew by itself."""

    def test_a_post_that_goes_while_its_report_is_made_is_not_quoted(self, desk, monkeypatch):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        making = publish.render.make
        times = []

        def slowly(*args, **kwargs):
            made = making(*args, **kwargs)
            if not times:
                desk.hear("others", Told(RawPost("x", "", change="deleted")))
            times.append(1)
            return made

        monkeypatch.setattr(publish.render, "make", slowly)
        one = desk.publish()
        assert len(times) == 2
        assert read.report(one).state == "ready"
        assert b"kestrelword" not in read.report_file(one, "html").read_bytes()

    def test_an_edit_while_its_report_is_made_is_quoted_as_it_is_now(self, desk, monkeypatch):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        making = publish.render.make
        times = []

        def slowly(*args, **kwargs):
            made = making(*args, **kwargs)
            if not times:
                edited = RawPost("x", TEXT.replace("kestrel", "osprey"), SAID, author="w", change="edited")
                desk.hear("others", Told(edited))
            times.append(1)
            return made

        monkeypatch.setattr(publish.render, "make", slowly)
        assert b"ospreyword" in read.report_file(desk.publish(), "html").read_bytes()

    def test_an_old_file_that_is_put_back_is_not_shown(self, desk, django_capture_on_commit_callbacks):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        one = desk.publish()
        old = read.report_file(one, "html").read_bytes()
        with django_capture_on_commit_callbacks(execute=True):
            desk.hear("others", Told(RawPost("x", "", change="deleted")))
        assert upkeep.remake_reports() == 1
        assert read.report_file(one, "html") is not None
        (desk.home / "reports" / f"{one}.html").write_bytes(old)
        assert read.report_file(one, "html") is None

    def test_listening_makes_it_anew(self, desk, django_capture_on_commit_callbacks):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        one = desk.publish()
        with django_capture_on_commit_callbacks(execute=True):
            desk.hear("others", Told(RawPost("x", "", change="deleted")))
        assert read.report(one).state == "stale"
        assert list(schedule.tend(desk.keys, lambda taxonomy: Labels(), None, sweep=False)) == []
        assert read.report(one).state == "ready"
        assert desk.where("kestrelword") == set()


class TestExports:
    """Copies that left are known, so that somebody can go after those that hold an erased post."""

    def test_a_download_that_holds_an_erased_post_is_named_until_it_is_dealt_with(self, desk):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        one = desk.publish()
        for format in ("html", "csv"):
            assert desk.client.get(f"/{SLUG}/report/{one}.{format}").status_code == 200
        assert len(read.exports(stale=False)) == 2
        assert read.exports() == []
        desk.hear("others", Told(RawPost("x", "", change="deleted")))
        (held,) = read.exports()
        assert (held.format, held.what, held.held, held.path) == ("html", "download", 1, None)
        page = desk.client.get(f"/{SLUG}/report").content.decode()
        assert "1 of 2 posts in it was erased" in " ".join(page.split())
        write.export_dealt_with(held.id)
        assert read.exports() == []

    def test_a_file_that_is_gone_or_replaced_is_not_named(self, desk):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        path = desk.home / "taken.html"
        path.write_bytes(publish.leave(desk.report(), "html", "report", path))
        desk.hear("others", Told(RawPost("x", "", change="deleted")))
        assert [row.path for row in read.exports()] == [path]
        path.write_bytes(publish.leave(desk.report(), "html", "report", path))
        assert read.exports() == []
        assert len(read.exports(stale=False)) == 1
        path.unlink()
        assert read.exports() == []

    def test_a_post_that_went_while_the_file_was_made_counts_as_held(self, desk):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        report = desk.report()
        desk.hear("others", Told(RawPost("x", "", change="deleted")))
        publish.leave(report, "html", "report", None)
        assert [row.held for row in read.exports()] == [1]

    def test_an_edit_makes_a_copy_one_that_holds_what_is_no_longer_said(self, desk):
        desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
        publish.leave(desk.report(), "pdf", "report", None)
        desk.hear("others", Told(RawPost("x", "other words", SAID, author="w", change="edited")))
        assert [row.format for row in read.exports()] == ["pdf"]


def test_after_a_sweep_no_file_of_the_home_holds_words_that_were_edited_away(desk):
    """Within the test's own transaction the log cannot be emptied; the index itself can be looked at."""
    from django.db import connection

    desk.hear("others", Told(RawPost("x", TEXT, SAID, author="w")))
    desk.hear("others", Told(RawPost("x", "other words", SAID, author="w", change="edited")))
    erase.sweep(datetime.now(UTC))
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as db:
        db.execute("SELECT group_concat(hex(block)) FROM store_search_data")
        assert b"estrelword".hex().upper() not in db.fetchone()[0]
