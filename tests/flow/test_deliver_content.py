"""What goes out is decided when it goes: posts that went, quotes that are off, closed places, few voices."""

import json

import pytest

from earnest.desk import cases, channels, content
from earnest.flow import deliver
from earnest.notify.base import Notice, Quote
from earnest.record.errors import BadSetting
from earnest.store import clock, erase, read, write, write_outbox, write_people
from earnest.store.models import Message, Programme
from tests import programmes
from tests.notify.serve import Say, web
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db
P = "riders"
SAID = "the lift at the station ate my parcel kestrelnine7 on sunday"


@pytest.fixture
def there(home, settings):
    settings.PRIVATE_CHANNELS = True
    settings.EARNEST_ADDRESS = "https://desk.example.org"
    with web() as server:
        yield server


def channel_of(programme, server):
    made = channels.add(programme, "webhook", "Ours", {}, server.url + "/x", actor="cli")
    return channels.one(programme, made.slug)


def post_in(kind, programme=P, audience="customers", **terms):
    """A post at a place of this kind; its id."""
    if read.programme(programme) is None:
        programmes.live(programme, programme.title(), audience, **terms)
    place = write.add_place(programme, f"a-{kind}", title="A place", type="sample", kind=kind)
    if kind == "closed":
        day = NOW.replace(microsecond=0)
        write.open_consent(
            place, opened=day.replace(year=day.year - 1), expires=day.replace(year=day.year + 1), grace_days=7
        )
    mood = None if audience == "workforce" else "negative"
    keep(place, item("1", SAID, sentiment=mood, voice="ana"))
    return place, read.posts(programme, read.Filters()).rows[0].id


def queue(there, post, *, quoted=False, about=False, case=None, programme=P, **more):
    notice = Notice(
        "A case needs you",
        lines=("It is about a lift.", *more.pop("lines", ())),
        quotes=(Quote(post, SAID),) if quoted else (),
        about=(post,) if about else (),
        **more,
    )
    channel = channel_of(programme, there)
    return write_outbox.queue(
        programme, channel.id, kind="escalation", key="k", payload=notice.plain(), case=case
    )


def arrived(there):
    deliver.deliver()
    return "\n".join(asked.body.decode() for asked in there.asked)


class TestQuotes:
    def test_of_an_open_place_where_quotes_are_on(self, there):
        _, post = post_in("open", quotes=True)
        queue(there, post, quoted=True)
        assert "ate my parcel" in arrived(there)

    @pytest.mark.parametrize(
        ("kind", "audience", "quotes"),
        [
            ("open", "customers", False),
            ("addressed", "customers", True),
            ("closed", "customers", True),
            ("addressed", "workforce", True),
            ("closed", "workforce", True),
        ],
    )
    def test_elsewhere_never(self, there, kind, audience, quotes):
        _, post = post_in(kind, audience=audience, quotes=quotes)
        queue(there, post, quoted=True)
        said = arrived(there)
        assert "It is about a lift." in said
        assert "ate my parcel" not in said

    def test_switched_off_while_the_message_waits(self, there):
        _, post = post_in("open", quotes=True)
        queue(there, post, quoted=True)
        Programme.objects.update(quotes=False)
        assert "ate my parcel" not in arrived(there)

    def test_a_post_that_goes_takes_its_quote_along_at_once(self, there):
        place, post = post_in("open", quotes=True)
        queue(there, post, quoted=True)
        erase.erase_posts(place, [key("1")])
        assert "ate my parcel" not in json.dumps(Message.objects.get().payload)
        assert Message.objects.get().quoted == []
        assert "It is about a lift." in arrived(there)

    def test_and_a_message_about_it_is_dropped(self, there):
        place, post = post_in("open", quotes=True)
        queue(there, post, about=True)
        erase.erase_posts(place, [key("1")])
        message = Message.objects.get()
        assert (message.state, message.result, message.payload) == ("dropped", "post_gone", None)
        assert arrived(there) == ""

    def test_a_message_about_a_post_whose_time_is_over_is_dropped_before_any_sweep(self, there):
        _, post = post_in("open")
        queue(there, post, about=True)
        Programme.objects.update(retention_days=0)
        assert arrived(there) == ""
        assert Message.objects.get().result == "post_gone"


