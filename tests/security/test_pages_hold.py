"""What every page and form must hold: generated over all addresses, so that a new one is tried too."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from earnest.store import write
from earnest.store.models import Membership
from tests.lanes import mostly_slow
from tests.security import desk, who
from tests.security.build import PASSWORD, person, with_password
from tests.web.doors import Door

pytestmark = pytest.mark.django_db

PAGES = [door for door in desk.pages() if door.name in who.PAGES]
TAKES_NO_FORM = {"api_submit", "api_present"}
"""Opened by a signature, never by a browser's session."""


class Markup(HTMLParser):
    """What a strict policy forbids, and what a page fetches from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.elsewhere: list[str] = []
        self.forms: list[dict[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if tag == "script" and "src" not in said and said.get("type") != "application/json":
            self.inline.append("script")
        if tag == "style" or "style" in said:
            self.inline.append(f"style on {tag}")
        self.inline += [name for name in said if name.startswith("on")]
        if tag in ("script", "link", "img", "iframe"):
            url = said.get("src") or said.get("href") or ""
            if re.match(r"(https?:)?//", url):
                self.elsewhere.append(url)
        if tag == "form":
            self.forms.append({"post": (said.get("method") or "").lower() == "post", "token": False})
        if tag == "input" and said.get("name") == "csrfmiddlewaretoken" and self.forms:
            self.forms[-1]["token"] = True


def got(client: Client, door: Door, report: int) -> Any:
    with desk.undone():
        return client.get(desk.address(door, report))


@pytest.fixture
def report(small_desk: int) -> int:
    with_password("admin")
    return small_desk


@pytest.mark.parametrize("who_", mostly_slow(["", "admin"], fast=[""]), ids=["signed out", "an admin"])
def test_every_page_holds_its_policy(report: int, who_: str) -> None:
    """No script or style in the page, nothing from elsewhere, no frame, no cache; a token in each form."""
    client, wrong = desk.client(who_), []
    for door in PAGES:
        answer = got(client, door, report)
        headers = answer.headers
        own_style = door.name in ("report_one", "report_file", "case_file")
        expected = {
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        wrong += [(door.name, name) for name, said in expected.items() if headers.get(name) != said]
        if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
            wrong.append((door.name, "Referrer-Policy"))
        policy = headers.get("Content-Security-Policy", "")
        if not own_style and ("default-src 'self'" not in policy or "frame-ancestors 'none'" not in policy):
            wrong.append((door.name, policy))
        if "unsafe" in policy and not own_style:
            wrong.append((door.name, policy))
        if who_ and "Cache-Control" not in headers:
            wrong.append((door.name, "no Cache-Control"))
        if answer.streaming or not headers.get("Content-Type", "").startswith("text/html") or own_style:
            continue
        markup = Markup()
        markup.feed(answer.content.decode())
        wrong += [(door.name, found) for found in (*markup.inline, *markup.elsewhere)]
        wrong += [(door.name, "a form without a token") for f in markup.forms if f["post"] and not f["token"]]
    assert wrong == []


def test_every_address_that_changes_something_wants_the_token_of_its_form(report: int) -> None:
    client, wrong = desk.client("admin", enforce_csrf_checks=True), []
    for door in PAGES:
        if door.name in TAKES_NO_FORM:
            continue
        with desk.undone():
            status = client.post(desk.address(door, report), {"name": "x"}).status_code
        if status not in (403, 405) and door.name not in CSRF_FREE:
            wrong.append((door.name, status))
    assert wrong == []


CSRF_FREE = {"hook"}
"""Opened by a signature of another system."""


@pytest.mark.parametrize(
    "header", ["evil.example", "riders.example:99999999", "127.0.0.1@evil.example", "a b"]
)
def test_another_host_is_refused(header: str) -> None:
    assert Client(headers={"host": header}).get("/sign-in").status_code == 400


def test_a_forwarded_host_is_not_believed(report: int) -> None:
    answer = desk.client("steward").post(
        "/riders/team/invite", {"role": "viewer"}, headers={"x-forwarded-host": "evil.example"}
    )
    assert "evil.example" not in answer.content.decode()


# ---- cookies and settings -----------------------------------------------------------------------------


def test_cookies_are_kept_from_scripts_and_from_other_sites(report: int) -> None:
    client = Client()
    client.post("/sign-in", {"name": "admin", "password": PASSWORD})
    client.post("/language", {"language": "en"})
    session, language = client.cookies["sessionid"], client.cookies["language"]
    for cookie in (session, language):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert client.get("/sign-in").cookies.get("sessionid") is None


DEPLOY = """
import django, io, sys
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING", stderr=sys.stdout)
for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT"):
    assert getattr(settings, name) is True, name
