"""Did it help? Series in, verdict out; then the same from posts, as pages and reports tell it."""

from dataclasses import dataclass

import numpy as np
import pytest

from earnest.desk import access, actions, cases, outcome
from earnest.report import effect_chart, effect_words
from earnest.report.wording import of as wording_of
from earnest.store import erase, read, read_effect
from earnest.store.models import CaseWatch, Coverage
from earnest.understand import effect
from tests.desk.weeks import LABEL, day, said
from tests.store.build import desk, key

ACTED = 56
"""The day of the action: eight whole weeks before it are known."""


@dataclass(frozen=True)
class Days:
    """Days as `understand.effect` takes them."""

    first: int
    about: np.ndarray
    others: np.ndarray
    rest: np.ndarray
    known: np.ndarray


def days(
    *,
    before=(10, 10, 10, 10, 10, 10, 10, 10),
    after=(),
    others=(20, 20),
    rest=(80, 80),
    unheard=(),
    scatter=0.1,
):
    """Complaints a day by week, before and after; others and rest as (before, after); weeks (-8 … 8) in which
    nothing was heard. Every day scatters by chance, always the same.
    """
    draw = np.random.default_rng(7)
    each = [*np.repeat(before, 7), 3, *np.repeat(after, 7)]
    span = len(each)
    later = np.arange(span) > ACTED
    noise = draw.gamma(1 / scatter, scatter, span) if scatter else np.ones(span)
    about = draw.poisson(np.array(each) * noise)
    general = draw.poisson(np.where(later, others[1], others[0]))
    praise = draw.poisson(np.where(later, rest[1] - others[1], rest[0] - others[0]))
    known = np.ones(span)
    for week in unheard:
        start = ACTED + 7 * week if week < 0 else ACTED + 1 + 7 * (week - 1)
        known[start : start + 7] = 0
    heard = known > 0
    table = [np.where(heard, row, 0)[:, None] for row in (about, general, general + praise)]
    return Days(0, *table, known[:, None])


def judged(series):
    return effect.judge(series, acted=(ACTED, ACTED), today=len(series.about))


GONE, HALF, SAME = (0, 0, 0, 0), (5, 5, 5, 5), (10, 10, 10, 10)
SAYS = {
    "half as many for four weeks": (days(after=HALF), "down"),
    "none at all any more": (days(after=GONE), "down"),
    "as many as before": (days(after=SAME * 2, scatter=0), "same"),
    "twice as many": (days(after=(20, 20, 20, 20)), "up"),
    "half as many, and half of everything else": (days(after=HALF, others=(20, 10), rest=(80, 40)), "same"),
    "as many, while twice as much was said": (days(after=SAME, others=(20, 40), rest=(80, 160)), "down"),
    "all complaints fell alike": (days(after=HALF, others=(40, 20), rest=(80, 80)), "general"),
    "a week after": (days(after=(5,)), "waiting"),
    "nobody listened before": (days(after=HALF, unheard=(-8, -7, -6, -5, -4, -3)), "unheard"),
    "nobody listened after": (days(after=HALF * 2, unheard=(1, 2, 3, 4, 5, 6, 7)), "unheard"),
    "nobody listened in the first weeks after": (days(after=HALF, unheard=(1, 2, 3)), "waiting"),
    "one complaint a month": (days(before=(0, 0, 0, 0, 0.1, 0, 0, 0), after=GONE, scatter=0), "seldom"),
    "three a week, then two, for three weeks": (
        days(before=(0.5,) * 8, after=(0.35,) * 3, scatter=0),
        "unclear",
    ),
}


@pytest.mark.parametrize(("series", "verdict"), SAYS.values(), ids=SAYS.keys())
def test_a_series_gives_its_verdict(series, verdict):
    assert judged(series).verdict in ((verdict, "likely_down") if verdict == "general" else (verdict,))