class TestClosed:
    def test_a_case_with_a_closed_places_post_gives_no_title_and_none_of_its_words(self, there):
        _, post = post_in("closed")
        number = cases.open_case(P, "Parcels eaten by a lift", by=None, posts=[post])
        queue(
            there,
            post,
            case=number,
            title="Parcels eaten by a lift",
            lines=("They say the lift at the station ate my parcel.", "Code kestrelnine7."),
            facts={"label": "lift at the station ate", "voices": 3},
        )
        said = arrived(there)
        for canary in ("Parcels eaten", "ate my parcel", "kestrelnine7", "station ate"):
            assert canary not in said
        assert "fewer than 10" in said

    def test_a_case_that_took_it_in_by_merging_neither(self, there):
        _, post = post_in("closed")
        with_it = cases.open_case(P, "One", by=None, posts=[post])
        number = cases.open_case(P, "Two", by=None)
        cases.merge(P, number, with_it, by=None)
        assert not content.rules(P, number).typed
        assert content.rules(P, number).closed

    def test_a_case_of_open_places_gives_its_title_without_names_and_addresses(self, there):
        _, post = post_in("open")
        number = cases.open_case(P, "A lift eats parcels", by=None, posts=[post])
        queue(there, post, case=number, title="A lift eats parcels, ask bob@example.org")
        said = arrived(there)
        assert "A lift eats parcels" in said
        assert "bob@" not in said

    def test_a_workforce_gives_no_title(self, there):
        _, post = post_in("addressed", audience="workforce")
        number = cases.open_case(P, "Breaks are too short", by=None, posts=[post])
        queue(there, post, case=number, title="Breaks are too short")
        assert "Breaks are" not in arrived(there)


