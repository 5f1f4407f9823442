"""Mails of the desk to one person, through a real mail server on loopback."""

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from pytest_django import Settings

from earnest.store import write_people
from tests.security import desk
from tests.security.build import PASSWORD, person, with_password

pytestmark = pytest.mark.django_db


class Box:
    """Keeps what is handed in; refuses whoever is called nobody."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@pytest.fixture
def box(small_desk: int, settings: Settings) -> Iterator[Box]:
    kept = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    settings.EARNEST_MAIL_SERVER = f"127.0.0.1:{port}"
    settings.EARNEST_MAIL_TLS = "no"
    settings.EARNEST_MAIL_USER = ""
    settings.EARNEST_MAIL_FROM = "Earnest <desk@example.org>"
    yield kept
    server.stop()


def test_an_invitation_is_mailed_and_its_link_joins(box: Box) -> None:
    page = desk.client("steward").post("/riders/team/invite", {"role": "lead", "email": "ana@example.org"})
    assert "The mail is on its way." in page.content.decode()
    ((to, mail),) = box.mails
    assert to == ["ana@example.org"]
    assert mail["Subject"] == "You are invited to the listening desk of Riders"
    text = mail.get_content()
    link = re.search(r"http://testserver(/join/\S+)", text)
    assert link
    assert "as lead" in text
    answer = Client().post(link.group(1), {"name": "ana", "password": PASSWORD, "again": PASSWORD})
    assert answer["Location"] == "/riders/"


@pytest.mark.parametrize(
    ("to", "says"),
    [("nobody@example.org", "did not take the mail"), ("", "works once")],
    ids=["an address that is refused", "no address"],
)
def test_a_mail_that_cannot_go_leaves_the_link_to_pass_on(box: Box, to: str, says: str) -> None:
    page = desk.client("steward").post("/riders/team/invite", {"role": "lead", "email": to}).content.decode()
    assert says in page
    assert "/join/" in page
    assert box.mails == []


def test_another_password_is_told_to_the_verified_address(box: Box) -> None:
    with_password("analyst")
    write_people.set_email(person("analyst").pk, "ana@example.org")
    form = {"oldpassword": PASSWORD, "password1": PASSWORD + "2", "password2": PASSWORD + "2"}
    desk.client("analyst").post("/account/password", form)
    ((to, mail),) = box.mails
    assert to == ["ana@example.org"]
    assert "The password of your account was changed." in mail.get_content()
    assert PASSWORD not in mail.get_content()
