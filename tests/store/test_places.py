"""Programmes and places: what may be added, and what their states mean."""

from datetime import timedelta

import pytest

from earnest.record.errors import EarnestError, InputError, RefusedAudience, StoreError
from earnest.store import read, write
from tests.store.build import NOW, desk, item, keep

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"audience": "everyone"}, RefusedAudience),
        ({"retention_days": -1}, InputError),
        ({"slug": "riders"}, StoreError),
    ],
    ids=["unknown audience", "nothing kept", "twice"],
)
def test_a_programme_is_refused(change, error):
    write.add_programme("riders", "Riders", "customers")
    with pytest.raises(error) as caught:
        write.add_programme(**({"slug": "new", "name": "New", "audience": "customers"} | change))
    assert caught.value.sentence()


@pytest.mark.parametrize(
    ("programme", "slug", "kind", "error"),
    [
        ("nowhere", "new", "addressed", StoreError),
        ("riders", "reviews", "addressed", StoreError),
        ("riders", "new", "private", RefusedAudience),
        ("riders", "new", "open", RefusedAudience),
    ],
    ids=["unknown programme", "twice", "unknown kind", "a workforce in public"],
)
def test_a_place_is_refused(programme, slug, kind, error):
    desk(audience="workforce")
    with pytest.raises(error) as caught:
        write.add_place(programme, slug, type="feed", kind=kind)
    assert isinstance(caught.value, EarnestError)
    assert caught.value.sentence()


def test_a_default_programme_is_made_once():
    assert write.default_programme() == write.default_programme() == "default"
    (programme,) = read.programmes()
    assert (programme.audience, programme.taxonomy, programme.quotes) == ("customers", "gig-delivery", True)


def test_a_place_pauses_and_resumes_but_a_closed_one_stays_closed():
    desk()
    write.pause_place("riders", "reviews")
    assert read.place("riders", "reviews").state == "paused"
    assert read.listening_places() == []
    write.resume_place("riders", "reviews")
    assert read.place("riders", "reviews").state == "hearing"
    write.close_place("riders", "reviews", "The community's consent ended.")
    with pytest.raises(StoreError):
        write.resume_place("riders", "reviews")
    assert read.place("riders", "reviews").problem == "The community's consent ended."


def test_a_read_that_works_clears_the_problem():
    place = desk()
    write.failed_read(place, "403", next_read=NOW + timedelta(hours=1), failed=True)
    assert read.place("riders", "reviews").state == "failed"
    keep(place, item("1"))
    row = read.place("riders", "reviews")
    assert (row.state, row.problem) == ("hearing", None)


def test_a_page_that_was_on_its_way_does_not_open_a_closed_place():
    place = desk()
    write.close_place("riders", "reviews", "The community's consent ended.")
    with pytest.raises(StoreError, match="closed"):
        keep(place, item("1"))
    assert read.posts("riders", read.Filters()).rows == ()


def test_a_page_that_was_on_its_way_does_not_resume_a_paused_place():
    place = desk()
    write.pause_place("riders", "reviews")
    keep(place, item("1"))
    assert read.place("riders", "reviews").state == "paused"
