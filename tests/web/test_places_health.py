"""How places do: what is wrong and what to do, moves, the past, and what machines are told."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from earnest.desk import access
from earnest.flow import backfill, health
from earnest.sources import registry
from earnest.store import read, read_backfill, read_health, write, write_health, write_leases
from earnest.store.health_codes import CODES, EMPTY
from earnest.store.models import Place
from earnest.web import health_words
from tests.flow import supervise_types

NOW = datetime.now(UTC)


def body(answer):
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def feed(as_):
    """A feed of the programme of customers that was read before."""
    settings = {"url": "https://a.example/feed"}
    id = write.add_place(
        "shoppers", "forum", title="Forum", type="feed", kind="open", settings=settings, interval=300
    )
    write.keep(id, [], cursor="c", heard=write.Hearing(at=NOW, since=NOW, until=NOW))
    access.add_person("reader", "shoppers", "viewer")
    return id


def fail(id, code, *, gone=False):
    write.failed_read(
        id, "It did not work.", next_read=None if gone else NOW + timedelta(minutes=5), failed=gone, code=code
    )


@pytest.mark.parametrize("code", [*CODES, EMPTY])
def test_each_class_says_what_is_wrong_and_what_to_do(code):
    assert health_words.WRONG[code]
    assert str(health_words.TO_DO[code]).endswith(".")


def test_the_pages_say_what_is_wrong_since_when_and_what_to_do(as_, feed):
    steward = as_("admin")
    for code in ("key_refused", "forbidden", "gone", "banned", "limited", "certificate"):
        fail(feed, code, gone=code != "limited")
        for address in ("/shoppers/places/health", "/shoppers/place/forum"):
            said = body(steward.get(address))
            assert str(health_words.WRONG[code]) in said
            assert str(health_words.TO_DO[code]) in said
    assert str(health_words.TO_DO[code]) in body(steward.get("/shoppers/places"))


def test_a_place_that_reads_well_says_so(as_, feed):
    said = body(as_("admin").get("/shoppers/places/health"))
    assert "Every place is read as it should be" in said
    assert "heard without a gap" in said


def test_days_before_a_place_was_there_are_drawn_as_not_heard(as_, feed):
    told = read_health.of_programme("shoppers")["forum"]
    assert told.days[:29] == [1.0] * 29
    assert told.days[29] < 1.0
    write.add_place("shoppers", "new", title="New", type="feed", kind="open", settings={"url": "https://a.b"})
    assert read_health.of_programme("shoppers")["new"].days == [1.0] * 30
    assert "not heard yet" in body(as_("admin").get("/shoppers/places/health"))


def test_a_steward_is_told_which_process_reads_and_a_viewer_is_not(as_, feed):
    write_leases.take(feed, "desk-1/space/4711/abcd", 60)
    assert "by desk-1, 4711" in body(as_("admin").get("/shoppers/places/health"))
    said = body(as_("reader").get("/shoppers/places/health"))
    assert "being read now" in said
    assert "4711" not in said


def test_a_new_address_is_taken_over_with_one_click(as_, feed):
    write_health.record([write_health.Told(feed, ok=True, late=0, took=0, moved_to="https://b.example/feed")])
    page = body(as_("admin").get("/shoppers/place/forum"))
    assert "https://b.example/feed" in page
    assert "b.example" not in body(as_("reader").get("/shoppers/place/forum"))
    assert as_("admin").post("/shoppers/place/forum/moved").status_code == 303
    assert read.listening_place("shoppers", "forum").settings == {"url": "https://b.example/feed"}
    again = as_("admin").post("/shoppers/place/forum/moved")
    assert again.status_code == 400
    assert "did not say that it moved" in body(again)


@pytest.fixture
def past(as_, monkeypatch):
    monkeypatch.setattr(registry, "_OWN", dict(registry._OWN))
    supervise_types.add("past")
    return write.add_place("shoppers", "old", title="Old", type="past", kind="open", interval=300)


def test_a_past_is_asked_for_shown_and_stopped(as_, past):
    steward = as_("admin")
    assert "Read its past from this day on" in body(steward.get("/shoppers/place/old"))
    since = (NOW - timedelta(days=3)).date().isoformat()
    assert steward.post("/shoppers/place/old/past", {"since": since}).status_code == 303
    row = read_backfill.of_place("shoppers", "old")
    assert (row.state, row.percent) == ("wanted", 0)
    assert "0 % is read" in body(steward.get("/shoppers/place/old"))
    assert steward.post("/shoppers/place/old/past/stop").status_code == 303
    assert read_backfill.of_place("shoppers", "old").state == "stopped"
    assert steward.post("/shoppers/place/old/past/stop").status_code == 400
    assert steward.post("/shoppers/place/old/past", {"since": since}).status_code == 303
    assert read_backfill.of_place("shoppers", "old").state == "wanted"


NOT_READ = {
    "nothing": ({}, "from which day on"),
    "a word": ({"since": "yesterday"}, "2026-05-31"),
    "no such day": ({"since": "2026-02-31"}, "2026-05-31"),
    "longer ago than is kept": ({"since": "2001-01-01", "until": "2001-02-01"}, "None of this time"),
    "the future": ({"since": "2100-01-01"}, "None of this time"),
}


def test_a_past_that_cannot_be_read_is_refused_in_a_sentence(as_, past):
    steward = as_("admin")
    for given, sentence in NOT_READ.values():
        answer = steward.post("/shoppers/place/old/past", given)
        assert answer.status_code == 400
        assert sentence in body(answer)
        assert read_backfill.of_place("shoppers", "old") is None


def test_a_place_that_has_no_past_to_give_offers_none(as_, feed):
    assert "Read its past" not in body(as_("admin").get("/shoppers/place/forum"))
    answer = as_("admin").post("/shoppers/place/forum/past", {"since": NOW.date().isoformat()})
    assert answer.status_code == 400
    assert "cannot give its past" in body(answer)


def test_nothing_from_before_a_consent_is_asked_for(as_, past):
    Place.objects.filter(pk=past).update(kind="closed")
    write.open_consent(past, opened=NOW - timedelta(days=2), expires=NOW + timedelta(days=9))
    first = read_backfill.earliest_allowed("shoppers", "old")
    assert first == NOW - timedelta(days=2)
    row = backfill.ask("shoppers", "old", NOW - timedelta(days=90), egress=None, actor="cli")
    assert row.since == first.replace(microsecond=0)


def test_ready_means_that_everything_runs(desk, home_keys, feed):
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["codes"] == ["listener_silent"]
    write_leases.beat("desk-1/x/1/a", 3)
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "codes": [],
        "checks": {"database": "ok", "tables": "ok", "keys": "ok", "gate": "ok", "listener": "ok"},
    }
    assert Client().get("/healthz/live").json() == {"live": True}


def test_a_probe_that_finds_nothing_new_logs_nothing(desk, home_keys, feed, caplog):
    ask = Client()
    write_leases.beat("desk-1/x/1/a", 3)
    assert ask.get("/healthz").status_code == 200
    caplog.clear()
    (home_keys / "keys" / "voices.key").rename(home_keys / "elsewhere")
    for _ in range(3):
        assert ask.get("/healthz").status_code == 503
    (home_keys / "elsewhere").rename(home_keys / "keys" / "voices.key")
    for _ in range(3):
        assert ask.get("/healthz").status_code == 200
    assert [record.getMessage() for record in caplog.records] == ["Not ready: keys_missing.", "Ready again."]


def test_what_is_missing_is_a_code_and_no_path(desk, home_keys, feed):
    (home_keys / "keys" / "voices.key").unlink()
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["codes"] == ["keys_missing", "listener_silent"]
    assert str(home_keys) not in answer.content.decode()


@pytest.fixture
def home_keys(home):
    from earnest.gate.voice import Keys

    Keys.make(home / "keys" / "voices.key")
    health._probe.cache_clear()
    return home


def scrape(**more):
    return Client().get("/metrics", **more)


def test_metrics_tell_how_places_are_read_and_nothing_of_what_was_said(as_, feed):
    from prometheus_client.parser import text_string_to_metric_families

    fail(feed, "limited")
    write.add_place("shoppers", "lounge-of-friends", title="Lounge", type="sample", kind="closed")
    answer = scrape()
    told = answer.content.decode()
    samples = {
        (one.name, one.labels.get("place", "")): one.value
        for family in text_string_to_metric_families(told)
        for one in family.samples
    }
    assert samples["earnest_place_up", "forum"] == 0
    assert samples["earnest_place_failures", "forum"] == 1
    assert samples["earnest_place_problem", "forum"] == 1
    assert "lounge" not in told
    assert "earnest_invited_places" in told
    assert "withheld" not in told
    posts = read.posts("shoppers", read.Filters(), limit=5).rows
    assert posts
    assert not [one for one in posts if one.text in told]


def test_metrics_are_for_this_machine_named_networks_or_the_token_alone(desk, settings):
    assert scrape().status_code == 200
    assert scrape(REMOTE_ADDR="203.0.113.5").status_code == 403
    assert scrape(HTTP_X_FORWARDED_FOR="203.0.113.5").status_code == 403
    settings.METRICS_TOKEN = "long-and-secret"
    right = {"HTTP_AUTHORIZATION": "Bearer long-and-secret"}
    assert scrape(REMOTE_ADDR="203.0.113.5", **right).status_code == 200
    assert scrape(REMOTE_ADDR="203.0.113.5", HTTP_AUTHORIZATION="Bearer wrong").status_code == 403
    assert scrape(REMOTE_ADDR="203.0.113.5", HTTP_AUTHORIZATION="Bearer é").status_code == 403


def test_a_page_of_many_places_costs_as_many_queries_as_one_of_few(as_, django_assert_max_num_queries):
    for at in range(60):
        id = write.add_place("shoppers", f"p-{at}", type="feed", kind="open", settings={"url": "https://a.b"})
        fail(id, "down")
    browser = as_("admin")
    browser.get("/shoppers/places/health")
    with django_assert_max_num_queries(24):
        assert browser.get("/shoppers/places/health").status_code == 200
    assert len(read_health.of_programme("shoppers")) >= 60
