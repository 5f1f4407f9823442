"""Learning from people: taken over only if better, gone back from, never two at once, without the erased."""

import gc
import hashlib
import re
import shutil
import weakref
from datetime import UTC, datetime, timedelta

import pytest

from earnest.desk import access
from earnest.flow import alone, blind, drifting, learn, material, review, teach
from earnest.flow.listen import open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import ModelError, SetupError
from earnest.report import measured
from earnest.store import erase, read, read_audit, read_learn, read_review, write, write_learn, write_review
from earnest.understand.classify import SHIPPED
from tests.store.build import desk, item, keep, key

pytestmark = pytest.mark.django_db

NEW = ("glimmet", "brontle", "wexel", "tropan", "fendrik", "quillot")
"""Words that no shipped example has: what only the programme's own people can teach. Synthetic."""
SAID = ("the {} is gone again", "why does my {} stop", "{} does not open", "no {} since the last time, again")


@pytest.fixture
def programme(home):
    """A programme whose posts speak of things that the shipped model does not know; the place's id."""
    place = desk(taxonomy="product")
    access.add_person("ana", "riders", "analyst")
    return place


def ana():
    return write.user_id("ana")


def say(place, count, *, label="whole.praise", start=0, text=None):
    """So many posts in the new words, labelled by the machine as something else."""
    items = [
        item(
            f"{start + n}",
            (text or SAID[n % 4]).format(NEW[n % 6]) + f" {'abcdefghijklmnopqrstuvwxyz'[n % 26]}{n}",
            labels=(label,),
            unsure=True,
            ago=timedelta(minutes=n + 1),
        )
        for n in range(count)
    ]
    keep(place, *items)


def correct_all(label, *, asked=True):
    for post in read.posts("riders", read.Filters(), limit=900).rows:
        write.correct("riders", post.id, [label], "complaint", ana(), asked=asked)


def aside(count=400):
    """Names of posts that are kept aside, and of posts that are taught."""
    names = [str(n) for n in range(count)]
    return [n for n in names if material.kept_aside(key(n))], [
        n for n in names if not material.kept_aside(key(n))
    ]


def test_a_fifth_is_kept_aside_by_the_key_alone():
    names, others = aside(2_000)
    assert 0.17 < len(names) / (len(names) + len(others)) < 0.23
    assert material.kept_aside(hashlib.sha256(b"x").digest()) is material.kept_aside(
        hashlib.sha256(b"x").digest()
    )


def test_what_people_teach_takes_over_and_one_can_go_back(programme, home):
    say(programme, 140)
    correct_all("quality.sync")
    before = learn.model_of("riders", home)
    outcome = teach.teach("riders", home, take=True, by=ana())
    assert outcome.state == "current", outcome.told
    assert outcome.compared.gained > outcome.compared.lost
    now = learn.model_of("riders", home)
    assert now.id != before.id
    assert learn.current("riders", home) == home / "models" / "riders" / now.id
    assert teach.main_labels(now, ["the wexel is gone again"]) == ["quality.sync"]
    run = read_learn.last_run("riders")
    assert (run.ended is not None, run.told) == (True, outcome.told)
    assert teach.back("riders", home, ana())
    assert learn.model_of("riders", home).id == before.id
    assert not teach.back("riders", home, ana())
    done = [link.action for link in read_audit.links(programme="riders")]
    assert {"model_chosen", "model_gone_back"} <= set(done)


@pytest.mark.slow
def test_a_better_one_waits_where_nobody_takes_it_over(programme, home):
    say(programme, 140)
    correct_all("quality.sync")
    outcome = teach.teach("riders", home, take=False)
    assert outcome.state == "candidate"
    assert learn.current("riders", home) == "product"
    (waits,) = [row for row in read_learn.models_of("riders") if row.state == "candidate"]
    assert teach.status("riders", home).candidate.model == waits.model
    assert teach.use("riders", waits.id, ana())
    assert learn.current("riders", home).name == waits.model


