"""What rises is noticed, once; what does not is left alone. Every post is synthetic."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from earnest.flow import alerts
from earnest.record.errors import StoreError
from earnest.store import clock, erase, read, read_alerts, write, write_alert_rules, write_alerts
from earnest.store.alert_shapes import Rule
from earnest.store.rows import Prepared
from tests.store.build import desk, key

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 19, 14, 20, tzinfo=UTC)
DAYS = 16
DAYLIGHT = (0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 2, 2, 1, 1, 1, 0, 0)
"""Posts that the usual hours of a day have (of the label that rises); other labels likewise."""


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def said(
    number: int,
    at: datetime,
    label: str = "app.crash",
    kind: str = "complaint",
    region: str = "",
    voice: int = -1,
) -> Prepared:
    return Prepared(
        key(f"{label}/{at}/{number}"), "the app crashed at the door", clock.seconds(at), "en", region, "",
        kind, 0.9, label, False, "", None, f"voice {number if voice < 0 else voice}"[:12].encode().ljust(12),
        False,
        [(label, 0.9)], None if not read.needs_words() else "'app':1",
    )  # fmt: skip


def usual(since: datetime, until: datetime, label: str = "app.crash", seed: int = 5) -> list[Prepared]:
    """Posts as they come where nothing happens: by the hour of the day, a little by chance."""
    chance = random.Random(seed)
    found = []
    at = since.replace(minute=5, second=0)
    while at < until:
        for number in range(DAYLIGHT[at.hour] + (chance.random() < 0.3) - (chance.random() < 0.3)):
            found.append(said(number, at + timedelta(minutes=number), label, voice=chance.randrange(200)))
        at += HOUR
    return found


def rise(hours_ago: int, posts: int, **more: object) -> list[Prepared]:
    """So many posts in one hour, of as many voices."""
    at = NOW - hours_ago * HOUR
    return [said(1_000 + n, at + timedelta(seconds=n), voice=500 + n, **more) for n in range(posts)]


def keep(place: int, posts: Iterable[Prepared], since: datetime | None = None, until: datetime = NOW) -> None:
    """Keep posts, and vouch for the hours from `since` to `until`."""
    heard = write.Hearing(at=NOW, since=since, until=until if since else None)
    write.keep_prepared(place, list(posts), cursor="1", heard=heard)


def listened(audience: str = "customers", slug: str = "riders") -> int:
    """Two weeks of a place at which nothing happens; the place's id."""
    place = desk(slug, audience)
    begin = NOW - timedelta(days=DAYS)
    keep(place, usual(begin, NOW) + usual(begin, NOW, "pay.tips", 9), since=begin)
    return place


def check(now: datetime = NOW, slug: str = "riders") -> int:
    programme = read.programme(slug)
    assert programme is not None
    return alerts.check(programme, now)


def still_open(slug: str = "riders") -> list[tuple[str, str, str]]:
    return [(one.about, one.place, one.kind) for one in read_alerts.alerts(slug, is_open=True)]


CHANGES = {
    "nothing at all": lambda place: None,
    "an outage": lambda place: erase_hours(place, 30, 6),
    "an outage whose posts come later, each in its own hour": lambda place: outage_then(place, spread=True),
    "an outage whose posts come all at once": lambda place: outage_then(place, spread=False),
    "many posts of one voice": lambda place: keep(place, [said(n, NOW - HOUR, voice=1) for n in range(30)]),
    "many posts of another kind": lambda place: keep(place, rise(2, 20, kind="praise")),
    "many posts that no label fits": lambda place: keep(place, rise(2, 20, label="other")),
    "many posts of a label the taxonomy does not know": lambda place: keep(
        place, rise(2, 20, label="sect.x")
    ),
    "a rise of fewer than the floor": lambda place: keep(place, rise(2, 4, label="pay.costs")),
    "a new place with a lot to say": lambda place: keep(
        desk(place="forum"), rise(2, 40), since=NOW - 5 * HOUR
    ),
}


