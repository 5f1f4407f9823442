"""What may not be shown any more is in no page, figure, report or answer, though no worker ran.

Two reasons, one way: posts older than their programme keeps them, and days that were not looked at again at
their source in time. The clock is moved; nothing else happens.
"""

import json
from datetime import timedelta

import pytest

from earnest.flow import recheck
from earnest.record.errors import BadFile, StoreError
from earnest.record.raw import Page, RawPost
from earnest.report import publish
from earnest.sources.base import Relists
from earnest.sources.registry import open_source
from earnest.store import clock, erase, read, write
from tests.faults.gone import FILL, NOW, SAID, SLUG, Desk, Told, Webhook

pytestmark = pytest.mark.django_db

WORD = "kestrelword"
TEXT = f"{WORD} {FILL}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(home):
    return Desk(home)


@pytest.fixture
def later(monkeypatch):
    """Moves the clock of the store, which decides on what is shown."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + by)

    return move


class Archive:
    """An export folder's file that always holds everything, looked at again every two days."""

    def __init__(self, desk: Desk, hours: int = 48) -> None:
        self.desk = desk
        self.path = desk.home / "archive.jsonl"
        settings = {"path": str(self.path), "recheck_hours": hours}
        self.write("a", "b")
        write.add_place(SLUG, "archive", type="file", kind="addressed", interval=0, settings=settings)
        desk.hear("archive")

    def write(self, *names: str, **texts: str) -> None:
        rows = [
            {"id": name, "text": TEXT, "created": (SAID - HOUR).isoformat(), "author": name} for name in names
        ]
        rows += [
            {**row, "text": text} for name, text in texts.items() for row in rows[:1] if row["id"] != name
        ]
        self.path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def look(self, now):
        return list(
            recheck.recheck_due(self.desk.keys, lambda taxonomy: self.desk.stages("archive").model, None, now)
        )


def test_what_was_said_too_long_ago_is_not_kept_at_all(desk):
    old = RawPost("old", TEXT, NOW - 101 * DAY, author="followed writer")
    heard = desk.hear("others", Told(old))
    assert (heard.admitted, heard.withheld) == (0, 1)
    assert desk.where(WORD) == set()
    assert read.withheld(NOW.date()) is None


@pytest.mark.parametrize("days", [97, 120])
def test_past_its_retention_a_post_is_nowhere(desk, later, days):
    desk.hear("others", Told(RawPost("old", TEXT, SAID, author="followed writer")))
    one = desk.publish()
    later(days * DAY)
    found = read.posts(SLUG, read.Filters()).rows
    shown = [row for row in found if WORD in row.text]
    past = days == 120
    assert bool(shown) is not past
    assert (read.report(one).state == "hidden") is past
    assert (read.report_file(one, "html") is None) is past
    assert (read.report_file(one, "csv") is None) is past
    since, until = (NOW - 20 * DAY).date(), (NOW + DAY).date()
    if past:
        assert read.facet_counts(SLUG, NOW - 20 * DAY, NOW + DAY)["label"] == {}
        assert read.weekly(SLUG, since, until, ("label",)) == []
        assert read.totals(SLUG, since, until, ("label", "lang", "region")) == {}
        assert read.voices(SLUG, since, until) == {}
        assert read.quotes(SLUG, "app.crash", NOW - 20 * DAY, NOW + DAY, 5) == []
        assert read.arrived(SLUG, read.Filters(), since_id=0) == []
        assert desk.where(WORD) - {"table store_post", "a report's file on the disk"} == set()
        assert desk.client.get(f"/{SLUG}/report/{one}.html").status_code == 404
        assert "not shown now" in desk.client.get(f"/{SLUG}/report/{one}").content.decode()


def test_retention_cuts_voices_within_a_week(desk, later):
    """Eight people spoke within eight hours; the cut falls between them."""
    later(100 * DAY - 2 * DAY - timedelta(minutes=210))
    voices = read.voices(SLUG, *desk.span(), weekly=False)
    posts = read.posts(SLUG, read.Filters()).rows
    assert 0 < len(posts) < 8
    assert voices == {(None, "app.crash"): len(posts)}


def test_voices_counted_anew_are_those_that_were_counted(desk, monkeypatch):
    desk.hear("others", Told(*(RawPost(f"p{n}", TEXT, SAID - n * DAY, author=f"w{n % 3}") for n in range(9))))
    span = (NOW - 30 * DAY).date(), (NOW + DAY).date()
    counted = [
        read.voices(SLUG, *span, by, weekly=weekly)
        for by in ("label", "category", None)
        for weekly in (True, False)
    ]
    from earnest.store import read_voices

    monkeypatch.setattr(read_voices, "_counted", read_voices._left)
    anew = [
        read.voices(SLUG, *span, by, weekly=weekly)
        for by in ("label", "category", None)
        for weekly in (True, False)
    ]
    assert anew == counted