@pytest.mark.parametrize(
    ("count", "asked", "says"),
    [
        (4, True, "Too few corrections"),
        pytest.param(60, False, "0 checked posts were kept aside", marks=pytest.mark.slow),
    ],
    ids=["four corrections are too few", "errors that somebody noticed decide nothing"],
)
def test_what_is_not_enough_changes_nothing(programme, home, count, asked, says):
    say(programme, count)
    for post in read.posts("riders", read.Filters(), limit=900).rows:
        write.correct("riders", post.id, ["quality.sync"], "complaint", ana())
    if not asked:
        from earnest.store.models import Correction

        Correction.objects.update(asked=False)
    outcome = teach.teach("riders", home, take=True)
    assert says in outcome.told
    assert outcome.state in ("nothing", "refused")
    assert learn.current("riders", home) == "product"
    assert not [one for one in (home / "models" / "riders").iterdir() if one.is_dir()]


def test_after_an_erasure_the_model_is_made_anew_without_the_post(programme, home):
    say(programme, 140)
    correct_all("quality.sync")
    taught = material.gather("riders", *learn.taxonomy_of("riders"))
    shutil.copytree(SHIPPED / "airline", home / "models" / "riders" / "abc")
    row = write_learn.add_model(
        "riders",
        "abc",
        before="x",
        taxonomy="product",
        version=1,
        state="candidate",
        figures={},
        posts=taught.posts,
    )
    teach.use("riders", row, ana())
    text = taught.examples[0].text
    name = re.search(r"\d+$", text)[0]
    erase.erase_posts(programme, [key(name)])
    first = read_learn.current_model("riders")
    assert first.stale
    learned = material.gather("riders", *learn.taxonomy_of("riders"))
    assert text not in {one.text for one in learned.examples}
    assert len(learned.posts) >= len(taught.posts) - 1
    outcome = teach.teach("riders", home, take=False)
    assert outcome.state == "current", outcome.told
    now = read_learn.current_model("riders")
    assert (now.model != first.model, now.stale) == (True, False)
    assert not (home / "models" / "riders" / first.model).exists(), "nobody goes back to it"
    assert not teach.back("riders", home, None) or learn.current("riders", home) == "product"


def test_when_all_that_was_taught_is_gone_the_taxonomys_own_model_is_used(programme, home):
    say(programme, 8)
    correct_all("quality.sync")
    posts = [post.id for post in read.posts("riders", read.Filters(), limit=20).rows]
    row = write_learn.add_model(
        "riders", "abc", before="x", taxonomy="product", version=1, state="candidate", figures={}, posts=posts
    )
    write_learn.use_model("riders", row, None)
    erase.erase_posts(programme, [key(str(n)) for n in range(8)])
    assert teach.teach("riders", home, take=False).state == "current"
    assert learn.current("riders", home) == "product"


def test_two_runs_are_never_at_once(programme, home):
    assert not alone.running("riders", home)
    with alone.only_one("riders", home):
        assert alone.running("riders", home)
        with pytest.raises(SetupError, match="already"):
            teach.teach("riders", home, take=True)
        assert not teach.start("riders", home, take=True)
    assert not alone.running("riders", home)


def test_a_damaged_model_says_how_to_go_back(programme, home):
    row = write_learn.add_model(
        "riders", "abc", before="x", taxonomy="product", version=1, state="candidate", figures={}, posts=()
    )
    write_learn.use_model("riders", row, None)
    with pytest.raises(ModelError) as raised:
        learn.model_of("riders", home)
    assert "--back" in raised.value.advice


def test_blind_posts_and_what_is_kept_aside_are_never_taught(programme, home):
    say(programme, 60)
    drawn = [post.id for post in read.posts("riders", read.Filters(), limit=10).rows]
    write_review.add_round(
        "riders", 0, 60, 60,
        [write_review.Drawn(id, "whole.praise", 0.5, "idea", "m", 6.0, False) for id in drawn],
    )  # fmt: skip
    for id in drawn:
        write_review.answer("riders", ana(), id, "quality.sync", "complaint")
    correct_all("quality.sync")
    found = material.gather("riders", *learn.taxonomy_of("riders"))
    assert sum(question.blind for question in found.questions) == 10
    assert not set(found.posts) & set(drawn)
    texts = {question.text for question in found.questions}
    assert not texts & {example.text for example in found.examples}


# ---- the blind sample -----------------------------------------------------------------------------


