"""Routes: what may be one, both ways to the same thing, versions, and what one would have sent."""

from datetime import timedelta

import pytest

from earnest.desk import cases, dry_run, routes, tags, teams
from earnest.desk.route_shapes import Quiet, Rung, When
from earnest.record.errors import InputError, Refused, RefusedConfiguration, StoreError
from earnest.store import clock, read, read_cases, read_escalation, write_alerts
from earnest.store.models import AuditLink, Message
from tests.desk import routes_build as build
from tests.store.build import NOW, item, keep

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def place():
    return build.programme()


def kept(**more):
    build.everything()
    one = build.route(**{"team": "payments", **more})
    routes.keep("riders", one, by=None)
    return one


class TestWhatMayBeARoute:
    @pytest.mark.parametrize(
        ("more", "part", "says"),
        [
            pytest.param({"name": "Couriers who organise a union"}, "name", "protected speech", id="speech"),
            pytest.param({"name": "Posts of user 4711"}, "name", "lead to a person", id="a person"),
            pytest.param(
                {"when": When("volume", about=("pay.none",), posts=10, within=60)},
                "when.about",
                "no label",
                id="a label that is not there",
            ),
            pytest.param(
                {"when": When("volume", themes=(99,), posts=10, within=60)},
                "when.themes",
                "no theme 99",
                id="a theme that is not there",
            ),
            pytest.param(
                {"when": When("volume", places=("nowhere",), posts=10, within=60)},
                "when.places",
                "no place 'nowhere'",
                id="a place that is not there",
            ),
            pytest.param(
                {"when": When("cases", tags=("union members",))},
                "when.tags",
                "protected speech",
                id="a tag that aims at speech",
            ),
            pytest.param(
                {"when": When("cases", tags=("refund",))}, "when.tags", "no tag", id="an unknown tag"
            ),
            pytest.param({"team": "nobody"}, "team", "no team 'nobody'", id="a team that is not there"),
            pytest.param(
                {"rungs": (Rung("team", 0, ("smoke-signals",)),)},
                "ladder.team",
                "no channel",
                id="a channel that is not there",
            ),
            pytest.param(
                {"when": When("volume", posts=3, within=60)}, "when.posts", "at least 5", id="under the floor"
            ),
        ],
    )
    def test_what_is_wrong_is_said_part_by_part(self, place, more, part, says):
        build.everything()
        (found,) = routes.problems("riders", build.route(**{"team": "payments", **more}))
        assert found.part == part
        assert says in found.says
        with pytest.raises((InputError, Refused)):
            routes.keep("riders", build.route(**{"team": "payments", **more}), by=None)
        assert [one.name for one in routes.of("riders")] == ["Tips that do not arrive"]

    def test_without_a_team_there_is_nobody_it_could_go_to(self, place):
        assert "no team yet" in routes.problems("riders", build.route())[0].says

    def test_a_workforce_has_a_higher_floor(self):
        build.programme("workforce")
        build.everything_but_the_route()
        few = build.route(team="payments", when=When("volume", about=("pay.tips",), posts=9, within=60))
        assert "at least 10" in routes.problems("riders", few)[0].says


FILE = """\
# Ours.
routes:
  # The first.
  - route: tips
    name: Tips that do not arrive
    watch: volume
    when: {about: [pay.tips], posts: 12, within: 24 hours}
    team: payments
    ladder: [{tell: team, answer within: 1 hour}, {tell: leadership}]
  - route: crashes
    name: Crashes
    watch: alerts
    when: {about: [app]}
    ladder: [{tell: team}]
"""


