"""The inbox as a page: who may, what is shown, what a form does without script, and taking it back.

Posts are synthetic.
"""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.utils import timezone

from earnest.desk import access, inbox, tags, views
from earnest.store import read, read_cases, read_inbox, write, write_follow
from earnest.web import filters, inbox_query

pytestmark = pytest.mark.django_db

P = "riders"
HTMX = {"HX-Request": "true"}


def waiting(programme=P):
    return [one.post for one in read_inbox.page(programme, limit=100).items]


def send(client, where, programme=P, headers=None, **fields):
    return client.post(f"/{programme}/inbox/{where}", fields, headers=headers or {})


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def me(name):
    return get_user_model().objects.get(username=name).pk


@pytest.mark.parametrize(
    ("person", "address", "status"),
    [
        ("viewer", "inbox", 403),
        ("delegate", "inbox", 403),
        ("nobody", "inbox", 403),
        ("analyst", "inbox", 200),
        ("lead", "inbox", 200),
        ("viewer", "tags", 403),
        ("analyst", "tags", 200),
    ],
    ids=lambda value: str(value),
)
def test_who_may_see(as_, person, address, status):
    assert as_(person).get(f"/{P}/{address}").status_code == status


@pytest.mark.parametrize("person", ["viewer", "delegate", "nobody"])
def test_who_may_do(as_, person):
    client = as_(person)
    for where in ("take", "back", "do", "undo", "views", "views/1", "terms"):
        assert send(client, where).status_code == 403


@pytest.mark.parametrize("where", ["inbox/terms", "tags/1"])
def test_what_only_those_who_keep_rules_may(as_, where):
    assert as_("analyst").post(f"/{P}/{where}", {"days": "3", "minutes": "3"}).status_code == 403


def test_taking_settling_and_undoing_without_script(as_):
    client = as_("analyst")
    first = waiting()[0]
    assert send(client, "take").status_code == 302
    assert read_inbox.held(P, me("analyst"))[0].post.id == first.id
    answer = send(client, "do", do="done", post=first.id)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "1 post is done." in text(page)
    assert first.id not in [post.id for post in waiting()]
    act = re.search(r'name="act" value="(\d+)"', page.content.decode()).group(1)
    assert "Taken back for 1 post." in text(send(client, "undo", act=act))
    assert first.id in [post.id for post in waiting()]


@pytest.mark.parametrize("do", ["done", "nothing", "later", "tag", "label", "case"])
def test_each_thing_that_can_be_done_and_undone(as_, do):
    client = as_("analyst")
    two = [post.id for post in waiting()[:2]]
    before = [read.post(P, id) for id in two]
    fields = {
        "until": (timezone.localdate() + timedelta(days=2)).isoformat(),
        "tag": "to be asked",
        "label": "app.crash",
        "case": "What goes wrong at lockers",
    }
    send(client, "take")
    answer = send(client, "do", headers=HTMX, do=do, post=two, **fields)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    said = {
        "done": "2 posts are done.",
        "nothing": "Nothing is to be done about 2 posts.",
        "later": "2 posts are put off.",
        "tag": "2 posts are tagged to be asked.",
        "label": "2 posts have another label now.",
        "case": "2 posts are in case 1.",
    }
    assert said[do] in text(answer)
    act = re.search(r'name="act" value="(\d+)"', answer.content.decode()).group(1)
    assert "Taken back for 2 posts." in text(send(client, "undo", headers=HTMX, act=act))
    assert [read.post(P, id) for id in two] == before
    assert {post.id for post in waiting()} >= set(two)
    assert read_cases.one(P, 1) is None


def test_somebody_elses_posts_are_shown_as_theirs_and_left_alone(as_):
    client, other = as_("analyst"), as_("lead")
    send(other, "take")
    held = read_inbox.held(P, me("lead"))
    page = client.get(f"/{P}/inbox")
    assert text(page).count("lead is on it") == len(held)
    answer = send(client, "do", do="done", post=held[0].post.id)
    assert answer.status_code == 409
    assert "lead is on it." in text(answer)
    assert "lead is on it." in text(send(client, "do", headers=HTMX, do="done", post=held[0].post.id))
    assert send(client, "take").status_code == 302
    assert not {one.post.id for one in held} & {one.post.id for one in read_inbox.held(P, me("analyst"))}


