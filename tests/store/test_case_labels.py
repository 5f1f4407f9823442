"""Which cases are about a label: by their posts and themes as they are now and may be told."""

from datetime import timedelta

import pytest

from earnest.desk import cases
from earnest.store import erase, read, read_cases, write, write_themes
from earnest.store.models import Place, Post, Theme
from earnest.store.shapes_cases import Filters
from tests.store.build import desk, item, keep, key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


@pytest.fixture
def place():
    found = desk()
    keep(
        found,
        item("crash", labels=("app.crash", "pay.tips")),
        item("tips", labels=("pay.tips",), ago=20 * DAY),
        item("again", labels=("pay.tips",)),
    )
    return found


def post(name):
    return Post.objects.get(key=key(name)).pk


def case(title, *names, themes=()):
    return cases.open_case("riders", title, by=None, posts=[post(name) for name in names], themes=themes)


def about(label, **more):
    return {row.number for row in read_cases.listing("riders", Filters(label=label, **more)).rows}


def theme(label, *names):
    write_themes.group("riders", write_themes.Found({post(name): 1 for name in names}, frozenset({1})))
    Theme.objects.update(label=label)


def test_by_the_main_label_of_a_post_or_by_its_category(place):
    crash, tips = case("Crash", "crash"), case("Tips", "tips")
    assert about("app.crash") == {crash}
    assert about("pay.tips") == {tips}, "a second label is none that the case is about"
    assert about("pay") == {tips}
    assert about("route.design") == set()


def test_by_the_label_of_a_theme(place):
    theme("pay.tips", "tips", "again")
    held = case("Tips", themes=[1])
    assert about("pay.tips") == {held}
    Theme.objects.update(state="merged", into=Theme.objects.create(
        programme_id=Theme.objects.get().programme_id, number=2, label="offers.rates"
    ))  # fmt: skip
    assert (about("pay.tips"), about("offers.rates")) == (set(), set())
    keep(place, item("rate", labels=("offers.rates",)))
    assert about("offers.rates") == {held}


def test_a_post_that_was_taken_out_says_nothing_more(place):
    number = case("Tips", "tips")
    cases.take_out("riders", number, posts=[post("tips")], by=None)
    assert about("pay.tips") == set()


def test_what_became_part_of_a_case_speaks_for_it(place):
    into, other = case("Crash", "crash"), case("Tips", "tips")
    done = cases.merge("riders", into, other, by=None)
    assert about("pay.tips") == {into}
    cases.undo("riders", done, by=None)
    assert about("pay.tips") == {other}


def test_a_post_that_may_not_be_told_says_nothing(place):
    number = case("Tips", "tips")
    write.change_programme("riders", retention_days=10)
    assert about("pay.tips") == set()
    write.change_programme("riders", retention_days=100)
    assert about("pay.tips") == {number}
    erase.erase_posts(Place.objects.get().pk, [key("tips")])
    assert about("pay.tips") == set()


def test_beside_other_filters_and_from_page_to_page(place):
    numbers = [case(f"Tips {at}", "tips") for at in range(5)]
    case("Crash", "crash")
    asked, seen, after = Filters(label="pay.tips", order="opened"), [], None
    while True:
        page = read_cases.listing("riders", asked, after, 2)
        seen += [row.number for row in page.rows]
        if (after := page.next) is None:
            break
    assert seen == numbers[::-1]
    assert about("pay.tips", q="Tips 3") == {numbers[3]}


def test_of_another_programme_nothing_is_found(place):
    keep(desk("others"), item("theirs", labels=("pay.tips",)))
    found = read.posts("others", read.Filters()).rows[0].id
    cases.open_case("others", "Theirs", by=None, posts=[found])
    assert about("pay.tips") == set()