class TestTheFile:
    def test_applied_it_is_what_the_pages_show_and_shown_it_is_what_was_applied(self, place):
        build.everything()
        done = routes.apply("riders", FILE, "f.yaml", by=None)
        assert (done.added, done.changed, done.removed) == (("crashes",), ("tips",), ())
        assert [one.slug for one in routes.of("riders")] == ["tips", "crashes"]
        text = routes.text("riders")
        assert text.startswith("# Ours.\n")
        assert "# The first." in text
        again = routes.apply("riders", text, "f.yaml", by=None)
        assert (again.added, again.changed, again.removed) == ((), (), ())
        assert again.same == ("tips", "crashes")

    def test_a_change_on_a_page_keeps_the_comments(self, place):
        build.everything()
        routes.apply("riders", FILE, "f.yaml", by=None)
        routes.switch("riders", "tips", False, by=None)
        assert "# The first." in routes.text("riders")
        assert routes.one("riders", "tips").on is False

    def test_a_route_that_it_leaves_out_is_taken_away_and_can_be_put_back(self, place):
        kept()
        assert routes.apply("riders", "routes: []", "f.yaml", by=None).removed == ("tips",)
        assert routes.of("riders") == []
        routes.back("riders", "tips", by=None)
        assert [one.slug for one in routes.of("riders")] == ["tips"]

    def test_one_wrong_route_and_nothing_is_applied(self, place):
        kept()
        before = routes.text("riders")
        with pytest.raises(InputError, match=r"f\.yaml:13:19: there is no label or category 'abb'"):
            routes.apply("riders", FILE.replace("[app]", "[abb]"), "f.yaml", by=None)
        with pytest.raises(RefusedConfiguration, match=r"f\.yaml:11:11: Earnest does not make"):
            routes.apply("riders", FILE.replace("Crashes", "Union talk"), "f.yaml", by=None)
        assert routes.text("riders") == before


class TestVersions:
    def test_who_changed_what_and_back_again(self, place):
        user = build.person("lena")
        one = kept()
        routes.keep("riders", build.route(team="payments", when=one.when, rest=60), by=user)
        now, before = routes.changes("riders", "tips")
        assert (now.by_name, now.how, before.by_name) == ("lena", "page", "")
        routes.back("riders", "tips", by=user)
        assert routes.one("riders", "tips") == one
        assert [change.how for change in routes.changes("riders", "tips")] == ["back", "page", "page"]

    def test_saving_what_is_there_is_no_version(self, place):
        one = kept()
        assert routes.keep("riders", one, by=None) is False
        assert len(routes.changes("riders", "tips")) == 1

    def test_there_is_nothing_before_the_first(self, place):
        kept()
        with pytest.raises(InputError, match="nothing to go back to"):
            routes.back("riders", "tips", by=None)
        with pytest.raises(StoreError):
            routes.remove("riders", "none", by=None)

    def test_each_is_in_the_audit_chain_without_words(self, place):
        user = build.person("lena")
        kept()
        routes.keep("riders", build.route(team="payments", rest=60), by=user)
        routes.remove("riders", "tips", by=user)
        links = list(
            AuditLink.objects.filter(action__startswith="route_")
            .order_by("seq")
            .values_list("actor", "action")
        )
        assert links == [
            ("cli", "route_set"),
            (f"person:{user}", "route_set"),
            (f"person:{user}", "route_removed"),
        ]
        assert not any("Tips" in link.detail for link in AuditLink.objects.all())


def tried(route, days=30):
    return dry_run.over("riders", route, NOW, days=days)


