"""The room of one case: what is shown to whom, what can be done there, and two people at once."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from earnest.desk import case_room, cases
from earnest.desk.cases_timeline import SORTS
from earnest.store import clock, erase, moment, read, read_audit, read_cases
from earnest.store.models import Post
from earnest.store.shapes_cases import Case, Entry
from earnest.web import case_words
from earnest.web.case_words import Called
from tests.web import sample

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def said(client: Client, where: str, status: int = 200) -> str:
    answer = client.get(where)
    assert answer.status_code == status, (where, answer.status_code)
    return plain(answer)


def plain(answer: object) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def user(name: str) -> int:
    return int(get_user_model().objects.get(username=name).pk)


def posts(label: str = "pay.tips", limit: int = 2) -> list[int]:
    return [row.id for row in read.posts("riders", read.Filters(labels=(label,)), limit=limit).rows]


def opened(title: str = "Tips are missing", label: str = "pay.tips", limit: int = 2) -> int:
    return cases.open_case("riders", title, by=user("lead"), posts=posts(label, limit))


def now(number: int) -> Case:
    found = read_cases.one("riders", number)
    assert found is not None
    return found


def form(client: Client, number: int) -> dict[str, str]:
    """The fields as a browser would send them: what stands in the form of the page."""
    html = client.get(f"/riders/cases/{number}").content.decode()
    part = html.partition('class="fields"')[2].partition("</form>")[0]
    found = {
        name: unescape(value)
        for name, value in re.findall(
            r'<input type="(?:hidden|text|datetime-local)"[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', part
        )
    }
    for name, options in re.findall(r'<select[^>]*name="(\w+)">(.*?)</select>', part, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"\s+selected', options)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


# ---- who sees what -------------------------------------------------------------------------------


WHO = {
    "viewer": 403,
    "delegate": 403,
    "nobody": 403,
    "analyst": 200,
    "lead": 200,
    "steward": 200,
    "admin": 200,
}


def test_who_sees_a_case(as_: As) -> None:
    number = opened()
    for who, status in WHO.items():
        page = said(as_(who), f"/riders/cases/{number}", status)
        assert ("Tips are missing" in page) is (status == 200), who
        assert ("nothing on the statement" in page) is (status == 200), who
        assert " style=" not in page
        assert "<script>" not in page


ACTS = ("fields", "note", "undo/1", "add", "out", "merge", "split", "attach", "file/1/delete")


def test_who_may_not_act(as_: As) -> None:
    number = opened()
    before = now(number)
    for who in ("viewer", "delegate", "nobody"):
        client = as_(who)
        for act in ACTS:
            sent = client.post(f"/riders/cases/{number}/{act}", {"text": "x", "title": "x"})
            assert sent.status_code == 403, (who, act)
    assert now(number) == before
    for act in ACTS:
        assert as_("analyst").get(f"/riders/cases/{number}/{act}").status_code in (404, 405), act


def test_a_case_of_another_programme_is_not_there(as_: As) -> None:
    number = cases.open_case(
        "shoppers",
        "Another programme's",
        by=None,
        posts=[row.id for row in read.posts("shoppers", read.Filters(), limit=1).rows],
    )
    assert number == 1
    said(as_("lead"), "/riders/cases/1", 404)
    said(as_("lead"), "/shoppers/cases/1", 403)
    foreign = [row.id for row in read.posts("shoppers", read.Filters(), limit=1).rows]
    mine = opened()
    assert as_("lead").post(f"/riders/cases/{mine}/add", {"post": foreign}).status_code == 400
    assert now(mine).posts == 2


def test_a_number_that_is_none_is_not_found(as_: As) -> None:
    for number in (0, 99, 2**31, 2**40, 10**17):
        said(as_("analyst"), f"/riders/cases/{number}", 404)
        said(as_("analyst"), f"/riders/cases/{number}/live", 404)


# ---- fields, and two people at once --------------------------------------------------------------


def test_what_is_typed_is_kept(as_: As) -> None:
    number, client = opened(), as_("analyst")
    sent = form(client, number) | {
        "status": "investigating",
        "severity": "severe",
        "assignee": str(user("analyst")),
        "due": "2031-05-06T07:08",
        "tags": "tips,  weekly statement",
        "title": "Tips are missing in the statement",
    }
    assert client.post(f"/riders/cases/{number}/fields", sent).status_code == 303
    case = now(number)
    assert (case.status, case.severity, case.assignee_name) == ("investigating", "severe", "analyst")
    assert case.title == "Tips are missing in the statement"
    assert case.due is not None
    assert [name for _, name in case.tags] == ["tips", "weekly statement"]
    assert form(client, number)["due"] == "2031-05-06T07:08"
    page = said(client, f"/riders/cases/{number}")
    assert "analyst took the case." in page
    assert "analyst changed the status from new to investigating." in page
    assert "analyst set the tags to tips, weekly statement." in page


def test_the_second_of_two_people_sees_both_and_loses_nothing(as_: As) -> None:
    number, first, second = opened(), as_("lead"), as_("analyst")
    theirs, mine = form(first, number), form(second, number)
    assert (
        first.post(f"/riders/cases/{number}/fields", theirs | {"title": "Tips, by lead"}).status_code == 303
    )
    typed = mine | {"title": "Tips, by analyst", "severity": "severe"}
    answer = second.post(f"/riders/cases/{number}/fields", typed)
    page = plain(answer)
    assert answer.status_code == 409
    assert "Somebody else changed this case while you were writing." in page
    assert '<td data-th="There is now">Tips, by lead</td>' in page
    assert '<td data-th="You wrote">Tips, by analyst</td>' in page
    assert 'value="Tips, by analyst"' in page
    assert now(number).title == "Tips, by lead"
    assert now(number).severity == "normal"
    # The form that came back is saved all the same.
    again = re.search(r'name="seen" value="(\d+)"', page)
    assert again
    answer = second.post(f"/riders/cases/{number}/fields", typed | {"seen": again[1]})
    assert answer.status_code == 303
    assert (now(number).title, now(number).severity) == ("Tips, by analyst", "severe")


def test_what_two_people_change_apart_from_each_other_is_both_kept(as_: As) -> None:
    number, first, second = opened(), as_("lead"), as_("analyst")
    theirs, mine = form(first, number), form(second, number)
    first.post(f"/riders/cases/{number}/fields", theirs | {"severity": "high"})
    assert second.post(f"/riders/cases/{number}/fields", mine | {"status": "waiting"}).status_code == 303
    assert (now(number).severity, now(number).status) == ("high", "waiting")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"title": ""}, "A case needs a title."),
        ({"due": "soon"}, "The due time cannot be read."),
        ({"assignee": "99999"}, "This person does not work on cases"),
        ({"status": "gone"}, "There is no status"),
    ],
    ids=["no title", "a due time in words", "nobody of the desk", "no status"],
)
def test_what_cannot_be_saved_stays_in_the_form(as_: As, typed: dict[str, str], says: str) -> None:
    number, client = opened(), as_("analyst")
    answer = client.post(
        f"/riders/cases/{number}/fields", form(client, number) | {"tags": "typed by me"} | typed
    )
    assert answer.status_code == 400
    assert says in plain(answer)
    assert 'value="typed by me"' in plain(answer)
    assert now(number).version == 1


# ---- notes ---------------------------------------------------------------------------------------


def test_a_note_is_words_and_calls_people(as_: As) -> None:
    number, client = opened(), as_("analyst")
    answer = client.post(f"/riders/cases/{number}/note", {"text": f"{sample.HOSTILE}\nAsk @lead"})
    assert answer.status_code == 303
    html = client.get(f"/riders/cases/{number}").content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert [one.by_name for one in read_cases.mentions(user("lead"), "riders")] == ["analyst"]


def test_a_note_that_cannot_be_kept_stays_in_the_form(as_: As) -> None:
    number = opened()
    text = "word " * 5_000
    answer = as_("analyst").post(f"/riders/cases/{number}/note", {"text": text})
    assert answer.status_code == 400
    assert text.strip() in answer.content.decode()
    assert "A note has at most" in plain(answer)


# ---- merging, splitting, undoing -----------------------------------------------------------------


def test_a_merged_case_leads_to_the_one_it_went_into_and_can_be_undone(as_: As) -> None:
    one, two, client = opened(), opened("App freezes", "app.crash"), as_("analyst")
    answer = client.post(
        f"/riders/cases/{one}/merge", {"other": f"#{two}", "way": "here", "because": "The same."}
    )
    assert answer["Location"] == f"/riders/cases/{one}"
    moved = client.get(f"/riders/cases/{two}")
    assert moved["Location"] == f"/riders/cases/{one}?from={two}"
    page = said(client, moved["Location"])
    assert f"Case {two} became part of this one. What was in it is here." in page
    assert f"analyst merged case {two} into this one." in page
    undo = re.search(rf'role="status">.*?action="(/riders/cases/{one}/undo/\d+)"', page)
    assert undo
    assert client.post(undo[1]).status_code == 303
    assert said(client, f"/riders/cases/{two}").count("App freezes") >= 1
    assert now(one).posts == 2
    assert "Undone by analyst" in said(client, f"/riders/cases/{one}")


def test_one_case_can_go_into_the_other(as_: As) -> None:
    one, two = opened(), opened("App freezes", "app.crash")
    answer = as_("lead").post(f"/riders/cases/{one}/merge", {"other": str(two), "way": "into"})
    assert answer["Location"] == f"/riders/cases/{two}"
    assert now(one).merged_into == two


def test_what_cannot_be_merged_is_said(as_: As) -> None:
    number = opened()
    for other in ("x", "", "999", str(number), "-1"):
        sent = as_("lead").post(f"/riders/cases/{number}/merge", {"other": other, "way": "here"})
        assert sent.status_code == 400, other
    assert now(number).members == ()


def test_posts_are_split_off_and_both_say_so(as_: As) -> None:
    number, client = opened(limit=3), as_("analyst")
    some = posts(limit=1)
    answer = client.post(f"/riders/cases/{number}/split", {"title": "One of them", "post": some})
    new = int(answer["Location"].rpartition("/")[2])
    assert (now(number).posts, now(new).posts) == (2, 1)
    assert f"Case {new} was split off this one." in said(client, f"/riders/cases/{number}")
    assert f"This case was split off case {number}." in said(client, f"/riders/cases/{new}")
    answer = client.post(f"/riders/cases/{number}/split", {"title": "My own title", "post": []})
    assert answer.status_code == 400
    assert 'value="My own title"' in plain(answer)


def test_a_post_is_taken_out_and_put_back(as_: As) -> None:
    number, client = opened(), as_("analyst")
    post = posts()[0]
    client.post(f"/riders/cases/{number}/out", {"post": post})
    assert now(number).posts == 1
    page = said(client, f"/riders/cases/{number}")
    undo = re.findall(rf'action="(/riders/cases/{number}/undo/\d+)"', page)
    assert client.post(undo[-1]).status_code == 303
    assert now(number).posts == 2
    assert client.post(undo[-1]).status_code == 400


def test_a_post_says_why_it_is_here_and_where_else(as_: As) -> None:
    one, two = opened(), opened("Lost tips")
    page = said(as_("analyst"), f"/riders/cases/{one}")
    assert "put here by lead" in page
    assert f'Also in <a href="/riders/cases/{two}">case {two}</a>' in page


def test_a_post_that_was_deleted_leaves_only_that_it_is_gone(as_: As) -> None:
    number = opened()
    gone = read.post("riders", posts()[0])
    assert gone is not None
    row = Post.objects.get(pk=gone.id)
    erase.erase_posts(row.place_id, [bytes(row.key)])
    page = said(as_("analyst"), f"/riders/cases/{number}")
    assert f"/riders/posts/{gone.id}" not in page
    assert "1 post that was in this case is not kept any more." in page


# ---- files ---------------------------------------------------------------------------------------


def picture() -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(held, "PNG")
    return SimpleUploadedFile("locker door.png", held.getvalue(), "text/html")


def test_a_picture_is_shown_and_a_text_is_only_handed_out(as_: As) -> None:
    number, client = opened(), as_("analyst")
    text = SimpleUploadedFile("<b>notes</b>.txt", b"alert(1) was written on the door", "text/html")
    for file in (picture(), text):
        sent = client.post(f"/riders/cases/{number}/attach", {"file": file})
        assert sent.status_code == 303, plain(sent)[-900:]
    page = client.get(f"/riders/cases/{number}").content.decode()
    assert "<b>notes" not in page
    first, second = dict.fromkeys(re.findall(rf'href="(/riders/cases/{number}/file/\d+)"', page))
    shown = client.get(f"{first}?show=1")
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"].startswith("inline")
    for answer, sort in ((client.get(first), "image/png"), (client.get(f"{second}?show=1"), "text/plain")):
        assert answer["Content-Type"].startswith(sort)
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox;")
    taken = {
        (link.about, link.detail["attachment"])
        for link in read_audit.links(programme="riders", actions=("attachment_read",))
    }
    assert taken == {(f"case:{number}", int(address.rsplit("/", 1)[1])) for address in (first, second)}
    assert as_("viewer").get(first).status_code == 403
    assert client.get(first.replace(f"/{number}/", f"/{opened('Another')}/")).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("tool.exe", b"MZ\x90\x00" + b"\x00" * 60),
        ("broken.png", b"\x89PNG\r\n\x1a\nnothing"),
    ],
    ids=["svg", "html", "program", "broken picture"],
)
def test_what_is_not_taken_is_said(as_: As, name: str, content: bytes) -> None:
    number = opened()
    answer = as_("analyst").post(
        f"/riders/cases/{number}/attach", {"file": SimpleUploadedFile(name, content)}
    )
    if answer.status_code == 303:  # taken as plain text, which is only ever handed out as that
        page = as_("analyst").get(f"/riders/cases/{number}").content.decode()
        assert "<img" not in page.partition('id="files-h"')[2].partition("</section>")[0]
        return
    assert answer.status_code == 400
    assert 'data-state="error"' in plain(answer)
    assert now(number).attachments == 0


# ---- live, words, questions ----------------------------------------------------------------------


def test_its_live_part_says_what_is_new_without_moving_the_page(as_: As) -> None:
    number, client = opened(), as_("analyst")
    page = said(client, f"/riders/cases/{number}")
    live = re.search(rf'hx-get="(/riders/cases/{number}/live\?since=\d+)"', page)
    assert live
    assert "new entr" not in said(client, live[1])
    cases.note("riders", number, "Something new", by=user("lead"))
    told = said(client, live[1])
    assert "1 new entry. Show it" in told
    assert 'id="heard" hx-swap-oob="true"' in told
    assert "Something new" not in told


def test_every_sort_of_entry_is_a_whole_sentence() -> None:
    at = clock.now()
    full = {"case": 4, "posts": 3, "themes": 1, "team": 3, "ref": "PAY-1", "who": "lead", "percent": 90}
    for sort in SORTS:
        for detail in ({}, full):
            entry = Entry(7, 1, sort, at, None, "", detail, {})
            for sentence in case_words.sentences(entry, Called({3: "Pay"})):
                assert sentence[0].isupper(), (sort, sentence)
                assert sentence.endswith("."), (sort, sentence)
                assert "%(" not in sentence, sort
                assert "does not know" not in sentence, sort


@pytest.mark.parametrize(
    ("field", "before", "after", "says"),
    [
        ("status", "new", "acted", "Ada changed the status from new to acted."),
        ("severity", "low", "severe", "Ada changed the severity from low to severe."),
        ("team", None, 3, "Ada gave the case to team Pay."),
        ("team", 3, None, "Ada took the case from team Pay."),
        ("assignee", None, 5, "Ada took the case."),
        ("assignee", None, 6, "Ada gave the case to Ben."),
        ("assignee", 5, None, "Ada gave the case back: nobody has it now."),
        ("due", "2031-01-02T12:00:00+00:00", None, "Ada took the due time away."),
        ("tags", [], [1, 2], "Ada set the tags to tips, pay."),
        ("tags", [1], [], "Ada took all tags off."),
        ("title", "A", "B", "Ada changed the title from “A” to “B”."),
    ],
)
def test_a_changed_field_is_said_whole(field: str, before: object, after: object, says: str) -> None:
    entry = Entry(7, 1, "changed", clock.now(), 5, "Ada", {field: after}, {field: before})
    called = Called({3: "Pay"}, {5: "Ada", 6: "Ben"}, {1: "tips", 2: "pay"})
    assert case_words.sentences(entry, called) == [says]


@pytest.mark.parametrize(
    ("ago", "says", "late"),
    [
        (timedelta(minutes=38), "38 minutes late", True),
        (timedelta(seconds=5), "1 minute late", True),
        (timedelta(hours=3), "3 hours late", True),
        (timedelta(days=4), "4 days late", True),
    ],
)
def test_how_late_a_case_is(ago: timedelta, says: str, late: bool) -> None:
    at = clock.now()
    assert case_words.due(at - ago, at) == (says, late)


def test_its_questions_do_not_grow_with_what_it_holds(as_: As) -> None:
    lead = get_user_model().objects.get(username="lead")

    def asked(number: int) -> int:
        with CaptureQueriesContext(connection) as questions, moment.one():
            case_room.gather("riders", number, lead)
        return len(questions)

    small = opened()
    cases.note("riders", small, "One", by=user("lead"))
    large = opened("All of them", "pickup.wait", 40)
    for n in range(12):
        cases.note("riders", large, f"Note {n}", by=user("lead"))
    few = asked(small)
    assert asked(large) <= few + 2
    assert few <= 80
