"""The pages of channels and of what was sent: who may, what is shown once, and what is never shown."""

import pytest
from standardwebhooks.webhooks import Webhook

from earnest.desk import channels
from earnest.flow import deliver
from earnest.notify.base import Notice
from earnest.store import read_outbox, write_outbox
from earnest.store.models import Message
from tests.notify.serve import Say, web

pytestmark = pytest.mark.django_db

P = "riders"


@pytest.fixture
def there(settings):
    settings.PRIVATE_CHANNELS = True
    settings.EARNEST_ADDRESS = "https://desk.example.org"
    with web() as server:
        yield server


def add(client, sort, **said):
    return client.post(f"/{P}/channels/add/{sort}", said)


def put(slug, **more):
    channel = channels.one(P, slug)
    payload = Notice("Case 3 was escalated", lines=("It waits.",)).plain()
    return write_outbox.queue(P, channel.id, kind="escalation", key="k", payload=payload, case=3, **more)


class TestAdding:
    def test_a_webhooks_secret_is_shown_once_and_its_address_never(self, as_, there):
        steward = as_("steward")
        page = add(steward, "webhook", name="Ours", secret=there.url + "/very-secret")
        assert b"whsec_" in page.content
        again = steward.get(f"/{P}/channels/ours").content
        assert b"whsec_" not in again
        assert b"very-secret" not in again
        assert b"very-secret" not in steward.get(f"/{P}/channels").content

    def test_a_test_says_plainly_how_it_went(self, as_, there):
        steward = as_("steward")
        add(steward, "webhook", name="Ours", secret=there.url + "/x")
        assert b"The test was sent" in steward.post(f"/{P}/channels/ours/test").content
        there.script(Say(404))
        page = steward.post(f"/{P}/channels/ours/test").content.decode()
        assert "nothing is at this address" in page
        assert "404" in page

    def test_mail_keeps_its_recipients(self, as_):
        steward = as_("steward")
        assert add(steward, "mail", name="Team", to="a@example.org\nb@example.org").status_code == 303
        assert b"a@example.org" in steward.get(f"/{P}/channels/team").content

    def test_a_key_is_asked_for_again_when_the_address_changes(self, as_, there):
        steward = as_("steward")
        add(steward, "github", name="Code", where="acme/app", api=there.url, secret="ghp_token")
        moved = {"name": "Code", "where": "acme/app", "api": "https://elsewhere.example.org", "on": "yes"}
        page = steward.post(f"/{P}/channels/code", moved)
        assert page.status_code == 400
        assert b"the key has to be given again" in page.content
        assert channels.one(P, "code").settings["api"] == there.url

    @pytest.mark.parametrize(
        ("sort", "said", "why"),
        [
            ("mail", {"name": "T", "to": "no address"}, "This is no e-mail address"),
            ("mail", {"name": "T", "to": "a@example.org\r\nBcc: x"}, "This is no e-mail address"),
            ("mail", {"name": "", "to": "a@example.org"}, "A channel needs a name"),
            ("webhook", {"name": "T", "secret": "file:///etc/passwd"}, "Only http and https"),
            ("webhook", {"name": "T", "secret": "https://u:p@example.org/"}, "holds a name or password"),
            ("webhook", {"name": "T", "secret": ""}, "This channel needs"),
            ("apprise", {"name": "T", "secret": "syslog://"}, "is no address of a messenger"),
            ("apprise", {"name": "T", "secret": "dbus://x"}, "is not a messenger that Earnest sends to"),
            (
                "apprise",
                {"name": "T", "secret": "json://localhost/"},
                "is not a messenger that Earnest sends to",
            ),
            ("apprise", {"name": "T", "secret": "mastodon://token@host"}, "is not a messenger that Earnest"),
            ("github", {"name": "T", "where": "../x", "secret": "t"}, "The repository is written owner/name"),
            ("github", {"name": "T", "where": "a/b", "secret": "t t"}, "A key has no spaces"),
            ("gitlab", {"name": "T", "where": "nogroup", "secret": "t"}, "The project is written group/name"),
            ("jira", {"name": "T", "where": "OPS", "secret": "t"}, "Jira needs its address"),
            ("webhook", {"name": "strike organisers", "secret": "https://example.org/x"}, "protected speech"),
        ],
        ids=lambda value: value if isinstance(value, str) else value.get("secret") or value.get("to", "-"),
    )
    def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_added(self, as_, sort, said, why):
        page = add(as_("steward"), sort, **said)
        assert page.status_code == 400
        assert why in page.content.decode()
        assert channels.of(P) == []

    def test_without_private_channels_http_is_refused(self, as_):
        page = add(as_("steward"), "webhook", name="T", secret="http://hooks.example.org/x")
        assert "not https" in page.content.decode()

    def test_a_name_is_shown_as_text(self, as_):
        add(as_("steward"), "mail", name="<script>alert(1)</script>", to="a@example.org")
        assert b"<script>alert(1)" not in as_("steward").get(f"/{P}/channels").content


