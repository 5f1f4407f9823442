"""Signing in, guessing, sessions, second factors: what holds, and what a stranger learns."""

import re
import time
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from pytest_django import Settings

from earnest.desk import access, lockout, visits
from earnest.store import clock, read_audit
from earnest.store.models import Attempt, Visit
from tests.security import desk
from tests.security.build import PASSWORD, person, with_password

pytestmark = pytest.mark.django_db
OTHER = "another good long password"


@pytest.fixture(autouse=True)
def _desk(small_desk: int) -> None:
    with_password("analyst")


def said(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def sign_in(client: Client, password: str = PASSWORD, name: str = "analyst", **more: Any) -> Any:
    return client.post("/sign-in", {"name": name, "password": password, **more})


def signed_in() -> Client:
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"})
    assert sign_in(client).status_code == 302
    return client


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moved = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moved)


# ---- guessing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["analyst", "nobody-of-that-name"])
def test_after_eight_wrong_tries_the_right_one_waits_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    for _ in range(8):
        assert sign_in(client, "wrong", name).status_code == 403
    locked = sign_in(client, PASSWORD, name)
    assert (locked.status_code, "Too many tries." in said(locked)) == (429, True)
    later(monkeypatch, timedelta(minutes=16))
    assert sign_in(client, PASSWORD, name).status_code == (302 if name == "analyst" else 403)


def test_the_lock_is_in_the_database_and_holds_no_name_and_no_address() -> None:
    sign_in(Client(), "wrong")
    kept = str(list(Attempt.objects.values()))
    assert Attempt.objects.count() == 3
    assert "analyst" not in kept
    assert "127.0.0.1" not in kept
    assert not lockout.locked("analyst", "127.0.0.1")
    Attempt.objects.update(failures=100)
    assert lockout.locked("analyst", "127.0.0.1"), "another process would see it"


def test_guessing_from_many_addresses_is_bounded_for_a_name() -> None:
    tried = [sign_in(Client(REMOTE_ADDR=f"10.1.{n}.7"), "wrong").status_code for n in range(45)]
    assert tried == [403] * 40 + [429] * 5
    assert sign_in(Client(REMOTE_ADDR="10.9.9.9"), name="viewer").status_code == 403, "others are not held up"


def test_many_names_from_one_address_are_bounded() -> None:
    Attempt.objects.bulk_create(
        Attempt(key=lockout.keys("x", "127.0.0.1")[2], failures=100, since=clock.now()) for _ in range(1)
    )
    assert sign_in(Client()).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302


def test_a_try_while_locked_does_not_lengthen_the_wait_and_a_success_starts_anew() -> None:
    client = Client()
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client).status_code == 302
    key = lockout.keys("analyst", "127.0.0.1")[0]
    assert not Attempt.objects.filter(key=key).exists()


class Counted(PBKDF2PasswordHasher):
    """A hasher that counts how often it works."""

    iterations = 1_000
    worked = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        type(self).worked += 1
        return super().encode(*args, **kwargs)


