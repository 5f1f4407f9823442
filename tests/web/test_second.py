"""What a page says of a second look at a post."""

import pytest
from django.test import Client

from earnest.record.verdict import Scored
from earnest.store import read, write, write_second
from earnest.store.models import AuditLink

LOOKS = {
    "it agreed": (None, 0.95, "on this machine: it agreed."),
    "it was surer": ("pay.tax", 0.99, "it said pay.tax and was surer. Before, the post was under "),
    "it was unsure as well": ("pay.tax", 0.01, "it said pay.tax."),
}


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_of_a_post_says_what_a_second_look_said(as_, look):
    said, score, sentence = LOOKS[look]
    desk = as_("admin")
    write_second.set_terms("riders", "accurate", 20)
    write_second.look_back("riders", 1_000)
    write_second.choose("riders")
    post = read.post("riders", write_second.claim("riders", 1)[0])
    label = said or post.labels[0].id
    one = write_second.Answer(post.id, post.text, (Scored(label, score),), unsure=score < 0.5)
    assert write_second.settle("riders", "accurate", "a", [one]).given == 1
    page = " ".join(desk.get(f"/riders/posts/{post.id}").content.decode().split())
    assert "<dt>Second look</dt>" in page
    assert sentence in page


def test_what_an_endpoint_says_of_its_own_sureness_is_not_told_as_measured(as_):
    desk = as_("admin")
    write_second.set_terms("riders", "endpoint", 20)
    write_second.look_back("riders", 1_000)
    write_second.choose("riders")
    post = read.post("riders", write_second.claim("riders", 1)[0])
    one = write_second.Answer(post.id, post.text, (Scored("pay.tax", 0.95),), unsure=False)
    write_second.settle("riders", "endpoint", "a", [one])
    page = " ".join(desk.get(f"/riders/posts/{post.id}").content.decode().split())
    assert "How sure the second look was is its own word, and was not measured." in page
    assert "Spoke for it" not in page
    write.correct("riders", post.id, ["pay.tax"], "complaint", None)
    assert "on 1 of 1 post that a person labelled too" in " ".join(
        desk.get("/riders/second").content.decode().split()
    )


def test_a_post_without_one_says_nothing_of_it(as_):
    desk = as_("admin")
    (post,) = read.posts("riders", read.Filters(), limit=1).rows
    assert "Second look" not in desk.get(f"/riders/posts/{post.id}").content.decode()


def test_the_page_says_how_it_stands_and_only_who_chooses_models_may_change_it(as_):
    viewer = as_("viewer").get("/riders/second")
    assert "Nobody takes a second look" in viewer.content.decode()
    assert 'name="tier"' not in viewer.content.decode()
    assert as_("viewer").post("/riders/second", {"tier": "off", "share": "10"}).status_code == 403
    assert as_("delegate").get("/riders/second").status_code == 200


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"tier": "endpoint", "share": "10"}, "No endpoint is set."),
        ({"tier": "off", "share": "50"}, "The share of posts to look at again is 50 %."),
        ({"tier": "off", "share": "many"}, "The share is no number."),
        ({"tier": "gpt", "share": "10"}, "There is no second look"),
    ],
    ids=["no endpoint", "too many", "no number", "somebody else"],
)
def test_what_cannot_be_is_said_on_the_page(as_, sent, sentence):
    answer = as_("lead").post("/riders/second", sent)
    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)


def test_a_lead_lets_the_own_model_look_and_that_is_noted(as_, settings):
    settings.EARNEST_ENDPOINT_URL, settings.EARNEST_ENDPOINT_MODEL = "http://127.0.0.1:9999/v1", "small"
    lead = as_("lead")
    assert lead.post("/riders/second", {"tier": "endpoint", "share": "15"}).status_code == 303
    page = " ".join(lead.get("/riders/second").content.decode().split())
    assert "Your own language model, at 15 of 100 new posts" in page
    assert AuditLink.objects.filter(action="second_set", programme="riders").count() == 1


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "On the operator’s own machines, and nowhere else"),
        ("es", "En las máquinas del propio operador"),
    ],
)
def test_the_public_notice_says_that_a_language_model_is_asked(as_, lang, sentence):
    anybody = Client()
    assert sentence not in anybody.get(f"/notice/riders?lang={lang}").content.decode()
    assert anybody.get("/notice/riders.json").json()["language_model"] is None
    write_second.set_terms("riders", "endpoint", 15)
    assert sentence in anybody.get(f"/notice/riders?lang={lang}").content.decode()
    assert anybody.get("/notice/riders.json").json()["language_model"]["percent_of_posts"] == 15
