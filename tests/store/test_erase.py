"""Nothing personal stays by accident: no author anywhere, an eraser a column, erasing reaches everything."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from earnest.desk import cases
from earnest.store import clock, erase, erasers, read, read_cases, write
from earnest.store.models import CasePost, Correction, Tombstone, Voice
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
    " quiet_from quiet_until zone seen_by on opens snoozed noise proposed made",
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
    "Lease": "place holder fence until",
    "Health": "place code since late took remaining waits_until moved_to",
    "Gap": "id place since until why",
    "Backfill": "place since until cursor state problem earliest latest posts read asked changed next_try",
    "Heartbeat": "holder began seen held",
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
    "ThemeVoices": "pk theme first posts voices other_voices nameless",
    "ThemeMark": "programme last token",
    "ThemeApart": "id one other",
    "Severe": "programme why score novel seen",
    "FollowMark": "programme arrival gone",
    "Left": "id programme step at",
    "ToFollow": "programme",
    "Repost": "programme",
    "OptOut": "id place at",
    "LeaveCode": "programme expires done places posts",
    "CaseMark": "programme last",
    "Case": "id programme number title status severity team due version opened changed closed merged_into"
    " root taken_back",
    "CaseChange": "id case sort at before after why undone",
    "CasePost": "id case gone how added out",
    "Action": "id programme sort team day planned promise in_report version made taken_back",
    "ActionCase": "id action case",
    "CaseInReport": "case title at",
    "CaseWatch": "case since above left_alone looked verdict left_percent",
    "AlertCase": "id alert case opened at",
    "CaseTheme": "id case theme how added out",
    "CaseTag": "id case tag added out",
    "CaseNote": "id case at edited added out",
    "CaseMention": "id note",
    "Attachment": "id case type size width height at added",
    "Membership": "id programme role places shown",
    "TeamInvitation": "id programme role places made expires used revoked",
    "Visit": "id begun seen",
    "Person": "",
    "Attempt": "failures since",
    "Cached": "cache_key value expires",
    "Second": "programme state tries due chosen label score unsure tier model opinion agrees changed at",
    "SecondTerms": "programme tier share since arrival",
    "SignIn": "expires used",
    "StoredReport": "id programme since until made lang formats state digests",
    "InboxTerms": "programme days minutes after",
    "Tag": "id programme name key made",
    "PostTag": "pk tag act",
    "Checkout": "programme until",
    "Settled": "programme how until act",
    "SavedView": "id programme name filters order made",
    "Act": "id programme at what how about change undone",
    "ActPost": "pk act how until",
    "Recheck": "place every tried",
    "CheckedDay": "pk place day verified",
    "Team": "id programme slug name owns channels leadership otherwise removed made",
    "TeamMember": "id team lead",
    "Route": "id programme slug version place on spec comments since looked removed made",
    "RouteVersion": "id route version spec comments how at",
    "RouteHead": "programme comments",
    "Escalation": "id programme case route version team thing key ladder opened moved due state"
    " settled settled_how turn step",
    "EscalationStep": "id escalation turn place who team at due channels",
    "AckLink": "escalation turn place expires used",
    "EscalationWish": "id programme case at state settled escalation",
    "Graves": "id name size mark merged",
    "Export": "id programme what format made path digest held stale",
    "ExportPost": "pk post_id export",
    "Channel": "id programme slug name sort events mark alerts on secret hook hook_secret failures rests"
    " worked problem made removed",
    "Message": "id programme channel key kind case state made at until leased lease attempts result status"
    " done",
    "Incoming": "id channel key sort at",
    "MailWish": "mentions assignments",
    "OutboxMark": "name at",
    "CaseLink": "id programme channel case ref url state etag tell made changed checked next_check failures"
    " problem proposed answered",
    "ApiToken": "id programme name scopes made expires revoked",
    "ApiUse": "id token minute taken",
    "ApiAnswer": "id token key asked status answer location at",
}


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_no_table_has_a_column_for_an_author(model):
    staff = {(name, "user") for name in ("ApiToken", "Membership", "SignIn", "Person", "Visit")}
    staff |= {("TeamInvitation", "email")}  # of somebody who is asked to join the desk
    named = {field.name for field in model._meta.get_fields() if AUTHORS.search(field.name)}
    assert {(model.__name__, name) for name in named} <= staff


def test_no_column_of_the_database_itself_names_an_author():
    with connection.cursor() as db:
        for table in connection.introspection.table_names(db):
            if not table.startswith("store_") or table.startswith("store_search_"):
                continue
            for column in connection.introspection.get_table_description(db, table):
                staff = ("store_apitoken", "store_membership", "store_signin", "store_person", "store_visit")
                if table in staff and column.name == "user_id":
                    continue
                if (table, column.name) == ("store_teaminvitation", "email"):
                    continue
                assert not AUTHORS.search(column.name), (table, column.name)


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_every_column_is_plain_or_has_an_eraser(model):
    plain = set(PLAIN[model.__name__].split())
    for field in model._meta.get_fields():
        if field.auto_created and not field.concrete:
            continue
        name = f"store.{model.__name__}.{field.name}"
        assert (field.name in plain) != (name in erasers.ERASERS), name


def test_every_eraser_is_of_a_column_that_exists_and_says_what_it_does():
    for name, eraser in erasers.ERASERS.items():
        label, model, field = name.split(".")
        apps.get_model(label, model)._meta.get_field(field)
        assert eraser.says
        assert callable(eraser.by)


def test_every_personal_column_of_an_account_has_an_eraser():
    fields = {field.name for field in apps.get_model("auth", "User")._meta.concrete_fields}
    plain = {"id", "is_superuser", "is_staff", "is_active"}
    assert {f"auth.User.{name}" for name in fields - plain} <= set(erasers.ERASERS)


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


class TestCases:
    """A case outlives its posts: it says how many are not kept, and nothing tells which they were."""

    @pytest.fixture
    def case(self, home):
        place = desk()
        keep(place, item("1", "one"), item("2", "two"), item("3", "three", ago=11 * DAY))
        posts = [row.id for row in read.posts("riders", read.Filters()).rows]
        number = cases.open_case("riders", "Crash at the door", by=None, posts=posts)
        other = cases.open_case("riders", "The same crash", by=None, posts=posts[:2])
        cases.merge("riders", number, other, by=None)
        return place, number

    def told(self, number):
        case = read_cases.one("riders", number)
        return case.posts, case.gone

    def test_a_deleted_post_is_counted_once_though_two_cases_held_it(self, case):
        place, number = case
        assert self.told(number) == (3, 0)
        erase.erase_posts(place, [key("1")])
        assert self.told(number) == (2, 1)
        gone = CasePost.objects.filter(post__isnull=True)
        assert gone.count() == 2
        assert len(set(gone.values_list("gone", flat=True))) == 1

    def test_a_swept_post_counts_as_it_did_while_it_was_only_hidden(self, case):
        _place, number = case
        write.change_programme("riders", retention_days=10)
        assert self.told(number) == (2, 1)
        assert erase.sweep().expired == 1
        assert self.told(number) == (2, 1)

    def test_a_place_that_goes_takes_all_its_links(self, case):
        _, number = case
        erase.erase_place("riders", "reviews")
        assert self.told(number) == (0, 3)
        assert not CasePost.objects.filter(post__isnull=False).exists()

    def test_a_person_who_goes_leaves_notes_and_changes_without_a_name(self, case):
        _, number = case
        user = write.add_user("ana")
        write.set_membership(user, "riders", "analyst")
        cases.note("riders", number, "looks like the new version, @ana", by=user)
        erase.erase_user(user)
        (entry,) = [one for one in read_cases.timeline("riders", number) if one.sort == "noted"]
        assert (entry.by, entry.by_name, entry.note.by, entry.note.mentions) == (None, "", None, ())

    def test_a_note_that_is_wiped_leaves_that_there_was_one(self, case):
        _, number = case
        cases.note("riders", number, "a courier told me their name", by=None)
        (note,) = read_cases.notes("riders", number)
        cases.erase_note("riders", note.id, by=None)
        assert [(one.text, one.erased) for one in read_cases.notes("riders", number)] == [("", True)]