def erase_hours(place: int, first: int, last: int) -> None:
    """Nothing was heard from `first` to `last` hours ago, and nothing of it is known."""
    with connection.cursor() as db:
        db.execute(
            "SELECT key FROM store_post WHERE place_id = %s AND created >= %s AND created < %s",
            [place, clock.seconds(NOW - first * HOUR), clock.seconds(NOW - last * HOUR)],
        )
        keys = [bytes(key) for (key,) in db.fetchall()]
        erase.erase_posts(place, keys)
        db.execute("DELETE FROM store_tombstone")
        db.execute(
            "DELETE FROM store_coverage WHERE place_id = %s AND hour >= %s AND hour < %s",
            [place, clock.seconds(NOW - first * HOUR) // 3_600, clock.seconds(NOW - last * HOUR) // 3_600],
        )


def outage_then(place: int, *, spread: bool) -> None:
    """Thirty hours were not heard; what was said in them came six hours ago, in its hours or all in one."""
    erase_hours(place, 36, 6)
    missed = usual(NOW - 36 * HOUR, NOW - 6 * HOUR, seed=77)
    if spread:
        keep(place, missed, since=NOW - 36 * HOUR, until=NOW - 6 * HOUR)
    else:
        late = NOW - 6 * HOUR + timedelta(minutes=10)
        keep(place, [one._replace(created=clock.seconds(late)) for one in missed])


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_no_rise_raises_nothing(change):
    change(listened())
    assert check() == 0
    assert still_open() == []


@pytest.mark.django_db
def test_a_real_rise_is_raised_once_and_says_what_and_since_when():
    place = listened()
    keep(place, rise(2, 20))
    assert check() == 1
    assert check() == 0
    (one,) = read_alerts.alerts("riders", is_open=True)
    assert one.about in ("app.crash", "app")
    assert one.since <= NOW - 2 * HOUR <= one.until
    assert one.opened == NOW
    assert one.why.keys() == {"hours", "surprise"}


@pytest.mark.django_db
def test_an_alert_grows_with_what_goes_on_and_ends_when_the_level_is_back():
    place = listened()
    keep(place, rise(3, 20))
    assert check() == 1
    (before,) = read_alerts.alerts("riders", is_open=True)
    keep(place, rise(0, 20))
    assert check() == 0
    (grown,) = read_alerts.alerts("riders", is_open=True)
    assert grown.until > before.until
    later = NOW + 14 * HOUR
    keep(place, [], since=NOW, until=later)
    assert check(later) == 0
    assert still_open() == []
    (ended,) = read_alerts.alerts("riders", is_open=False)
    assert ended.reason == "level"
    assert check(later) == 0, "the same posts raise it again"


@pytest.mark.django_db
def test_an_alert_does_not_end_while_nothing_is_heard():
    place = listened()
    keep(place, rise(2, 20))
    assert check() == 1
    assert check(NOW + 20 * HOUR) == 0
    assert len(still_open()) == 1
    assert check(NOW + 8 * 24 * HOUR) == 0
    (ended,) = read_alerts.alerts("riders", is_open=False)
    assert ended.reason == "gone"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("posts", "voices", "raised"),
    [(6, 6, 0), (30, 4, 0), (30, 30, 1)],
    ids=["few posts", "few voices", "enough"],
)
def test_where_pay_depends_on_it_nothing_under_ten_voices_is_raised(posts, voices, raised):
    place = listened("workforce", "couriers")
    keep(place, [said(n, NOW - HOUR, voice=700 + n % voices) for n in range(posts)])
    assert check(slug="couriers") == raised


@pytest.mark.django_db
def test_a_rise_at_one_place_is_told_of_that_place_or_of_all_but_once():
    place = listened()
    other = desk(place="forum")
    begin = NOW - timedelta(days=DAYS)
    keep(other, usual(begin, NOW, seed=31), since=begin)
    keep(place, rise(2, 25))
    assert check() == 1
    assert len(still_open()) == 1