def test_a_week_is_drawn_once_and_stands_for_all_of_its_posts(programme):
    say(programme, 200)
    say(programme, 3, label="quality.bug", start=500)
    now = datetime.now(UTC)
    drawn = blind.draw("riders", now)
    assert 50 <= drawn <= 70
    assert blind.draw("riders", now + timedelta(days=3)) == 0
    rows = read_review.blind("riders")
    assert {row.label for row in rows} == {"whole.praise", "quality.bug"}
    assert sum(row.weight for row in rows) == pytest.approx(203)
    assert blind.draw("riders", now + timedelta(days=8)) == 0, "nothing came since"
    assert set(blind.waiting("riders", ana(), now)) == {row.post for row in rows}


def test_figures_come_from_blind_answers_and_two_people_may_agree(programme):
    say(programme, 120)
    bea = access.add_person("bea", "riders", "analyst")
    now = datetime.now(UTC)
    blind.draw("riders", now)
    rows = read_review.blind("riders")
    for n, row in enumerate(rows):
        write_review.answer("riders", ana(), row.post, "whole.praise" if n % 2 else "quality.bug", "idea")
    for row in rows:
        if row.twice:
            assert row.post in blind.waiting("riders", bea, now)
            write_review.answer("riders", bea, row.post, "whole.praise", "idea")
        else:
            assert row.post not in blind.waiting("riders", bea, now)
    here = measured.measured("riders")
    found = here.rolling.labels["whole.praise"].precision
    assert found.low < found.value < found.high
    assert 0.4 < found.value < 0.75
    assert here.agreement.share.of == sum(row.twice for row in rows)


def test_what_cannot_be_told_is_no_error(programme):
    say(programme, 30)
    blind.draw("riders", datetime.now(UTC))
    for n, row in enumerate(read_review.blind("riders")):
        write_review.answer("riders", ana(), row.post, "whole.praise" if n % 3 else "", "idea")
    assert measured.measured("riders").rolling.accuracy.value == 1.0


# ---- the queue ------------------------------------------------------------------------------------


def test_the_queue_gives_two_people_different_posts(programme, home):
    say(programme, 40)
    bea = access.add_person("bea", "riders", "analyst")
    first = [one.post.id for one in review.queue("riders", ana())]
    second = [one.post.id for one in review.queue("riders", bea)]
    assert len(first) == len(set(first)) > 0
    assert not set(first) & set(second)
    assert [one.post.id for one in review.queue("riders", ana())] == first


def test_what_a_post_is_called_is_offered_first(programme, home):
    say(programme, 10)
    for one in review.queue("riders", ana()):
        assert one.choices[0] == "whole.praise"
        assert 1 < len(one.choices) <= review.CHOICES


def test_a_quiet_programme_has_no_notices(programme, home):
    say(programme, 60)
    assert drifting.notices("riders", datetime.now(UTC)) == []


# ---- beside listening -----------------------------------------------------------------------------


def test_tending_draws_the_weeks_sample_and_begins_nothing_without_reason(programme, home):
    say(programme, 30)
    teach.tend(home, datetime.now(UTC))
    assert read_review.blind("riders")
    assert read_learn.last_run("riders") is None
    assert not alone.running("riders", home)


def test_a_running_listener_uses_a_new_model_from_its_next_turn(programme, home):
    """One callable for the listener's whole life; only the row in the store changes between its turns."""
    model_of = learn.models(home)
    before = model_of("riders")
    shutil.copytree(SHIPPED / "airline", home / "models" / "riders" / "abc")
    row = write_learn.add_model(
        "riders",
        "abc",
        before=before.id,
        taxonomy="product",
        version=1,
        state="candidate",
        figures={},
        posts=(),
    )
    assert model_of("riders").id == before.id
    assert teach.use("riders", row, ana())
    now = model_of("riders")
    assert now.id != before.id
    stages = open_stages(
        read.listening_place("riders", "reviews"), Keys.make(home / "keys" / "voices.key"), now
    )
    assert stages.model.id == now.id


def test_models_that_a_programme_used_before_leave_memory(programme, home):
    model_of = learn.models(home)
    used = []
    for number in range(3):
        shutil.copytree(SHIPPED / "airline", home / "models" / "riders" / f"m{number}")
        row = write_learn.add_model(
            "riders",
            f"m{number}",
            before="",
            taxonomy="product",
            version=1,
            state="candidate",
            figures={},
            posts=(),
        )
        assert teach.use("riders", row, ana())
        used.append(weakref.ref(model_of("riders")))
        gc.collect()
    assert [model() is None for model in used] == [True, True, False]
