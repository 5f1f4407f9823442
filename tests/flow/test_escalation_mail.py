"""From a case to a real mail and back: sent to an SMTP server, opened, and acknowledged by its link."""

import email
import email.policy
import re

import pytest
from django.test import Client

from earnest.desk import escalate
from earnest.flow import deliver
from earnest.store import read_escalation, read_teams
from tests.desk import routes_build as build
from tests.notify.serve import smtp

pytestmark = pytest.mark.django_db


def test_a_lead_sends_a_case_and_somebody_who_is_not_signed_in_says_that_they_have_it(home, settings):
    settings.PRIVATE_CHANNELS = True
    settings.EARNEST_ADDRESS = "https://desk.example.org"
    settings.EARNEST_MAIL_FROM = "Earnest <desk@example.org>"
    place = build.programme()
    lena = build.person("lena")
    build.channel()
    build.team(channels={"team": ("payments-mail",), "lead": ()})
    build.said(place, 12)
    number = build.case("A title of ours")
    with smtp() as server:
        settings.EARNEST_MAIL_SERVER = f"127.0.0.1:{server.port}"
        settings.EARNEST_MAIL_TLS = "no"
        team = read_teams.team("riders", "payments")
        id = escalate.escalate("riders", number, team=team.id, by=lena)
        deliver.deliver()
        (mail,) = server.taken
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()
    assert message["Subject"] == "Case 1 needs an answer"
    assert "was sent to Payments" in text
    assert "the tips did not arrive" not in text
    path = re.search(r"https://desk\.example\.org(/ack/\S+)", text)[1]
    assert Client().get(path).status_code == 200
    assert read_escalation.one("riders", id).state == "running"
    assert "Acknowledged" in Client().post(path).content.decode()
    assert read_escalation.one("riders", id).state == "acknowledged"