@pytest.mark.django_db
def test_what_a_person_closed_is_not_raised_again_by_the_same():
    place = listened()
    keep(place, rise(2, 20))
    check()
    (one,) = read_alerts.alerts("riders", is_open=True)
    assert write_alerts.close("riders", one.id, "real")
    assert not write_alerts.close("riders", one.id, "real")
    keep(place, rise(0, 20))
    assert check() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["off", "snoozed", "another label", "another place"])
def test_a_rule_that_does_not_ask_raises_nothing(how):
    place = listened()
    desk(place="forum")
    rule = read_alerts.rule("riders", 0, "burst")
    assert rule is not None
    changed = {
        "off": replace(rule, on=False),
        "snoozed": replace(rule, snoozed=NOW + HOUR),
        "another label": replace(rule, about="pay"),
        "another place": replace(rule, place="forum"),
    }
    write_alert_rules.keep_rule("riders", changed[how])
    keep(place, rise(2, 20))
    assert check() == 0


@pytest.mark.django_db
def test_noise_twice_in_a_row_proposes_a_calmer_setting_and_changes_nothing():
    desk()
    for number in range(2):
        id = write_alerts.raise_alert(
            "riders", sort="burst", about="app.crash", key=f"burst:{number}", at=1_000 + number, why={}
        )
        assert id is not None
        assert write_alerts.close("riders", id, "noise")
    rule = read_alerts.rule("riders", 0, "burst")
    assert rule is not None
    assert (rule.sensitivity, rule.proposed, rule.noise) == ("normal", "calm", 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "quiet", "zone", "rings"),
    [
        ("2026-11-19T23:30", (22, 7), "UTC", "2026-11-20T07:00"),
        ("2026-11-19T02:30", (22, 7), "UTC", "2026-11-19T07:00"),
        ("2026-11-19T12:30", (22, 7), "UTC", "2026-11-19T12:30"),
        ("2026-11-19T12:30", (12, 14), "UTC", "2026-11-19T14:00"),
        ("2026-11-19T12:30", (12, 14), "Asia/Kolkata", "2026-11-19T12:30"),
        ("2026-03-28T22:30", (22, 7), "Europe/Berlin", "2026-03-29T05:00"),
        ("2026-10-24T22:30", (22, 7), "Europe/Berlin", "2026-10-25T06:00"),
    ],
    ids=[
        "before midnight",
        "after midnight",
        "by day",
        "at noon",
        "elsewhere",
        "spring forward",
        "fall back",
    ],
)
def test_in_quiet_hours_an_alert_waits_for_their_end(at, quiet, zone, rings):
    desk()
    rule = replace(Rule(0, "burst", "burst", "quiet"), quiet=quiet, zone=zone)
    second = clock.seconds(datetime.fromisoformat(at).replace(tzinfo=UTC))
    write_alerts.raise_alert("riders", sort="burst", about="app", key="k", at=second, why={}, rule=rule)
    (one,) = read_alerts.last_of("riders", NOW)
    assert f"{one.rings:%Y-%m-%dT%H:%M}" == rings


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"about": "my own words"},
        {"about": "theme:x"},
        {"key": ""},
        {"why": {"said": "the app crashed"}},
        {"why": {"posts": [1, 2]}},
    ],
    ids=["about words", "about no theme", "no key", "why with words", "why with a list"],
)
def test_an_alert_holds_no_words(asked):
    desk()
    with pytest.raises(StoreError):
        write_alerts.raise_alert(
            "riders", **({"sort": "new", "about": "theme:1", "key": "k", "at": 1, "why": {}} | asked)
        )


