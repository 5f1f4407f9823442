"""A filled desk, and programs with a token of each role."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from earnest.api.v1 import rate
from earnest.desk import tokens
from tests.web import sample

EVERY = ("read", "work", "manage")


class Program(Client):
    """A client that sends a token and knows its programme's address."""

    def __init__(self, token: str = "", programme: str = "riders") -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {})
        self.programme = programme

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
        """One request to a route of the programme; a path that begins with / is whole."""
        address = path if path.startswith("/") else f"/api/v1/{self.programme}/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self, method.lower())(address, headers=named, **more)


def token_of(name: str, programme: str = "riders", scopes: tuple[str, ...] = EVERY, days: int = 30) -> str:
    """A token of a person with as many of the scopes as they may have."""
    person = get_user_model().objects.get(username=name)
    own = [scope for scope in tokens.open_to(person, programme) if scope in scopes]
    return tokens.make(person, programme, "A program", own, days=days).token


@pytest.fixture(autouse=True)
def _fresh_rate() -> Iterator[None]:
    rate.forget()
    yield
    rate.forget()


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The sample, made once for the tests of a file; each of them works in a transaction within this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        sample.fill(posts=24)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def desk(filled: None, db: None) -> None:
    """The sample, within the test's own transaction."""


@pytest.fixture
def program(desk: None) -> Callable[..., Program]:
    """A program with the token of the person who holds a role in `riders`."""
    return lambda role="analyst", scopes=EVERY: Program(token_of(role, scopes=scopes))