class TestWho:
    @pytest.mark.parametrize("role", ["viewer", "analyst", "lead", "delegate"])
    def test_only_stewards_keep_channels(self, as_, role):
        assert as_(role).get(f"/{P}/channels").status_code == 403
        assert add(as_(role), "mail", name="T", to="a@example.org").status_code == 403

    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("analyst", 403), ("lead", 200)])
    def test_leads_see_what_was_sent(self, as_, role, status):
        assert as_(role).get(f"/{P}/sent").status_code == status

    def test_another_programmes_channel_is_not_there(self, as_):
        assert as_("steward").get(f"/{P}/channels/nowhere").status_code == 404


class TestSent:
    @pytest.fixture
    def waiting(self, as_, there):
        add(as_("steward"), "webhook", name="Ours", secret=there.url + "/x")
        there.script(Say(503))
        id = put("ours")
        deliver.deliver()
        return id

    def test_it_says_how_it_fared_and_when_it_is_tried_next(self, as_, waiting):
        page = as_("lead").get(f"/{P}/sent").content.decode()
        assert "Ours" in page
        assert "the other side is busy" in page
        assert "next try" in page
        assert "It waits." not in page

    def test_again_and_drop(self, as_, waiting, there):
        lead = as_("lead")
        there.script(Say(200))
        assert lead.post(f"/{P}/sent/{waiting}/again").status_code == 303
        deliver.deliver()
        assert Message.objects.get(pk=waiting).state == "delivered"
        lead.post(f"/{P}/sent/{waiting}/drop")
        assert Message.objects.get(pk=waiting).state == "delivered"

    def test_dropped(self, as_, waiting):
        as_("lead").post(f"/{P}/sent/{waiting}/drop")
        assert Message.objects.get(pk=waiting).state == "dropped"
        assert "dropped by hand" in as_("lead").get(f"/{P}/sent?state=dropped").content.decode()

    @pytest.mark.parametrize("query", ["state=waiting", "channel=ours", "kind=escalation", "case=3"])
    def test_filters_that_fit(self, as_, waiting, query):
        assert "Try again now" in as_("lead").get(f"/{P}/sent?{query}").content.decode()

    @pytest.mark.parametrize("query", ["state=delivered", "channel=people", "kind=mention", "case=4"])
    def test_filters_that_do_not(self, as_, waiting, query):
        assert "Nothing fits" in as_("lead").get(f"/{P}/sent?{query}").content.decode()

    @pytest.mark.parametrize("query", ["state=x", "case=abc", "after=-1", "case=99999999999"])
    def test_a_query_that_is_none(self, as_, query):
        assert as_("lead").get(f"/{P}/sent?{query}").status_code == 400

    def test_pages(self, as_, there, django_assert_max_num_queries):
        add(as_("steward"), "webhook", name="Ours", secret=there.url + "/x")
        channel = channels.one(P, "ours")
        for at in range(read_outbox.PAGE + 5):
            write_outbox.queue(P, channel.id, kind="test", key=str(at), payload=Notice("x").plain())
        lead = as_("lead")
        lead.get(f"/{P}/sent")
        with django_assert_max_num_queries(35):
            first = lead.get(f"/{P}/sent").content.decode()
        assert first.count("Try again now") == read_outbox.PAGE
        after = first.split("after=")[1].split('"')[0]
        assert lead.get(f"/{P}/sent?after={after}").content.decode().count("Try again now") == 5


def test_a_new_secret_signs_beside_the_old_one(as_, there):
    steward = as_("steward")
    page = add(steward, "webhook", name="Ours", secret=there.url + "/x").content.decode()
    before = "whsec_" + page.split("whsec_")[1].split("<")[0]
    page = steward.post(f"/{P}/channels/ours/renew").content.decode()
    after = "whsec_" + page.split("whsec_")[1].split("<")[0]
    assert before != after
    put("ours")
    deliver.deliver()
    for secret in (before, after):
        Webhook(secret).verify(there.asked[0].body, there.asked[0].headers)
