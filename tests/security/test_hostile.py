"""Hostile values in every part of every address and every field of every form: an answer, never a failure."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from earnest.api.v1 import rate
from earnest.api.v1 import routes as api
from earnest.desk import tokens
from tests.security import desk, furnished, hostile, hostile_forms, who
from tests.security.build import person
from tests.security.furnished import Things
from tests.web.doors import Door

# Whether a listener beats is no matter of fields: after two minutes of these tests none does, and it says so.
PAGES = [door for door in desk.pages() if door.name in who.PAGES and door.name != "healthz"]
FIELDS = hostile.fields()
SHOWN = ("<script>alert(1)", "onerror=alert(2)>")


@pytest.fixture(scope="module")
def filled(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[Things, Things]]:
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
            "case_file": of.attachment, "case_detach": of.attachment, "alert": of.alert,
            "alert_close": of.alert,
            "alert_feed": of.alert, "alert_snooze": of.alert, "inbox_view": of.view, "tag": of.tag,
            "sent_again": of.message, "sent_drop": of.message, "ticket_unlink": of.link,
            "ticket_tell": of.link,
            "ticket_answer": of.link, "escalation_wish": of.wish, "escalation_act": of.escalation,
            "team_revoke": of.invitation, "token_revoke": of.token, "action": of.action,
            "action_back": of.action,
            "action_again": of.action, "report_one": of.report, "report_renew": of.report,
            "report_file": of.report,
        }.get(door.name, of.posts[0]),
    }  # fmt: skip
    more = {name: str(value) for name, value in numbers.items()}
    words = {
        "place": "bristol",
        "team": "payments",
        "route": "tips",
        "what": "acknowledge",
        "channel": f"mail-of-{of.programme}",
    }
    return door.address(of.programme, **more, **words)


def ask(who_: Client, method: str, url: str, sent: Any = None) -> tuple[int, str]:
    with desk.undone():
        answer = getattr(who_, method)(url, sent or {})
        html = answer.get("Content-Type", "").startswith("text/html")
        text = answer.content.decode("utf-8", "replace") if html and not answer.streaming else ""
    return answer.status_code, text


def failed(status: int, text: str) -> bool:
    return status >= 500 or any(one in text for one in SHOWN)


def test_no_number_of_an_address_breaks_a_form(things: Any) -> None:
    admin, wrong = client("admin"), []
    for door in PAGES:
        if any(part.sort == "int" for part in hostile.parts(door)):
            for url in hostile.addresses(door, good(door, things[0])):
                if str(1 << 63) in url and failed(*ask(admin, "post", url)):
                    wrong.append(url)
    assert wrong == []


@pytest.mark.parametrize(
    "cookie", ['sessionid="aaaaaaaaaaaa\\000b"', 'csrftoken="a\\000b"', "language=../../x"]
)
def test_no_cookie_breaks_a_page(things: Any, cookie: str) -> None:
    assert client("").get("/sign-in", headers={"cookie": cookie}).status_code < 500


@pytest.mark.slow
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_part_of_an_address_breaks_a_page(things: Any, method: str) -> None:
    admin, wrong = client("admin"), []
    for door in PAGES:
        for url in hostile.addresses(door, good(door, things[0])):
            status, text = ask(admin, method, url)
            if failed(status, text):
                wrong.append((door.name, url[:80], status))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("what", hostile.VALUES)
def test_no_field_breaks_a_page(things: Any, what: str, method: str) -> None:
    admin, wrong = client("admin"), []
    sent = dict.fromkeys(FIELDS, hostile.VALUES[what])
    if method == "get":
        sent = {name: value[:200] for name, value in sent.items()}
    for door in PAGES:
        status, text = ask(admin, method, good(door, things[0]), sent)
        if failed(status, text):
            wrong.append((door.name, status))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("what", hostile.VALUES)
def test_no_field_breaks_a_form_that_is_right_but_for_it(things: Any, what: str) -> None:
    admin, wrong = client("admin"), []
    for path, form in hostile_forms.forms(things[0]):
        url = path if path.startswith("/") else f"/{desk.HERE}/{path}"
        for name in form:
            if failed(*ask(admin, "post", url, form | {name: hostile.VALUES[what]})):
                wrong.append((path, name))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("what", hostile.VALUES)
def test_no_question_of_an_address_breaks_a_page(things: Any, what: str) -> None:
    admin, wrong = client("admin"), []
    for path in hostile_forms.GETS:
        asked = path.replace("{}", quote(hostile.VALUES[what][:1500], safe=""))
        if failed(*ask(admin, "get", asked if asked.startswith("/") else f"/{desk.HERE}/{asked}")):
            wrong.append(path)
    assert wrong == []


@pytest.mark.slow
def test_no_route_breaks(things: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "LIMIT", 10**9)
    admin, here = person("admin"), things[0]
    token = tokens.make(admin, desk.HERE, "A program", tokens.open_to(admin, desk.HERE), days=1).token
    program = Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})
    ids = {"number": here.case, "id": here.posts[0], "change": here.change, "programme": desk.HERE}
    wrong = []

    def send(route: Any, path: str, body: Any) -> None:
        content = b"" if route.method == "GET" else json.dumps(body).encode()
        with desk.undone():
            answer = program.generic(
                route.method, path, content, content_type="application/json",
                headers={} if route.method == "GET" else {"if-match": '"1"'},
            )  # fmt: skip
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code >= 500 or (answer.status_code >= 400 and "json" not in kind):
            wrong.append((route.method, path[:90], str(body)[:60], answer.status_code))

    for route in api.every():
        if route.name == "stream":
            continue
        body = {
            name: here.posts[:1] if value == "P" else value
            for name, value in hostile_forms.BODIES.get(route.name, {}).items()
        }
        names = re.findall(r"\{(?:\w+:)?(\w+)\}", route.path)
        for name, values in ((name, (0, 2**31, 2**63, 10**40, "%00", "..")) for name in names):
            for value in values:
                send(route, _address(route, ids | {name: value}), body)
        for name in body:
            for value in hostile_forms.MORE:
                send(route, _address(route, ids), body | {name: value})
        if route.method == "GET":
            for name in {*route.known, "strange"}:
                for value in hostile_forms.QUERIES:
                    send(route, f"{_address(route, ids)}?{name}={value}", None)
    assert wrong == []


def _address(route: Any, parts: dict[str, Any]) -> str:
    return "/api/v1" + re.sub(r"\{(?:\w+:)?(\w+)\}", lambda part: str(parts.get(part[1], 1)), route.path)
