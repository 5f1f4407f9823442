"""Review, blind sample and learning: who may what, with and without JavaScript, and nothing told too much."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from earnest.flow import blind
from earnest.store import read, read_learn, read_review, write_learn, write_review

As = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


def ids(page: bytes) -> list[int]:
    return [int(found) for found in re.findall(r'<li class="post[^"]*"\s+id="p(\d+)"', page.decode())]


def first(client: Client) -> int:
    return ids(client.get("/riders/review").content)[0]


@pytest.mark.parametrize(
    ("person", "address", "status"),
    [
        ("viewer", "review", 403),
        ("delegate", "review", 403),
        ("analyst", "review", 200),
        ("lead", "review/blind", 200),
        ("viewer", "review/blind", 403),
        ("viewer", "learning", 200),
        ("delegate", "learning", 200),
        ("nobody", "learning", 403),
    ],
    ids=lambda value: str(value),
)
def test_who_may_see(as_: As, person, address, status):
    assert as_(person).get(f"/riders/{address}").status_code == status


@pytest.mark.parametrize("what", ["begin", "use", "back"])
@pytest.mark.parametrize("person", ["viewer", "analyst", "delegate"])
def test_only_a_lead_lets_the_programme_learn(as_: As, person, what):
    assert as_(person).post(f"/riders/learning/{what}").status_code == 403
    assert as_("lead").get(f"/riders/learning/{what}").status_code == 405


def test_a_post_is_answered_and_taken_back_without_javascript(as_: As):
    client = as_("analyst")
    id = first(client)
    before = read.post("riders", id)
    answer = client.post(f"/riders/review/{id}", {"label": "pay.tips", "kind": "idea"})
    assert answer.headers["Location"] == f"/riders/review?done={id}"
    row = read.post("riders", id)
    assert (row.labels[0].id, row.kind, row.corrected) == ("pay.tips", "idea", True)
    page = client.get(answer.headers["Location"])
    assert id not in ids(page.content)
    assert "You called the last post <b>pay.tips</b>" in re.sub(r"\s+", " ", page.content.decode())
    client.post(f"/riders/review/{id}", {"do": "undo"})
    assert read.post("riders", id) == before
    assert id in ids(client.get("/riders/review").content)


def test_the_same_by_htmx_swaps_only_the_post(as_: As):
    client = as_("analyst")
    id = first(client)
    done = client.post(f"/riders/review/{id}", {"label": "pay.tips", "kind": "idea"}, headers=HTMX)
    assert 'data-state="done"' in done.content.decode()
    again = client.post(f"/riders/review/{id}", {"do": "undo"}, headers=HTMX)
    assert 'data-state="asked"' in again.content.decode()
    aside = client.post(f"/riders/review/{id}", {"do": "skip"}, headers=HTMX)
    assert 'data-state="skipped"' in aside.content.decode()
    assert id not in ids(client.get("/riders/review").content)
    client.post(f"/riders/review/{id}", {"do": "unskip"}, headers=HTMX)
    assert id in ids(client.get("/riders/review").content)


@pytest.mark.parametrize(
    ("typed", "label"),
    [("pay.tips", "pay.tips"), ("PAY.TIPS ", "pay.tips"), ("tips", "pay.tips"), ("no such thing", None)],
    ids=["its id", "other case and blanks", "a part that only one label has", "no label"],
)
def test_a_label_is_typed(as_: As, typed, label):
    client = as_("analyst")
    id = first(client)
    answer = client.post(f"/riders/review/{id}", {"typed": typed, "kind": "idea"})
    if label is None:
        assert answer.status_code == 400
        assert not read.post("riders", id).corrected
    else:
        assert read.post("riders", id).labels[0].id == label


def test_two_people_are_not_given_the_same(as_: As):
    mine, theirs = (
        ids(as_("analyst").get("/riders/review").content),
        ids(as_("lead").get("/riders/review").content),
    )
    assert mine
    assert not set(mine) & set(theirs)


@pytest.mark.parametrize("what", ["somebody else's", "a post that is not there", "another programme's"])
def test_what_cannot_be_taken_back_or_answered(as_: As, what):
    client = as_("analyst")
    id = first(client)
    if what == "somebody else's":
        client.post(f"/riders/review/{id}", {"label": "pay.tips", "kind": "idea"})
        assert as_("lead").post(f"/riders/review/{id}", {"do": "undo"}).status_code == 400
    elif what == "a post that is not there":
        assert client.post("/riders/review/12", {"label": "pay.tips", "kind": "idea"}).status_code == 404
    else:
        other = read.posts("shoppers", read.Filters(), limit=1).rows[0].id
        assert client.post(f"/riders/review/{other}", {"do": "skip"}).status_code == 404


def test_the_blind_sample_does_not_say_what_the_machine_said(as_: As):
    client = as_("analyst")
    page = client.get("/riders/review/blind").content.decode()
    shown = page[page.index('<ol class="stream') : page.index("</ol>")]
    posts = read_review.posts("riders", ids(page.encode()))
    assert posts
    for post in posts:
        for label in post.labels:
            assert label.id not in shown
        assert f">{post.kind}<" not in shown


def test_a_blind_answer_is_kept_apart_and_can_be_taken_back(as_: As):
    client = as_("analyst")
    id = ids(client.get("/riders/review/blind").content)[0]
    before = read.post("riders", id)
    client.post(f"/riders/review/blind/{id}", {"typed": "pay.tips"})
    assert read.post("riders", id) == before, "the post keeps its label"
    assert not read_learn.lessons("riders")
    (asked,) = [row for row in read_review.blind("riders") if row.answers]
    assert asked.answers[0].label == "pay.tips"
    done = client.post(f"/riders/review/blind/{id}", {"do": "undo"}, headers=HTMX)
    assert 'data-state="asked"' in done.content.decode()
    assert client.post(f"/riders/review/blind/{id}", {"do": "cannot"}, headers=HTMX).status_code == 200
    assert client.post(f"/riders/review/blind/{id}", {"typed": "nothing like it"}).status_code == 400


def test_the_learning_page_tells_each_labels_figures_with_what_is_likely(as_: As):
    me = get_user_model().objects.get(username="analyst").pk
    now = datetime.now(UTC)
    blind.draw("riders", now)
    for row in read_review.blind("riders"):
        write_review.answer("riders", me, row.post, row.label, "idea")
    page = as_("viewer").get("/riders/learning").content.decode()
    assert "How good each label is here" in page
    assert re.search(r"\d+ in 100 \(\d+ to \d+ in 100\)", page)
    assert re.search(r"Of \d+ more labels fewer than 10 posts", page), "a workforce's small cells stay hidden"


def test_both_figures_are_shown_and_a_lead_takes_over_and_goes_back(as_: As, home):
    share = {"value": 0.5, "low": 0.4, "high": 0.6, "of": 80}
    figures = {
        "of": 80,
        "before": share,
        "after": share | {"value": 0.8},
        "gained": 30,
        "lost": 6,
        "learned": 320,
    }
    write_learn.add_model(
        "riders", "abc", before="x", taxonomy="gig-delivery", version=1, state="candidate",
        figures=figures | {"why": "It is right more often."}, posts=(),
    )  # fmt: skip
    page = re.sub(r"\s+", " ", as_("lead").get("/riders/learning").content.decode())
    assert "80 in 100 (likely 40 to 60), the present one 50 in 100" in page
    assert "Use the better one" in page
    assert "Use the better one" not in as_("analyst").get("/riders/learning").content.decode()
    as_("lead").post("/riders/learning/use")
    assert read_learn.current_model("riders").model == "abc"
    assert "Go back to the one before" in as_("lead").get("/riders/learning").content.decode()
    as_("lead").post("/riders/learning/back")
    assert read_learn.current_model("riders") is None


def test_nobodys_feelings_are_on_these_pages(as_: As):
    for address in ("review", "review/blind", "learning"):
        page = as_("analyst").get(f"/riders/{address}").content.decode()
        assert not re.search(r"sounds (negative|neutral|positive)|sentiment", page)


def test_a_hostile_post_is_only_text(as_: As):
    hostile = read.posts("riders", read.Filters(labels=("other",)), limit=1).rows[0]
    assert "<script>" in hostile.text
    for address in (f"review/{hostile.id}", f"review/blind/{hostile.id}"):
        do = "undo" if "blind" in address else "unskip"
        page = as_("analyst").post(f"/riders/{address}", {"do": do}, headers=HTMX)
        said = page.content.decode()
        assert "&lt;script&gt;" in said
        assert "<script>" not in said
        assert "<img" not in said
