"""Changing the taxonomy on the pages: choose, say, see, apply; who may, what is refused, what small figures
tell. Posts are synthetic.
"""

import re
from html import unescape

import pytest
from django.test import Client

from earnest.flow import relabel
from earnest.report import taxonomies
from earnest.store import read, read_taxonomy
from earnest.store.models import AuditLink
from tests.flow.test_relabel import start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk", "home")]

MERGE = {"labels": ["pay.wrong", "pay.missing"], "into": "pay.missing"}
SPLIT = {
    "label": "pay.tips",
    "parts": "2",
    "id_1": "pay.tips-gone",
    "name_1": "Tips gone",
    "examples_1": "\n".join(f"my tip number {n} never came" for n in range(5)),
    "id_2": "pay.tips-taxed",
    "name_2": "Tips taxed",
    "examples_2": "\n".join(f"tips are taxed, form {n}" for n in range(5)),
    "history": "relabel",
}


def body(answer: object) -> str:
    text = unescape(answer.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", text[text.index("<main") : text.index("</main>")]).split())


def propose(client: Client, do: str, given: dict[str, object], programme: str = "riders") -> str:
    answer = client.post(f"/{programme}/taxonomy/change?do={do}", given)
    assert answer.status_code == 303, body(answer)
    return str(answer["Location"])


@pytest.mark.parametrize("who", ["viewer", "analyst", "delegate"])
@pytest.mark.parametrize("address", ["change", "change?do=merge", "2"])
def test_who_may_not_change_it(as_, who, address):
    assert as_(who).get(f"/riders/taxonomy/{address}").status_code == 403
    assert "Change it" not in body(as_(who).get("/riders/taxonomy"))
    assert as_(who).get("/riders/taxonomy/history").status_code == 200


@pytest.mark.parametrize("who", ["lead", "steward", "admin"])
def test_who_may(as_, who):
    assert "Change it" in body(as_(who).get("/riders/taxonomy"))
    assert "Merge labels" in body(as_(who).get("/riders/taxonomy/change"))


@pytest.mark.parametrize("do", ["describe", "merge", "split", "move", "add", "retire", "category", "file"])
def test_every_form_is_there_and_needs_no_script(as_, do):
    lead = as_("lead")
    page = lead.get(f"/riders/taxonomy/change?do={do}")
    if "Which label?" in body(page):
        page = lead.get(f"/riders/taxonomy/change?do={do}&label=pay.tips")
    html = page.content.decode()
    assert page.status_code == 200
    assert "See what it would do" in html
    assert " style=" not in html
    assert html.count("<h1") == 1
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for named in re.findall(r'<label for="([^"]+)"', html):
        assert named in ids


@pytest.mark.parametrize(
    ("do", "given", "says"),
    [
        pytest.param("merge", {"labels": ["pay.tips"]}, "two or more", id="a merge of one"),
        pytest.param(
            "merge", {**MERGE, "into": "app.crash"}, "not among the labels", id="a merge into a third"
        ),
        pytest.param(
            "split", {**SPLIT, "id_2": "pay.tips"}, "no part can be called", id="a part with the old id"
        ),
        pytest.param("split", {**SPLIT, "examples_2": "one"}, "1 example", id="one example"),
        pytest.param("describe", {"label": "pay.tips", "name": ""}, "needs a name", id="no name"),
        pytest.param("describe", {"label": "pay.none", "name": "x"}, "Choose a label", id="no label"),
        pytest.param(
            "move", {"label": "pay.tips", "to": "pay"}, "is in 'pay' already", id="a move to itself"
        ),
        pytest.param("retire", {"label": "other"}, "'other' stays", id="other"),
        pytest.param(
            "file", {"file": "changes:\n  - {fuse: [a]}"}, "line:2", id="bad YAML is named by its line"
        ),
        pytest.param("file", {"file": "changes: ["}, "is not YAML", id="no YAML"),
        pytest.param("file", {"file": "x" * 30_000}, "too long", id="too long"),
        pytest.param(
            "describe",
            {"label": "pay.tips", "name": "Organising a union"},
            "protected speech",
            id="organising",
        ),
        pytest.param(
            "add",
            {"id": "whole.press", "name": "Who talks to the press", "examples": "a\nb\nc\nd\ne"},
            "protected speech",
            id="the press",
        ),
        pytest.param(
            "category", {"category": "pay", "name": "Strike plans"}, "protected speech", id="a category"
        ),
        pytest.param(
            "merge",
            {"labels": MERGE["labels"], "id": "pay.any", "name": "What ann@example.org says"},
            "lead to a person",
            id="a person",
        ),
    ],
)
def test_what_cannot_be_said(as_, do, given, says):
    answer = as_("lead").post(f"/riders/taxonomy/change?do={do}", given)
    assert answer.status_code == 400
    assert says in body(answer)
    assert read_taxonomy.drafts("riders") == []


def test_from_choosing_to_applying_and_back(as_, home):
    lead = as_("lead")
    where = propose(lead, "describe", {"label": "pay.tips", "name": "Tips and extras", "severity": "3"})
    page = body(lead.get(where))
    assert "Nothing has been changed yet" in page
    assert "Other words for “Tips”" in page
    assert lead.post(f"{where}/apply").status_code == 303
    assert "being prepared" in body(lead.get("/riders/taxonomy"))
    relabel.work(home)
    page = body(lead.get("/riders/taxonomy"))
    assert "Version 2, in use since" in page
    assert "Tips and extras" in page
    answer = lead.post("/riders/taxonomy/back")
    assert answer.status_code == 303
    assert lead.post(f"{answer['Location']}/apply").status_code == 303
    relabel.work(home)
    assert "Tips and extras" not in body(lead.get("/riders/taxonomy"))
    history = body(lead.get("/riders/taxonomy/history"))
    assert "Version 3" in history
    assert "version 1 again" in history
    actions = set(AuditLink.objects.values_list("action", flat=True))
    assert {"taxonomy_proposed", "taxonomy_applied", "taxonomy_begun"} <= actions


def test_a_merge_is_shown_before_it_is_made(as_):
    lead = as_("lead")
    where = propose(lead, "merge", MERGE)
    answer = lead.get(where)
    page = body(answer)
    assert "“Paid wrongly” and “Not paid” become one: “Not paid”" in page
    assert "Exact" in page
    assert "as many voices count as the largest of them had" in page
    assert "<svg" in answer.content.decode()
    assert " style=" not in answer.content.decode()


def test_a_split_is_shown_with_posts_only_where_quotes_are_allowed(as_):
    """Ternway couriers are a workforce: figures of few voices are not told, and nobody is quoted."""
    lead = as_("lead")
    page = body(lead.get(propose(lead, "split", SPLIT)))
    assert "An estimate" in page
    assert "Tip of 4.20" not in page
    assert read.programme("riders").floor == 10


def test_posts_can_be_chosen_as_examples(as_):
    lead = as_("lead")
    html = lead.get("/riders/taxonomy/change?do=split&label=pay.tips").content.decode()
    offered = re.findall(r'name="(post_\d+)"', html)
    given = {key: value for key, value in SPLIT.items() if not key.startswith("examples")}
    chosen = {name: "1" if at % 2 else "2" for at, name in enumerate(offered)}
    answer = lead.post("/riders/taxonomy/change?do=split", {**given, **chosen})
    assert answer.status_code == 400, "the sample says the same in all of them: that is one example"
    assert "has 1 example" in body(answer)
    kept = re.findall(r"<option[^>]*\bselected", answer.content.decode())
    assert len(kept) >= len(offered), "what was chosen is there again"


def test_a_proposal_is_taken_back(as_):
    lead = as_("lead")
    where = propose(lead, "retire", {"label": "delivery.weather"})
    assert lead.post(f"{where}/drop").status_code == 303
    assert lead.get(where).status_code == 404
    assert lead.post(f"{where}/drop").status_code == 400


def test_only_one_version_is_applied_at_a_time(as_):
    lead = as_("lead")
    one = propose(lead, "retire", {"label": "delivery.weather"})
    two = propose(lead, "retire", {"label": "pay.costs"})
    assert lead.post(f"{one}/apply").status_code == 303
    answer = lead.post(f"{two}/apply")
    assert answer.status_code == 400
    assert "Another version is being prepared" in body(answer)


def test_the_taxonomy_as_a_file(as_):
    answer = as_("viewer").get("/riders/taxonomy/1.yaml")
    assert answer.status_code == 200
    assert "id: pay.tips" in answer.content.decode()
    assert as_("viewer").get("/riders/taxonomy/9.yaml").status_code == 404


def test_an_old_label_in_an_address_finds_what_it_was_merged_into(as_, home):
    lead = as_("lead")
    before = read.posts("riders", read.Filters(labels=("pay.wrong", "pay.missing")), limit=500).rows
    where = propose(lead, "merge", MERGE)
    number = int(where.rpartition("/")[2])
    start("riders", number)
    assert taxonomies.of("riders").get("pay.wrong") is None
    for label in ("pay.wrong", "pay.missing"):
        assert len(read.posts("riders", read.Filters(labels=(label,)), limit=500).rows) == len(before)
        assert lead.get(f"/riders/posts?label={label}").status_code == 200
    relabel.follow("riders", home)
    assert lead.get("/riders/posts?label=pay.wrong").status_code == 200
    assert lead.get("/riders/overview").status_code == 200
    assert len(read.posts("riders", read.Filters(labels=("pay.wrong",)), limit=500).rows) == len(before)