class TestADayThatWasNotLookedAtAgain:
    """A place whose posts are looked at again every two days."""

    @pytest.fixture
    def archive(self, desk):
        return Archive(desk)

    def test_while_it_is_fresh_it_is_shown(self, desk, archive, later):
        later(47 * HOUR)
        assert read.hidden_days(SLUG) == []
        assert set(desk.figures()[:4]) == {10}

    def test_overdue_it_is_nowhere_and_the_others_are(self, desk, archive, later):
        one = desk.publish()
        assert WORD in publish.page(one)
        later(49 * HOUR)
        assert desk.where(WORD) - {"table store_post", "a report's file on the disk"} == set()
        hour_of_arrivals = 4  # 49 hours ago by now
        assert {figure for at, figure in enumerate(desk.figures()) if at != hour_of_arrivals} == {8}
        assert desk.voices() == 8
        assert [(row.place, row.days) for row in read.hidden_days(SLUG)] == [("archive", 1)]
        assert read.report(one).state == "hidden"
        hours = {row.place.slug: row for row in read.hearing(SLUG, *desk.span())}
        assert (hours["archive"].observed, hours["others"].observed > 0) == (0, True)
        (post,) = read.posts(SLUG, read.Filters(places=("others",)), limit=1).rows
        assert read.post(SLUG, post.id) is not None
        hidden = erase.Post.objects.filter(text=TEXT).values_list("pk", flat=True).first()
        assert read.post(SLUG, hidden) is None
        assert not write.correct(SLUG, hidden, ["pay.tips"], "question", None)
        for address in (f"/{SLUG}/posts", f"/{SLUG}/live", f"/{SLUG}/places"):
            assert "hidden until" in desk.client.get(address).content.decode(), address

    def test_looked_at_again_it_is_back(self, desk, archive, later):
        one = desk.publish()
        later(49 * HOUR)
        (done,) = archive.look(clock.now())
        assert (done.days, done.gone, done.problem) == (1, 0, None)
        assert set(desk.figures()[:4]) == {10}
        assert WORD in publish.page(one)
        assert read.hidden_days(SLUG) == []

    def test_it_is_looked_at_again_before_it_is_overdue(self, desk, archive, later):
        later(31 * HOUR)
        assert archive.look(clock.now()) == []
        later(33 * HOUR)
        assert [done.days for done in archive.look(clock.now())] == [1]

    def test_what_is_not_listed_any_more_is_gone_for_good(
        self, desk, archive, later, django_capture_on_commit_callbacks
    ):
        desk.publish()
        archive.write("b")
        later(33 * HOUR)
        with django_capture_on_commit_callbacks(execute=True):
            (done,) = archive.look(clock.now())
        assert (done.gone, set(desk.figures()[:4])) == (1, {9})
        archive.write("a", "b")
        desk.hear("archive")
        assert set(desk.figures()[:4]) == {9}

    def test_an_edit_that_nobody_told_of_is_seen(self, desk, archive, later):
        archive.path.write_text(archive.path.read_text().replace(WORD, "ospreyword", 1))
        later(33 * HOUR)
        archive.look(clock.now())
        assert len(read.posts(SLUG, read.Filters(q="ospreyword")).rows) == 1
        assert len(read.posts(SLUG, read.Filters(q=WORD)).rows) == 1

    @pytest.mark.parametrize(
        ("content", "problem"),
        [(None, "no such file"), (b"", "is empty"), (b"\x1f\x8b\x08half", "")],
        ids=["the file is away", "it is empty", "it breaks off"],
    )
    def test_a_list_that_fails_erases_nothing_and_hides_in_time(self, desk, archive, later, content, problem):
        archive.path.unlink()
        if content is not None:
            archive.path.write_bytes(content)
        later(49 * HOUR)
        (done,) = archive.look(clock.now())
        assert problem in done.problem
        assert read.hidden_days(SLUG) != []
        later(40 * HOUR)
        assert set(desk.figures()[:4]) == {10}

    def test_a_list_with_none_of_many_posts_is_doubted(self, desk, archive, later):
        many = [f"m{n}" for n in range(30)]
        archive.write("a", "b", *many)
        desk.hear("archive")
        archive.write("unheard")
        later(49 * HOUR)
        (done,) = archive.look(clock.now())
        assert "nothing was erased" in done.problem
        later(0 * HOUR)
        assert desk.figures()[0] == 8 + 32 + 1  # the one that is listed was heard

    def test_its_arrivals_are_not_counted_either(self, desk, archive, later):
        write.must_recheck(read.listening_place(SLUG, "archive").id, timedelta(minutes=5))
        assert sum(posts or 0 for posts in read.per_minute(SLUG)) == 10
        since = clock.now() - NOW  # a long run of tests is older than these six minutes
        later(since + timedelta(minutes=6))
        assert sum(posts or 0 for posts in read.per_minute(SLUG)) == 8

    def test_it_is_tried_again_but_not_at_once(self, desk, archive, later):
        archive.path.unlink()
        later(33 * HOUR)
        assert len(archive.look(clock.now())) == 1
        assert archive.look(clock.now() + timedelta(minutes=5)) == []
        assert len(archive.look(clock.now() + timedelta(minutes=25))) == 1

    def test_it_is_no_longer_asked_for_once_the_setting_goes(self, desk, archive, later):
        write.must_recheck(read.listening_place(SLUG, "archive").id, None)
        later(500 * HOUR)
        assert read.hidden_days(SLUG) == []

    def test_a_place_whose_setting_came_later_counts_from_when_posts_were_kept(self, desk, later):
        write.must_recheck(read.listening_place(SLUG, "others").id, timedelta(hours=1))
        assert read.hidden_days(SLUG) == []
        later(2 * HOUR)
        assert [row.place for row in read.hidden_days(SLUG)] == ["others"]
        assert set(desk.figures()) == {0}