@pytest.mark.django_db
def test_an_alert_on_a_post_goes_with_the_post():
    place = desk()
    keep(place, [said(1, NOW - HOUR)])
    (row,) = read.posts("riders", read.Filters()).rows
    at = clock.seconds(NOW)
    why = {"post": row.id, "severity": 4}
    assert write_alerts.raise_alert("riders", sort="severe", about="app.crash", key="s:1", at=at, why=why)
    assert (
        write_alerts.raise_alert("riders", sort="severe", about="app.crash", key="s:1", at=at, why=why)
        is None
    )
    assert len(read_alerts.alerts("riders", is_open=True)) == 1
    erase.erase_posts(place, [key(f"app.crash/{NOW - HOUR}/1")])
    assert read_alerts.alerts("riders", is_open=True) == []


@pytest.mark.django_db
def test_an_alert_older_than_the_retention_leaves_with_the_sweep():
    desk(retention_days=30)
    for days in (29, 31):
        at = clock.seconds(NOW - timedelta(days=days))
        write_alerts.raise_alert("riders", sort="burst", about="app", key=f"{days}", at=at, why={})
    erase.sweep(NOW)
    assert [one.key for one in read_alerts.last_of("riders", NOW)] == ["29"]


@pytest.mark.django_db
def test_a_dry_run_tells_what_a_rule_would_have_raised():
    place = listened()
    keep(place, rise(24 * 5 + 2, 25))
    programme = read.programme("riders")
    rule = read_alerts.rule("riders", 0, "burst")
    assert programme is not None
    assert rule is not None
    (would,) = alerts.dry_run(programme, rule, 14, NOW)
    assert would.key.about in ("app.crash", "app")
    assert would.since <= NOW - (24 * 5 + 2) * HOUR <= would.until
    assert would.seen >= 25
    assert would.seen > would.high
    assert alerts.dry_run(programme, replace(rule, about="pay"), 14, NOW) == []


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_the_change_of_clocks_raises_nothing(zone, settings, monkeypatch):
    settings.TIME_ZONE = zone
    change = {"Europe/Berlin": 25, "America/New_York": 1, "Australia/Lord_Howe": 4}[zone]
    now = datetime(2026, 11 if change == 1 else 10, change, 20, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    place = desk()
    begin = now - timedelta(days=DAYS)
    there = ZoneInfo(zone)
    posts = [
        said(n, at, voice=n)
        for hour in range(DAYS * 24)
        for at in [begin + hour * HOUR]
        for n in range(3 * DAYLIGHT[at.astimezone(there).hour])
    ]
    write.keep_prepared(place, posts, cursor="1", heard=write.Hearing(at=now, since=begin, until=now))
    assert [check(now - hours * HOUR) for hours in (18, 12, 6, 0)] == [0, 0, 0, 0]


STEP = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from earnest.flow import alerts
from earnest.store import clock, read, read_alerts, write_alerts
from tests.flow import test_alerts as t
clock.now = lambda: t.NOW
step = sys.argv[1]
if step == "fill":
    call_command("migrate", verbosity=0)
    t.keep(t.listened(), t.rise(2, 20))
elif step == "die":
    raised = write_alerts.raise_alert
    def die(*args, **more):
        raised(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)
    write_alerts.raise_alert = die
    alerts.check(read.programme("riders"), t.NOW)
else:
    again = alerts.check(read.programme("riders"), t.NOW)
    print(again, len(read_alerts.alerts("riders", is_open=True)))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_kill_right_after_raising_raises_nothing_twice(tmp_path):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "earnest.server.settings", "EARNEST_HOME": str(tmp_path)}
    if connection.vendor != "sqlite":  # the database of this test run; there a file in a home of its own
        server = os.environ["DATABASE_URL"].rpartition("/")[0]
        env["DATABASE_URL"] = f"{server}/{connection.settings_dict['NAME']}"
    ran = [
        subprocess.run(
            [sys.executable, "-c", STEP, step], env=env, check=False, capture_output=True, text=True
        )
        for step in ("fill", "die", "again")
    ]
    assert [one.returncode for one in ran] == [0, -signal.SIGKILL, 0], ran[0].stderr + ran[2].stderr
    assert ran[2].stdout.split() == ["0", "1"]
