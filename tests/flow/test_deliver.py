"""Delivering: at least once, under one key, patient with the busy, short with the refusing, and then
silent.
"""

import email
import email.policy
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from earnest.desk import channel_secrets, channels, dispatch
from earnest.flow import deliver
from earnest.notify.base import Later, Never, Notice
from earnest.store import clock, read_outbox, write_channels, write_outbox
from earnest.store.models import Channel, Message
from tests.notify.serve import Say, smtp, web
from tests.store.build import desk

pytestmark = pytest.mark.django_db

NOTICE = Notice(
    "Case 12 was escalated",
    lines=("It waits for your team.",),
    link="/riders/cases/12",
    facts={"case": 12, "voices": 41},
)


@pytest.fixture
def programme(home, settings):
    settings.PRIVATE_CHANNELS = True
    settings.EARNEST_ADDRESS = "https://desk.example.org"
    settings.EARNEST_MAIL_FROM = "Earnest <desk@example.org>"
    desk()
    return "riders"


@pytest.fixture
def there():
    with web() as server:
        yield server


def hook(programme, server, path="/hook"):
    made = channels.add(programme, "webhook", "The hook", {}, server.url + path, actor="cli")
    return channels.one(programme, made.slug), made.shown_once


def put(programme, channel, key="a", **more):
    return write_outbox.queue(
        programme, channel.id, kind="escalation", key=key, payload=NOTICE.plain(), case=12, **more
    )


def row(id):
    return Message.objects.get(pk=id)


class TestWebhook:
    def test_what_arrives_is_signed_and_says_what_it_may(self, programme, there):
        channel, secret = hook(programme, there)
        id = put(programme, channel)
        assert deliver.deliver() == 1
        (asked,) = there.asked
        said = Webhook(secret).verify(asked.body, asked.headers)
        assert said["type"] == "earnest.escalation"
        assert said["data"]["subject"] == "Case 12 was escalated"
        assert said["data"]["link"] == "https://desk.example.org/riders/cases/12"
        assert said["data"]["facts"] == {"Case": "12", "Voices": "41"}
        assert asked.headers["webhook-id"] == row(id).key
        assert (row(id).state, row(id).payload) == ("delivered", None)

    def test_nothing_goes_twice_and_the_same_key_is_queued_once(self, programme, there):
        channel, _ = hook(programme, there)
        assert put(programme, channel) is not None
        assert put(programme, channel) is None
        assert deliver.deliver() == 1
        assert deliver.deliver() == 0
        assert len(there.asked) == 1

    def test_while_a_secret_is_replaced_both_sign(self, programme, there):
        channel, before = hook(programme, there)
        after = channels.renew(programme, channel.slug, actor="cli")
        put(programme, channel)
        deliver.deliver()
        (asked,) = there.asked
        for secret in (before, after):
            assert Webhook(secret).verify(asked.body, asked.headers)

    def test_a_week_later_only_the_new_one_signs(self, programme, there, monkeypatch):
        channel, before = hook(programme, there)
        after = channels.renew(programme, channel.slug, actor="cli")
        later = clock.now() + timedelta(days=8)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert channel_secrets.of(channel.id).sign == (after,)
        assert before not in channel_secrets.of(channel.id).sign