class TestASenderSaysWhatIsStillThere:
    """`POST /api/submit/<programme>/present`, signed."""

    @pytest.fixture
    def hook(self, desk):
        made = Webhook(desk)
        for name in ("a", "b"):
            body = {"id": name, "text": TEXT, "created": SAID.isoformat()}
            assert made.post(body).status_code == 202
        return made

    def days(self):
        return {"since": SAID.date().isoformat(), "until": (SAID + DAY).date().isoformat()}

    def test_what_is_not_listed_is_erased(self, desk, hook):
        answer = hook.post(self.days() | {"ids": ["b", "never heard"]}, "/present", ahead=2)
        assert (answer.status_code, answer.json()) == (200, {"erased": 1})
        assert set(desk.figures()[:4]) == {9}
        hook.tell("said", TEXT)
        assert hook.post({"id": "a", "text": TEXT, "created": SAID.isoformat()}).status_code == 202
        assert set(desk.figures()[:4]) == {10}

    def test_what_came_after_the_list_was_signed_is_not_touched(self, desk, hook):
        assert hook.post(self.days() | {"ids": []}, "/present", ahead=-5).json() == {"erased": 0}
        assert desk.figures()[0] == 10

    def test_other_days_are_not_touched(self, desk, hook):
        day = (SAID - 3 * DAY).date()
        body = {"since": day.isoformat(), "until": (day + DAY).isoformat(), "ids": []}
        assert hook.post(body, "/present", ahead=2).json() == {"erased": 0}
        assert desk.figures()[0] == 10

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"since": "2026-11-20T09:00:00Z"}, 400),
            ({"until": "1999-01-01"}, 400),
            ({"ids": [""]}, 400),
            ({"ids": "a"}, 400),
            ({"since": None}, 400),
        ],
        ids=["not a midnight", "ends before it begins", "an empty id", "no list", "no beginning"],
    )
    def test_a_list_that_cannot_be_meant_erases_nothing(self, desk, hook, change, status):
        answer = hook.post(self.days() | {"ids": []} | change, "/present", ahead=2)
        assert answer.status_code == status
        assert answer.json()["problem"]
        assert desk.figures()[0] == 10

    def test_none_of_many_is_doubted(self, desk, hook):
        for n in range(20):
            hook.post({"id": f"m{n}", "text": TEXT, "created": SAID.isoformat()})
        answer = hook.post(self.days() | {"ids": []}, "/present", ahead=2)
        assert answer.status_code == 409
        assert desk.figures()[0] == 30

    def test_unsigned_it_is_refused(self, desk, hook, client):
        answer = client.post(f"/api/submit/{SLUG}/present", self.days() | {"ids": []}, "application/json")
        assert answer.status_code == 401
        assert desk.figures()[0] == 10


class TestAFileThatHasEverything:
    """`earnest import --whole`."""

    def test_what_it_lacks_is_erased(self, desk):
        archive = Archive(desk)
        archive.write("b", "c")
        place = read.listening_place(SLUG, "archive")
        assert recheck.whole_file(place, place.settings, desk.keys) == 1

    def test_one_that_breaks_off_erases_nothing(self, desk):
        archive = Archive(desk)
        archive.path.write_bytes(archive.path.read_bytes()[:-10])
        place = read.listening_place(SLUG, "archive")
        try:
            gone = recheck.whole_file(place, place.settings, desk.keys)
        except BadFile:
            gone = 0
        assert gone <= 1

    def test_one_with_other_posts_altogether_needs_a_person_to_be_sure(self, desk):
        archive = Archive(desk)
        archive.write("a", "b", *(f"m{n}" for n in range(30)))
        desk.hear("archive")
        archive.write("other")
        place = read.listening_place(SLUG, "archive")
        with pytest.raises(StoreError, match="nothing was erased"):
            recheck.whole_file(place, place.settings, desk.keys)
        assert recheck.whole_file(place, place.settings, desk.keys, sure=True) == 32


def test_sources_that_can_list_again_say_so(tmp_path):
    file = open_source("file", {"path": str(tmp_path / "x")})
    assert isinstance(file, Relists)
    assert not isinstance(open_source("submit", {}), Relists)


def test_pages_are_given_within_their_span(tmp_path):
    rows = [{"id": str(day), "text": "a", "created": (NOW - day * DAY).isoformat()} for day in range(6)]
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = open_source("file", {"path": str(tmp_path / "x.jsonl")})
    pages: list[Page] = list(source.still_there(NOW - 4 * DAY, NOW - DAY))
    assert [post.id for page in pages for post in page.posts] == ["2", "3", "4"]
