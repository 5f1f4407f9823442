"""Corrections, holds and blind samples: taken back exactly, erased with their posts, given to one person."""

import random
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from earnest.desk import access
from earnest.store import clock, erase, read, read_learn, read_review, write, write_learn, write_review
from earnest.store.models import BlindAnswer, BlindPost, LearnedModel, LearnedPost, ReviewHold
from earnest.store.write_review import Drawn
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def person(name="ana"):
    return access.add_person(name, "riders", "analyst")


def posts():
    return read.posts("riders", read.Filters()).rows


def everything():
    """Every row of the store that a correction may change."""
    kept = {}
    for model in apps.get_app_config("store").get_models():
        if model.__name__ in ("AuditLink", "AuditHead", "Counter", "ReviewHold", "ToFollow"):
            continue
        fields = [field.attname for field in model._meta.concrete_fields]
        rows = model.objects.values_list(*fields)
        kept[model.__name__] = sorted(
            repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows
        )
    return kept


@pytest.mark.parametrize(
    ("said", "right", "kind"),
    [
        (("pay.tips",), ["support.noreply"], "question"),
        (("pay.tips", "app.crash"), ["app.crash", "pay.tips"], "complaint"),
        (("pay.tips",), ["pay.tips"], "complaint"),
    ],
    ids=["another label and kind", "the second label first", "the same: a confirmation"],
)
@pytest.mark.parametrize("unsure", [False, True], ids=["sure", "unsure"])
def test_undo_takes_a_correction_back_exactly(said, right, kind, unsure):
    place = desk()
    keep(place, item("1", labels=said, voice="ana", unsure=unsure), item("2", labels=said, voice="ana"))
    ana, (post, *_) = person(), [row for row in posts() if row.unsure == unsure]
    before = everything()
    assert write.correct("riders", post.id, right, kind, ana, asked=True)
    assert write.undo("riders", post.id, ana)
    assert everything() == before
    assert not write.undo("riders", post.id, ana)


def test_a_correction_of_a_correction_is_taken_back_to_the_first():
    keep(desk(), item("1", labels=("pay.tips",), voice="ana"))
    ana, (post,) = person(), posts()
    write.correct("riders", post.id, ["app.crash"], "question", ana)
    once = everything()
    write.correct("riders", post.id, ["other"], "idea", ana)
    assert write.undo("riders", post.id, ana)
    assert everything() == once


@pytest.mark.parametrize("case", ["somebody else", "corrected by another since", "edited since"])
def test_undo_refuses_what_is_not_ones_own_last_word(case):
    place = desk()
    keep(place, item("1", labels=("pay.tips",)))
    ana, bea, (post,) = person(), person("bea"), posts()
    write.correct("riders", post.id, ["app.crash"], "question", ana)
    if case == "somebody else":
        assert not write.undo("riders", post.id, bea)
        return
    if case == "corrected by another since":
        write.correct("riders", post.id, ["other"], "question", bea)
    else:
        keep(place, item("1", "now something else", labels=("pay.tips",), change="edited"))
    assert not write.undo("riders", post.id, ana)


def test_lessons_are_what_people_said_and_never_a_blind_post_or_an_old_wording():
    place = desk()
    keep(place, *(item(name, f"text {name}", labels=("pay.tips",)) for name in "abcd"))
    ana = person()
    by_text = {row.text: row.id for row in posts()}
    for name in "abc":
        write.correct(
            "riders", by_text[f"text {name}"], ["app.crash", "pay.tips"], "idea", ana, asked=name == "a"
        )
    blind(by_text["text b"])
    keep(place, item("c", "another wording", labels=("pay.tips",), change="edited"))
    (lesson,) = read_learn.lessons("riders")
    assert (lesson.text, lesson.labels, lesson.kind, lesson.asked) == (
        "text a", ("app.crash", "pay.tips"), "idea", True,
    )  # fmt: skip


def blind(*ids, weight=3.0, after=0, until=10):
    drawn = [Drawn(id, "pay.tips", 0.7, "complaint", "m", weight, False) for id in ids]
    return write_review.add_round("riders", after, until, 12, drawn)


def test_a_drawing_is_written_once():
    keep(desk(), item("1"), item("2"))
    first, second = (row.id for row in posts())
    assert blind(first) == 1
    assert blind(second) == 0, "another process drew from the same arrivals"
    assert blind(second, after=10, until=20) == 1
    assert len(read_review.blind("riders")) == 2


def test_a_blind_answer_can_be_changed_and_taken_back():
    keep(desk(), item("1"))
    ana, (post,) = person(), posts()
    blind(post.id)
    assert write_review.answer("riders", ana, post.id, "app.crash", "complaint")
    assert write_review.answer("riders", ana, post.id, "pay.tips", "complaint")
    (found,) = read_review.blind("riders")
    assert [answer.label for answer in found.answers] == ["pay.tips"]
    assert write_review.take_back("riders", ana, post.id)
    assert not write_review.take_back("riders", ana, post.id)
    assert not write_review.answer("riders", ana, 12345, "pay.tips", "complaint")


def test_nobody_is_given_what_somebody_else_looks_at():
    keep(desk(), *(item(str(n)) for n in range(5)))
    ana, bea = person(), person("bea")
    ids = [row.id for row in posts()]
    assert write_review.hold("riders", ana, ids, 3) == ids[:3]
    assert write_review.hold("riders", bea, ids, 3) == ids[3:]
    assert write_review.hold("riders", ana, ids, 3) == ids[:3], "their own are held on"
    write_review.let_go(ana, ids[0])
    assert write_review.hold("riders", bea, ids, 5) == [ids[0], *ids[3:]]