class TestEvents:
    @pytest.fixture
    def channel(self, there):
        desk()
        made = channel_of(P, there)
        channels.subscribe(P, made.slug, ["case_opened", "case_closed", "case_changed"], actor="cli")
        return made

    def test_what_happens_is_told_by_number_and_link(self, there, channel):
        number = cases.open_case(P, "Tips are missing", by=None)
        deliver.tend()
        (asked,) = there.asked
        assert asked.json["type"] == "earnest.case_opened"
        assert asked.json["data"]["link"] == f"https://desk.example.org/{P}/cases/{number}"
        assert "Tips" not in asked.body.decode()

    def test_once_though_it_is_followed_often(self, there, channel):
        cases.open_case(P, "Tips are missing", by=None)
        for _ in range(3):
            deliver.tend()
        assert len(there.asked) == 1

    def test_not_what_happened_before_somebody_asked_for_it(self, there):
        desk()
        cases.open_case(P, "Before", by=None)
        made = channel_of(P, there)
        channels.subscribe(P, made.slug, ["case_opened"], actor="cli")
        deliver.tend()
        assert there.asked == []

    def test_not_what_happened_in_another_programme(self, there, channel):
        desk("others")
        cases.open_case("others", "Elsewhere", by=None)
        deliver.tend()
        assert there.asked == []

    def test_only_events_that_were_asked_for(self, there, channel):
        number = cases.open_case(P, "Tips are missing", by=None)
        cases.note(P, number, "a note", by=None)
        deliver.tend()
        assert len(there.asked) == 1

    def test_while_the_other_side_is_down_nothing_is_lost(self, there, channel, monkeypatch):
        there.script(Say(503))
        for at in range(3):
            cases.open_case(P, f"Case number {at}", by=None)
            deliver.tend()
        there.script(Say(200))
        from datetime import timedelta

        later = clock.now() + timedelta(hours=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        for _ in range(4):
            deliver.tend()
        assert Message.objects.filter(state="delivered").count() == 3


class TestPeople:
    """Mails to the desk's own people: off until they wish it and confirmed an address."""

    @pytest.fixture
    def ana(self, home):
        desk()
        id = write_people.add_user("ana")
        write_people.set_membership(id, P, "analyst")
        return id

    @pytest.fixture
    def confirmed(self, ana):
        from allauth.account.models import EmailAddress

        EmailAddress.objects.create(user_id=ana, email="ana@example.org", verified=True, primary=True)
        return ana

    def waiting(self):
        deliver.deliver_people.follow()
        return list(Message.objects.values_list("kind", "person_id"))

    def test_nobody_wished(self, confirmed):
        number = cases.open_case(P, "Tips are missing", by=None)
        cases.note(P, number, "look @ana", by=None)
        assert self.waiting() == []

    def test_no_address_was_confirmed(self, ana):
        from earnest.desk import wishes

        wishes.choose(ana, mentions=True, assignments=True)
        number = cases.open_case(P, "Tips are missing", by=None)
        cases.note(P, number, "look @ana", by=None)
        assert self.waiting() == []

    def test_named_and_given_a_case_each_once_and_without_what_was_written(self, confirmed, settings):
        from earnest.desk import wishes
        from earnest.store import read_cases
        from tests.notify.serve import smtp

        wishes.choose(confirmed, mentions=True, assignments=True)
        number = cases.open_case(P, "Tips are missing", by=None)
        cases.note(P, number, "look @ana, the soup was blue", by=None)
        cases.change(P, number, by=None, seen=read_cases.one(P, number).version, assignee=confirmed)
        with smtp() as mails:
            settings.EARNEST_MAIL_SERVER, settings.EARNEST_MAIL_TLS = f"127.0.0.1:{mails.port}", "no"
            settings.EARNEST_MAIL_FROM = "desk@example.org"
            for _ in range(2):
                deliver.tend()
        said = [taken.content.decode() for taken in mails.taken]
        assert len(said) == 2
        assert all(taken.rcpt_tos == ["ana@example.org"] for taken in mails.taken)
        assert not any("soup" in one or "Tips" in one for one in said)

    def test_a_mail_is_in_the_language_that_its_reader_chose(self, confirmed):
        from earnest.desk import wishes

        wishes.choose(confirmed, mentions=True, assignments=True)
        write_people.set_person(confirmed, language="es", zone="", known_as="")
        number = cases.open_case(P, "Tips are missing", by=None)
        cases.note(P, number, "look @ana", by=None)
        deliver.deliver_people.follow()
        payload = Message.objects.get().payload
        assert (payload["subject"], payload["lang"]) == ("Se le nombra en una nota del caso 1", "es")

    def test_an_assignment_to_oneself_is_no_news(self, confirmed):
        from earnest.desk import wishes
        from earnest.store import read_cases

        wishes.choose(confirmed, mentions=True, assignments=True)
        number = cases.open_case(P, "Tips are missing", by=None)
        cases.change(P, number, by=confirmed, seen=read_cases.one(P, number).version, assignee=confirmed)
        assert self.waiting() == []


@pytest.mark.parametrize(
    ("channel", "installation", "says"),
    [("es", "en", "Se abrió el caso 1"), ("", "es", "Se abrió el caso 1"), ("en", "es", "Case 1 was opened")],
    ids=["as the channel is set", "as the installation speaks", "the channel before the installation"],
)
def test_a_channel_is_told_in_its_language(there, settings, channel, installation, says):
    settings.LANGUAGE_CODE = installation
    programmes.live(P, "Riders", "customers")
    where = there.url + "/x"
    made = channels.add(P, "webhook", "Ours", {"language": channel}, where, actor="cli")
    channels.subscribe(P, made.slug, ["case_opened"], actor="cli")
    cases.open_case(P, "Tips are missing", by=None)
    deliver.tend()
    assert there.asked[-1].json["data"]["subject"] == says


def test_a_channel_keeps_its_language_and_takes_none_that_messages_do_not_speak(there):
    programmes.live(P, "Riders", "customers")
    slug = channels.add(P, "webhook", "Ours", {"language": "es"}, there.url + "/x", actor="cli").slug
    channels.change(P, slug, "Ours", {"language": ""}, on=True, actor="cli")
    assert channels.one(P, slug).settings == {"host": "127.0.0.1"}
    channels.change(P, slug, "Ours", {"language": "es"}, on=True, actor="cli")
    assert channels.one(P, slug).settings["language"] == "es"
    with pytest.raises(BadSetting):
        channels.change(P, slug, "Ours", {"language": "tlh"}, on=True, actor="cli")
