"""Routes as a file: what it says comes back, comments with it; what is wrong is told with line and column."""

import re
import textwrap
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.desk import route_file
from earnest.desk.quiet_hours import Quiet
from earnest.desk.route_emit import emit
from earnest.desk.route_file import Book, parse
from earnest.desk.route_shapes import CONDITIONS, KINDS, SEVERITIES, SORTS, Route, Rung, When, of_plain, plain
from earnest.record.errors import InputError
from earnest.store.shapes_escalation import WHOS

SHORT = """\
# Who hears of what.
# Ask Lena before you change it.
routes:
  # Tips first.
  - route: tips
    watch: volume
    when: {about: [pay.tips], posts: 20, within: 24 hours}
    ladder:
      - {tell: team, answer within: 4 hours}
      - tell: leadership
"""


def example():
    """The file of the docstring."""
    text = (route_file.__doc__ or "").split("\n\n", 1)[1].split("\n\nFurther")[0]
    return textwrap.dedent(text)


class TestReading:
    def test_the_example_of_the_documentation_is_one(self):
        (route,) = parse(example()).routes
        assert route.slug == "lost-tips"
        assert route.when == When(
            "volume",
            about=("pay.tips",),
            kinds=("complaint", "report"),
            posts=20,
            voices=10,
            within=24 * 60,
        )
        assert route.rungs[0] == Rung("team", 240, ("payments-mail",))
        assert route.quiet == Quiet(22 * 60, 7 * 60, "Europe/Berlin")

    def test_what_is_left_out_has_a_plain_meaning(self):
        (route,) = parse(SHORT).routes
        assert (route.name, route.team, route.quiet, route.stop, route.on) == ("tips", "", None, "lead", True)
        assert route.rest == 7 * 24 * 60

    def test_an_empty_list_is_a_file(self):
        assert parse("routes: []").routes == ()
        assert parse("routes:").routes == ()


class TestComments:
    def test_those_above_a_route_and_above_all_routes_come_back(self):
        book = parse(SHORT)
        assert book.head == "Who hears of what.\nAsk Lena before you change it."
        assert book.routes[0].comments == "Tips first."
        assert parse(emit(book)) == book
        assert "# Tips first." in emit(book)

    @pytest.mark.parametrize(
        ("text", "lost"),
        [
            pytest.param(SHORT, 0, id="none within a route"),
            pytest.param(SHORT.replace("watch: volume", "watch: volume  # how much"), 1, id="beside a value"),
            pytest.param(SHORT.replace("    ladder:", "    # who\n    ladder:"), 1, id="within a route"),
            pytest.param(SHORT.replace("watch:", "name: 'Tips #1'\n    watch:"), 0, id="a sign in a name"),
        ],
    )
    def test_those_that_are_not_kept_are_counted(self, text, lost):
        assert parse(text).lost == lost


def changed(old, new):
    assert old in SHORT
    return SHORT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        pytest.param("", "f:1", "is empty", id="nothing"),
        pytest.param("rotes: []", "rotes", "'rotes' does not belong", id="another word for routes"),
        pytest.param("- a", "- a", "list of names", id="a list instead"),
        pytest.param("routes: [a", "f:1:", "is not YAML", id="a bracket that stays open"),
        pytest.param("a: &x [*x]", "f:1:", "aliases", id="an alias"),
        pytest.param(
            changed("watch: volume", "watch: louder"), "louder", "volume, alerts or cases", id="watch"
        ),
        pytest.param(changed("    watch: volume\n", ""), "route: tips", "no 'watch'", id="watch left out"),
        pytest.param(changed("24 hours", "soon"), "soon", "span up to 14 days", id="a span in words"),
        pytest.param(
            changed("24 hours", "90 minutes"), "90 min", "whole hours", id="half an hour of counting"
        ),
        pytest.param(changed("posts: 20", "posts: many"), "many", "whole number", id="many posts"),
        pytest.param(changed("posts: 20, ", ""), "{about", "'posts' or 'voices'", id="no count"),
        pytest.param(
            changed("[pay.tips]", "[Pay Tips]"), "Pay Tips", "a label's id", id="a label by its name"
        ),
        pytest.param(
            changed("posts: 20", "tags: [x]"), "tags: ", "'tags' does not belong", id="tags of posts"
        ),
        pytest.param(changed("tell: team", "tell: bob"), "bob", "team, lead or leadership", id="a person"),
        pytest.param(
            changed(", answer within: 4 hours", ""), "{tell: team}", "no 'answer within'", id="no deadline"
        ),
        pytest.param(changed("tell: leadership", "tell: team"), "team\n", "told twice", id="a step twice"),
        pytest.param(changed("- route: tips", "- route: Tips!"), "Tips!", "small letters", id="a short name"),
        pytest.param(
            SHORT + SHORT.split("routes:\n", 1)[1], "f:12:5", "two routes 'tips'", id="the same twice"
        ),
        pytest.param(
            SHORT + '    quiet hours: {from: "22:00", until: "7", zone: UTC}\n',
            '"7"',
            "time of day",
            id="seven",
        ),
        pytest.param(
            SHORT + '    quiet hours: {from: "22:00", until: "07:00", zone: Mars/Base}\n',
            "Mars",
            "time zone is not known",
            id="a zone elsewhere",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, place, says):
    with pytest.raises(InputError, match=re.escape(says)) as found:
        parse(text, "f")
    if not place.startswith("f:"):
        before, _, _ = text.partition(place)
        place = f"f:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"
    assert found.value.place.startswith(place)