@pytest.mark.parametrize(
    "name", ["analyst", "nobody-of-that-name", "lead"], ids=["known", "unknown", "by link"]
)
def test_a_wrong_password_costs_one_hash_whoever_it_is_for(name: str, settings: Settings) -> None:
    """The hash is nearly all the time a sign-in takes; `lead` has no password."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    with_password("analyst")
    Counted.worked = 0
    sign_in(Client(), "wrong", name)
    assert Counted.worked == 1


@pytest.mark.slow
def test_known_and_unknown_names_take_equally_long(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with_password("analyst")
    taken: dict[str, list[float]] = {"analyst": [], "nobody-of-that-name": []}
    for n in range(7):
        for name, times in taken.items():
            began = time.perf_counter()
            sign_in(Client(REMOTE_ADDR=f"10.2.0.{n}"), "wrong", name)
            times.append(time.perf_counter() - began)
    known, unknown = (sorted(times)[3] for times in taken.values())
    assert abs(known - unknown) < 0.35 * max(known, unknown)


def test_a_wrong_name_and_a_wrong_password_look_the_same() -> None:
    pages = {
        re.sub(r'(name="csrfmiddlewaretoken" value|name="name" value)="[^"]*"', "", said(answer))
        for answer in (sign_in(Client(), "wrong"), sign_in(Client(), "wrong", "nobody-of-that-name"))
    }
    assert len({re.sub(r"\s*value=\S+", "", page) for page in pages}) == 1


# ---- sessions -----------------------------------------------------------------------------------------


def test_the_key_of_a_session_changes_at_sign_in() -> None:
    client = Client()
    session = client.session
    session["before"] = "planted"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("left", "kept"),
    [(timedelta(minutes=110), True), (timedelta(minutes=121), False)],
    ids=["110 minutes", "121 minutes"],
)
def test_a_session_ends_when_nothing_is_done(
    left: timedelta, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    later(monkeypatch, left)
    assert (client.get("/account").status_code == 200) is kept


def test_a_session_ends_after_twelve_hours_however_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in()
    for _ in range(12):
        later(monkeypatch, timedelta(minutes=59))
        assert client.get("/account").status_code == 200
    later(monkeypatch, timedelta(minutes=15))
    assert client.get("/account").status_code == 302


def test_a_page_that_follows_a_stream_keeps_no_session_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in()
    visit = Visit.objects.get()
    later(monkeypatch, timedelta(minutes=60))
    assert visits.holds(visit.pk, visit.user_id, acting=False)
    later(monkeypatch, timedelta(minutes=70))
    assert not visits.holds(visit.pk, visit.user_id, acting=False)


def test_ones_own_sessions_are_listed_and_ended_one_by_one_or_all() -> None:
    here, there, third = signed_in(), signed_in(), signed_in()
    page = said(here.get("/account"))
    assert page.count("Firefox, Linux") == 3
    assert page.count("this one") == 1
    visit = there.session["visit"]
    assert here.post(f"/account/sessions/{visit}/end").status_code == 302
    assert there.get("/account").status_code == 302
    assert third.get("/account").status_code == 200
    here.post("/account/sessions/end")
    assert third.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_nobody_ends_somebody_elses_session() -> None:
    theirs = signed_in()
    stranger = desk.client("viewer")
    assert stranger.post(f"/account/sessions/{theirs.session['visit']}/end").status_code == 404
    stranger.post("/account/sessions/end")
    assert theirs.get("/account").status_code == 200


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie() -> None:
    client = signed_in()
    kept = client.cookies["sessionid"].value
    client.post("/sign-out")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/account").status_code == 302


def test_another_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    here, there = signed_in(), signed_in()
    before = here.cookies["sessionid"].value
    answer = here.post("/account/password", {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER})
    assert answer.status_code == 302
    assert here.cookies["sessionid"].value != before
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert Visit.objects.count() == 1
    assert "password_changed" in [link.action for link in read_audit.links()]


@pytest.mark.parametrize(
    "form",
    [
        {"oldpassword": "wrong", "password1": OTHER, "password2": OTHER},
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER + "x"},
        {"password1": OTHER, "password2": OTHER},
    ],
    ids=["the old one is wrong", "too short", "not the same twice", "without the old one"],
)
def test_a_password_is_not_changed(form: dict[str, str]) -> None:
    client = signed_in()
    answer = client.post("/account/password", form)
    assert answer.status_code == 200
    assert 'role="alert"' in said(answer)
    assert person("analyst").check_password(PASSWORD)


# ---- asking again, and second factors -------------------------------------------------------------------

GUARDED = (
    "/account/app/add",
    "/account/keys/add",
    "/account/codes/new",
)


@pytest.mark.parametrize("page", GUARDED)
def test_what_changes_signing_in_asks_again_first(page: str) -> None:
    client = signed_in()
    answer = client.get(page)
    assert answer["Location"].startswith("/account/again?")
    assert signed_in().post(page, {"code": "1"})["Location"].startswith("/account/again?")
    asked = client.get(answer["Location"])
    assert "you are asked once more" in said(asked)
    wrong = client.post(answer["Location"], {"password": "wrong"})
    assert wrong.status_code == 200
    right = client.post(answer["Location"], {"password": PASSWORD})
    assert right["Location"] == page
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/account/app/add", "/account/password/first"])
def test_who_has_no_password_must_have_signed_in_just_now(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.get(f"/in/{access.sign_in_token('lead')}")
    assert client.get(page).status_code == 200
    later(monkeypatch, timedelta(minutes=16))
    answer = client.get(page)
    assert answer.status_code == 403
    assert "Sign in once more first." in said(answer)


def with_app() -> tuple[Client, str, list[str]]:
    """A signed-in analyst with an app: the browser, the app's secret, the recovery codes."""
    client = signed_in()
    client.post("/account/again?next=/account/app/add", {"password": PASSWORD})
    page = said(client.get("/account/app/add"))
    found = re.search(r'id="secret">([A-Z2-7]+)<', page)
    assert found
    assert "data:image/svg+xml;base64," in page
    answer = client.post("/account/app/add", {"code": code(found.group(1))})
    assert answer["Location"] == "/account/codes"
    codes = re.findall(r"<li>(\d{8})</li>", said(client.get("/account/codes")))
    assert len(codes) == 10
    return client, found.group(1), codes


def code(secret: str, step: int = 0) -> str:
    counter = int(time.time()) // 30 + step
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_with_an_app_the_password_alone_is_not_enough() -> None:
    _, secret, codes = with_app()
    thief = Client()
    assert sign_in(thief, next="/riders/posts")["Location"] == "/sign-in/second"
    assert thief.get("/riders/posts").status_code == 302
    assert thief.post("/sign-in/second", {"code": "000000"}).status_code == 200
    assert thief.get("/account").status_code == 302
    me = Client()
    sign_in(me, next="/riders/posts")
    assert me.post("/sign-in/second", {"code": code(secret, 1)})["Location"] == "/riders/posts"
    assert me.get("/account").status_code == 200
    last = list(read_audit.links())[-1]
    assert (last.action, last.detail["second_factor"]) == ("signed_in", 1)
    again = Client()
    sign_in(again)
    assert again.post("/sign-in/second", {"code": codes[0]})["Location"] == "/"
    once = Client()
    sign_in(once)
    assert once.post("/sign-in/second", {"code": codes[0]}).status_code == 200, "a recovery code works once"


