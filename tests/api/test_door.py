"""Who may come in: every route as every role, with every kind of token, and in a foreign programme."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.api.v1 import routes
from earnest.desk import access, tokens
from earnest.store import clock, models, write
from tests.api.conftest import Program, token_of
from tests.lanes import mostly_slow

ROLES = ("viewer", "delegate", "analyst", "lead", "steward", "admin")
ROUTES = [route for route in routes.every() if route.name != "stream"]
LET_IN = {200, 201, 303, 400, 404, 409, 422, 428}
"""What a route may answer to whoever came through its door and named something that is not there."""


def address(route: routes.Route, programme: str = "riders") -> str:
    path = route.path.replace("{programme}", programme).replace("{format}", "csv")
    return "/api/v1" + re.sub(r"\{[^}]*\}", lambda part: "nowhere" if "slug" in part[0] else "987654", path)


def send(program: Program, route: routes.Route, programme: str = "riders") -> int:
    body = None if route.method == "GET" else {}
    return program.ask(address(route, programme), route.method, body).status_code


@pytest.mark.parametrize("role", mostly_slow(ROLES, fast=["viewer", "delegate"]))
def test_a_token_opens_what_the_table_of_roles_says_and_nothing_else(program, role):
    wrong = []
    sent = program(role)
    for route in ROUTES:
        status = send(sent, route)
        allowed = route.action is None or route.action in access.MAY[role]
        if (status in LET_IN) != allowed or (not allowed and status != 403):
            wrong.append((route.method, route.path, status, "allowed" if allowed else "refused"))
    assert wrong == []


@pytest.mark.parametrize("there", ["shoppers", "nowhere"])
def test_another_programme_is_not_there(program, there):
    sent = program("steward")
    told = {route.path: send(sent, route, there) for route in ROUTES if "{programme}" in route.path}
    assert set(told.values()) == {404}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer earnest_unknown",
        "Basic YTpi",
        "Bearer earnest_" + "x" * 5_000,
        "earnest_x",
    ],
    ids=["none", "empty", "blank", "unknown", "basic", "long", "bare"],
)
def test_without_a_good_token_nothing_opens(desk, header):
    sent = Client(headers={"Authorization": header} if header else {})
    told = {sent.generic(route.method, address(route)).status_code for route in ROUTES}
    assert told == {401}


def test_the_session_of_a_browser_opens_nothing(desk):
    client = Client()
    client.force_login(get_user_model().objects.get(username="admin"))
    assert client.get("/api/v1/riders/posts").status_code == 401


def test_a_token_in_the_address_opens_nothing(desk):
    token = token_of("analyst")
    assert Client().get(f"/api/v1/riders/posts?token={token}&access_token={token}").status_code == 401


@pytest.mark.parametrize("scope", mostly_slow(["read", "work"], fast=["read"]))
def test_a_scope_opens_its_own_routes_alone(program, scope):
    sent = program("steward", scopes=(scope,))
    wrong = [
        (route.path, status)
        for route in ROUTES
        if (status := send(sent, route)) in LET_IN and route.scope not in (scope, None)
    ]
    assert wrong == []


def _demoted():
    access.add_person("lead", "riders", "viewer")


def _taken_off():
    models.Membership.objects.filter(user__username="lead").delete()


def _switched_off():
    get_user_model().objects.filter(username="lead").update(is_active=False)


def _revoked():
    models.ApiToken.objects.update(revoked=clock.now())


def _ended():
    models.ApiToken.objects.update(expires=clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("happens", "status"),
    [(_demoted, 403), (_taken_off, 403), (_switched_off, 401), (_revoked, 401), (_ended, 401)],
    ids=["its maker reads figures only", "its maker left", "the account ended", "it was revoked", "it ended"],
)
def test_what_happens_to_a_tokens_maker_holds_at_the_next_request(program, happens, status):
    sent = program("lead")
    assert sent.ask("posts").status_code == 200
    happens()
    assert sent.ask("posts").status_code == status


def test_a_draft_is_shown_nowhere(desk):
    write.add_place("depots", "inbox", title="Inbox", type="file", kind="addressed")
    access.add_person("drafter", "depots", "steward")
    sent = Program(token_of("drafter", "depots"), "depots")
    told = {
        send(sent, route, "depots")
        for route in ROUTES
        if "{programme}" in route.path and route.action in access.MAY["steward"]
    }
    assert told == {403}
    assert sent.ask("/api/v1/programmes").json()["items"] == []


def test_a_token_is_never_made_with_more_than_its_makers_rights(desk):
    from earnest.record.errors import Refused

    viewer = get_user_model().objects.get(username="viewer")
    with pytest.raises(Refused):
        tokens.make(viewer, "riders", "Too much", ["read", "work"], days=3)
    with pytest.raises(Refused):
        tokens.make(viewer, "shoppers", "Elsewhere", ["read"], days=3)


def test_of_its_use_only_the_day_is_kept(program):
    program("analyst").ask("posts")
    row = models.ApiToken.objects.get()
    assert row.last_used == clock.now().date()
    assert not [field.name for field in models.ApiToken._meta.fields if "count" in field.name]


def test_a_delegates_token_sees_the_places_they_speak_for(program):
    sent = program("delegate")
    assert [place["slug"] for place in sent.ask("places").json()["items"]] == ["bristol"]
    assert sent.ask("places/leeds").status_code == 404


def test_the_making_and_reading_are_in_the_audit_chain(program):
    program("analyst").ask("posts?q=tip&place=bristol")
    links = {link.action: link.detail for link in models.AuditLink.objects.all()}
    assert "token_made" in links
    assert "bristol" in links["posts_read"]
    assert "tip" not in str(links["posts_read"]).replace("tips", "")
