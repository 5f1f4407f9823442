"""The page on which people make and revoke tokens."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.store import read_tokens
from tests.api.conftest import Program


@pytest.fixture
def browser(desk):
    def signed_in(name):
        client = Client()
        client.force_login(get_user_model().objects.get(username=name))
        return client

    return signed_in


def made(client, **form):
    return client.post("/riders/tokens", {"name": "Figures", "scope": ["read"], "days": "30"} | form)


def test_a_token_is_shown_once_and_works(browser):
    client = browser("analyst")
    (token,) = re.findall(r"earnest_[\w-]{43}", made(client).content.decode())
    assert token not in client.get("/riders/tokens").content.decode()
    assert Program(token).ask("/api/v1/me").json()["scopes"] == ["read"]


def test_only_the_hash_is_kept(browser, django_db_blocker):
    from django.db import connection

    (token,) = re.findall(r"earnest_[\w-]{43}", made(browser("analyst")).content.decode())
    with connection.cursor() as db:
        db.execute("SELECT hash, name, scopes FROM store_apitoken")
        kept = str(db.fetchall())
    assert token not in kept
    assert token.removeprefix("earnest_") not in kept


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": ""}, "A token needs a name"),
        ({"name": "x" * 61}, "A token needs a name"),
        ({"name": "who talks to the union"}, "organising"),
        ({"scope": []}, "A token needs a scope"),
        ({"scope": ["everything"]}, "There is no scope"),
        ({"scope": ["manage"]}, "never more"),
        ({"days": "0"}, "from 1 to 365 days"),
        ({"days": "366"}, "from 1 to 365 days"),
        ({"days": "soon"}, "from 1 to 365 days"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_said_in_a_sentence(browser, form, says):
    answer = made(browser("analyst"), **form)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert read_tokens.of("riders") == []


def test_one_sees_and_revokes_ones_own_and_stewards_all(browser):
    analyst, lead, steward = browser("analyst"), browser("lead"), browser("steward")
    made(analyst, name="Mine alone")
    (row,) = read_tokens.of("riders")
    assert "Mine alone" not in lead.get("/riders/tokens").content.decode()
    assert lead.post(f"/riders/tokens/{row.id}/revoke").status_code == 404
    assert "Mine alone" in steward.get("/riders/tokens").content.decode()
    assert steward.post(f"/riders/tokens/{row.id}/revoke").status_code == 303
    assert read_tokens.of("riders")[0].revoked is not None


@pytest.mark.parametrize("name", ["viewer", "delegate"])
def test_who_only_reads_may_make_a_token_that_only_reads(browser, name):
    page = browser(name).get("/riders/tokens").content.decode()
    assert 'value="read"' in page
    assert 'value="manage"' not in page
    assert made(browser(name), scope=["read"]).status_code == 200