def test_a_hold_expires(monkeypatch):
    keep(desk(), item("1"))
    ana, bea, (post,) = person(), person("bea"), posts()
    write_review.hold("riders", ana, [post.id], 1)
    later = clock.now() + write_review.HELD + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert write_review.hold("riders", bea, [post.id], 1) == [post.id]


def test_what_somebody_put_aside_is_for_others():
    keep(desk(), item("1"))
    ana, bea, (post,) = person(), person("bea"), posts()
    write_review.hold("riders", ana, [post.id], 1)
    write_review.put_aside("riders", ana, post.id)
    assert write_review.hold("riders", ana, [post.id], 1) == []
    assert write_review.hold("riders", bea, [post.id], 1) == [post.id]
    write_review.put_aside("riders", ana, 999)


def learn(*ids, model="abc", take=True):
    row = write_learn.add_model(
        "riders", model, before="base", taxonomy="gig-delivery", version=1, state="candidate",
        figures={"of": 1}, posts=ids,
    )  # fmt: skip
    if take:
        assert write_learn.use_model("riders", row, None)
    return row


@pytest.mark.parametrize("how", ["erased", "edited"])
def test_erasing_a_post_takes_holds_and_answers_and_makes_what_learned_from_it_stale(how):
    place = desk()
    keep(place, item("1"), item("2"))
    ana = person()
    by_key = {row.text: row for row in posts()}
    first, second = (row.id for row in posts())
    learn(first)
    other = learn(second, model="def", take=False)
    blind(first, second)
    write_review.hold("riders", ana, [first, second], 2)
    write_review.answer("riders", ana, first, "pay.tips", "complaint")
    gone = next(name for name in ("1", "2") if row_of(place, name) == first)
    if how == "erased":
        erase.erase_posts(place, [key(gone)])
    else:
        keep(place, item(gone, "something else entirely", change="edited"))
    assert by_key
    assert set(LearnedPost.objects.values_list("post_id", flat=True)) == {second}
    assert [row.stale for row in LearnedModel.objects.order_by("pk")] == [True, False]
    assert set(BlindPost.objects.values_list("post_id", flat=True)) == {second}
    assert not BlindAnswer.objects.exists()
    assert set(ReviewHold.objects.values_list("post_id", flat=True)) == {second}
    assert other


def row_of(place, name):
    with connection.cursor() as db:
        db.execute("SELECT id FROM store_post WHERE place_id = %s AND key = %s", [place, key(name)])
        return db.fetchone()[0]


def test_one_model_is_current_and_one_goes_back_to_the_one_before():
    keep(desk(), item("1"))
    assert read_learn.current_model("riders") is None
    first = learn(model="one")
    second = learn(model="two")
    assert read_learn.current_model("riders").model == "two"
    assert write_learn.go_back("riders", first, None)
    assert read_learn.current_model("riders").model == "one"
    assert write_learn.go_back("riders", None, None)
    assert read_learn.current_model("riders") is None
    assert not write_learn.go_back("riders", None, None)
    assert not write_learn.use_model("riders", second, None), "it is a former one, no candidate"


def test_a_stale_candidate_is_not_taken_over():
    place = desk()
    keep(place, item("1"))
    (post,) = posts()
    row = learn(post.id, take=False)
    erase.erase_posts(place, [key("1")])
    assert not write_learn.use_model("riders", row, None)
    assert read_learn.current_model("riders") is None


def test_a_model_made_while_its_post_was_erased_is_stale_from_the_beginning():
    keep(desk(), item("1"))
    learn(4711, take=False)
    assert [row.stale for row in read_learn.models_of("riders")] == [True]


def test_a_model_of_another_taxonomy_is_not_used():
    keep(desk(), item("1"))
    learn()
    write.change_programme("riders", taxonomy="product")
    assert read_learn.current_model("riders") is None


@pytest.mark.parametrize("what", ["retention", "the queue", "lessons", "the blind sample"])
def test_retention_holds_while_reading(what, monkeypatch):
    keep(desk(retention_days=30), item("1", unsure=True), item("2", unsure=True))
    ana = person()
    first, second = (row.id for row in posts())
    write.correct("riders", first, ["app.crash"], "idea", ana)
    blind(second)
    assert read_learn.lessons("riders")
    assert read_review.blind("riders")
    monkeypatch.setattr(clock, "now", lambda: NOW + 40 * DAY)
    assert read_learn.lessons("riders") == []
    assert read_review.blind("riders") == []
    assert read_review.undecided("riders", 9, 9) == []
    assert read_review.samples("riders", [((NOW - DAY).date(), (NOW + DAY).date())], 9) == [[]]
    assert read_review.arrivals("riders", 0, random.Random(1)).posts == []


def test_a_drawing_sees_what_the_machine_said_whatever_people_said_since():
    keep(desk(), item("1", labels=("pay.tips",)), item("2", labels=("pay.tips",)))
    ana = person()
    for post in posts():
        write.correct("riders", post.id, ["app.crash"], "idea", ana)
        write.correct("riders", post.id, ["other"], "idea", ana)
    found = read_review.arrivals("riders", 0, random.Random(1))
    assert {(one.label, one.score, one.kind) for one in found.posts} == {("pay.tips", 0.9, "complaint")}
    assert read_review.arrivals("riders", found.until, random.Random(1)).posts == []
