"""Mails of the desk to one person, through a real mail server on loopback."""

import email
import email.policy
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from pytest_django import Settings

from earnest.desk import mailbox
from earnest.store import read_people, write_people
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


# ---- a forgotten password --------------------------------------------------------------------------------


def arrived(box: Box, count: int) -> list[tuple[list[str], Any]]:
    """The mails, once there are so many: they are sent while the page is answered already."""
    edge = time.monotonic() + 60
    while len(box.mails) < count and time.monotonic() < edge:
        time.sleep(0.01)
    return box.mails


def link(mail: Any, begins: str) -> str:
    found = re.search(rf"http://testserver({begins}\S+)", mail.get_content())
    assert found
    return found.group(1)


def plain(answer: Any) -> str:
    """The page without what differs each time it is made."""
    return re.sub(r'value="\w{64}"', "", answer.content.decode())


@pytest.fixture
def ana(box: Box) -> str:
    """The address of the analyst, who has a password."""
    with_password("analyst")
    write_people.set_email(person("analyst").pk, "ana@example.org")
    return "ana@example.org"


NEW = {"password1": "four plain words here", "password2": "four plain words here"}


def test_a_forgotten_password_is_set_anew_by_mail_once(box: Box, ana: str) -> None:
    signed_in = desk.client("analyst")
    Client().post("/sign-in/forgotten", {"email": ana.upper()})
    ((to, mail),) = arrived(box, 1)
    assert to == [ana]
    assert "you sign in as analyst" in " ".join(mail.get_content().split())
    there = link(mail, "/sign-in/new/")
    assert Client().get(there).status_code == Client().get(there).status_code == 200
    assert Client().post(there, NEW | {"password2": "another"}).status_code == 400
    assert Client().post(there, {"password1": "short", "password2": "short"}).status_code == 400
    assert Client().post(there, NEW)["Location"] == "/sign-in?renewed=yes"
    assert Client().post(there, NEW).status_code == Client().get(there).status_code == 403
    assert signed_in.get("/account").status_code == 302
    fresh = Client()
    assert fresh.post("/sign-in", {"name": "analyst", "password": PASSWORD}).status_code == 403
    assert fresh.post("/sign-in", {"name": "analyst", "password": NEW["password1"]}).status_code == 302
    assert "The password of your account was changed." in arrived(box, 2)[1][1].get_content()


def test_nobody_learns_whose_address_it_is(box: Box, ana: str) -> None:
    known = Client().post("/sign-in/forgotten", {"email": ana})
    unknown = Client().post("/sign-in/forgotten", {"email": "bob@example.org"})
    assert known.status_code == unknown.status_code == 200
    assert plain(known) == plain(unknown)
    assert [to for to, _ in arrived(box, 1)] == [[ana]]


def test_an_address_that_was_not_confirmed_and_an_account_that_is_closed_get_no_mail(box: Box) -> None:
    closed = person("lead")
    write_people.set_email(closed.pk, "lead@example.org")
    closed.is_active = False
    closed.save()
    for address in ("lead@example.org", "analyst@example.org"):
        assert "is on its way" in plain(Client().post("/sign-in/forgotten", {"email": address}))
    write_people.set_email(person("analyst").pk, "last@example.org")
    Client().post("/sign-in/forgotten", {"email": "last@example.org"})
    assert [to for to, _ in arrived(box, 1)] == [["last@example.org"]]


def test_one_address_is_sent_three_links_an_hour_and_a_network_may_ask_for_twenty(box: Box, ana: str) -> None:
    answers = [Client().post("/sign-in/forgotten", {"email": ana}) for _ in range(5)]
    assert {plain(one) for one in answers} == {plain(answers[0])}
    for number in range(15):
        Client().post("/sign-in/forgotten", {"email": f"nobody{number}@example.org"})
    assert "Too many mails were asked for." in plain(Client().post("/sign-in/forgotten", {"email": ana}))
    assert len(arrived(box, 3)) == 3


def test_a_colleague_who_asks_for_somebodys_address_takes_no_link_from_them(box: Box, ana: str) -> None:
    for _ in range(4):
        desk.client("lead").post("/account/mail", {"email": ana})
    Client().post("/sign-in/forgotten", {"email": ana})
    assert sum("sign-in/new/" in mail.get_content() for _, mail in arrived(box, 4)) == 1


def test_whoever_forgets_at_an_address_does_not_keep_its_owner_from_confirming_it(box: Box, ana: str) -> None:
    for _ in range(4):
        Client().post("/sign-in/forgotten", {"email": "new@example.org"})
    client = desk.client("analyst")
    client.post("/account/again", {"password": PASSWORD})
    assert "A mail went to new@example.org." in plain(
        client.post("/account/mail", {"email": "new@example.org"})
    )


