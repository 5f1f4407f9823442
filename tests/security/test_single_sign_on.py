"""Single sign-on against a real issuer: who comes in, who does not, and what a foreign answer does."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from earnest.desk import access, invitations
from earnest.record.errors import BadSetting
from earnest.server import settings as server
from earnest.store import read_audit, read_people, write_people
from tests.security import desk, issuer
from tests.security.build import person
from tests.security.issuer import Issuer

BACK = "http://testserver/sign-in/with/oidc/back"

ACCOUNTS = {
    "verified": {"email": "Ana@example.org", "email_verified": True, "preferred_username": "ana"},
    "unverified": {"email": "ana@example.org", "email_verified": False, "preferred_username": "ana"},
    "unknown": {"email": "someone@example.org", "email_verified": True, "preferred_username": "someone"},
    "namesake": {"email": "else@example.org", "email_verified": True, "preferred_username": "steward"},
}


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    issuer.installed()
    made = Issuer(BACK, ACCOUNTS)
    yield made
    made.stop()


@pytest.fixture
def there(running: Issuer, small_desk: int, settings: Settings) -> Issuer:
    settings.SOCIALACCOUNT_PROVIDERS = issuer.settings_of(running)
    return running


def come(client: Client, login: str, start: str = "/sign-in/with/oidc", **form: str) -> Any:
    """Press the button, sign in there, come back."""
    page = client.post(start, form)
    found = re.search(r'content="0; url=([^"]+)"', page.content.decode())
    assert found, page.content.decode()
    back = issuer.sign_in_there(unescape(found.group(1)), login, BACK)
    return client.get(back)


@pytest.mark.slow
@pytest.mark.django_db
def test_somebody_known_by_a_verified_address_comes_in_and_is_known_from_then_on(there: Issuer) -> None:
    write_people.set_email(person("analyst").pk, "ana@example.org")
    client = Client()
    assert "Sign in with the issuer of the tests" in client.get("/sign-in").content.decode()
    answer = come(client, "verified", next="/riders/posts")
    assert answer["Location"] == "/riders/posts"
    assert client.get("/riders/posts").status_code == 200
    assert client.get("/account").context["user"].username == "analyst"
    assert [link.about for link in read_audit.links() if link.action == "signed_in"] == ["socialaccount"]
    write_people.set_email(person("analyst").pk, "")
    assert come(Client(), "verified")["Location"] == "/"
    assert not SocialToken.objects.exists(), "nothing of the issuer's is kept but who it was"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("login", ["unverified", "unknown", "namesake"])
def test_nobody_else_comes_in_and_nobody_is_made(there: Issuer, login: str) -> None:
    write_people.set_email(person("analyst").pk, "ana@example.org")
    before = get_user_model().objects.count()
    client = Client()
    answer = come(client, login)
    assert answer.status_code == 403
    assert "Nobody of this account is on the desk." in unescape(answer.content.decode())
    assert get_user_model().objects.count() == before
    assert not SocialAccount.objects.exists()
    assert client.get("/account").status_code == 302


@pytest.mark.slow
@pytest.mark.django_db
def test_an_address_that_is_not_verified_here_opens_nothing(there: Issuer) -> None:
    who = person("analyst")
    who.email = "ana@example.org"
    who.save()
    assert come(Client(), "verified").status_code == 403


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("login", "called"), [("unknown", "someone"), ("namesake", "else@example.org")])
def test_an_invitation_is_accepted_with_an_account_there(there: Issuer, login: str, called: str) -> None:
    made = invitations.invite("riders", "lead", by=None)
    client = Client()
    answer = come(client, login, f"/join/{made.token}/with")
    assert answer["Location"] == "/riders/"
    assert access.role_of(person(called), "riders") == "lead"
    assert not person(called).has_usable_password()
    assert read_people.user_of_address(ACCOUNTS[login]["email"]) == person(called).pk
    assert client.get("/riders/posts").status_code == 200
    assert Client().get(f"/join/{made.token}").status_code == 403, "works once"
    assert come(Client(), login)["Location"] == "/"


@pytest.mark.slow
@pytest.mark.django_db
def test_somebody_who_was_taken_off_the_desk_sees_nothing_and_a_closed_account_does_not_come_in(
    there: Issuer,
) -> None:
    made = invitations.invite("riders", "lead", by=None)
    come(Client(), "unknown", f"/join/{made.token}/with")
    desk.client("admin").post(f"/riders/team/{person('someone').pk}/remove")
    client = Client()
    come(client, "unknown")
    assert client.get("/riders/posts").status_code == 403
    who = person("someone")
    who.is_active = False
    who.save()
    assert come(Client(), "unknown").status_code == 403


@pytest.mark.slow
@pytest.mark.django_db
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(there: Issuer) -> None:
    write_people.set_email(person("analyst").pk, "ana@example.org")
    mine, victim = Client(), Client()
    page = mine.post("/sign-in/with/oidc")
    found = re.search(r'content="0; url=([^"]+)"', page.content.decode())
    assert found
    start = unescape(found.group(1))
    assert "code_challenge_method=S256" in start
    back = issuer.sign_in_there(start, "verified", BACK)
    assert victim.get(back).status_code == 403
    assert mine.get(back.replace("code=", "code=x")).status_code == 403
    assert mine.get(back).status_code == 403, "the state was used"
    assert victim.get("/account").status_code == 302


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["error=access_denied", "error=server_error&error_description=ana", "", "state=x"]
)
def test_what_the_issuer_says_of_an_error_is_not_shown(there: Issuer, query: str) -> None:
    answer = Client().get(f"/sign-in/with/oidc/back?{query}")
    assert answer.status_code == 403
    assert "Signing in there did not work." in unescape(answer.content.decode())
    assert "ana" not in answer.content.decode().partition("<main")[2]


@pytest.mark.django_db
def test_an_issuer_that_does_not_answer_is_told_in_a_sentence(small_desk: int, settings: Settings) -> None:
    class Nobody:
        address = "http://127.0.0.1:9"

    settings.SOCIALACCOUNT_PROVIDERS = issuer.settings_of(Nobody())
    answer = Client().post("/sign-in/with/oidc")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


@pytest.mark.django_db
def test_without_an_issuer_there_is_no_button_and_no_door(small_desk: int) -> None:
    assert "Sign in with" not in Client().get("/sign-in").content.decode()
    assert Client().post("/sign-in/with/oidc").status_code == 404
    assert Client().get("/sign-in/with/oidc/back").status_code == 404


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"EARNEST_OIDC_ISSUER": "https://login.example.org"}, "needs"),
        ({"EARNEST_OIDC_CLIENT": "earnest"}, "needs"),
        ({"EARNEST_OIDC_ISSUER": "http://login.example.org", "EARNEST_OIDC_CLIENT": "e"}, "not https"),
        ({"EARNEST_OIDC_ISSUER": "login.example.org", "EARNEST_OIDC_CLIENT": "e"}, "not an address"),
        (
            {
                "EARNEST_OIDC_ISSUER": "https://login.example.org",
                "EARNEST_OIDC_CLIENT": "e",
                "EARNEST_OIDC_SECRET": "/nowhere/at/all",
            },
            "cannot be read",
        ),
    ],
    ids=["no client", "no issuer", "not https", "no address", "no file"],
)
def test_half_a_setting_is_an_error(said: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=why):
        server.single_sign_on()


def test_the_settings_say_where_the_issuer_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("quiet\n")
    monkeypatch.setenv("EARNEST_OIDC_ISSUER", "https://login.example.org/")
    monkeypatch.setenv("EARNEST_OIDC_CLIENT", "earnest")
    monkeypatch.setenv("EARNEST_OIDC_SECRET", str(tmp_path / "secret"))
    told = server.single_sign_on()["openid_connect"]["APP"]
    assert (told["client_id"], told["secret"]) == ("earnest", "quiet")
    assert told["settings"]["server_url"] == "https://login.example.org"