class TestTheDryRun:
    def test_it_says_what_when_why_and_how_it_would_have_climbed(self, place):
        build.everything()
        build.said(place, 14, ago=5 * DAY)
        (one,) = tried(build.route(team="payments"))
        assert one.find.thing == "label:pay.tips"
        assert (one.find.posts, one.find.voices) == (14, 14)
        assert abs(one.find.at - (NOW - 5 * DAY)) <= HOUR
        assert [(told.who, told.team.name) for told in one.course] == [
            ("team", "Payments"),
            ("lead", "Payments"),
            ("leadership", "Leadership"),
        ]
        assert [told.at - one.find.at for told in one.course] == [timedelta(), HOUR, 2 * HOUR]

    def test_it_sends_and_writes_nothing(self, place):
        build.everything()
        build.channel()
        build.said(place, 30)
        links = AuditLink.objects.count()
        assert tried(build.route(team="payments"))
        assert (Message.objects.count(), AuditLink.objects.count()) == (0, links)
        assert read_escalation.listing("riders") == ([], None)

    def test_it_rests_between_two(self, place):
        build.everything()
        build.said(place, 40, ago=DAY, apart=6 * HOUR)  # four a day for ten days: never ten
        assert tried(build.route(team="payments")) == []
        build.said(place, 120, ago=DAY, apart=2 * HOUR, name="q")  # twelve more a day for ten days
        week = tried(build.route(team="payments", rest=7 * 1440))
        daily = tried(build.route(team="payments", rest=1440))
        assert len(week) == 2
        assert len(daily) > len(week)

    def test_one_voice_that_says_it_thirty_times_is_no_reason(self, place):
        build.everything()
        keep(place, *(item(f"s{at}", f"again {at}", labels=("pay.tips",), voice="one") for at in range(30)))
        assert tried(build.route(team="payments")) == []

    @pytest.mark.parametrize(
        ("when", "found"),
        [
            pytest.param({"kinds": ("complaint",)}, 1, id="of this kind"),
            pytest.param({"kinds": ("praise",)}, 0, id="of another kind"),
            pytest.param({"places": ("reviews",)}, 1, id="at this place"),
            pytest.param({"about": ("pay",)}, 1, id="of the category"),
            pytest.param({"about": ()}, 1, id="any label by itself"),
            pytest.param({"about": ("app",)}, 0, id="of another category"),
            pytest.param({"severity": "severe"}, 0, id="only what is severe"),
            pytest.param({"posts": 15}, 0, id="more than were said"),
            pytest.param({"voices": 14, "posts": 0}, 1, id="so many voices"),
            pytest.param({"within": 60}, 1, id="within an hour"),
        ],
    )
    def test_conditions_narrow_each_other(self, place, when, found):
        build.everything()
        build.said(place, 14, ago=5 * DAY)
        asked = {"about": ("pay.tips",), "posts": 10, "within": 1440} | when
        assert len(tried(build.route(team="payments", when=When("volume", **asked)))) == found

    def test_at_night_the_first_step_waits(self, place):
        build.everything()
        build.said(place, 14, ago=5 * DAY)
        hour = (NOW - 5 * DAY).hour
        quiet = Quiet((hour - 1) % 24 * 60, (hour + 4) % 24 * 60)
        (one,) = tried(build.route(team="payments", quiet=quiet))
        assert not quiet.holds(one.course[0].at)
        assert one.course[0].at > one.find.at

    def test_an_alert_that_is_over_would_have_been_sent(self, place):
        build.everything()
        build.said(place, 14, ago=5 * DAY)
        at = clock.seconds(NOW - 5 * DAY)
        id = write_alerts.raise_alert(
            "riders",
            sort="burst",
            about="pay.tips",
            key="k",
            at=at,
            why={},
            kind="trouble",
            since=at,
            until=at,
        )
        write_alerts.close("riders", id, "real")
        (one,) = tried(build.route(when=When("alerts", about=("pay",)), team="payments"))
        assert one.find.thing == f"alert:{id}"
        assert tried(build.route(when=When("alerts", sorts=("severe",)), team="payments")) == []
        assert tried(build.route(when=When("alerts", kinds=("praise",)), team="payments")) == []

    def test_cases_by_severity_tag_and_label(self, place):
        build.everything()
        build.said(place, 3)
        posts = [row.id for row in read.posts("riders", read.Filters()).rows]
        number = build.case(severity="high", posts=posts)
        tag = tags.ensure("riders", "refund")
        cases.change("riders", number, by=None, seen=read_cases.one("riders", number).version, tags=(tag,))

        def count(**asked):
            return len(tried(build.route(when=When("cases", **asked), team="payments")))

        assert count(severity="high") == count(tags=("refund",)) == count(about=("pay",)) == 1
        assert count(severity="severe") == count(tags=("other",)) == count(about=("app",)) == 0


def test_a_team_that_a_route_names_cannot_go(place):
    kept()
    with pytest.raises(InputError, match="Tips that do not arrive"):
        teams.remove("riders", "payments", by=None)
    routes.remove("riders", "tips", by=None)
    assert teams.remove("riders", "payments", by=None)


def test_voices_read_at_once_are_those_read_one_by_one(place):
    """Windows of several labels over ten days, some with posts that no voice is known of."""
    from earnest.store.read_route_counts import Asked, Heard, voices

    build.said(place, 30, ago=DAY, apart=7 * HOUR)
    build.said(place, 20, ago=DAY, apart=5 * HOUR, label="pay.wrong", name="w", kind="report")
    keep(place, *(item(f"n{at}", f"nameless {at}", labels=("app.crash",), ago=at * HOUR) for at in range(12)))
    last = clock.seconds(NOW) // 3600 + 1
    for asked in (Asked(), Asked(kinds=("complaint",))):
        heard = Heard("riders", (), asked, last - 400, last)
        heard._left = 0
        for about in ("pay.tips", "pay", "app", "app.crash", "none"):
            for first, end in ((last - 24, last), (last - 100, last - 50), (last - 400, last)):
                assert heard.voices(about, first, end) == voices("riders", about, asked, first, end)
