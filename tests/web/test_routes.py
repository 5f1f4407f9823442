"""The pages of teams and routes: who sees and keeps them, both ways to the same thing, trying one out."""

import re
from html import unescape

import pytest

from earnest.desk import routes, teams
from earnest.store import read_teams
from earnest.store.models import Escalation, Message
from tests.desk import routes_build as build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def at(client):
    """A programme with posts, teams and a route, and a browser by role."""
    place = build.programme()
    build.everything()
    build.channel()
    build.said(place, 14)

    def signed_in(role):
        from django.contrib.auth import get_user_model

        client.force_login(get_user_model().objects.get(pk=build.person(role, role)))
        return client

    return signed_in


def page(client, where, status=200):
    answer = client.get(where)
    assert answer.status_code == status, where
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


TEAM = {"name": "Night shift", "labels": ["app", "app.crash"], "themes": "", "members": [], "leads": []}
ROUTE = {
    "name": "Crashes",
    "watch": "volume",
    "about": ["app"],
    "posts": "20",
    "within": "24 hours",
    "tell_team": "yes",
    "wait_team": "4 hours",
    "tell_lead": "yes",
    "wait_lead": "1 day",
    "tell_leadership": "yes",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "quiet_zone": "Europe/Berlin",
    "rest": "7 days",
    "stop": "lead",
    "team": "payments",
    "on": "yes",
}


class TestWhoMay:
    @pytest.mark.parametrize(
        ("role", "sees", "keeps"),
        [
            ("viewer", False, False),
            ("delegate", False, False),
            ("analyst", True, False),
            ("lead", True, True),
            ("steward", True, True),
        ],
    )
    @pytest.mark.parametrize(
        "where", ["teams", "teams/payments", "routes", "routes/to/tips", "routes/file", "routes/file.yaml"]
    )
    def test_see_and_keep(self, at, role, sees, keeps, where):
        browser = at(role)
        assert browser.get(f"/riders/{where}").status_code == (200 if sees else 403)
        if where in ("teams", "teams/payments", "routes/to/tips", "routes/file"):
            assert (browser.post(f"/riders/{where}", {}).status_code != 403) is keeps

    @pytest.mark.parametrize("what", ["switch", "back", "remove"])
    def test_what_changes_a_route_is_for_those_who_keep_them(self, at, what):
        assert at("analyst").post(f"/riders/routes/to/tips/{what}").status_code == 403
        assert at("lead").get(f"/riders/routes/to/tips/{what}").status_code == 405

    def test_another_programme_has_none_of_them(self, at):
        build.desk("pilots")
        browser = at("lead")
        assert browser.get("/pilots/routes").status_code == 403
        assert browser.get("/riders/routes/to/none").status_code == 404
        assert browser.get("/riders/teams/none").status_code == 404


class TestTeams:
    def test_added_changed_and_taken_away(self, at):
        browser = at("lead")
        person = build.person("nora", "analyst")
        answer = browser.post("/riders/teams", TEAM | {"members": [person], "leads": [person]})
        assert answer.status_code == 303
        team = read_teams.team("riders", "night-shift")
        assert (team.labels, team.members[0].name, team.members[0].lead) == (
            ("app", "app.crash"),
            "nora",
            True,
        )
        assert "nora (leads)" in page(browser, "/riders/teams")
        browser.post("/riders/teams/night-shift", TEAM | {"name": "Late shift", "otherwise": "app"})
        team = read_teams.team("riders", "night-shift")
        assert (team.name, team.otherwise, team.members) == ("Late shift", "app", ())
        browser.post("/riders/teams/night-shift/remove")
        assert read_teams.team("riders", "night-shift") is None

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            pytest.param({"name": ""}, "needs a name", id="no name"),
            pytest.param({"name": "Union watchers"}, "protected speech", id="a name that aims at speech"),
            pytest.param({"themes": "the rain"}, "written as numbers", id="themes in words"),
            pytest.param({"themes": "99"}, "no theme 99", id="a theme that is not there"),
            pytest.param({"members": ["4711"]}, "not of this programme", id="a stranger"),
            pytest.param({"channels": ["gone"]}, "not there any more", id="a channel that is gone"),
            pytest.param({"labels": ["weather"]}, "labels and categories", id="a label that is not there"),
            pytest.param({"leadership": "yes"}, "leadership already", id="a second leadership"),
            pytest.param({"slug": "payments"}, "another team of that short name", id="a taken short name"),
        ],
    )
    def test_what_cannot_be_is_said_and_what_was_typed_stays(self, at, more, says):
        typed = {"name": "Night shift", "labels": ["app"]} | more
        answer = at("lead").post("/riders/teams", typed)
        assert answer.status_code == 400
        text = unescape(answer.content.decode())
        assert says in text
        assert f'value="{typed["name"]}"' in text

    def test_people_are_not_counted(self, at):
        text = page(at("lead"), "/riders/teams")
        assert "Nobody is counted here" in text


