"""Nothing personal stays by accident: no author anywhere, an eraser a column, erasing reaches everything."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from earnest.store import clock, erase, read, write
from earnest.store.models import Correction, Tombstone, Voice
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

OWN = [model for model in apps.get_models() if model._meta.app_label == "store"]
DAY = timedelta(days=1)

AUTHORS = re.compile(
    r"author|user(?!s?$)|speaker|handle|screen|writer|poster|nick|avatar|ip_|email|phone", re.IGNORECASE
)

# Everything a table may hold that says nothing of a person. A new column is put here, or gets an eraser.
PLAIN = {
    "AlertRule": "id programme slot sort name about place kind sensitivity least_posts least_voices"
    " quiet_from quiet_until zone seen_by on snoozed noise proposed made",
    "Alert": "id programme rule sort about key kind place region seen_by opened since until rings snoozed"
    " closed reason why",
    "AuditLink": "seq at action programme about detail previous mac",
    "AuditHead": "id seq mac",
    "Programme": "id slug name audience state organisation purpose purpose_es lawful_basis basis_note"
    " directive contact complaint officer supervisor retention_days quotes taxonomy made changed live_since",
    "Place": "id programme slug title type kind region lang settings cursor state paused_by problem failures"
    " interval last_post last_read next_read made",
    "Consent": "id place opened expires checked ended grace_days state",
    "Invitation": "id place token notice grace_days made opens_by until used",
    "ConsentEvent": "id programme programme_name place title type what why grace_days at",
    "DeadLetter": "id place position error at",
    "Post": "id programme place arrival created received lang kind kind_score label unsure sentiment"
    " sentiment_score model corrected version theme",
    "PostLabel": "pk post rank programme label score",
    "Tombstone": "id place at",
    "Correction": "id programme said_label said_kind said asked label kind model at",
    "LearnedModel": "id programme model before taxonomy version made state stale figures decided",
    "LearnedPost": "id model",
    "LearnRun": "programme begun ended what share told learned",
    "ReviewHold": "id programme until skipped",
    "BlindRound": "id programme at after until posts",
    "BlindPost": "id programme round label score kind model weight twice",
    "BlindAnswer": "id asked at label kind",
    "HourCount": "pk programme hour place label kind sentiment lang region posts",
    "DayCount": "pk programme day place facet value posts",
    "WeekCount": "pk programme grain week place label kind sentiment lang region posts",
    "Voice": "pk programme week label quarter posts",
    "VoiceCount": "pk programme week label quarter before voices",
    "Coverage": "pk place hour state",
    "Minute": "pk programme minute posts",
    "Withheld": "week posts",
    "Counter": "id arrival",
    "TaxonomyVersion": "id programme number basis back_to document steps became asked lineage history state"
    " model made since watermark bound total done problem",
    "TaxonomyExample": "id version label",
    "Theme": "id programme number label named_by sized first_seen last_seen state into told made",
    "ThemePost": "programme theme origin other fixed",
    "ThemeWeek": "pk theme week place posts",
    "ThemeMark": "programme last token",
    "ThemeApart": "id one other",
    "Severe": "programme why score novel seen",
    "FollowMark": "programme arrival gone",
    "ToFollow": "programme",
    "Repost": "programme",
    "OptOut": "id place at",
    "LeaveCode": "programme expires done places posts",
    "Membership": "id programme role places",
    "Second": "programme state tries due chosen label score unsure tier model opinion agrees changed at",
    "SecondTerms": "programme tier share since arrival",
    "SignIn": "expires used",
    "StoredReport": "id programme since until made lang formats state digests",
    "Recheck": "place every tried",
    "CheckedDay": "pk place day verified",
    "Graves": "id name size mark merged",
    "Export": "id programme what format made path digest held stale",
    "ExportPost": "pk post_id export",
}


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_no_table_has_a_column_for_an_author(model):
    staff = {("Membership", "user"), ("SignIn", "user")}
    named = {field.name for field in model._meta.get_fields() if AUTHORS.search(field.name)}
    assert {(model.__name__, name) for name in named} <= staff


def test_no_column_of_the_database_itself_names_an_author():
    with connection.cursor() as db:
        for table in connection.introspection.table_names(db):
            if not table.startswith("store_") or table.startswith("store_search_"):
                continue
            for column in connection.introspection.get_table_description(db, table):
                if table in ("store_membership", "store_signin") and column.name == "user_id":
                    continue
                assert not AUTHORS.search(column.name), (table, column.name)


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_column_is_plain_or_has_an_eraser(model):
    plain = set(PLAIN[model.__name__].split())
    for field in model._meta.get_fields():
        if field.auto_created and not field.concrete:
            continue
        name = f"store.{model.__name__}.{field.name}"
        assert (field.name in plain) != (name in erase.ERASERS), name


def test_every_eraser_is_of_a_column_that_exists_and_says_what_it_does():
    for name, eraser in erase.ERASERS.items():
        label, model, field = name.split(".")
        apps.get_model(label, model)._meta.get_field(field)
        assert eraser.says
        assert callable(eraser.by)


def test_every_personal_column_of_an_account_has_an_eraser():
    fields = {field.name for field in apps.get_model("auth", "User")._meta.concrete_fields}
    plain = {"id", "is_superuser", "is_staff", "is_active"}
    assert {f"auth.User.{name}" for name in fields - plain} <= set(erase.ERASERS)


def test_erasing_a_post_takes_everything_and_leaves_only_its_key():
    place = desk()
    keep(place, item("1", "unmistakable", labels=("pay.tips", "app.crash"), voice="ana", region="Leeds"))
    (row,) = read.posts("riders", read.Filters()).rows
    write.correct("riders", row.id, ["pay.tips"], "question", None)
    assert erase.erase_posts(place, [key("1")]) == 1
    counts = ("hourcount", "daycount", "weekcount", "voicecount")
    tables = ("post", "postlabel", "voice", "correction", *counts)
    left = [table for table in tables if _rows(f"store_{table}")]
    assert left == []
    assert bytes(Tombstone.objects.get().key) == key("1")
    assert read.posts("riders", read.Filters(q="unmistakable")).rows == ()


def test_erasing_what_was_never_kept_still_keeps_it_away():
    place = desk()
    assert erase.erase_posts(place, [key("1"), key("1")]) == 0
    assert keep(place, item("1")).admitted == 0


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about the SQLite file")
def test_after_a_sweep_the_words_are_gone_from_the_search_index():
    place = desk(retention_days=10)
    keep(place, item("1", "unmistakable", ago=11 * DAY), item("2", "other words"))
    erase.sweep()
    with connection.cursor() as db:
        db.execute("SELECT group_concat(hex(block)) FROM store_search_data")
        assert b"mistakable".hex().upper() not in db.fetchone()[0]


def _rows(table):
    with connection.cursor() as db:
        db.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this test
        return db.fetchone()[0]


def test_a_sweep_takes_what_is_past_its_retention_and_nothing_else():
    short, long = desk("short", retention_days=10), desk("long", retention_days=100)
    for place in (short, long):
        for days in (50, 11, 9, 1):
            said = item(str(days), f"day {days}", ago=days * DAY, voice="ana")
            keep(place, said, heard=write.Hearing(at=NOW - days * DAY))
    assert erase.sweep().expired == 2
    assert erase.sweep().expired == 0
    assert len(read.posts("short", read.Filters()).rows) == 2
    assert len(read.posts("long", read.Filters()).rows) == 4
    assert Tombstone.objects.count() == 0
    assert keep(short, item("1")).duplicates == 1


class TestConsent:
    """A closed place whose consent ended tells nothing once the grace period of its notice is over."""

    @pytest.fixture
    def room(self):
        write.add_programme("riders", "Riders", "workforce")
        room = write.add_place("riders", "room", type="sample", kind="closed")
        write.open_consent(room, opened=NOW - 30 * DAY, expires=NOW + 30 * DAY, grace_days=7)
        keep(room, item("1", "inside", sentiment=None, voice="ana", ago=2 * DAY))
        return room

    def told(self):
        span = ((NOW - 28 * DAY).date(), (NOW + DAY).date())
        return (
            len(read.posts("riders", read.Filters()).rows),
            sum(read.facet_counts("riders", NOW - 28 * DAY, NOW + DAY)["label"].values()),
            sum(cell.posts for cell in read.weekly("riders", *span, ("label",))),
            sum(cell.posts for cell in read.weekly("riders", *span, ("label", "region"))),
            sum(cell.posts for cell in read.weekly("riders", *span, ("place",))),
        )

    def test_while_it_lives(self, room):
        assert write.consent_lives(room, NOW)
        assert self.told() == (1, 1, 1, 1, 1)
        assert erase.sweep().purged == 0

    def test_within_the_grace_period(self, room):
        write.end_consent(room, NOW - 6 * DAY)
        assert not write.consent_lives(room, NOW)
        assert read.place("riders", "room").state == "closed"
        assert self.told() == (1, 1, 1, 1, 1)

    def test_after_the_grace_period_before_any_sweep(self, room):
        write.end_consent(room, NOW - 8 * DAY)
        assert self.told() == (0, 0, 0, 0, 0)

    def test_an_expired_consent_ends_by_itself(self, room, monkeypatch):
        later = NOW + 38 * DAY
        monkeypatch.setattr(clock, "now", lambda: later)
        assert self.told()[0] == 0
        assert erase.sweep().purged == 1
        assert not Voice.objects.exists()

    def test_a_sweep_purges(self, room):
        write.end_consent(room, NOW - 8 * DAY)
        assert erase.sweep().purged == 1
        assert _rows("store_post") == 0


def test_a_report_that_quotes_an_erased_post_loses_its_files(home, django_capture_on_commit_callbacks):
    place = desk()
    keep(place, item("1", "quoted words"), item("2"))
    quoted = read.posts("riders", read.Filters(q="quoted")).rows[0].id
    dates = ((NOW - 7 * DAY).date(), NOW.date())
    one = write.add_report("riders", *dates, {"html": b"quoted words", "csv": b"1"}, quoted=[quoted])
    two = write.add_report("riders", *dates, {"html": b"nothing quoted"})
    assert read.report_file(one, "html").read_bytes() == b"quoted words"
    with django_capture_on_commit_callbacks(execute=True):
        erase.erase_posts(place, [key("1")])
    assert read.report_file(one, "html") is None
    assert list((home / "reports").glob(f"{one}.*")) == []
    assert read.report_file(two, "html") is not None
    assert [row.id for row in read.stale_reports()] == [one]
    write.renew_report(one, {"html": b"fresh"})
    assert [row.state for row in read.reports("riders")] == ["ready", "ready"]


def test_removing_a_person_keeps_their_corrections_without_a_name():
    place = desk()
    keep(place, item("1"))
    user = write.add_user("ana")
    (row,) = read.posts("riders", read.Filters()).rows
    write.correct("riders", row.id, ["pay.tips"], "question", user)
    erase.erase_user(user)
    assert Correction.objects.get().by_id is None
    assert write.user_id("ana") is None


def test_removing_a_place_takes_its_posts():
    first, second = desk(), desk(place="survey")
    keep(first, item("1"))
    keep(second, item("2", "stays"))
    assert erase.erase_place("riders", "reviews") == 1
    assert [row.text for row in read.posts("riders", read.Filters()).rows] == ["stays"]
    assert read.place("riders", "reviews") is None