assert settings.SECURE_HSTS_SECONDS >= 31_536_000
assert settings.DEBUG is False
"""


@pytest.mark.slow
def test_djangos_own_check_of_a_deployment_finds_nothing(tmp_path: Path) -> None:
    from earnest.cli import setup

    setup.prepare(tmp_path)
    environment = os.environ | {
        "EARNEST_HOME": str(tmp_path),
        "EARNEST_HTTPS": "yes",
        "EARNEST_HOSTS": "desk.example.org",
        "DJANGO_SETTINGS_MODULE": "earnest.server.settings",
    }
    ran = subprocess.run(
        [sys.executable, "-c", DEPLOY], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "no issues" in ran.stdout + ran.stderr


def test_passwords_are_hashed_slowly() -> None:
    from django.contrib.auth.hashers import get_hasher

    assert django_settings.PASSWORD_HASHERS[0].endswith("PBKDF2PasswordHasher")
    assert get_hasher().iterations >= 600_000


# ---- what more is sent changes nothing ------------------------------------------------------------------

MORE = {
    "is_superuser": "on", "is_staff": "on", "is_active": "", "role": "admin", "programme": "shoppers",
    "user": "1", "id": "1", "places": "bristol", "username": "root", "email": "root@example.org",
}  # fmt: skip


def test_fields_that_a_form_does_not_have_change_nothing(report: int) -> None:
    with_password("analyst")
    client = desk.client("analyst")
    forms = {
        "/account/choices": {"language": "en"},
        "/language": {"language": "en"},
        "/account/password": {
            "oldpassword": PASSWORD,
            "password1": PASSWORD + "2",
            "password2": PASSWORD + "2",
        },
        "/account/sessions/end": {},
    }
    before = list(Membership.objects.order_by("pk").values())
    for url, form in forms.items():
        assert client.post(url, MORE | form).status_code == 302
    me = person("analyst")
    assert (me.username, me.is_superuser, me.is_staff, me.is_active, me.email) == (
        "analyst", False, False, True, "",
    )  # fmt: skip
    assert list(Membership.objects.order_by("pk").values()) == before


def test_joining_gives_the_role_of_the_invitation_whatever_is_sent(report: int) -> None:
    from earnest.desk import invitations

    made = invitations.invite("riders", "viewer", by=None)
    Client().post(f"/join/{made.token}", MORE | {"name": "ana", "password": PASSWORD, "again": PASSWORD})
    assert Membership.objects.get(user=person("ana")).role == "viewer"
    assert not person("ana").is_superuser


# ---- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/nothing/at/all", 404),
        ("/riders/posts?since=<script>alert(1)</script>", 400),
        ("/riders/posts/999999999999", 404),
        ("/in/x", 403),
        ("/join/x", 403),
        ("/sign-in/with/oidc/back?code=x&state=y", 404),
    ],
)
def test_an_error_page_leaks_nothing(report: int, url: str, status: int) -> None:
    answer = desk.client("admin").get(url)
    page = answer.content.decode()
    assert answer.status_code == status
    for leaked in (
        "Traceback",
        "/site-packages",
        "SECRET",
        "DJANGO",
        "<script>alert",
        "Exception",
        str(Path.home()),
    ):
        assert leaked not in page


def test_a_page_that_breaks_says_so_and_nothing_else(
    report: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("postgresql://user:secret@host/db and what ana@example.org said")

    monkeypatch.setattr("earnest.web.views.team.people.team", breaks)
    client = desk.client("admin")
    client.raise_request_exception = False
    answer = client.get("/riders/team")
    assert answer.status_code == 500
    assert "The page could not be made." in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert write.user_id("admin") is not None