def test_other_writings_of_one_address_are_counted_together(box: Box, ana: str) -> None:
    for typed in ("ana@example.org", "ANA@Example.org", "aNa@example.ORG", "ana@example.org"):
        Client().post("/sign-in/forgotten", {"email": typed})
    long_s = "ne\u017fs@example.org"
    assert mailbox._box(long_s) == mailbox._box("NESS@example.org")
    Client().post("/sign-in/forgotten", {"email": "end@example.org"})
    assert len(arrived(box, 3)) == 3


@pytest.mark.parametrize(
    "hosts", [["*"], ["desk.example.org", ".example.net"]], ids=["any", "a whole domain"]
)
def test_a_request_cannot_turn_the_link_to_another_host(
    box: Box, ana: str, settings: Settings, hosts: list[str]
) -> None:
    settings.ALLOWED_HOSTS, settings.EARNEST_ADDRESS = hosts, ""
    answer = Client().post("/sign-in/forgotten", {"email": ana}, headers={"host": "evil.example.net"})
    assert answer.status_code == 200
    assert "evil" not in arrived(box, 1)[0][1].get_content()


def test_another_factor_is_asked_for_as_ever(box: Box, ana: str, settings: Settings) -> None:
    """A new password is no way in by itself: nobody is signed in by the link."""
    client = Client()
    client.post("/sign-in/forgotten", {"email": ana})
    client.post(link(arrived(box, 1)[0][1], "/sign-in/new/"), NEW)
    assert client.get("/account").status_code == 302


def test_a_mail_is_in_the_language_that_its_reader_chose(box: Box, ana: str) -> None:
    write_people.set_person(person("analyst").pk, language="es", zone="", known_as="")
    Client().post("/sign-in/forgotten", {"email": ana})
    ((_, mail),) = arrived(box, 1)
    assert mail["Subject"] == "Una contraseña nueva para la mesa de escucha"


@pytest.mark.parametrize("token", ["none", "1-", "1-abc-def", "-", "9" * 40 + "-x", "é-1"])
def test_a_link_that_is_none_leads_nowhere(small_desk: int, token: str) -> None:
    assert Client().get(f"/sign-in/new/{token}").status_code == 403
    assert desk.client("analyst").get(f"/account/mail/{token}").status_code == 403


def test_without_a_mail_server_the_page_says_whom_to_ask(small_desk: int) -> None:
    assert "earnest user password NAME" in plain(Client().get("/sign-in/forgotten"))
    assert "sends no mail" in plain(Client().post("/sign-in/forgotten", {"email": "ana@example.org"}))
    assert "sends no mail" in plain(desk.client("analyst").get("/account/mail"))


# ---- one's own address -----------------------------------------------------------------------------------


def test_a_new_address_counts_once_its_link_was_followed(box: Box, ana: str) -> None:
    client, user = desk.client("analyst"), person("analyst").pk
    client.post("/account/again", {"password": PASSWORD})
    page = plain(client.post("/account/mail", {"email": "new@example.org"}))
    assert "A mail went to new@example.org." in page
    ((to, mail),) = arrived(box, 1)
    assert (to, read_people.address_of(user)) == (["new@example.org"], ana)
    there = link(mail, "/account/mail/")
    assert desk.client("lead").get(there).status_code == 403
    assert "go to new@example.org" in plain(client.get(there))
    assert read_people.address_of(user) == ana
    client.post(there)
    assert read_people.address_of(user) == "new@example.org"
    assert client.post(there).status_code == 403
    (told,) = [mail for to, mail in arrived(box, 2) if to == [ana]]
    assert "address of your account was changed" in told.get_content()


def test_an_address_of_somebody_else_stays_theirs(box: Box, ana: str) -> None:
    client = desk.client("lead")
    assert "A mail went to" in plain(client.post("/account/mail", {"email": ana}))
    assert client.post(link(arrived(box, 1)[0][1], "/account/mail/")).status_code == 400
    assert read_people.address_of(person("analyst").pk) == ana


def test_an_address_is_given_up(box: Box, ana: str) -> None:
    client = desk.client("analyst")
    client.post("/account/again", {"password": PASSWORD})
    client.post("/account/mail", {"do": "none"})
    assert read_people.address_of(person("analyst").pk) == ""
    assert [to for to, _ in arrived(box, 1)] == [[ana]]


def test_another_address_asks_for_the_password_first(box: Box, ana: str) -> None:
    client = Client()
    client.post("/sign-in", {"name": "analyst", "password": PASSWORD})
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3_600
    session.save()
    answer = client.post("/account/mail", {"email": "new@example.org"})
    assert answer["Location"].startswith("/account/again")


@pytest.mark.parametrize(
    "typed", ["", "ana", "ana@", "a b@example.org", "ana@example.org\x00", '"a\x0b"@example.org']
)
def test_what_is_no_address_is_told(box: Box, typed: str) -> None:
    assert desk.client("lead").post("/account/mail", {"email": typed}).status_code == 400
    assert Client().post("/sign-in/forgotten", {"email": typed}).status_code == 400