def test_what_to_write_instead_is_said():
    with pytest.raises(InputError) as found:
        parse(changed("24 hours", "soon"))
    assert found.value.advice == "Write 30 minutes, 4 hours or 2 days."


SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="#"), min_size=1
)
COMMENTS = st.lists(LINES, max_size=3).map("\n".join)
LABELS = st.from_regex(r"[a-z]{1,6}(\.[a-z]{1,6})?", fullmatch=True)


def some(values):
    return st.lists(values, max_size=3, unique=True).map(tuple)


@st.composite
def whens(draw):
    watch = draw(st.sampled_from(list(CONDITIONS)))
    allowed = CONDITIONS[watch]
    values = {
        "about": some(LABELS),
        "kinds": some(st.sampled_from(KINDS)),
        "themes": some(st.integers(1, 9_999_999)),
        "places": some(SLUGS),
        "tags": some(NAMES),
        "alerts": some(st.sampled_from(SORTS)),
        "severity": st.sampled_from(("", *SEVERITIES)),
    }
    chosen = {name: draw(values[name]) for name in values if name in allowed}
    if "alerts" in chosen:
        chosen["sorts"] = chosen.pop("alerts")
    if watch == "volume":
        chosen |= {"posts": draw(st.integers(1, 100_000)), "voices": draw(st.integers(0, 100_000))}
        chosen["within"] = 60 * draw(st.integers(1, 14 * 24))
    return When(watch, **chosen)


@st.composite
def routes(draw):
    whos = draw(st.lists(st.sampled_from(WHOS), min_size=1, max_size=3, unique=True).map(sorted_steps))
    rungs = [Rung(who, draw(st.integers(1, 14 * 1440)), draw(some(SLUGS))) for who in whos]
    if draw(st.booleans()):
        rungs[-1] = Rung(whos[-1], 0, rungs[-1].channels)
    night = st.builds(
        Quiet, st.integers(0, 700), st.integers(701, 1439), st.sampled_from(["UTC", "Europe/Berlin"])
    )
    return Route(
        draw(SLUGS),
        draw(NAMES),
        draw(whens()),
        draw(st.just("") | SLUGS),
        tuple(rungs),
        draw(st.none() | night),
        draw(st.sampled_from(WHOS)),
        draw(st.integers(1, 90 * 1440)),
        draw(st.booleans()),
        draw(COMMENTS),
    )


def sorted_steps(whos):
    return sorted(whos, key=WHOS.index)


BOOKS = st.builds(
    Book, st.lists(routes(), max_size=3, unique_by=lambda route: route.slug).map(tuple), COMMENTS
)


def _comes_back(book):
    text = emit(book)
    assert parse(text) == book
    assert emit(parse(text)) == text
    assert parse(text).lost == 0


@given(BOOKS)
@settings(max_examples=25)
def test_what_is_written_is_read_back_as_it_was(book):
    _comes_back(book)


@pytest.mark.slow
@given(BOOKS)
@settings(max_examples=1_000)
def test_what_is_written_is_read_back_as_it_was_a_thousand_times(book):
    _comes_back(book)


@given(routes())
@settings(max_examples=60)
def test_a_route_survives_its_row(route):
    assert of_plain(route.slug, plain(route), on=route.on, comments=route.comments) == route


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: raw.decode("latin-1")))
@settings(max_examples=300)
def test_whatever_is_handed_in_is_a_file_or_an_error_with_a_place(text):
    _sentence(text)


SLIPS = st.lists(
    st.tuples(st.integers(0, 4_000), st.sampled_from(list(" :-#[]{}'\"\n\t&*!|>%@`\0é9"))), max_size=4
)


def _slipped(book, slips):
    text = emit(book)
    for at, sign in slips:
        at %= len(text)
        text = text[:at] + sign + text[at + 1 :]
    _sentence(text)


@given(BOOKS, SLIPS)
@settings(max_examples=25)
def test_a_file_with_slips_of_the_pen_never_fails_otherwise(book, slips):
    _slipped(book, slips)


@pytest.mark.slow
@given(BOOKS, SLIPS)
@settings(max_examples=1_000)
def test_a_file_with_slips_of_the_pen_never_fails_otherwise_a_thousand_times(book, slips):
    _slipped(book, slips)


def _sentence(text):
    """It is read, or refused with a sentence and a place; anything else fails the test by itself."""
    with suppress(InputError):
        parse(text, "f")
        return
    with pytest.raises(InputError, match=r".") as found:
        parse(text, "f")
    assert found.value.place.startswith("f")
