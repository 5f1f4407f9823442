"""What the read side tells: pages, filters, figures, coverage, and that retention holds while reading."""

from datetime import date, timedelta

import pytest

from earnest.record.errors import StoreError
from earnest.store import clock, read, write
from tests.store.build import NOW, desk, item, keep

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def names(**filters):
    return [row.text for row in read.posts("riders", read.Filters(**filters)).rows]


@pytest.fixture
def mixed():
    """Six posts at two places."""
    reviews, survey = desk(), desk(place="survey")
    keep(
        reviews,
        item("1", "a", labels=("pay.tips", "app.crash"), ago=1 * HOUR, region="Leeds", sentiment="negative"),
        item("2", "b", labels=("pay.wrong",), kind="question", ago=2 * HOUR, lang="es", sentiment="neutral"),
        item("3", "c", labels=("app.crash",), ago=3 * HOUR, region="São Paulo", unsure=True),
    )
    keep(
        survey,
        item("4", "d", labels=("other",), kind="praise", ago=4 * HOUR, sentiment="positive"),
        item("5", "e", labels=("app.login", "pay.tips"), ago=50 * HOUR, lang="es"),
        item("6", "f", labels=("pay.tips",), ago=20 * DAY, sentiment=None),
    )


def said(value: object) -> str:
    """A test's name without the clock: two workers must name it alike."""
    return " ".join(value) if isinstance(value, dict) and {"since", "until"} & value.keys() else repr(value)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "abcdef"),
        ({"labels": ("pay.tips",)}, "aef"),
        ({"labels": ("pay",)}, "abef"),
        ({"labels": ("app.login", "other")}, "de"),
        ({"labels": ("pa",)}, ""),
        ({"labels": ("nothing.such",)}, ""),
        ({"kinds": ("question", "praise")}, "bd"),
        ({"places": ("survey",)}, "def"),
        ({"places": ("nowhere",)}, ""),
        ({"langs": ("es",)}, "be"),
        ({"regions": ("São Paulo",)}, "c"),
        ({"regions": ("Sao Paulo",)}, ""),
        ({"regions": ("Leeds", "São Paulo")}, "ac"),
        ({"sentiments": ("neutral", "positive")}, "bd"),
        ({"unsure": True}, "c"),
        ({"unsure": False}, "abdef"),
        ({"since": NOW - 3 * HOUR}, "abc"),
        ({"until": NOW - 3 * HOUR}, "def"),
        ({"since": NOW, "until": NOW - DAY}, ""),
        ({"labels": ("pay",), "langs": ("es",), "places": ("survey",)}, "e"),
        ({"labels": ("pay.tips",), "unsure": False, "q": "a"}, "a"),
        ({"regions": ("\x00", "' OR 1=1"), "kinds": ("\ud800",)}, ""),
    ],
    ids=said,
)
def test_filters_narrow(mixed, filters, found):
    assert names(**filters) == list(found)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
@pytest.mark.parametrize(
    "filters", [{}, {"labels": ("pay.tips",)}, {"labels": ("pay",), "kinds": ("complaint",)}], ids=repr
)
def test_pages_follow_one_another_without_gap_or_overlap(mixed, limit, filters):
    seen, after = [], None
    while True:
        page = read.posts("riders", read.Filters(**filters), after=after, limit=limit)
        seen += [row.text for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert seen == names(**filters)


def test_a_page_that_ends_exactly_at_the_last_post_has_no_next(mixed):
    assert read.posts("riders", read.Filters(), limit=6).next is None


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "1.5", "\x00", "٣"], ids=ascii)
def test_a_made_up_position_starts_anew_or_finds_nothing(mixed, after):
    whole = read.posts("riders", read.Filters()).rows
    assert read.posts("riders", read.Filters(), after=after).rows in (whole, type(whole)())