def test_given_back_by_button(as_):
    client = as_("analyst")
    send(client, "take")
    send(client, "back")
    assert read_inbox.held(P, me("analyst")) == ()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"do": "tag", "tag": "union organisers"}, "tag"),
        ({"do": "tag", "tag": ""}, "1 to 40"),
        ({"do": "label", "label": "no.such"}, "no label of that name"),
        ({"do": "later", "until": "soon"}, "Choose the day"),
        ({"do": "later", "until": "1999-01-01"}, "a day to come"),
        ({"do": "case", "case": "4711"}, "case"),
        ({"do": "case", "case": ""}, "title"),
        ({"do": "ask"}, "into a case first"),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_what_cannot_be_done_is_said_in_a_sentence(as_, fields, says):
    client = as_("analyst")
    answer = send(client, "do", post=waiting()[0].id, **fields)
    assert answer.status_code == 409
    assert says in text(answer)
    assert "Traceback" not in text(answer)


@pytest.mark.parametrize(
    ("where", "fields", "status"),
    [
        ("do", {}, 400),
        ("do", {"do": "burn"}, 400),
        ("do", {"do": "done", "post": "x"}, 400),
        ("do", {"do": "done"}, 409),
        ("do", {"do": "done", "post": "99999"}, 409),
        ("undo", {"act": "x"}, 400),
        ("undo", {"act": "4711"}, 409),
        ("take", {"back": "view=99"}, 400),
        ("take", {"back": "kind=nothing"}, 400),
        ("views/7", {"do": "share"}, 409),
        ("views/7", {}, 409),
        ("views", {"name": "All", "back": ""}, 409),
    ],
    ids=str,
)
def test_forms_that_no_page_has(as_, where, fields, status):
    assert send(as_("analyst"), where, **fields).status_code == status


@pytest.mark.parametrize("query", ["view=x", "view=9999", "order=loudest", "kind=nothing", "since=tomorrow"])
def test_addresses_that_cannot_be_read(as_, query):
    assert as_("analyst").get(f"/{P}/inbox?{query}").status_code == 400


def test_views_are_saved_shared_and_removed(as_):
    client, other = as_("analyst"), as_("lead")
    answer = send(client, "views", name="Ideas", back="kind=idea&order=unsure")
    view = int(answer["Location"].rpartition("=")[2])
    assert views.one(P, view, by=me("analyst")).order == "unsure"
    page = client.get(answer["Location"])
    assert "Ideas" in text(page)
    assert all(one.kind == "idea" for one in waiting() if f'id="p{one.id}"' in page.content.decode())
    assert other.get(f"/{P}/inbox?view={view}").status_code == 400
    send(client, f"views/{view}", do="share")
    assert other.get(f"/{P}/inbox?view={view}").status_code == 200
    send(other, f"views/{view}", do="remove")
    assert views.of(P, by=me("analyst")) == []


def test_a_view_that_aims_at_people_is_refused(as_):
    answer = send(as_("analyst"), "views", name="Union talk", back="kind=idea")
    assert answer.status_code == 403


def test_no_view_and_no_page_of_a_workforce_tells_of_feelings(as_):
    answer = as_("analyst").get("/riders/inbox?mood=negative")
    assert answer.status_code == 400
    assert "Tone" not in text(as_("analyst").get("/riders/inbox"))


def test_tags_on_posts_and_as_a_filter(as_):
    client = as_("lead")
    first = waiting()[0]
    inbox.tag(P, [first.id], "to be asked", by=me("lead"))
    page = client.get(f"/{P}/posts?tag=to+be+asked").content.decode()
    assert re.findall(r'<li class="post[^"]*"\s+id="p(\d+)"', page) == [str(first.id)]
    assert "#to be asked" in page
    number = tags.ensure(P, "to be asked")
    client.post(f"/{P}/tags/{number}", {"name": "asked"})
    assert "asked" in text(client.get(f"/{P}/tags"))
    client.post(f"/{P}/tags/{number}", {"do": "remove"})
    assert tags.of(P) == []