def test_a_gap_is_left_out_and_not_taken_for_silence():
    whole, gap = judged(days(after=HALF)), judged(days(after=HALF, unheard=(-3, -2, 2)))
    assert gap.verdict == whole.verdict == "down"
    assert gap.own.value == pytest.approx(whole.own.value, rel=0.15)
    assert gap.heard == (6, 3)
    assert sum(week.rate is None for week in gap.weeks) == 3


def test_a_place_that_is_heard_on_one_side_only_takes_no_part():
    one = days(after=SAME, scatter=0)
    loud = Days(
        0,
        *(np.hstack([part, part * 9]) for part in (one.about, one.others, one.rest)),
        np.hstack([one.known] * 2),
    )
    for part in (loud.about, loud.others, loud.rest, loud.known):
        part[ACTED:, 1] = 0
    found = judged(loud)
    assert found.left_out == (1,)
    assert found.own.value == pytest.approx(judged(one).own.value)


def test_that_it_rose_or_fell_already_is_said():
    flare = judged(days(before=(5, 5, 5, 5, 5, 5, 25, 25), after=HALF, scatter=0))
    sinking = judged(days(before=(20, 20, 20, 20, 20, 20, 8, 8), after=HALF, scatter=0))
    assert (flare.rising, flare.falling, sinking.rising, sinking.falling) == (True, False, False, True)


def test_several_things_done_one_after_the_other_are_one_run():
    series = days(after=(3,) * 8)
    found = effect.judge(series, acted=(ACTED, ACTED + 14), today=len(series.about))
    assert [week.part for week in found.weeks].count("between") == 3
    assert found.heard == (8, 6)


