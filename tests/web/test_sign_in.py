"""Signing in: by password, by a link that works once, and never to somewhere else."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from earnest.desk import access


def test_a_password_signs_in_and_leads_back(client: Client, desk: None) -> None:
    answer = client.post(
        "/sign-in", {"name": "analyst", "password": "analyst", "next": "/riders/posts?q=tips"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/riders/posts?q=tips")
    assert client.get("/riders/posts").status_code == 200
    client.post("/sign-out")
    assert client.get("/riders/posts").status_code == 302


@pytest.mark.parametrize("name", ["analyst", "nobody-of-that-name", "x" * 151])
def test_a_wrong_name_and_a_wrong_password_are_one_answer(client: Client, desk: None, name: str) -> None:
    answer = client.post("/sign-in", {"name": name, "password": "wrong"})
    assert answer.status_code in (400, 403)
    assert "_auth_user_id" not in client.session


def test_the_ninth_wrong_try_is_not_looked_at(client: Client, desk: None) -> None:
    for _ in range(8):
        assert client.post("/sign-in", {"name": "analyst", "password": "wrong"}).status_code == 403
    answer = client.post("/sign-in", {"name": "analyst", "password": "analyst"})
    assert answer.status_code == 429
    assert "Too many tries." in unescape(answer.content.decode())


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///evil.example"]
)
def test_nobody_is_led_elsewhere(client: Client, desk: None, onward: str) -> None:
    answer = client.post("/sign-in", {"name": "analyst", "password": "analyst", "next": onward})
    assert answer["Location"] == "/"


def test_a_link_signs_in_once(desk: None) -> None:
    token = access.sign_in_token("analyst")
    first, second = Client(), Client()
    assert first.get(f"/in/{token}")["Location"] == "/"
    assert first.get("/riders/posts").status_code == 200
    answer = second.get(f"/in/{token}")
    assert answer.status_code == 403
    assert "was used already, or is too old" in answer.content.decode()


def test_a_link_grows_old(client: Client, desk: None) -> None:
    assert client.get(f"/in/{access.sign_in_token('analyst', timedelta(seconds=-1))}").status_code == 403


def test_the_beginning_is_the_first_room_of_the_first_programme(desk: None) -> None:
    client = Client()
    client.post("/sign-in", {"name": "delegate", "password": "delegate"})
    where = client.get("/")["Location"]
    assert where.startswith("/riders/")
    assert client.get(where).status_code == 200
