"""Second looks by the accurate tier, in this process. The encoder has random weights, so what is tested is
who is asked and what becomes of the answer, not how right it is.
"""

import shutil
import time

import pytest

from earnest.flow import learn, second
from earnest.record.errors import ModelError
from earnest.store import read, read_second
from earnest.store.models import Second
from earnest.understand import accurate, fetch, fused
from earnest.understand.train import train
from tests.store.build import desk, item, keep
from tests.understand import build, tiny

pytestmark = [pytest.mark.django_db, pytest.mark.slow, tiny.NEEDS_RUNTIME]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home's models: a café's two tiers and the encoder."""
    folder = tmp_path_factory.mktemp("made")
    encoder = tiny.encoder(folder)
    trained = train(build.taxonomy(folder), build.examples(), figures="held-out")
    trained.save(folder / "models" / "gig-delivery")
    accurate.save(folder / "models" / "gig-delivery", fused.train(trained, encoder))
    return folder / "models"


@pytest.fixture
def ours(home, made):
    """The programme's model is the café's."""
    shutil.copytree(made, home / "models", dirs_exist_ok=True)
    forget()
    return home


def forget():
    """As in a process that has just begun."""
    second._loaded.cache_clear()
    second._encoder.cache_clear()


def posts(place):
    said = ["no oolong again", "the crema was cold", "music by the window", "tea", "hm"]
    keep(
        place,
        *[
            item(f"p{n}", f"{text} {n}", labels=("place",), unsure=n < 2, kind="report")
            for n, text in enumerate(said * 2)
        ],
    )


def test_the_accurate_tier_looks_again_at_the_least_certain(ours):
    place = desk()
    assert second.set_terms("riders", "accurate", 20, actor="cli")
    posts(place)
    done = second.run(read_second.terms("riders"), until=time.monotonic() + 60)
    assert (done.chosen, done.given, done.problem) == (2, 2, "")
    model = learn.model_of("riders")
    for row in Second.objects.all():
        assert row.model.startswith("accurate:")
        assert {label for label, _ in row.opinion} <= set(model.labels)
        assert 0 < row.opinion[0][1] <= 1
    told = read_second.opinions("riders", [post.id for post in read.posts("riders", read.Filters()).rows])
    assert {one.tier for one in told.values()} == {"accurate"}


def test_where_the_model_has_no_accurate_tier_that_is_said(ours):
    desk()
    for name in (accurate.DESCRIPTION, accurate.WEIGHTS):
        (ours / "models" / "gig-delivery" / name).unlink()
    with pytest.raises(ModelError, match="no accurate tier"):
        second.set_terms("riders", "accurate", 10, actor="cli")


def test_where_the_encoder_is_missing_that_is_said(ours):
    desk()
    shutil.rmtree(fetch.home_of(ours))
    with pytest.raises(ModelError):
        second.set_terms("riders", "accurate", 10, actor="cli")


def test_a_tier_that_goes_missing_later_stops_nothing(ours):
    place = desk()
    second.set_terms("riders", "accurate", 20, actor="cli")
    posts(place)
    shutil.rmtree(fetch.home_of(ours))
    forget()
    (done,) = second.tend(until=time.monotonic() + 5)
    assert done.problem
    assert read_second.looked("riders").given == 0