def test_who_looks_every_day_sees_it_change_with_whole_weeks_only():
    series = days(after=(9, 4, 8, 3, 9, 5, 4, 6))
    found = [effect.judge(series, acted=(ACTED, ACTED), today=day) for day in range(ACTED + 1, ACTED + 57)]
    for start in range(0, 49, 7):
        assert len({one.verdict for one in found[start : start + 7]}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("world", range(9))
def test_the_interval_holds_the_truth_and_chance_is_seldom_praised(world):
    from bench import bench_outcome as bench

    for truth, weeks in ((1.0, 2), (1.0, 8), (0.5, 4)):
        found = bench.measure(bench.WORLDS[world], truth, weeks, runs=600, seed=11)
        assert found["held"] >= 0.88
        if truth == 1.0:
            assert found["down"] <= 0.05
            assert found["down"] + found["likely"] <= 0.10


# from posts to sentences


@pytest.fixture
def place(home):
    return desk()


@pytest.fixture
def ana(place):
    return access.add_person("ana", "riders", "analyst")


def filled(place, ana, *, after=3.0, weeks=4, voices=40, before=6.0, slug="riders"):
    """Eight weeks before and some after an action on a case whose posts speak of tips; its number."""
    end = 7 * weeks + 2
    said(place, end + 57, end, about=before, others=4, rest=8, voices=voices, name="b")
    said(place, end, 0, about=after, others=4, rest=8, voices=voices, name="a")
    rows = read.posts(slug, read.Filters(labels=(LABEL,)), limit=5).rows
    number = cases.open_case(slug, "Tips are missing", by=ana, posts=[row.id for row in rows])
    return number, end


def done(number, end, ana, slug="riders", **more):
    return actions.record(slug, number, what="Tips re-run.", on=day(end - 1), by=ana, **more)


@pytest.mark.django_db
def test_nothing_done_is_nothing_told(place, ana):
    number, _ = filled(place, ana)
    assert outcome.of_case("riders", number) is None


@pytest.mark.django_db
def test_from_posts_to_a_sentence_and_a_chart(place, ana):
    number, end = filled(place, ana)
    done(number, end, ana)
    found = outcome.of_case("riders", number)
    assert found.verdict == "down"
    assert 0.4 < found.effect.own.value < 0.6
    assert (found.voices, found.usual) == (20, 40)
    for lang, words in (("en", "down by about half"), ("es", "bajaron a cerca de la mitad")):
        say = wording_of(lang)
        tells = effect_words.said(found, say)
        assert words in tells.sentence
        assert tells.short.endswith(words.split(" ", 3)[-1])
        assert "because" not in tells.sentence
        chart = effect_chart.chart(found, say, "o")
        assert chart.drawing.wide.count("<circle") == 12
        assert "<title" in chart.drawing.narrow
        assert "<desc" in chart.drawing.narrow
        assert len(chart.grid.rows) == 13


@pytest.mark.django_db
def test_hours_that_are_not_known_are_left_out_and_said(place, ana):
    number, end = filled(place, ana, after=6.0)
    done(number, end, ana)
    whole = outcome.of_case("riders", number)
    Coverage.objects.filter(hour__lt=(whole.acted[0] - 30) * 24).delete()
    found = outcome.of_case("riders", number)
    assert found.effect.heard[0] < whole.effect.heard[0]
    assert found.unknown[0] > whole.unknown[0] > 0
    assert "not known" in " ".join(effect_words.said(found, wording_of("en")).notes)


@pytest.mark.django_db
def test_with_very_many_posts_whole_weeks_from_monday_tell_the_same(place, ana, monkeypatch):
    number, end = filled(place, ana, weeks=6)
    done(number, end, ana)
    each = outcome.of_case("riders", number)
    monkeypatch.setattr(read_effect, "EACH", 0)
    by_week = outcome.of_case("riders", number)
    assert (by_week.verdict, by_week.voices, by_week.usual) == (each.verdict, each.voices, each.usual)
    assert by_week.effect.own.value == pytest.approx(each.effect.own.value, rel=0.1)
    assert by_week.acted[0] % 7 == 4  # a Monday
    assert all(week.days == 7 for week in by_week.effect.weeks)


@pytest.mark.django_db
def test_it_moves_with_posts_that_are_erased(place, ana):
    number, end = filled(place, ana, after=6.0)
    done(number, end, ana)
    assert outcome.of_case("riders", number).verdict == "same"
    erase.erase_posts(place, [key(f"a-about-{at}") for at in range(1, 150)])
    assert outcome.of_case("riders", number).effect.rates[1] is not None
    assert outcome.of_case("riders", number).verdict == "down"


@pytest.mark.django_db
def test_where_pay_depends_on_the_operator_few_voices_are_never_a_number(home):
    place = desk("crew", "workforce")
    ana = access.add_person("ana", "crew", "analyst")
    number, end = filled(place, ana, after=1.0, voices=50, slug="crew", before=8.0)
    actions.record("crew", number, what="Tips re-run.", on=day(end - 1), by=ana)
    found = outcome.of_case("crew", number)
    assert (found.verdict, found.voices, found.usual) == ("down", None, 50)
    assert found.effect.own is None
    assert found.effect.rates[1] is None
    assert found.left is None
    assert len(found.hidden) == 5  # four weeks and the day itself
    tells = effect_words.said(found, wording_of("en")).sentence
    assert "fewer than 10 voices" in tells
    drawn = effect_chart.chart(found, wording_of("en"), "o")
    assert [row[1] for row in drawn.grid.rows[-4:]] == ["fewer than 10 voices"] * 4


@pytest.mark.django_db
def test_too_few_voices_before_tell_nothing(home):
    place = desk("crew", "workforce")
    ana = access.add_person("ana", "crew", "analyst")
    number, end = filled(place, ana, after=1.0, voices=6, slug="crew")
    actions.record("crew", number, what="Tips re-run.", on=day(end - 1), by=ana)
    found = outcome.of_case("crew", number)
    assert (found.verdict, found.effect.own, found.effect.rates) == ("seldom", None, None)
    assert all(week.rate in (None, 0.0) for week in found.effect.weeks)


@pytest.mark.django_db
def test_another_programme_cannot_be_asked(place, ana):
    desk("drivers")
    number, end = filled(place, ana)
    done(number, end, ana)
    assert outcome.of_case("drivers", number) is None
    assert not CaseWatch.objects.filter(case__programme__slug="drivers").exists()
