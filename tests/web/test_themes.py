"""The pages of themes: what is told of a problem, to whom, and what people may say of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from earnest.flow import themes
from earnest.flow.follow import Follower
from earnest.store import read_themes
from earnest.store.models import AuditLink, Severe
from tests import programmes
from tests import themes as said
from tests.store import build
from tests.web import sample

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db

CLOSED = "order still active, restaurant closed"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    themes._memory.clear()
    yield
    themes._memory.clear()


@pytest.fixture
def told(settings: object) -> None:
    """A workforce with one theme of ten voices, one of eight, and a severe post."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    programmes.live("riders", "Riders", "workforce", retention_days=180)
    place = build.desk("riders", place="reviews")
    build.desk("riders", place="bristol")
    for problem, (label, once) in said.PROBLEMS.items():
        texts = [*once, *(f"{text} tonight" for text in once)] if problem == "closed" else once
        build.keep(
            place,
            *(
                build.item(f"{problem}{n}", text, labels=(label,), voice=f"{problem}{n}", sentiment=None,
                           ago=timedelta(days=3))
                for n, text in enumerate(texts)
            ),
        )  # fmt: skip
    build.keep(
        place,
        build.item(
            "knife", "A man pulled a knife on me at the gate", labels=("safety.threat",), sentiment=None
        ),
        build.item("other", said.OPPOSITE[0], labels=("pickup.wait",), sentiment=None),
    )
    programmes.live("new", "New", "workforce")
    sample.people()
    Follower().follow("riders")


@pytest.fixture
def as_(told: None) -> As:
    def sign_in(name: str) -> Client:
        from django.contrib.auth import get_user_model

        client = Client()
        client.force_login(get_user_model().objects.get(username=name))
        return client

    return sign_in


def number(name: str = CLOSED) -> int:
    return next(row.number for row in read_themes.themes("riders") if row.name == name)


def page(client: Client, path: str = "", status: int = 200) -> str:
    answer = client.get(f"/riders/themes{path}")
    assert answer.status_code == status
    return answer.content.decode()


def test_a_theme_of_enough_voices_is_told_and_a_smaller_one_is_not(as_: As) -> None:
    html = page(as_("viewer"))
    assert "Order still active, restaurant closed" in html
    assert "arking ticket" not in html
    assert "Smaller groups are not shown until 10 voices" in html
    assert "about 20 posts" in html


def test_counts_are_rounded_and_few_who_say_otherwise_stay_few(as_: As) -> None:
    html = page(as_("analyst"), f"/{number()}")
    assert "about 20" in html
    assert "fewer than 10" in html
    assert "21\n" not in html.split("As a table")[0]
    assert said.OPPOSITE[0][:40] in html


def test_a_theme_of_few_voices_tells_nothing(as_: As) -> None:
    few = next(row.number for row in read_themes.themes("riders") if row.label == "pickup.parking")
    html = page(as_("viewer"), f"/{few}")
    assert "few voices" in html
    assert "arking" not in html
    assert "garage" not in html


@pytest.mark.parametrize(
    ("who", "posts", "acts"),
    [("delegate", False, False), ("viewer", False, False), ("analyst", True, True), ("steward", True, True)],
)
def test_who_sees_single_posts_and_who_may_act(as_: As, who: str, posts: bool, acts: bool) -> None:
    listed, one = page(as_(who)), page(as_(who), f"/{number()}")
    assert ("pulled a knife" in listed) is posts
    assert ("violence or a threat" in listed.lower()) is posts
    assert (said.texts("closed")[9] in one) is posts
    assert ("This is no theme" in one) is acts
    assert ("put aside" in listed) is (acts and posts)


def test_reading_single_posts_leaves_a_link_in_the_chain(as_: As) -> None:
    page(as_("analyst"), f"/{number()}")
    link = AuditLink.objects.filter(action="posts_read", about=f"theme:{number()}").first()
    assert link is not None
    assert "restaurant" not in link.detail


def test_nobody_outside_the_programme_sees_it(as_: As) -> None:
    assert as_("nobody").get("/riders/themes").status_code == 403
    assert Client().get("/riders/themes").status_code == 302


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?weeks=4", 200), ("?weeks=26&label=pickup", 200), ("?place=reviews", 200), ("?put=aside", 200),
        ("?label=nothing-like-it", 200), ("?weeks=5", 400), ("?place=elsewhere", 400),
    ],
)  # fmt: skip
def test_filters(as_: As, query: str, status: int) -> None:
    page(as_("analyst"), query, status)


def test_a_theme_that_is_not_there_is_not_found(as_: As) -> None:
    page(as_("viewer"), "/9999", 404)


def post(client: Client, path: str, **data: str) -> tuple[int, str]:
    answer = client.post(f"/riders/themes/{path}", data)
    return answer.status_code, answer.content.decode()


def test_a_person_renames_a_theme_and_a_name_that_may_not_be_is_refused_with_a_sentence(as_: As) -> None:
    client, one = as_("analyst"), number()
    assert post(client, f"{one}/name", name="Closed kitchens")[0] == 303
    assert "Closed kitchens" in page(client)
    status, html = post(client, f"{one}/name", name="union organisers")
    assert status == 400
    assert "protected speech" in html
    assert "Closed kitchens" in page(client)
    assert AuditLink.objects.filter(action="theme_renamed").count() == 1


def test_a_merge_is_made_and_undone(as_: As) -> None:
    client, one = as_("analyst"), number()
    other = next(row.number for row in read_themes.themes("riders") if row.label == "pickup.parking")
    assert post(client, f"{other}/merge", into=str(one))[0] == 303
    assert client.get(f"/riders/themes/{other}").headers["Location"].endswith(f"/{one}")
    assert "Became part of this" in page(client, f"/{one}")
    assert post(client, f"{other}/unmerge")[0] == 303
    assert "Became part of this" not in page(client, f"/{one}")
    assert post(client, f"{other}/merge", into="nothing")[0] in (400, 404)


def test_a_post_that_does_not_belong_leaves(as_: As) -> None:
    client, one = as_("analyst"), number()
    gone = read_themes.posts_of("riders", one, other=False)[0]
    assert post(client, f"{one}/out/{gone.id}")[0] == 303
    assert gone.id not in [row.id for row in read_themes.posts_of("riders", one, other=False)]
    assert post(client, f"{one}/out/{gone.id}")[0] == 404


def test_no_theme_goes_from_the_list_and_comes_back(as_: As) -> None:
    client, one = as_("analyst"), number()
    assert post(client, f"{one}/dismiss")[0] == 303
    assert CLOSED[1:] not in page(client)
    assert CLOSED[1:] in page(client, "?put=aside")
    assert post(client, f"{one}/dismiss", back="1")[0] == 303
    assert CLOSED[1:] in page(client)


def test_a_severe_post_is_put_aside(as_: As) -> None:
    client = as_("analyst")
    severe = Severe.objects.get()
    assert post(client, f"aside/{severe.post_id}")[0] == 303
    assert "pulled a knife" not in page(client)
    assert post(client, "aside/1")[0] == 404


@pytest.mark.parametrize("act", ["{n}/name", "{n}/merge", "{n}/dismiss", "{n}/unmerge"])
def test_a_viewer_changes_nothing(as_: As, act: str) -> None:
    assert post(as_("viewer"), act.format(n=number()), name="x", into="1")[0] == 403


def test_the_post_page_leads_to_its_theme(as_: As) -> None:
    one = read_themes.posts_of("riders", number(), other=False)[0]
    html = as_("analyst").get(f"/riders/posts/{one.id}").content.decode()
    assert f"/riders/themes/{number()}" in html
