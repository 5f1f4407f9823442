"""The page of escalations and the ladder of a case: what waits for whom, and every act by its button."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.desk import escalate
from earnest.store import clock, read_escalation, read_teams
from earnest.store.models import EscalationStep
from tests.desk import routes_build as build

pytestmark = pytest.mark.django_db

PEOPLE = {"lena": "lead", "paul": "analyst", "anna": "analyst", "vera": "viewer", "dora": "delegate"}


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def desk():
    """A case on its way to Payments, of which paul is one; lena sent it."""
    build.programme()
    people = {name: build.person(name, role) for name, role in PEOPLE.items()}
    build.team(people=((people["paul"], False),))
    build.team("app", "App")
    build.team("leadership", "Leadership", leadership=True, people=((people["vera"], False),))
    build.case("Tips that do not arrive")
    escalate.escalate("riders", 1, team=team(), by=people["lena"])
    return people


def team(slug="payments"):
    return read_teams.team("riders", slug).id


def browser(name):
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return client


def page(name, where="/riders/escalations"):
    answer = browser(name).get(where)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def section(text, heading):
    """The text of a part of the page."""
    inside = text.partition(f">{heading}</h2>")[2].partition("<h2")[0]
    return re.sub(r"<[^>]+>", " ", inside)


def only():
    return (
        read_escalation.listing("riders")[0] or read_escalation.listing("riders", ("stopped", "answered"))[0]
    )[0]


class TestThePage:
    def test_what_waits_for_me_and_what_runs(self, desk):
        assert "Tips that do not arrive" in section(page("paul"), "Waiting for you")
        assert "Nothing waits for you." in section(page("anna"), "Waiting for you")
        assert "Tips that do not arrive" in section(page("anna"), "Running")

    def test_late_is_said_in_a_word(self, desk):
        EscalationStep.objects.update(due=clock.now() - timedelta(minutes=5))
        text = page("paul")
        assert '<b class="late">late</b>' in text
        assert "Late: an answer was asked for until" in text

    def test_a_viewer_and_a_delegate_do_not_see_it(self, desk):
        for name in ("vera", "dora"):
            assert browser(name).get("/riders/escalations").status_code == 403

    def test_done_ones_page_by_page(self, desk):
        for _ in range(25):
            number = build.case("Another")
            escalate.stop(
                "riders", escalate.escalate("riders", number, team=team(), by=desk["lena"]), by=desk["lena"]
            )
        first = browser("lena").get("/riders/escalations")
        older = re.search(r"\?before=(\d+)#", first.content.decode())[1]
        second = browser("lena").get(f"/riders/escalations?before={older}").content.decode()
        assert len(re.findall(r'<tr id="e\d+"', first.content.decode())) == 20
        assert len(re.findall(r'<tr id="e\d+"', second)) == 5

    def test_a_fixed_number_of_queries(self, desk, django_assert_max_num_queries):
        for _ in range(12):
            escalate.escalate("riders", build.case("Another"), team=team(), by=desk["lena"])
        client = browser("lena")
        client.get("/riders/escalations")
        with django_assert_max_num_queries(60):
            client.get("/riders/escalations")


def press(name, what, **form):
    return browser(name).post(f"/riders/escalations/{only().id}/{what}", form)


class TestActs:
    def test_acknowledged(self, desk):
        assert press("paul", "acknowledge").status_code == 303
        assert "paul has it, since" in page("lena")
        again = press("lena", "acknowledge")
        assert again.status_code == 400
        assert "settled already" in again.content.decode()

    def test_handed_back_and_on(self, desk):
        press("paul", "hand-back", because="The app shows it wrong.")
        assert "Handed back" in section(page("lena"), "Waiting for you")
        assert press("lena", "hand-on", to=f"team:{team('app')}").status_code == 303
        assert only().present.team_name == "App"

    def test_stopped_and_undone(self, desk):
        press("lena", "stop")
        assert "Undo the stop" in section(page("lena"), "Done")
        assert press("lena", "undo-stop").status_code == 303
        assert only().state == "running"

    @pytest.mark.parametrize(
        ("name", "what"),
        [
            ("anna", "hand-back"),
            ("paul", "hand-on"),
            ("paul", "stop"),
            ("vera", "acknowledge"),
            ("dora", "stop"),
        ],
    )
    def test_what_one_may_not(self, desk, name, what):
        assert press(name, what, to=f"team:{team('app')}").status_code == 403
        assert only().state == "running"

    def test_what_is_not_there(self, desk):
        assert browser("lena").post("/riders/escalations/999/stop").status_code == 404
        assert press("lena", "burn").status_code == 404
        assert browser("lena").get(f"/riders/escalations/{only().id}/stop").status_code == 405

    def test_another_programmes_escalation_is_not_there(self, desk):
        build.desk("pilots")
        build.person("lena", "lead", "pilots")
        assert browser("lena").post(f"/pilots/escalations/{only().id}/stop").status_code == 404
        assert only().state == "running"

    def test_back_to_where_it_was_asked_and_nowhere_else(self, desk):
        assert press("paul", "acknowledge", next="/riders/cases/1")["Location"] == "/riders/cases/1"
        for hostile in (
            "https://evil.example/riders/",
            "//evil.example",
            "/pilots/cases/1",
            "/riders/../x\n",
        ):
            answer = press("lena", "hand-on", to=f"team:{team('app')}", next=hostile)
            assert not answer["Location"].startswith(("http", "//", "/pilots"))


class TestACase:
    def test_sent_up_from_its_page(self, desk):
        number = build.case("The map is wrong")
        form = {"to": f"team:{team('app')}", "because": "Again", "next": f"/riders/cases/{number}"}
        assert browser("lena").post(f"/riders/escalations/case/{number}", form).status_code == 303
        assert "To App, sent by lena" in page("lena", f"/riders/cases/{number}")

    def test_an_analyst_asks_and_a_lead_answers(self, desk):
        number = build.case("The map is wrong")
        assert browser("paul").post(f"/riders/escalations/case/{number}").status_code == 403
        browser("paul").post(f"/riders/escalations/case/{number}/ask", {"because": "Every week"})
        text = page("lena", f"/riders/cases/{number}")
        assert "paul asked on" in text
        (wish,) = read_escalation.wishes("riders")
        assert (
            browser("paul").post(f"/riders/escalations/wish/{wish.id}", {"way": "grant"}).status_code == 403
        )
        browser("lena").post(f"/riders/escalations/wish/{wish.id}", {"way": "grant", "to": f"team:{team()}"})
        assert {one.case for one in read_escalation.listing("riders")[0]} == {1, number}

    def test_nobody_chosen_is_said(self, desk):
        answer = browser("lena").post(f"/riders/escalations/case/{build.case()}", {"to": "person:1"})
        assert answer.status_code == 400
        assert "Choose a team or a route" in answer.content.decode()