MISBEHAVES = {
    "500": (Say(500), "waiting", "busy"),
    "503 with Retry-After": (Say(503, headers={"retry-after": "900"}), "waiting", "busy"),
    "429 with Retry-After": (Say(429, headers={"retry-after": "900"}), "waiting", "slow"),
    "409": (Say(409), "waiting", "busy"),
    "408": (Say(408), "waiting", "busy"),
    "400": (Say(400), "refused", "refused"),
    "401": (Say(401), "refused", "sign_in"),
    "403": (Say(403), "refused", "forbidden"),
    "404": (Say(404), "refused", "not_found"),
    "410": (Say(410), "refused", "gone"),
    "422": (Say(422), "refused", "refused"),
    "a redirect": (Say(302, headers={"location": "http://127.0.0.1:1/"}), "refused", "not_allowed"),
    "no HTTP at all": (Say(raw=b"220 mail.example.org ESMTP\r\n"), "waiting", "unreachable"),
    "a closed connection": (Say(raw=b""), "waiting", "unreachable"),
    "an answer that is cut off": (
        Say(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
        "waiting",
        "unreachable",
    ),
    "an endless answer": (Say(body=b"x" * 2_000_000), "waiting", "unsure"),
    "a bomb of zeros": (Say(200, b"\x1f\x8b", {"content-encoding": "gzip"}), "waiting", "unreachable"),
}


@pytest.mark.parametrize(("said", "state", "result"), MISBEHAVES.values(), ids=list(MISBEHAVES))
def test_a_server_that_says(programme, there, said, state, result):
    there.script(said)
    channel, _ = hook(programme, there)
    id = put(programme, channel)
    deliver.deliver()
    found = row(id)
    assert (found.state, found.result, found.attempts) == (state, result, 1)
    assert (found.payload is None) == (state != "waiting")
    if "retry-after" in said.headers:
        assert found.at - clock.now() > timedelta(minutes=14)


def test_a_server_that_drips_is_left_after_the_time(programme, there, monkeypatch):
    monkeypatch.setattr(dispatch, "TIMEOUT", 0.3)
    there.script(Say(body=b"x" * 40, drip=0.05))
    channel, _ = hook(programme, there)
    id = put(programme, channel)
    deliver.deliver()
    assert (row(id).state, row(id).result) == ("waiting", "unsure")


def test_a_name_that_leads_to_a_private_address_is_refused(programme, there, settings):
    channel, _ = hook(programme, there)
    settings.PRIVATE_CHANNELS = False
    id = put(programme, channel)
    deliver.deliver()
    assert (row(id).state, row(id).result) == ("refused", "not_allowed")
    assert there.asked == []


def test_the_same_key_goes_with_every_try(programme, there, monkeypatch):
    there.script(Say(500), Say(429), Say(200))
    channel, _ = hook(programme, there)
    put(programme, channel)
    now = clock.now()
    for hours in range(3):
        monkeypatch.setattr(clock, "now", lambda hours=hours: now + timedelta(hours=hours))
        deliver.deliver()
    assert len({asked.headers["webhook-id"] for asked in there.asked}) == 1
    assert len(there.asked) == 3
    assert Message.objects.get().state == "delivered"


def test_what_waited_too_long_is_given_up_and_says_nothing_any_more(programme, there, monkeypatch):
    there.script(Say(503))
    channel, _ = hook(programme, there)
    id = put(programme, channel, keep_trying=timedelta(minutes=5))
    now = clock.now()
    for minutes in (0, 1, 2, 4, 6):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        deliver.deliver()
    assert (row(id).state, row(id).payload) == ("given_up", None)


def test_a_channel_that_fails_in_a_row_rests_and_one_message_finds_out(programme, there, monkeypatch):
    there.script(Say(500))
    channel, _ = hook(programme, there)
    for name in "abcdefgh":
        put(programme, channel, name)
    deliver.deliver()
    assert len(there.asked) == write_channels.FAILURES
    assert channels.one(programme, channel.slug).rests is not None
    deliver.deliver()
    assert len(there.asked) == write_channels.FAILURES
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    there.script(Say(500))
    deliver.deliver()
    assert len(there.asked) == write_channels.FAILURES + 1
    much_later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    there.script(Say(200))
    deliver.deliver()
    assert channels.one(programme, channel.slug).failures == 0
    deliver.deliver()
    assert not Message.objects.exclude(state="delivered").exists()


def test_gone_for_good_switches_a_webhook_off(programme, there):
    there.script(Say(410))
    channel, _ = hook(programme, there)
    put(programme, channel)
    deliver.deliver()
    assert not channels.one(programme, channel.slug).on


def test_a_dead_channel_does_not_hold_up_another(programme, there):
    dead, _ = hook(programme, there, "/dead")
    alive, _ = hook(programme, there, "/alive")
    there.say = lambda asked: Say(500 if asked.path == "/dead" else 200)
    for at in range(8):
        put(programme, dead, f"d{at}")
    id = put(programme, alive, "one")
    deliver.deliver()
    assert row(id).state == "delivered"


class TestLease:
    """Two processes never send the same at once; one that died gives the message back."""

    def test_only_one_takes_it(self, programme, there):
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        first = write_outbox.take(id, clock.now())
        assert first is not None
        assert write_outbox.take(id, clock.now()) is None

    def test_after_the_lease_another_takes_it_under_the_same_key(self, programme, there):
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        first = write_outbox.take(id, clock.now())
        second = write_outbox.take(id, clock.now() + write_outbox.LEASE + timedelta(seconds=1))
        assert second.key == first.key
        assert second.attempts == 2

    def test_who_lost_the_lease_notes_nothing(self, programme, there):
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        first = write_outbox.take(id, clock.now())
        second = write_outbox.take(id, clock.now() + write_outbox.LEASE + timedelta(seconds=1))
        assert not write_outbox.finish(first, "delivered", "delivered")
        assert write_outbox.finish(second, "delivered", "delivered")

    def test_a_message_that_kills_its_sender_is_not_tried_for_ever(self, programme, there):
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        Message.objects.filter(pk=id).update(attempts=deliver.MOST_ATTEMPTS)
        deliver.deliver()
        assert row(id).state == "given_up"
        assert there.asked == []


class TestMail:
    @pytest.fixture
    def server(self, settings):
        with smtp() as mails:
            settings.EARNEST_MAIL_SERVER = f"127.0.0.1:{mails.port}"
            settings.EARNEST_MAIL_TLS = "no"
            yield mails

    @pytest.fixture
    def channel(self, programme):
        made = channels.add(
            programme, "mail", "The team", {"to": "ops@example.org, lead@example.org"}, actor="cli"
        )
        return channels.one(programme, made.slug)

    def test_it_arrives_with_a_plain_and_an_html_part_and_the_key_as_its_id(self, programme, server, channel):
        id = put(programme, channel)
        deliver.deliver()
        (taken,) = server.taken
        assert taken.rcpt_tos == ["ops@example.org", "lead@example.org"]
        mail = email.message_from_bytes(taken.content, policy=email.policy.default)
        assert mail["Subject"] == "Case 12 was escalated"
        assert mail["Message-ID"] == f"<{row(id).key[:40]}@example.org>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert "https://desk.example.org/riders/cases/12" in mail.get_body(("plain",)).get_content()
        assert "<a href=" in mail.get_body(("html",)).get_content()

    def test_a_recipient_nobody_knows_does_not_hold_up_the_other(self, programme, server, channel):
        server.rcpt = lambda to: "550 no such user" if to.startswith("lead") else "250 OK"
        id = put(programme, channel)
        deliver.deliver()
        assert (row(id).state, row(id).result) == ("delivered", "partly")

    def test_where_nobody_is_known_it_is_not_tried_again(self, programme, server, channel):
        server.rcpt = lambda to: "550 no such user"
        id = put(programme, channel)
        deliver.deliver()
        assert (row(id).state, row(id).result, row(id).status) == ("refused", "no_recipient", 550)

    def test_who_was_busy_gets_it_later_and_who_has_it_does_not_get_it_twice(
        self, programme, server, channel, monkeypatch
    ):
        server.rcpt = lambda to: "451 grey" if to.startswith("lead") else "250 OK"
        id = put(programme, channel)
        deliver.deliver()
        assert (row(id).state, row(id).payload["left"]) == ("waiting", ["lead@example.org"])
        server.rcpt = lambda to: "250 OK"
        later = clock.now() + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        deliver.deliver()
        assert [taken.rcpt_tos for taken in server.taken] == [["ops@example.org"], ["lead@example.org"]]
        assert row(id).state == "delivered"

    @pytest.mark.parametrize(
        ("said", "state"),
        [("451 try later", "waiting"), ("452 full", "waiting"), ("554 spam", "refused")],
    )
    def test_what_the_server_says_to_the_words(self, programme, server, channel, said, state):
        server.data = lambda: said
        id = put(programme, channel)
        deliver.deliver()
        assert row(id).state == state

    def test_without_a_mail_server_it_is_said(self, programme, channel):
        id = put(programme, channel)
        deliver.deliver()
        assert (row(id).state, row(id).result) == ("refused", "no_mail_server")

    def test_no_server_listens(self, programme, channel, settings):
        settings.EARNEST_MAIL_SERVER, settings.EARNEST_MAIL_TLS = "127.0.0.1:1", "no"
        id = put(programme, channel)
        deliver.deliver()
        assert (row(id).state, row(id).result) == ("waiting", "unreachable")


class TestByHand:
    def test_again_and_drop(self, programme, there):
        there.script(Say(503))
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        deliver.deliver()
        assert write_outbox.again(programme, id, clock.now())
        assert row(id).at <= clock.now()
        assert write_outbox.drop(programme, id)
        assert (row(id).state, row(id).payload) == ("dropped", None)
        assert not write_outbox.again(programme, id, clock.now())

    def test_not_of_another_programme(self, programme, there):
        desk("others")
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        assert not write_outbox.drop("others", id)
        assert write_outbox.queue("others", channel.id, kind="x", key="x", payload=NOTICE.plain()) is None

    def test_removing_a_channel_drops_what_waits_and_its_secrets(self, programme, there, home):
        channel, _ = hook(programme, there)
        id = put(programme, channel)
        assert list((home / "keys").glob("channel-*"))
        channels.remove(programme, channel.slug, actor="cli")
        assert (row(id).state, row(id).payload) == ("dropped", None)
        assert not list((home / "keys").glob("channel-*"))
        assert Channel.objects.get(pk=channel.id).settings == {}


def test_secrets_are_in_no_table(programme, there):
    channel, secret = hook(programme, there, "/very-secret-path")
    held = json.dumps(list(Channel.objects.values("slug", "name", "settings", "events")))
    assert "very-secret-path" not in held
    assert secret not in held
    assert (channel_secrets._path(channel.id).stat().st_mode & 0o777) == 0o600


def test_waiting_grows_and_is_never_shorter_than_asked_for():
    assert timedelta(seconds=18) <= deliver.backoff(1) <= timedelta(seconds=30)
    assert deliver.backoff(20) <= timedelta(hours=1)
    assert deliver.backoff(1, 7200.0) >= timedelta(hours=2)


def test_an_outcome_of_a_strange_channel_is_plain():
    assert channels.said(Later("slow", 429)) == "The other side asked to slow down (429)."
    assert channels.said(Never("sign_in", 401)) == "The other side does not know the key (401)."
    assert read_outbox.next_due(datetime.now(UTC)) is None