class TestRoutes:
    def test_in_words(self, at):
        text = page(at("analyst"), "/riders/routes")
        assert "At least 10 posts of at least 5 voices on Tips" in text
        assert "The team is told and has 1 hour to answer." in text
        assert "It goes to Payments." in text

    def test_added_on_a_page_it_is_in_the_file(self, at):
        browser = at("lead")
        assert browser.post("/riders/routes/add", ROUTE).status_code == 303
        text = browser.get("/riders/routes/file.yaml").content.decode()
        assert "- route: crashes\n    name: Crashes\n    watch: volume" in text
        assert 'quiet hours: {from: "22:00", until: "07:00", zone: Europe/Berlin, severe: waits}' in text

    def test_applied_as_a_file_it_is_on_a_page(self, at):
        browser = at("lead")
        text = browser.get("/riders/routes/file.yaml").content.decode()
        answer = browser.post("/riders/routes/file", {"text": text.replace("posts: 10", "posts: 25")})
        assert "tips was changed" in answer.content.decode()
        assert "At least 25 posts" in page(browser, "/riders/routes/to/tips")

    def test_a_file_that_is_wrong_is_kept_as_it_was_typed(self, at):
        typed = "routes:\n- route: tips\n  watch: louder\n"
        answer = at("lead").post("/riders/routes/file", {"text": typed, "check": "yes"})
        assert answer.status_code == 400
        text = unescape(answer.content.decode())
        assert "routes.yaml:2:3: this route has no 'ladder'" in text
        assert "watch: louder" in text

    def test_checking_a_file_changes_nothing(self, at):
        answer = at("lead").post("/riders/routes/file", {"text": "routes: []", "check": "yes"})
        assert "can be applied" in answer.content.decode()
        assert len(routes.of("riders")) == 1

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            pytest.param({"name": ""}, "needs a name", id="no name"),
            pytest.param(
                {"name": "Who talks to the press"}, "protected speech", id="a name that aims at speech"
            ),
            pytest.param({"within": "soon"}, "write 30 minutes, 4 hours or 2 days", id="a span in words"),
            pytest.param({"within": ""}, "whole hours", id="no span"),
            pytest.param({"posts": "", "voices": ""}, "how many posts", id="no count"),
            pytest.param({"posts": "-5"}, "whole number", id="a negative count"),
            pytest.param({"posts": "3"}, "fewer could be picked out", id="under the floor"),
            pytest.param({"wait_team": ""}, "until when", id="no deadline"),
            pytest.param(
                {"tell_team": "", "tell_lead": "", "tell_leadership": ""}, "needs a step", id="no step"
            ),
            pytest.param({"quiet_zone": "Mars/Base"}, "time zone is not known", id="a zone elsewhere"),
            pytest.param({"quiet_from": "ten"}, "two times of day", id="quiet from ten"),
            pytest.param({"team": "nobody"}, "no team 'nobody'", id="a team that is not there"),
            pytest.param({"watch": "people"}, "no choice", id="watching people"),
            pytest.param({"themes": "<script>"}, "written as numbers", id="hostile themes"),
        ],
    )
    def test_what_cannot_be_is_said(self, at, more, says):
        answer = at("lead").post("/riders/routes/add", ROUTE | more)
        assert answer.status_code == 400
        assert says in unescape(answer.content.decode())
        assert len(routes.of("riders")) == 1

    def test_tried_out_it_tells_what_it_would_have_sent_and_sends_nothing(self, at):
        text = page(at("analyst"), "/riders/routes/to/tips?tried")
        assert "This route would have sent 1 message in the last 30 days. Nothing was sent now." in text
        assert "about 15 posts of about 15 voices within 1 day" in text
        assert "leadership (Leadership)" in text
        assert (Message.objects.count(), Escalation.objects.count()) == (0, 0)

    def test_tried_before_it_is_kept(self, at):
        answer = at("lead").post(
            "/riders/routes/add", ROUTE | {"about": ["pay"], "posts": "10", "try": "yes"}
        )
        assert "would have sent 1 message" in answer.content.decode()
        assert len(routes.of("riders")) == 1

    def test_back_one_click_and_away_and_back(self, at):
        browser = at("lead")
        form = ROUTE | {"name": "Tips that do not arrive", "about": ["pay.tips"], "posts": "50"}
        assert browser.post("/riders/routes/to/tips", form).status_code == 303
        assert routes.one("riders", "tips").when.posts == 50
        browser.post("/riders/routes/to/tips/back", {"version": "1"})
        assert routes.one("riders", "tips").when.posts == 10
        assert "by going back" in page(browser, "/riders/routes/to/tips")
        browser.post("/riders/routes/to/tips/remove")
        assert "Put it back" in page(browser, "/riders/routes")
        browser.post("/riders/routes/to/tips/back")
        assert routes.one("riders", "tips") is not None
        browser.post("/riders/routes/to/tips/switch", {"on": "no"})
        assert "switched off" in page(browser, "/riders/routes")


def test_nothing_is_there_before_somebody_sets_it_up(client):
    from django.contrib.auth import get_user_model

    build.programme()
    client.force_login(get_user_model().objects.get(pk=build.person("lena", "lead")))
    assert "nobody it could go to" in page(client, "/riders/routes")
    assert "no team yet" in page(client, "/riders/teams")
    assert "Nothing waits for you." in page(client, "/riders/escalations")
    assert teams.of("riders") == []