def test_a_link_asks_for_the_second_factor_too() -> None:
    with_app()
    client = Client()
    assert client.get(f"/in/{access.sign_in_token('analyst')}")["Location"] == "/sign-in/second"
    assert client.get("/account").status_code == 302


def test_a_code_cannot_be_used_twice_and_guessing_codes_is_bounded() -> None:
    _, secret, _ = with_app()
    first, second = Client(), Client()
    sign_in(first)
    used = code(secret, 1)
    assert first.post("/sign-in/second", {"code": used}).status_code == 302
    sign_in(second)
    assert second.post("/sign-in/second", {"code": used}).status_code == 200
    for _ in range(6):
        second.post("/sign-in/second", {"code": "000000"})
    answer = second.post("/sign-in/second", {"code": code(secret)})
    assert answer.status_code == 200
    assert "Too many failed" in said(answer)


def test_secrets_of_second_factors_are_not_in_the_database_in_the_clear() -> None:
    _, secret, _ = with_app()
    assert secret not in str(list(Authenticator.objects.values("data")))


def test_recovery_codes_are_shown_once() -> None:
    client, _, codes = with_app()
    page = said(client.get("/account/codes"))
    assert not any(one in page for one in codes)
    assert "10 codes are left." in page


def test_a_closed_account_signs_in_by_no_way() -> None:
    token = access.sign_in_token("analyst")
    who = person("analyst")
    who.is_active = False
    who.save()
    assert sign_in(Client()).status_code == 403
    assert Client().get(f"/in/{token}").status_code == 403


@pytest.mark.parametrize(
    ("demanded", "name", "held_up"),
    [
        ("nobody", "steward", False),
        ("stewards", "analyst", False),
        ("stewards", "steward", True),
        ("everybody", "analyst", True),
    ],
)
def test_a_second_factor_is_demanded_of_whom_the_operator_says(
    demanded: str, name: str, held_up: bool, settings: Settings
) -> None:
    settings.SECOND_FACTOR = demanded
    client = desk.client(name)
    answer = client.get("/riders/posts")
    assert (answer.status_code == 302) is held_up
    if held_up:
        assert answer["Location"] == "/account?second=needed"
        assert "asks you for a second factor" in said(client.get(answer["Location"]))
        assert client.post("/riders/inbox/take").status_code == 302


def test_with_the_factor_that_is_demanded_one_goes_on(settings: Settings) -> None:
    client, _, _ = with_app()
    settings.SECOND_FACTOR = "everybody"
    assert client.get("/riders/posts").status_code == 200


# ---- redirects ------------------------------------------------------------------------------------------

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "\\\\evil.example",
    "https:evil.example",
    " https://evil.example",
)


@pytest.mark.parametrize("onward", ELSEWHERE)
@pytest.mark.parametrize("door", ["/sign-in", "/account/again", "/language", "/account/password"])
def test_nobody_is_led_elsewhere(door: str, onward: str) -> None:
    client = Client() if door == "/sign-in" else signed_in()
    form = {
        "/sign-in": {"name": "analyst", "password": PASSWORD},
        "/account/again": {"password": PASSWORD},
        "/language": {"language": "es"},
        "/account/password": {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
    }[door]
    answer = client.post(f"{door}?next={onward}", form | {"next": onward})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert "evil" not in answer["Location"]


# ---- language -------------------------------------------------------------------------------------------


def test_a_person_keeps_their_language_and_a_visitor_their_cookie() -> None:
    client = signed_in()
    assert client.get("/account")["Content-Language"] == "en"
    client.post("/language", {"language": "es"})
    assert client.get("/account")["Content-Language"] == "es"
    client.cookies.pop("language")
    assert client.get("/account")["Content-Language"] == "es"
    assert signed_in().get("/account")["Content-Language"] == "es"
    visitor = Client()
    visitor.post("/language", {"language": "es"})
    assert visitor.get("/sign-in")["Content-Language"] == "es"
    assert visitor.post("/language", {"language": "xx"}).status_code == 400
    assert Client(headers={"accept-language": "es-MX,es;q=0.9"}).get("/sign-in")["Content-Language"] == "es"
    assert Client().get("/sign-in")["Content-Language"] == "en"


@pytest.mark.parametrize(
    "form",
    [{"language": "xx"}, {"zone": "Moon/Sea"}, {"known_as": "x" * 81}, {"known_as": "a\x00b"}],
    ids=["a language", "a time zone", "a long name", "a NUL"],
)
def test_a_choice_that_cannot_be_is_refused(form: dict[str, str]) -> None:
    assert signed_in().post("/account/choices", form).status_code == 400