def test_the_terms_are_kept_and_the_inbox_begins_afresh(as_):
    client = as_("lead")
    client.post(f"/{P}/inbox/terms", {"days": "3", "minutes": "5"})
    assert (read_inbox.terms(P).days, read_inbox.terms(P).minutes) == (3, 5)
    client.post(f"/{P}/inbox/terms", {"do": "afresh"})
    assert waiting() == []
    assert "Nothing waits." in text(client.get(f"/{P}/inbox"))


def test_repeats_are_one_row(as_):
    first, second, third = (post.id for post in waiting()[:3])
    write_follow.fold(P, {first: third, second: third})
    page = text(as_("analyst").get(f"/{P}/inbox"))
    assert "said 2 more times" in page


def test_why_stands_under_the_post(as_):
    first = waiting()[0]
    answer = as_("analyst").get(f"/{P}/inbox/{first.id}/why")
    assert answer.status_code == 200
    assert "No author was kept." in text(answer)
    assert as_("viewer").get(f"/{P}/inbox/{first.id}/why").status_code == 403
    assert as_("analyst").get(f"/{P}/inbox/1/why").status_code == 404


def test_the_keys_are_marked_and_can_be_switched_off(as_):
    client = as_("analyst")
    send(client, "take")
    page = client.get(f"/{P}/inbox").content.decode()
    assert {"l", "t", "c", "e", "s", "w"} <= set(re.findall(r'data-key="(\w)"', page))
    assert "data-keys-on" in page
    assert "Single keys act in this browser" in page


def test_a_pages_queries_do_not_grow_with_its_posts(as_, django_assert_max_num_queries):
    client = as_("analyst")
    send(client, "take")
    with django_assert_max_num_queries(75):
        client.get(f"/{P}/inbox")


def test_a_place_that_is_not_told_any_more_waits_nowhere(as_):
    access.add_person("somebody", P, "analyst")
    assert all(post.place in {place.slug for place in read.places(P)} for post in waiting())


def test_on_a_posts_own_page_it_is_tagged_and_settled_too(as_):
    client = as_("analyst")
    first = waiting()[0]
    answer = send(client, "do", do="tag", tag="to be asked", post=first.id, to="post")
    assert answer["Location"] == f"/{P}/posts/{first.id}"
    page = client.get(answer["Location"])
    assert "1 post is tagged to be asked." in text(page)
    assert "#to be asked" in text(page)
    send(client, "do", do="nothing", post=first.id, to="post")
    assert first.id not in [post.id for post in waiting()]
    act = re.search(r'name="act" value="(\d+)"', client.get(answer["Location"]).content.decode()).group(1)
    assert send(client, "undo", act=act, to="post", post=first.id)["Location"] == answer["Location"]
    assert first.id in [post.id for post in waiting()]


def test_signing_out_gives_back_what_somebody_held(as_):
    client = as_("analyst")
    send(client, "take")
    held = me("analyst")
    client.post("/sign-out")
    assert read_inbox.held(P, held) == ()


@pytest.mark.parametrize(
    ("kind", "url", "told"),
    [
        ("open", "https://user:secret@forum.example/feed.xml?key=abc", "https://forum.example/feed.xml"),
        ("open", "javascript:alert(1)", ""),
        ("open", "", ""),
        ("closed", "https://forum.example/feed.xml", ""),
        ("addressed", "https://forum.example/feed.xml", ""),
    ],
)
def test_only_an_open_place_is_led_to(as_, kind, url, told):
    write.add_place("shoppers", "there", type="feed", kind=kind, settings={"url": url})
    assert read.public_address("shoppers", "there") == told


def test_filters_go_into_an_address_and_come_back(as_):
    programme = read.programme("shoppers")
    day = datetime(2026, 3, 4, tzinfo=timezone.get_current_timezone())
    wanted = read.Filters(
        q="stop -door",
        labels=("app.crash", "pay"),
        kinds=("idea",),
        places=("reviews",),
        langs=("en",),
        regions=("Leeds & Bradford",),
        sentiments=("negative",),
        unsure=False,
        since=day,
        until=day + timedelta(days=2),
        tags=("to be asked", "slow"),
    )
    query = inbox_query.query_of(wanted)
    asked = filters.parse(QueryDict(query.urlencode()), programme, read.places("shoppers"))
    assert asked.filters == wanted
