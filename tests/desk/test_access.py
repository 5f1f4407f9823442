"""Who may do what: one table, one place."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from earnest.desk import access
from earnest.record.errors import Refused, StoreError
from earnest.store import clock, erase, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _programmes():
    write.add_programme("riders", "Riders", "workforce")
    write.add_programme("guests", "Guests", "customers")


def person(role, programme="riders"):
    return get_user_model().objects.get(pk=access.add_person(f"{role} of {programme}", programme, role))


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        ("viewer", "see_posts", False),
        ("viewer", "see_figures", True),
        ("viewer", "see_cases", False),
        ("analyst", "see_posts", True),
        ("analyst", "work_cases", True),
        ("analyst", "ask_escalation", True),
        ("analyst", "escalate", False),
        ("lead", "escalate", True),
        ("lead", "keep_routes", True),
        ("lead", "see_audit", False),
        ("lead", "keep_people", False),
        ("steward", "see_audit", True),
        ("steward", "keep_people", True),
        ("steward", "keep_tokens", True),
        ("delegate", "see_cases", False),
        ("viewer", "correct", False),
        ("delegate", "see_reports", True),
        ("delegate", "see_figures", True),
        ("delegate", "see_posts", False),
        ("analyst", "correct", True),
        ("analyst", "make_report", False),
        ("lead", "make_report", True),
        ("lead", "choose_model", True),
        ("lead", "keep_taxonomy", True),
        ("analyst", "keep_taxonomy", False),
        ("delegate", "keep_taxonomy", False),
        ("analyst", "choose_model", False),
        ("lead", "keep_places", False),
        ("steward", "keep_places", True),
        ("steward", "keep_programmes", False),
        ("admin", "keep_programmes", True),
        ("delegate", "see_community", True),
        ("viewer", "see_community", False),
        ("steward", "see_community", False),
        ("delegate", "pause_places", True),
        ("delegate", "keep_places", False),
        ("lead", "pause_places", False),
        ("steward", "pause_places", True),
        ("lead", "keep_terms", False),
        ("steward", "keep_terms", True),
    ],
    ids=lambda value: {True: "may", False: "may not"}.get(value, value),
)
def test_a_role_may(role, action, allowed):
    assert access.may(person(role), action, "riders") is allowed


@pytest.mark.parametrize(
    ("role", "place", "allowed"),
    [
        ("delegate", "forum", True),
        ("delegate", "inbox", False),
        ("delegate", "nowhere", False),
        ("steward", "inbox", True),
        ("viewer", "forum", False),
    ],
    ids=["their own", "another", "one that is not there", "a steward any", "a viewer none"],
)
def test_a_delegate_may_pause_only_where_they_speak_for_the_community(role, place, allowed):
    for slug in ("forum", "inbox"):
        write.add_place("riders", slug, type="feed", kind="addressed")
    places = ["forum"] if role == "delegate" else []
    somebody = get_user_model().objects.get(pk=access.add_person("ana", "riders", role, places))
    assert access.may_at(somebody, "pause_places", "riders", place) is allowed
    assert not access.may_at(somebody, "pause_places", "guests", place)


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_in_one_programme_is_nothing_in_another(role):
    somebody = person(role)
    assert not any(access.may(somebody, action, "guests") for action in access.MAY["admin"])
    assert [programme.slug for programme in access.programmes_of(somebody)] == ["riders"]


def test_nobody_may_nothing():
    assert not access.may(AnonymousUser(), "see_figures", "riders")
    assert access.programmes_of(AnonymousUser()) == []
    assert access.role_of(AnonymousUser(), "riders") is None


def test_a_person_who_left_may_nothing():
    somebody = person("steward")
    somebody.is_active = False
    assert not access.may(somebody, "see_figures", "riders")


def test_an_admin_of_all_sees_every_programme_but_not_one_that_is_not_there():
    somebody = get_user_model().objects.get(pk=access.add_person("root", None, "admin"))
    assert {programme.slug for programme in access.programmes_of(somebody)} == {"riders", "guests"}
    assert not access.may(somebody, "see_posts", "nowhere")


@pytest.mark.parametrize(
    ("name", "programme", "role", "error"),
    [
        ("ana", "riders", "owner", Refused),
        ("", "riders", "viewer", Refused),
        ("a\x00b", "riders", "viewer", Refused),
        ("ana", None, "viewer", Refused),
        ("ana", "nowhere", "viewer", StoreError),
    ],
    ids=["unknown role", "no name", "a NUL in the name", "no programme", "unknown programme"],
)
def test_a_person_is_refused(name, programme, role, error):
    with pytest.raises(error) as caught:
        access.add_person(name, programme, role)
    assert caught.value.sentence()


def test_a_link_signs_in_once():
    access.add_person("ana", "riders", "viewer")
    token = access.sign_in_token("ana")
    assert access.sign_in(token) == write.user_id("ana")
    assert access.sign_in(token) is None


def test_a_link_does_not_outlive_its_time(monkeypatch):
    access.add_person("ana", "riders", "viewer")
    token = access.sign_in_token("ana")
    later = clock.now() + access.LINK_LIVES + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert access.sign_in(token) is None


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 500, "\ud800", "' OR 1=1 --"], ids=ascii)
def test_a_made_up_token_signs_nobody_in(token):
    assert access.sign_in(token) is None


def test_only_the_hash_of_a_token_is_kept():
    from earnest.store.models import SignIn

    access.add_person("ana", "riders", "viewer")
    token = access.sign_in_token("ana")
    assert token not in str(list(SignIn.objects.values()))


def test_a_link_for_nobody_is_an_error_with_a_hint():
    with pytest.raises(StoreError) as caught:
        access.sign_in_token("nobody")
    assert "earnest user add" in caught.value.sentence()


def test_removing_a_person_takes_their_links_and_roles():
    user = access.add_person("ana", "riders", "viewer")
    token = access.sign_in_token("ana")
    erase.erase_user(user)
    assert access.sign_in(token) is None
    ghost = SimpleNamespace(is_authenticated=True, is_active=True, is_superuser=False, pk=user)
    assert not access.may(ghost, "see_figures", "riders")
