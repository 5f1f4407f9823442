"""Every address, as every role, signed out, and as a member of another programme: against one table."""

from typing import Any

import pytest
from django.test import Client

from earnest.store import read, write
from tests.lanes import mostly_slow
from tests.security import desk, who
from tests.security.build import with_password
from tests.security.desk import ROLES
from tests.web.doors import Door

pytestmark = pytest.mark.django_db

DENIED = "Your role does not include this."
PAGES = [door for door in desk.pages() if door.name in who.PAGES]


@pytest.fixture
def report(small_desk: int) -> int:
    """The desk; the id of its report."""
    for role in (*ROLES, "stranger"):
        with_password(role)
    return small_desk


def told(answer: Any) -> str:
    """What became of a request, as the table speaks of it."""
    if answer.status_code in (301, 302, 303) and answer["Location"].startswith("/sign-in?next="):
        return "sign in first"
    if answer.status_code == 401:
        return "sign in first"
    if answer.status_code == 403 and DENIED in _text(answer):
        return "denied"
    if answer.status_code >= 500:
        return f"broken ({answer.status_code})"
    return "not offered" if answer.status_code == 405 else "let through"


def _text(answer: Any) -> str:
    return "" if answer.streaming else answer.content.decode("utf-8", "replace")


def ask(client: Client, door: Door, method: str, report: int, programme: str = desk.HERE) -> str:
    """One request, taken back."""
    with desk.undone():
        return told(getattr(client, method)(desk.address(door, report, programme)))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    found = {door.name for door in desk.pages()}
    assert found == set(who.PAGES), "say in tests/security/who.py who may go there"


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_shuts_out_every_role_that_may_not(report: int, method: str) -> None:
    wrong = []
    for role in ROLES:
        client = desk.client(role)
        for door in PAGES:
            if not who.may(role, who.needed(door.name, method)):
                said = ask(client, door, method, report)
                if said not in ("denied", "not offered"):
                    wrong.append((role, door.name, said))
    assert wrong == []


@pytest.mark.parametrize("method", mostly_slow(["get", "post"], fast=["get"]))
def test_every_address_lets_through_the_least_role_that_may(report: int, method: str) -> None:
    clients, wrong = {role: desk.client(role) for role in ROLES}, []
    for door in PAGES:
        need = who.needed(door.name, method)
        if need != who.ANYBODY:
            role = next(role for role in ROLES if who.may(role, need))
            said = ask(clients[role], door, method, report)
            if said not in ("let through", "not offered"):
                wrong.append((role, door.name, said))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_every_address_lets_through_all_that_may(report: int, role: str, method: str) -> None:
    client, wrong = desk.client(role), []
    for door in PAGES:
        need = who.needed(door.name, method)
        if need != who.ANYBODY and who.may(role, need):
            said = ask(client, door, method, report)
            if said not in ("let through", "not offered"):
                wrong.append((door.name, said))
    assert wrong == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_sends_who_is_signed_out_to_the_sign_in_page(report: int, method: str) -> None:
    client, wrong = desk.client(), []
    for door in PAGES:
        expected = "let through" if who.needed(door.name, method) == who.ANYBODY else "sign in first"
        said = ask(client, door, method, report)
        if said not in (expected, "not offered"):
            wrong.append((door.name, said))
    assert wrong == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_of_a_programme_shuts_out_the_admin_of_another(report: int, method: str) -> None:
    client, wrong = desk.client("stranger"), []
    for door in PAGES:
        need = who.needed(door.name, method)
        if not door.of_programme or need == who.ANYBODY:
            continue
        with desk.undone():
            answer = getattr(client, method)(desk.address(door, report))
        exact = 404 if need == who.SIGNED else 403
        if answer.status_code not in (exact, 405):
            wrong.append((door.name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("method", mostly_slow(["get", "post"], fast=["get"]))
def test_a_programme_that_is_not_there_is_not_found(report: int, method: str) -> None:
    client, wrong = desk.client("admin"), []
    for door in PAGES:
        if not door.of_programme or who.needed(door.name, method) == who.ANYBODY:
            continue
        with desk.undone():
            answer = getattr(client, method)(desk.address(door, report, "nowhere"))
        if answer.status_code not in (404, 405):
            wrong.append((door.name, answer.status_code))
    assert wrong == []


def test_a_number_of_another_programme_opens_nothing_of_it(report: int) -> None:
    """Asked in one's own programme for the post and the report of another."""
    foreign = read.posts(desk.FOREIGN, read.Filters(), limit=1).rows[0]
    theirs = write.add_report(desk.FOREIGN, foreign.created.date(), foreign.created.date(), {"json": b"{}"})
    client, wrong = desk.client("admin"), []
    for door in PAGES:
        if not door.of_programme or not {"id", "number", "user", "pk"} & set(door.parts):
            continue
        if who.PAGES[door.name] == who.ANYBODY:
            continue
        id = theirs if door.name.startswith("report") else foreign.id
        url = door.address(desk.HERE, place="bristol", id=str(id), number=str(id), user="999999")
        for method in ("get", "post"):
            with desk.undone():
                answer = getattr(client, method)(url)
            if answer.status_code not in (302, 400, 403, 404, 405) and foreign.text[:20] in _text(answer):
                wrong.append((door.name, method))
    assert wrong == []
