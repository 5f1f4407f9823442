"""The overview: what it says, where it leads, and what it does when there is nothing, little or a gap."""

import re
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.desk import access
from earnest.report import lately
from tests.report import build

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    lately._kept.clear()


def reader(programme: str, role: str = "analyst") -> Client:
    access.add_person(role, programme, role)
    client = Client()
    client.force_login(get_user_model().objects.get(username=role))
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_it_says_what_rose_where_and_with_which_words_and_leads_to_the_posts() -> None:
    build.fill()
    said = page(reader("couriers"), "/couriers/overview?weeks=4")
    assert "Scanning and photos rose" in said
    assert "Mostly in Leeds and Sevilla" in said or "Mostly in Sevilla and Leeds" in said
    assert ">locker</i>" in said
    assert "/couriers/posts?label=app.scan&since=" in said


def test_the_heat_leads_to_the_posts_of_the_cell() -> None:
    build.fill()
    said = page(reader("couriers"), "/couriers/overview?weeks=12")
    assert "/couriers/posts?label=app&kind=complaint&since=" in said
    assert '<td data-h="few">' in said
    assert 'class="gap-note"' in said


def test_a_delegate_sees_the_figures_and_no_way_to_single_posts() -> None:
    build.fill()
    said = page(reader("couriers", "delegate"), "/couriers/overview?weeks=12")
    assert "Scanning and photos rose" in said
    assert "/couriers/posts?" not in said


@pytest.mark.parametrize(
    ("query", "shows"),
    [("", "12 weeks"), ("?weeks=4", "4 weeks"), ("?weeks=26", "26 weeks")],
)
def test_the_range_that_is_shown_is_marked(query: str, shows: str) -> None:
    build.fill(weeks=6, a_week=40, gap=())
    said = page(reader("couriers"), f"/couriers/overview{query}")
    assert f'aria-current="true">{shows}<' in re.sub(r"\s+(?=[<>])|(?<=>)\s+", "", " ".join(said.split()))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?weeks=5", "4, 12 or 26 weeks"),
        ("?weeks=<script>", "4, 12 or 26 weeks"),
        ("?since=yesterday", "is not a day"),
        ("?since=2999-01-01", "has not come yet"),
        ("?since=2026-02-02&until=2026-01-01", "is after the last"),
        ("?until=0001-01-01", "ten years ago"),
    ],
)
def test_an_address_that_cannot_be_read_is_a_sentence(query: str, says: str) -> None:
    build.programme("couriers")
    answer = reader("couriers").get(f"/couriers/overview{query}")
    assert answer.status_code == 400
    assert says in unescape(answer.content.decode())


def test_days_in_the_address_bar_are_both_included() -> None:
    build.fill(weeks=4, a_week=60, gap=())
    first, last = build.weeks_ago(2), build.weeks_ago(1)
    said = page(reader("couriers"), f"/couriers/overview?since={first}&until={last}")
    assert f'value="{first}"' in said
    assert f'value="{last}"' in said


def test_a_programme_without_a_place_says_what_to_do() -> None:
    build.programme("empty")
    said = page(reader("empty"), "/empty/overview")
    assert "No place is listened to yet" in said
    assert "earnest import FILE --source NAME" in said


def test_a_quiet_programme_says_when_somebody_spoke_last() -> None:
    build.fill(weeks=30, a_week=2, gap=tuple(range(1, 25)))
    said = page(reader("couriers"), "/couriers/overview?weeks=4")
    assert "It does not mean that nobody spoke." in said
    assert "The last post came" in said


def test_nobody_reads_it_without_belonging_to_the_programme() -> None:
    build.programme("couriers")
    build.programme("shoppers", "customers")
    assert Client().get("/couriers/overview").status_code == 302
    assert reader("shoppers").get("/couriers/overview").status_code == 403


def test_the_same_figures_are_not_measured_twice(django_assert_max_num_queries: object) -> None:
    build.fill(weeks=6, a_week=60, gap=())
    client = reader("couriers")
    first = page(client, "/couriers/overview")
    with django_assert_max_num_queries(25):
        assert page(client, "/couriers/overview").count("<svg") == first.count("<svg")
