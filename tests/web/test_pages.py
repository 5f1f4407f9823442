"""The pages: who gets in, what stands there when there is nothing, and what a bad address says."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from earnest.store import read, write
from earnest.store.models import Membership
from tests.web import sample

As = Callable[[str], Client]

ROOMS = ("live", "posts", "places", "taxonomy")
PAGES = tuple(f"/riders/{room}" for room in ROOMS)


def body(response: object) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize(
    "url", [*PAGES, "/", "/riders/", "/riders/posts/1", "/riders/posts/1/row", "/nowhere/live"]
)
def test_signed_out_leads_to_the_form_and_back(client: Client, desk: None, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("post", "/riders/posts/1/correct", 302),
        ("get", "/riders/live/stream", 401),
        ("post", "/sign-out", 302),
        ("get", "/sign-out", 405),
        ("get", "/in/not-a-token", 403),
        ("get", "/nothing/at/all", 404),
    ],
)
def test_signed_out_other_doors(client: Client, desk: None, method: str, url: str, status: int) -> None:
    answer = getattr(client, method)(url)
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "url",
    ["/sign-in", "/say/riders", "/say/riders/thanks", "/notice/riders", "/notice/new", "/notice/riders.json"],
)
def test_public_pages_need_no_account(client: Client, desk: None, url: str) -> None:
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("programme", ["riders", "shoppers", "new"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_of_a_full_and_of_an_empty_programme(as_: As, programme: str, room: str) -> None:
    answer = as_("admin").get(f"/{programme}/{room}")
    assert answer.status_code == 200
    said = answer.content.decode()
    assert ">None<" not in said
    assert '<main id="main"' in said
    assert " style=" not in said
    assert "<script>" not in said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("/new/live", "Nothing was said here yet."),
        ("/new/live", "How many posts a minute is not known."),
        ("/new/live", "No place is listened to yet."),
        ("/new/posts", "Nothing was said here yet."),
        ("/new/places", "No place is listened to yet."),
        ("/riders/posts?q=zzzzz", "No post fits: “zzzzz”."),
        ("/riders/places", "fewer than 20 posts were withheld"),
        ("/riders/places", "The server does not answer."),
        ("/riders/places", "9 not seen"),
        ("/riders/live", "Leeds couriers unknown since"),
        ("/riders/live", "Hearing 3 of 4 places."),
        ("/notice/new", "no place is listened to yet"),
    ],
)
def test_states_are_said_in_a_sentence(as_: As, url: str, sentence: str) -> None:
    assert sentence in " ".join(body(as_("admin").get(url)).split())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=tomorrow", "'tomorrow' is not a day. Write it as 2026-11-19."),
        ("since=2026-02-30", "'2026-02-30' is not a day."),
        ("since=9999-12-31", "The day 9999-12-31 is out of range."),
        ("since=2026-03-02&until=2026-03-01", "is after the last"),
        ("kind=rant", "There is no kind 'rant' here."),
        ("place=moon", "There is no place 'moon' here."),
        ("label=pay.tips.more", "'pay.tips.more' is not a label."),
        ("label=%3Cb%3E", "'<b>' is not a label."),
        ("lang=english", "'english' is not a language."),
        ("unsure=perhaps", "'unsure' is yes or no."),
        ("mood=negative", "nobody's feelings are inferred"),
        ("q=" + "a" * 301, "A search has at most 300 characters; this one has 301."),
        ("after=x", "The link to older posts is damaged."),
        ("label=a&" * 90, "too many values of 'label'"),
    ],
)
def test_a_bad_address_is_answered_by_a_sentence(as_: As, query: str, sentence: str) -> None:
    answer = as_("admin").get(f"/riders/posts?{query}")
    assert answer.status_code == 400
    assert sentence in body(answer)


@pytest.mark.parametrize(
    "query",
    [
        "q=%01",
        "q=%22",
        "q=-",
        "q=*",
        "q=a%20OR%20(",
        "after=99999999999999999",
        "region=%01",
        "label=nothing.known",
        "since=1970-01-02",
        "until=2105-12-31",
    ],
)
def test_strange_but_harmless_addresses_are_answered(as_: As, query: str) -> None:
    assert as_("admin").get(f"/riders/posts?{query}").status_code == 200


@pytest.mark.parametrize(
    ("room", "status"), [("live", 403), ("posts", 403), ("places", 200), ("taxonomy", 200)]
)
def test_the_delegate_sees_figures_but_no_single_post(as_: As, room: str, status: int) -> None:
    answer = as_("delegate").get(f"/riders/{room}")
    assert answer.status_code == status
    assert "/riders/live" not in body(answer)


@pytest.mark.parametrize("url", PAGES)
def test_another_programmes_people_are_refused(as_: As, url: str) -> None:
    assert as_("nobody").get(url).status_code == 403


def test_what_somebody_wrote_is_never_markup(as_: As) -> None:
    raw = as_("admin").get("/riders/posts?q=quoted").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
    assert "<script>alert" not in raw
    assert "<img" not in raw
    assert "{{ 7|add:7 }}" in raw


def test_placeholders_are_shown_as_such(as_: As) -> None:
    assert '<span class="ph">[email]</span>' in body(as_("admin").get("/riders/posts?q=paused"))


def test_a_long_post_is_cut_in_lists_and_whole_on_its_page(as_: As) -> None:
    browser = as_("admin")
    assert sample.LONG.strip() not in body(browser.get("/riders/posts?q=queue"))
    (row, *_) = read.posts("riders", read.Filters(q="queue")).rows
    whole = re.sub(r"</?mark>", "", body(browser.get(f"/riders/posts/{row.id}")))
    assert sample.LONG.strip() in whole


def test_search_and_filters_narrow_and_stay_in_the_address(as_: As) -> None:
    browser = as_("admin")
    said = body(browser.get("/riders/posts?q=statement&kind=complaint&label=pay"))
    assert "nothing on the statement" in said
    assert "Is the waiting time" not in said
    assert "“statement”, complaint, about pay" in said
    assert 'value="complaint"\n' in said or "checked" in said


def test_older_pages_are_reached_by_a_link_and_none_is_told_twice(as_: As) -> None:
    browser, seen, url = as_("admin"), [], "/riders/posts"
    for _ in range(20):
        answer = browser.get(url)
        seen += [post.id for post in answer.context["posts"]]
        if not answer.context["older"]:
            break
        url = f"/riders/posts{answer.context['older']}"
    assert len(seen) == len(set(seen)) == 45 * 3 + 12
    assert seen == sorted(seen, reverse=True)


def test_workforce_pages_hold_no_sentiment(as_: As) -> None:
    for url in (*PAGES, "/riders/posts?q=statement"):
        said = body(as_("admin").get(url))
        assert "sounds negative" not in said
        assert 'name="mood"' not in said
    assert "sounds negative" in body(as_("admin").get("/shoppers/posts"))
    assert 'name="mood"' in body(as_("admin").get("/shoppers/posts"))


def test_why_marks_the_words_and_says_how_good_the_label_is(as_: As) -> None:
    (row, *_) = read.posts("riders", read.Filters(q="statement")).rows
    said = body(as_("analyst").get(f"/riders/posts/{row.id}/row?open=1"))
    assert "<mark>" in said
    assert "such a score is right about 93 times in 100" in said
    assert "No author was kept." in said
    assert ">Correct</button>" in said


def test_a_correction_changes_the_post_and_its_counts(as_: As) -> None:
    (row, *_) = read.posts("riders", read.Filters(q="statement")).rows
    url = f"/riders/posts/{row.id}/correct"
    answer = as_("analyst").post(url, {"label": "pay.wrong", "also": "", "kind": "report"})
    assert answer.status_code == 302
    changed = read.post("riders", row.id)
    assert changed is not None
    assert (changed.labels[0].id, changed.kind, changed.corrected) == ("pay.wrong", "report", True)
    fragment = as_("analyst").post(
        url, {"label": "pay.tips", "kind": "complaint"}, headers={"HX-Request": "true"}
    )
    assert "corrected by a person" in body(fragment)
    assert "<html" not in body(fragment)


@pytest.mark.parametrize(
    ("who", "data", "status", "sentence"),
    [
        ("viewer", {"label": "pay.tips", "kind": "complaint"}, 403, "Your role does not include this."),
        ("analyst", {"label": "no.such", "kind": "complaint"}, 400, "There is no label of that name."),
        ("analyst", {"label": "pay.tips", "kind": "rant"}, 400, "There is no kind of that name."),
        ("analyst", {"kind": "complaint"}, 400, "Choose a label."),
    ],
)
def test_corrections_that_are_refused(
    as_: As, who: str, data: dict[str, str], status: int, sentence: str
) -> None:
    (row, *_) = read.posts("riders", read.Filters(q="statement")).rows
    answer = as_(who).post(f"/riders/posts/{row.id}/correct", data)
    assert answer.status_code == status
    assert sentence in body(answer)


@pytest.mark.parametrize("url", ["/riders/posts/1/correct", "/sign-out", "/sign-in", "/say/riders"])
def test_forms_of_other_sites_are_refused(desk: None, url: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(url, {"text": "hello"})
    assert answer.status_code == 403
    assert "This form is too old, or came from elsewhere." in body(answer)


def test_a_deleted_post_is_gone_from_its_page(as_: As) -> None:
    assert as_("admin").get("/riders/posts/123").status_code == 404


def test_consent_that_ended_is_told_and_its_posts_are_not(as_: As) -> None:
    place = read.listening_place("riders", "bristol")
    write.end_consent(place.id, datetime.now(UTC) - timedelta(days=30))
    said = body(as_("admin").get("/riders/places"))
    assert "consent ended" in said
    assert "erased after 7 days" in said
    assert not read.posts("riders", read.Filters(places=("bristol",))).rows


@pytest.mark.parametrize("url", ["/sign-in", "/riders/setup", "/riders/live", "/nothing/at/all"])
def test_every_answer_carries_the_policy(as_: As, url: str) -> None:
    answer = as_("admin").get(url)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"


def test_pages_ask_few_questions(as_: As, django_assert_max_num_queries: Callable[[int], object]) -> None:
    browser = as_("admin")
    for room in (*ROOMS, "themes", "alerts", "review", "learning", "second", "overview"):
        with django_assert_max_num_queries(60):
            browser.get(f"/riders/{room}")


@pytest.mark.parametrize("room", ["posts", "themes", "overview"])
def test_what_changes_between_two_pages_holds_for_the_second(as_: As, room: str) -> None:
    """What a page reads once while it is made ends with it."""
    browser = as_("analyst")
    assert browser.get(f"/riders/{room}").status_code == 200
    Membership.objects.filter(user__username="analyst", programme__slug="riders").delete()
    assert browser.get(f"/riders/{room}").status_code == 403
