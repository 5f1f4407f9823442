"""A filled desk and browsers signed in to it."""

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from earnest.web.views import say
from tests.filled import filled
from tests.web import sample


@pytest.fixture
def desk(db: None, settings: Settings) -> None:
    """The sample, within the test's own transaction."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    filled("desk", lambda: sample.fill(posts=45))


@pytest.fixture(autouse=True)
def _fresh_tries() -> None:
    say.SENT.clear()


@pytest.fixture
def as_(desk: None) -> Callable[[str], Client]:
    """A browser in which a person is signed in."""

    def sign_in_as(name: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=name))
        return client

    return sign_in_as
