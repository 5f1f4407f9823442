"""Hostile values in every part of every address and every field of every form: an answer, never a failure."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from earnest.api.v1 import rate
from earnest.api.v1 import routes as api
from earnest.desk import tokens
from tests.security import desk, furnished, hostile, who
from tests.security.build import person
from tests.security.furnished import Things
from tests.web.doors import Door

PAGES = [door for door in desk.pages() if door.name in who.PAGES]
FIELDS = hostile.fields()
SHOWN = ("<script>alert(1)", "onerror=alert(2)>")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[tuple[Things, Things]]:
    """One of everything, here and in another programme; made once, each test works within a transaction."""
    from django.conf import settings

    from earnest.gate.voice import Keys

    before = settings.EARNEST_HOME
    settings.EARNEST_HOME = tmp_path_factory.mktemp("home")
    for name in ("keys", "reports", "models"):
        (settings.EARNEST_HOME / name).mkdir()
    with django_db_blocker.unblock(), transaction.atomic():
        Keys.make(settings.EARNEST_HOME / "keys" / "voices.key")
        report = desk.fill()
        here = furnished.furnish(desk.HERE, report, "admin")
        yield here, furnished.furnish(desk.FOREIGN, report, "stranger")
        transaction.set_rollback(True)
    settings.EARNEST_HOME = before


@pytest.fixture
def things(filled: tuple[Things, Things], db: None) -> tuple[Things, Things]:
    rate.forget()
    return filled


def client(name: str) -> Client:
    made = desk.client(name)
    made.raise_request_exception = False
    return made


def good(door: Door, of: Things) -> str:
    """The address of something that is there."""
    numbers = {
        "number": of.case, "change": of.change, "user": of.user,
        "id": {
            "case_file": of.attachment, "case_detach": of.attachment, "alert": of.alert, "alert_close": of.alert,
            "alert_feed": of.alert, "alert_snooze": of.alert, "inbox_view": of.view, "tag": of.tag,
            "sent_again": of.message, "sent_drop": of.message, "ticket_unlink": of.link, "ticket_tell": of.link,
            "ticket_answer": of.link, "escalation_wish": of.wish, "escalation_act": of.escalation,
            "team_revoke": of.invitation, "token_revoke": of.token, "action": of.action, "action_back": of.action,
            "action_again": of.action, "report_one": of.report, "report_renew": of.report,
            "report_file": of.report,
        }.get(door.name, of.posts[0]),
    }  # fmt: skip
    more = {name: str(value) for name, value in numbers.items()}
    words = {"place": "bristol", "team": "payments", "route": "tips", "what": "acknowledge", "channel": f"mail-of-{of.programme}"}
    return door.address(of.programme, **more, **words)


def ask(who_: Client, method: str, url: str, sent: Any = None) -> tuple[int, str]:
    with desk.undone():
        answer = getattr(who_, method)(url, sent or {})
        text = "" if answer.streaming else answer.content.decode("utf-8", "replace")
    return answer.status_code, text


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_part_of_an_address_breaks_a_page(things: Any, method: str) -> None:
    admin, wrong = client("admin"), []
    for door in PAGES:
        for url in hostile.addresses(door, good(door, things[0])):
            status, text = ask(admin, method, url)
            if status >= 500 or any(one in text for one in SHOWN):
                wrong.append((door.name, url[:80], status))
    assert wrong == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("what", hostile.VALUES)
def test_no_field_breaks_a_page(things: Any, what: str, method: str) -> None:
    admin, wrong = client("admin"), []
    sent = dict.fromkeys(FIELDS, hostile.VALUES[what])
    if method == "get":
        sent = {name: value[:200] for name, value in sent.items()}
    for door in PAGES:
        status, text = ask(admin, method, good(door, things[0]), sent)
        if status >= 500 or any(one in text for one in SHOWN):
            wrong.append((door.name, status))
    assert wrong == []
