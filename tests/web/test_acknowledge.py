"""The link of a message: opening it changes nothing, its button works once, and it tells nothing else."""

import pytest
from django.test import Client

from earnest.desk import escalate
from earnest.store import read_escalation
from earnest.store.models import Message
from tests.desk import routes_build as build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def sent():
    """An escalation whose first step went to a channel; (its id, the path of its link)."""
    build.programme()
    lena = build.person("lena")
    build.channel()
    team = build.team(channels={"team": ("payments-mail",), "lead": ()})
    build.case("A title that tells nobody")
    id = escalate.escalate("riders", 1, team=team, by=lena)
    return id, Message.objects.get().payload["acts"][0][1]


def state(id):
    return read_escalation.one("riders", id).state


class TestTheLink:
    def test_a_mail_scanner_that_opens_it_acknowledges_nothing(self, sent):
        id, path = sent
        for _ in range(3):
            assert Client().get(path).status_code == 200
            assert Client().head(path).status_code == 200
        assert state(id) == "running"

    def test_its_button_acknowledges_without_signing_in(self, sent):
        id, path = sent
        answer = Client().post(path)
        assert answer.status_code == 200
        assert "Acknowledged" in answer.content.decode()
        assert state(id) == "acknowledged"

    def test_it_works_once(self, sent):
        _, path = sent
        Client().post(path)
        for again in (Client().get(path), Client().post(path)):
            assert again.status_code == 404
            assert "does nothing any more" in again.content.decode()

    def test_its_page_tells_nothing_of_the_case(self, sent):
        _, path = sent
        for answer in (Client().get(path), Client().post(path), Client().get(path)):
            page = answer.content.decode()
            assert "A title" not in page
            assert "riders" not in page.lower()
            assert "Payments" not in page

    def test_its_form_is_protected(self, sent):
        id, path = sent
        assert Client(enforce_csrf_checks=True).post(path).status_code == 403
        assert state(id) == "running"

    def test_it_is_kept_nowhere_and_passed_on_to_nobody(self, sent):
        _, path = sent
        answer = Client().get(path)
        assert answer["Referrer-Policy"] == "same-origin"  # "no-referrer": its own form is refused
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("path", ["/ack/x", f"/ack/{'x' * 500}", "/ack/a.b", "/ack/%01"])
    def test_what_is_none_is_404(self, sent, path):
        assert Client().get(path).status_code == 404
        assert Client().post(path).status_code == 404

    @pytest.mark.parametrize("method", ["put", "delete", "patch"])
    def test_nothing_else_is_understood(self, sent, method):
        _, path = sent
        assert getattr(Client(), method)(path).status_code == 405
