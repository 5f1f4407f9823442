"""The search box: the same answers on both databases, and nothing typed is an error."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earnest.store import read
from tests.store.build import desk, item, keep

pytestmark = pytest.mark.django_db

POSTS = {
    "tips": "My tips are gone again, the app ate them",
    "crash": "App crash crash crash at the door. Réclamation envoyée!",
    "cafe": "Esperé una hora en el Café Niño y nada",
    "plain cafe": "The cafe was closed",
    "german": "Straße gesperrt, Lieferung unmöglich",
    "url": "see example.org/help-page or e-mail v2.0.1",
    "greek": "Η εφαρμογή δεν ανοίγει",
    "russian": "Приложение не открывается",
    "quoted": "he said \"pay me\" and 'left' -- 100% true; DROP TABLE posts; *",
    "numbers": "order 12345 arrived at 7pm on route_66",
}


@pytest.fixture
def posts():
    place = desk()
    keep(
        place,
        *(item(name, text, ago=timedelta(hours=at + 1)) for at, (name, text) in enumerate(POSTS.items())),
    )
    by_text = {text: name for name, text in POSTS.items()}
    return lambda q: {by_text[row.text] for row in read.posts("riders", read.Filters(q=q)).rows}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tips", {"tips"}),
        ("TIPS", {"tips"}),
        ("app", {"tips", "crash"}),
        ("app tips", {"tips"}),
        ("tips app", {"tips"}),
        ("app -tips", {"crash"}),
        ("-app -cafe", {"german", "url", "greek", "russian", "quoted", "numbers"}),
        ('"tips are gone"', {"tips"}),
        ('"gone tips"', set()),
        ('"tips are', {"tips"}),
        ('-"tips are gone" app', {"crash"}),
        ("cra*", {"crash"}),
        ("cr*", {"crash"}),
        ("cra", set()),
        ("cafe", {"cafe", "plain cafe"}),
        ("café", {"cafe", "plain cafe"}),
        ("nino", {"cafe"}),
        ("NIÑO", {"cafe"}),
        ("reclamation", {"crash"}),
        ("unmoglich", {"german"}),
        ("εφαρμογή", {"greek"}),
        ("εφαρμογη", {"greek"}),
        ("приложение", {"russian"}),
        ("прил*", {"russian"}),
        ("example.org", {"url"}),
        ("e-mail", {"url"}),
        ("email", set()),
        ("v2.0.1", {"url"}),
        ("help-p*", {"url"}),
        ("12345", {"numbers"}),
        ("123*", {"numbers"}),
        ("66", {"numbers"}),
        ("drop", {"quoted"}),
        ("text : tips", set()),
        ("tips OR crash", set()),
        ("NOT", set()),
        ("   ", set(POSTS)),
        ("", set(POSTS)),
        ("!!!", set()),
        ("🎉", set()),
    ],
)
def test_what_is_typed_finds(posts, typed, found):
    assert posts(typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        '"', '""', '"""', "*", "**", "-", "--", "-*", '-"', "(", ")", "NEAR(", "AND", "tips AND", "OR OR",
        "^tips", "text:tips", "marks:x", "{tips}", "tips\x00crash", "\\", "'", "''", "' OR 1=1 --",
        ";DROP TABLE store_post", "%s", "%", "_", "<->", "!tips", "tips:*", "tips & crash | !x",
        "\ue000kindcomplaint", "\ud800", "a" * 5_000, " ".join("word" for _ in range(2_000)), "é" * 3_000,
        "-" * 1_000, '"a" ' * 500, "\u202etips", "\ufdfa" * 50,
    ],
    ids=lambda typed: ascii(typed)[:24],
)  # fmt: skip
def test_hostile_queries_find_something_or_nothing_but_never_fail(posts, typed):
    posts(typed)
    read.arrived("riders", read.Filters(q=typed), since_id=0)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_any_text_may_be_typed(posts, typed):
    posts(typed)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["tips", "-app", '"the app"', "ca*", "door", "-cafe", '-"at the"']), max_size=4)
)
def test_live_and_search_find_the_same(posts, parts):
    filters = read.Filters(q=" ".join(parts))
    live = {row.id for row in read.arrived("riders", filters, since_id=0)}
    assert live == {row.id for row in read.posts("riders", filters).rows}


def test_a_search_tells_nothing_of_another_programme():
    mine, other = desk("riders"), desk("guests")
    keep(mine, item("1", "shared words here"))
    keep(other, item("2", "shared words there"))
    assert [row.text for row in read.posts("riders", read.Filters(q="shared")).rows] == ["shared words here"]
