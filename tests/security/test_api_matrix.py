"""Every route of the programming interface, with a token of every role, a foreign one, and none."""

import re
from typing import Any

import pytest
from django.test import Client

from earnest.api.v1 import routes
from earnest.desk import tokens
from tests.security import desk, who
from tests.security.build import person

pytestmark = pytest.mark.django_db

ROUTES = routes.every()


@pytest.fixture
def keys(small_desk: int) -> dict[str, str]:
    """A token of each role, made for all that its maker may."""
    made = {}
    for name, programme in (*((role, desk.HERE) for role in desk.ROLES), ("stranger", desk.FOREIGN)):
        scopes = tokens.open_to(person(name), programme)
        made[name] = tokens.make(person(name), programme, "Weekly figures", scopes, days=1).token
    return made


def ask(route: Any, token: str = "", client: Client | None = None) -> Any:
    """One request with an empty body, taken back."""
    parts = re.sub(
        r"\{(?:\w+:)?(\w+)\}", lambda part: desk.HERE if part[1] == "programme" else "1", route.path
    )
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with desk.undone():
        return (client or Client()).generic(
            route.method, f"/api/v1{parts}", b"{}", content_type="application/json", headers=headers
        )


def open_to_all(route: Any) -> bool:
    return who.API.get(route.name) == who.ANYBODY


def test_a_route_without_an_action_has_a_row() -> None:
    bare = {route.name for route in ROUTES if route.action is None}
    assert bare <= set(who.API), "say in tests/security/who.py who may use it"


@pytest.mark.parametrize("role", desk.ROLES)
def test_every_route_answers_by_the_role_of_the_tokens_maker(keys: dict[str, str], role: str) -> None:
    wrong = []
    for route in ROUTES:
        status = ask(route, keys[role]).status_code
        may = route.action is None or who.may(role, route.action)
        if status >= 500 or (status == 403) is may or status == 401:
            wrong.append((route.method, route.path, route.action, status))
    assert wrong == []


@pytest.mark.parametrize("how", ["no token", "a made-up token", "a revoked token", "a signed-in browser"])
def test_no_route_opens_without_a_good_token(keys: dict[str, str], how: str) -> None:
    token, client = "", None
    if how == "a made-up token":
        token = tokens.PREFIX + "x" * 43
    elif how == "a revoked token":
        token = keys["admin"]
        for row, _ in tokens.every(desk.HERE):
            tokens.revoke(person("admin"), desk.HERE, row.id)
    elif how == "a signed-in browser":
        client = desk.client("admin")
    wrong = []
    for route in ROUTES:
        status = ask(route, token, client).status_code
        if status != 401 and not open_to_all(route):
            wrong.append((route.method, route.path, status))
    assert wrong == []


def test_no_route_of_a_programme_opens_to_a_token_of_another(keys: dict[str, str]) -> None:
    wrong = []
    for route in ROUTES:
        if "{programme}" in route.path:
            status = ask(route, keys["stranger"]).status_code
            if status != 404:
                wrong.append((route.method, route.path, status))
    assert wrong == []


def test_a_token_made_to_read_writes_nothing(small_desk: int) -> None:
    token = tokens.make(person("admin"), desk.HERE, "Weekly figures", ["read"], days=1).token
    wrong = []
    for route in ROUTES:
        status = ask(route, token).status_code
        if route.scope not in (None, "read") and status != 403:
            wrong.append((route.method, route.path, status))
    assert wrong == []