def test_posts_of_one_second_keep_their_order():
    place = desk()
    keep(place, *(item(str(n), f"{n}", ago=HOUR) for n in range(30)))
    seen, after = [], None
    while True:
        page = read.posts("riders", read.Filters(), after=after, limit=7)
        seen += [row.text for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [f"{n}" for n in reversed(range(30))]


def test_live_follows_arrival_not_the_time_of_saying():
    place = desk()
    keep(place, item("1", "first", ago=HOUR))
    start = read.newest_id("riders")
    keep(place, item("2", "old but new here", ago=9 * DAY), item("3", "newest", ago=2 * HOUR))
    rows = read.arrived("riders", read.Filters(), since_id=start)
    assert [row.text for row in rows] == ["old but new here", "newest"]
    assert rows[-1].arrival == read.newest_id("riders")
    assert read.arrived("riders", read.Filters(), since_id=rows[-1].arrival) == []


def test_an_unknown_programme_is_an_error_for_figures_and_none_when_asked_for():
    assert read.programme("nowhere") is None
    with pytest.raises(StoreError, match="no programme 'nowhere'"):
        read.posts("nowhere", read.Filters())


def test_facets_add_up_whatever_the_range(mixed):
    for since, until, posts in (
        (NOW - 28 * DAY, NOW + DAY, 6),
        (NOW - 3 * DAY, NOW + HOUR, 5),
        (NOW - 5 * HOUR, NOW + HOUR, 4),
        (NOW, NOW - DAY, 0),
    ):
        counts = read.facet_counts("riders", since, until)
        for facet in ("kind", "category", "label", "place", "lang"):
            assert sum(counts[facet].values()) == posts, facet
    assert counts["region"] == {}


@pytest.mark.parametrize(
    "by",
    [
        (), ("category",), ("label",), ("kind",), ("place",), ("sentiment",), ("lang",), ("region",),
        ("category", "kind"), ("label", "region"), ("label", "place", "region"),
        ("lang", "label", "sentiment"),
        ("category", "label", "kind", "place", "sentiment", "lang", "region"),
    ],
    ids=lambda by: " × ".join(by) or "all",
)  # fmt: skip
def test_weeks_add_up_whatever_they_are_counted_by(mixed, by):
    cells = read.weekly("riders", (NOW - 28 * DAY).date(), (NOW + DAY).date(), by)
    assert sum(cell.posts for cell in cells) == 6
    assert all(cell.week.weekday() == 0 and len(cell.key) == len(by) for cell in cells)


def test_weeks_by_category_hold_the_main_label_only(mixed):
    cells = read.weekly("riders", (NOW - 28 * DAY).date(), (NOW + DAY).date(), ("category",))
    total = {}
    for cell in cells:
        total[cell.key[0]] = total.get(cell.key[0], 0) + cell.posts
    assert total == {"pay": 3, "app": 2, "other": 1}


def test_an_unknown_facet_is_refused():
    desk()
    with pytest.raises(StoreError, match="author"):
        read.weekly("riders", NOW.date() - 7 * DAY, NOW.date(), ("author",))


class TestRetention:
    """Thirty days are kept. No sweep runs in any of these tests."""

    @pytest.fixture(autouse=True)
    def _old_and_new(self):
        place = desk(retention_days=30)
        keep(
            place,
            item("old", "too old", labels=("pay.tips",), ago=30 * DAY + HOUR, voice="ana"),
            item("edge", "just kept", labels=("pay.tips",), ago=30 * DAY - 2 * HOUR, voice="ben"),
            item("new", "new", labels=("app.crash",), ago=HOUR, voice="ana"),
        )
        self.span = ((NOW - 60 * DAY).date(), (NOW + DAY).date())

    def test_a_page(self):
        assert names() == ["new", "just kept"]

    def test_a_search(self):
        assert names(q="old") == []

    def test_a_label(self):
        assert names(labels=("pay.tips",)) == ["just kept"]

    def test_one_post(self, monkeypatch):
        (row,) = read.posts("riders", read.Filters(q="just")).rows
        assert read.post("riders", row.id) is not None
        later = clock.now() + DAY
        monkeypatch.setattr(clock, "now", lambda: later)
        assert read.post("riders", row.id) is None
        assert not write.correct("riders", row.id, ["pay.tips"], "praise", None)

    def test_what_arrived(self):
        assert [row.text for row in read.arrived("riders", read.Filters(), since_id=0)] == [
            "just kept",
            "new",
        ]

    def test_quotes(self):
        assert read.quotes("riders", "pay", NOW - 60 * DAY, NOW, 5) == []

    @pytest.mark.parametrize(
        "by", [(), ("label",), ("label", "region"), ("label", "kind", "region")], ids=repr
    )
    def test_weeks(self, by):
        assert sum(cell.posts for cell in read.weekly("riders", *self.span, by)) == 2

    def test_facets(self):
        counts = read.facet_counts("riders", NOW - 60 * DAY, NOW + DAY)
        assert counts["label"] == {"pay.tips": 1, "app.crash": 1}

    def test_coverage(self):
        (hours,) = read.hearing("riders", *self.span)
        assert hours.observed == 2


class TestCoverage:
    """Observed, verified empty, unknown: not knowing is never zero."""

    def test_an_hour_with_a_post_is_observed_and_silence_that_was_heard_is_empty(self):
        place = desk()
        heard = write.Hearing(at=NOW, since=NOW - 10 * HOUR, until=NOW)
        keep(place, item("1", ago=3 * HOUR), heard=heard)
        (hours,) = read.hearing("riders", (NOW - 2 * DAY).date(), (NOW + DAY).date())
        assert (hours.observed, hours.empty) == (1, 10)
        assert hours.unknown > 20

    def test_a_place_that_was_never_read_is_unknown(self):
        desk()
        (hours,) = read.hearing("riders", (NOW - 14 * DAY).date(), NOW.date())
        assert (hours.observed, hours.empty) == (0, 0)
        assert set(hours.weeks.values()) == {"unknown"}
        (now,) = read.hearing_now("riders")
        assert (now.state, now.since) == ("unknown", None)

    def test_silence_never_hides_a_post_that_was_heard(self):
        place = desk()
        keep(place, item("1", ago=2 * HOUR))
        keep(place, heard=write.Hearing(at=NOW, since=NOW - 4 * HOUR, until=NOW))
        (hours,) = read.hearing("riders", (NOW - DAY).date(), (NOW + DAY).date())
        assert hours.observed == 1

    def test_weeks_are_observed_empty_or_unknown(self):
        place = desk()
        monday = NOW.date() - timedelta(days=NOW.weekday())
        keep(place, item("1", ago=NOW - clock.moment(clock.day_number(monday) * 86_400) + 10 * DAY))
        begin = clock.moment(clock.day_number(monday - 5 * DAY) * 86_400)
        keep(place, heard=write.Hearing(at=NOW, since=begin, until=begin + DAY))
        (hours,) = read.hearing("riders", monday - 21 * DAY, monday)
        assert list(hours.weeks.values()) == ["unknown", "observed", "empty"]

    def test_a_place_that_fails_is_unknown_since_its_last_read(self):
        place = desk()
        keep(place, item("1", ago=timedelta()))
        write.failed_read(place, "403", next_read=None, failed=True)
        (now,) = read.hearing_now("riders")
        assert (now.state, now.since, now.place.problem) == ("unknown", NOW, "403")

    def test_minutes_without_any_ear_are_none(self):
        place = desk()
        assert read.per_minute("riders", 5) == [None] * 5
        now = clock.now()
        keep(place, item("1"), item("2"), heard=write.Hearing(at=now, since=now, until=now))
        assert 2 in read.per_minute("riders", 5)
        assert None not in read.per_minute("riders", 1)


def test_voices_are_told_by_week_by_range_and_as_a_lower_bound():
    place = desk()
    monday = clock.week_of(NOW)
    start = clock.moment(clock.day_number(monday) * 86_400)
    back = NOW - start

    def at(weeks, hours=1):
        return back + timedelta(weeks=weeks) - timedelta(hours=hours)

    keep(
        place,
        item("1", labels=("pay.tips",), voice="ana", ago=at(1)),
        item("2", labels=("pay.tips",), voice="ana", ago=at(2)),
        item("3", labels=("pay.tips",), voice="ben", ago=at(2)),
        item("4", labels=("pay.wrong",), voice="ana", ago=at(1)),
        item("5", labels=("pay.tips",), ago=at(1)),
    )
    one, two = monday - 7 * DAY, monday - 14 * DAY
    assert read.voices("riders", two, monday) == {
        (one, "pay.tips"): 1,
        (two, "pay.tips"): 2,
        (one, "pay.wrong"): 1,
    }
    assert read.voices("riders", two, monday, weekly=False) == {(None, "pay.tips"): 2, (None, "pay.wrong"): 1}
    assert read.voices("riders", one, monday, weekly=False) == {(None, "pay.tips"): 1, (None, "pay.wrong"): 1}
    assert read.voices("riders", two, monday, "category", weekly=False) == {(None, "pay"): 2}
    assert read.voices("riders", two, monday, None) == {(one, ""): 1, (two, ""): 2}


def test_distinct_voices_of_a_range_are_right_whatever_the_order_of_arrival():
    import random

    place = desk()
    chance = random.Random(5)
    said = [(f"{n}", chance.choice("abcdef"), chance.randrange(6)) for n in range(80)]
    monday = clock.week_of(NOW)
    back = NOW - clock.moment(clock.day_number(monday) * 86_400)
    for at in range(0, 80, 9):
        keep(
            place,
            *(
                item(name, labels=("pay.tips",), voice=who, ago=back + timedelta(weeks=week) - HOUR)
                for name, who, week in said[at : at + 9]
            ),
        )
    from earnest.store import erase
    from tests.store.build import key

    erase.erase_posts(place, [key(name) for name, _, _ in said[::3]])
    left = [one for at, one in enumerate(said) if at % 3]
    for first in range(6):
        for last in range(first + 1):
            span = (monday - timedelta(weeks=first), monday - timedelta(weeks=last) + 7 * DAY)
            quarters = {}
            for _, who, week in left:
                if last <= week <= first:
                    day = monday - timedelta(weeks=week)
                    quarters.setdefault((day.year, (day.month - 1) // 3), set()).add(who)
            expected = max((len(voices) for voices in quarters.values()), default=0)
            told = read.voices("riders", *span, weekly=False).get((None, "pay.tips"), 0)
            assert told == expected, span


@pytest.mark.parametrize(
    ("audience", "allowed", "told"),
    [("customers", None, 1), ("workforce", None, 0), ("workforce", True, 1), ("customers", False, 0)],
    ids=["customers", "workforce", "workforce that allowed it", "customers that did not"],
)
def test_quotes(audience, allowed, told):
    place = desk(audience=audience, quotes=allowed)
    keep(place, item("1", "the tips of three days have not been paid out to me", labels=("pay.tips",)))
    assert len(read.quotes("riders", "pay", NOW - DAY, NOW, 3)) == told


def test_a_programme_says_its_floor():
    write.add_programme("a", "A", "workforce")
    write.add_programme("b", "B", "customers")
    assert {programme.slug: programme.floor for programme in read.programmes()} == {"a": 10, "b": 5}


def test_withheld_is_asked_by_any_day_of_its_week():
    place = desk()
    keep(
        place, withheld=44, heard=write.Hearing(at=clock.moment(clock.day_number(date(2026, 3, 4)) * 86_400))
    )
    assert {read.withheld(date(2026, 3, day)) for day in range(2, 9)} == {40}
    assert read.withheld(date(2026, 3, 9)) is None
