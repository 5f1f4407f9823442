"""Joining the desk, roles, leaving it, and being named in the public notice."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import jsonschema
import pytest
from django.test import Client

from earnest.desk import access, invitations, people
from earnest.record.errors import EarnestError, InputError, Refused, StoreError
from earnest.store import clock, read_audit, read_people, write
from earnest.store.models import ApiToken, Membership, TeamInvitation
from earnest.store.write_tokens import add as add_token
from tests.security import desk
from tests.security.build import person

pytestmark = pytest.mark.django_db
GOOD = "seven calm herons walk"


@pytest.fixture(autouse=True)
def _desk(small_desk: None) -> None: ...


def said(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def link_of(answer: Any) -> str:
    found = re.search(r"http://testserver(/join/\S+?)<", said(answer))
    assert found
    return found.group(1)


def actions() -> list[str]:
    return [link.action for link in read_audit.links()]


# ---- inviting ---------------------------------------------------------------------------------------


def test_a_steward_invites_and_somebody_joins_with_a_password() -> None:
    shown = desk.client("steward").post("/riders/team/invite", {"role": "analyst"})
    link = link_of(shown)
    assert link not in said(desk.client("steward").get("/riders/team")), "shown once"
    new = Client()
    page = new.get(link)
    assert "You are invited to the desk of Riders, as analyst" in said(page)
    answer = new.post(link, {"name": "ana", "password": GOOD, "again": GOOD})
    assert answer["Location"] == "/riders/"
    assert new.get("/riders/posts").status_code == 200
    assert access.role_of(person("ana"), "riders") == "analyst"
    assert {"person_invited", "invitation_accepted", "signed_in"} <= set(actions())
    assert Client().get(link).status_code == 403, "works once"


@pytest.mark.parametrize("over", ["used", "revoked", "too old", "made up"])
def test_an_invitation_that_is_over_opens_nothing(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = invitations.invite("riders", "viewer", by=person("steward"))
    token = made.token
    if over == "used":
        invitations.accept(token, "ben", GOOD)
    elif over == "revoked":
        desk.client("steward").post(f"/riders/team/invitations/{made.id}/revoke")
    elif over == "too old":
        later = clock.now() + invitations.LIVES + timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda: later)
    else:
        token = "x" * 43
    assert Client().get(f"/join/{token}").status_code == 403
    with pytest.raises(Refused):
        invitations.accept(token, "ana", GOOD)
    assert write.user_id("ana") is None


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("ana", "short", "at least 12"),
        ("ana", "password1234", "too common"),
        ("anastasia1999", "anastasia1999", "too similar"),
        ("steward", GOOD, "has this name already"),
        ("", GOOD, "needs a name"),
        ("a\x00b", GOOD, "not what it should be"),
    ],
    ids=["short", "one that everybody uses", "the name itself", "a name that is taken", "no name", "a NUL"],
)
def test_what_cannot_be_accepted_is_told_and_the_link_stays_good(name: str, password: str, why: str) -> None:
    made = invitations.invite("riders", "viewer", by=None)
    answer = Client().post(f"/join/{made.token}", {"name": name, "password": password, "again": password})
    assert answer.status_code == 400
    assert why in said(answer)
    assert f'value="{password}"' not in said(answer).replace(f'name="name" value="{name}"', "")
    assert invitations.look(made.token) is not None


def test_two_different_passwords_are_told_so() -> None:
    made = invitations.invite("riders", "viewer", by=None)
    answer = Client().post(f"/join/{made.token}", {"name": "ana", "password": GOOD, "again": GOOD + "x"})
    assert "The two passwords are not the same." in said(answer)


def test_who_has_an_account_accepts_with_it() -> None:
    made = invitations.invite("shoppers", "viewer", by=None)
    browser = desk.client("analyst")
    assert "Accept with this account" in said(browser.get(f"/join/{made.token}"))
    assert browser.post(f"/join/{made.token}/here")["Location"] == "/shoppers/"
    assert access.role_of(person("analyst"), "shoppers") == "viewer"


def test_only_the_hash_of_an_invitation_is_kept_and_its_address_goes_when_it_is_used() -> None:
    made = invitations.invite("riders", "viewer", email="ana@example.org", by=None)
    assert made.token not in str(list(TeamInvitation.objects.values()))
    user = invitations.accept(made.token, "ana", GOOD)
    assert "ana@example.org" not in str(list(TeamInvitation.objects.values()))
    assert read_people.user_of_address("ANA@example.org") == user


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"role": "owner"}, "There is no role"),
        ({"role": "admin"}, "Only an admin"),
        ({"role": "viewer", "place": "bristol"}, "is not bound to places"),
        ({"role": "delegate", "place": "moon"}, "has no place"),
        ({"role": "viewer", "email": "not an address"}, "not an e-mail address"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_invitation_that_cannot_be_is_refused_in_a_sentence(form: dict[str, str], why: str) -> None:
    answer = desk.client("steward").post("/riders/team/invite", form)
    assert answer.status_code == 400
    assert why in said(answer)
    assert not TeamInvitation.objects.exists()


# ---- roles and leaving --------------------------------------------------------------------------------


def test_a_steward_gives_another_role_and_it_holds_at_once() -> None:
    viewer = desk.client("viewer")
    assert viewer.get("/riders/posts").status_code == 403
    answer = desk.client("steward").post(f"/riders/team/{person('viewer').pk}/role", {"role": "analyst"})
    assert answer.status_code == 302
    assert viewer.get("/riders/posts").status_code == 200


def test_who_is_taken_off_the_desk_is_signed_out_and_their_tokens_end() -> None:
    browser = desk.client("analyst")
    add_token("riders", person("analyst").pk, "t", ("read",), clock.now() + timedelta(days=1), "earnest_t")
    assert browser.get("/riders/posts").status_code == 200
    desk.client("steward").post(f"/riders/team/{person('analyst').pk}/remove")
    assert browser.get("/riders/posts")["Location"].startswith("/sign-in?next=")
    assert access.role_of(person("analyst"), "riders") is None
    assert not ApiToken.objects.filter(revoked__isnull=True).exists()
    assert {"person_removed", "sessions_ended"} <= set(actions())


def test_the_last_steward_stays() -> None:
    Membership.objects.filter(role="admin", programme__slug="riders").delete()
    steward = desk.client("steward")
    mine = person("steward").pk
    for answer in (
        steward.post(f"/riders/team/{mine}/remove"),
        steward.post(f"/riders/team/{mine}/role", {"role": "viewer"}),
    ):
        assert answer.status_code == 400
        assert "the last steward" in said(answer)
    assert access.role_of(person("steward"), "riders") == "steward"


@pytest.mark.parametrize("act", ["role", "remove"])
def test_a_steward_takes_nothing_from_an_admin(act: str) -> None:
    answer = desk.client("steward").post(f"/riders/team/{person('admin').pk}/{act}", {"role": "viewer"})
    assert answer.status_code == 400
    assert "Only an admin" in said(answer)
    assert access.role_of(person("admin"), "riders") == "admin"


def test_somebody_of_another_programme_is_not_on_this_desk() -> None:
    stranger = person("stranger").pk
    with pytest.raises(StoreError):
        people.change("riders", stranger, "viewer", by=person("admin"))
    with pytest.raises(StoreError):
        people.remove("riders", stranger, by=person("admin"))
    assert access.role_of(person("stranger"), "shoppers") == "admin"


def test_the_team_page_compares_nobody() -> None:
    """No column of it says how much somebody did."""
    page = said(desk.client("viewer").get("/riders/team"))
    heads = re.findall(r'<th scope="col">(.*?)</th>', page)
    assert [head.strip() for head in heads] == ["Name", "Role", "Speaks for", "In the public notice"]


# ---- the notice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_notice_names_who_ticked_it_by_the_name_they_chose_and_nobody_else(lang: str) -> None:
    before = said(Client().get(f"/notice/riders?lang={lang}"))
    assert "analyst" not in before
    desk.client("analyst").post("/account/choices", {"shown": "riders", "known_as": "Ana Pereira"})
    after = said(Client().get(f"/notice/riders?lang={lang}"))
    assert "Ana Pereira" in after
    assert "steward" not in after
    told = Client().get("/notice/riders.json").json()
    assert told["desk"] == ["Ana Pereira"]
    jsonschema.validate(told, Client().get("/schema/notice-1.json").json())
    desk.client("analyst").post("/account/choices", {"known_as": "Ana Pereira"})
    assert "Ana Pereira" not in said(Client().get(f"/notice/riders?lang={lang}"))
    assert actions().count("shown_changed") == 2


def test_nobody_names_somebody_else() -> None:
    desk.client("steward").post(
        "/account/choices", {"shown": ["riders", "shoppers"], "user": str(person("analyst").pk)}
    )
    assert Client().get("/notice/riders.json").json()["desk"] == ["steward"]
    assert Client().get("/notice/shoppers.json").json()["desk"] == []


# ---- the command line ---------------------------------------------------------------------------------


def test_a_password_from_the_command_line_ends_every_session() -> None:
    browser = desk.client("analyst")
    browser.get("/riders/posts")
    people.set_password("analyst", GOOD)
    assert browser.get("/riders/posts").status_code == 302
    with pytest.raises(InputError):
        people.set_password("analyst", "short")
    with pytest.raises(EarnestError):
        people.set_password("nobody", GOOD)
