"""What is read otherwise when there is much of it: it tells the same, or says honestly that it is a part."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from earnest.flow import themes
from earnest.flow.follow import Follower
from earnest.store import clock, erase, post_query, read, read_review, read_themes, theme_voices
from earnest.store.models import Post, Theme, ThemeVoices
from tests import themes as said
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

WEEK = timedelta(weeks=1)


# A lot among very many posts.


@pytest.fixture
def many(monkeypatch):
    """A hundred posts of one programme, a third of all arrivals; between them another's."""
    riders, others = desk(), desk("shoppers")
    for page in range(10):
        of = range(page * 10, page * 10 + 10)
        keep(riders, *(item(f"r{n}", labels=("pay.tips" if n % 10 else "app.crash",)) for n in of))
        keep(others, *(item(f"{which}{n}") for n in of for which in "st"))
    monkeypatch.setattr(read_review, "ALL", 50)
    monkeypatch.setattr(read_review, "NUMBERS", 30)
    monkeypatch.setattr(read_review, "ENOUGH", 25)


def lots(times):
    return [read_review.arrivals("riders", 0, random.Random(seed)) for seed in range(times)]


def test_every_post_is_met_with_the_same_chance(many):
    met = Counter(one.id for lot in lots(300) for one in lot.posts)
    assert len(met) == 100
    usual = met.total() / 100
    # A hundred counts of one chance: their scatter is that of chance, neither more nor hardly any.
    scatter = sum((count - usual) ** 2 for count in met.values()) / usual / 99
    assert 0.3 < scatter < 1.5


def test_what_each_stands_for_adds_up_to_all(many):
    found = lots(100)
    assert all(25 <= len(lot.posts) < 60 for lot in found)
    assert all(len({one.id for one in lot.posts}) == len(lot.posts) for lot in found)
    assert sum(len(lot.posts) * lot.each for lot in found) / 100 == pytest.approx(100, rel=0.05)
    crashes = sum(lot.each for lot in found for one in lot.posts if one.label == "app.crash") / 100
    assert crashes == pytest.approx(10, rel=0.2)


def test_the_same_lot_finds_the_same_posts_and_another_other_ones(many):
    assert lots(2) == lots(2)
    first, second = lots(2)
    assert first != second


def test_few_posts_are_read_one_and_all(many, monkeypatch):
    monkeypatch.setattr(read_review, "ALL", 100)
    (lot,) = lots(1)
    assert (len(lot.posts), lot.each) == (100, 1.0)


def test_what_may_not_be_told_is_in_no_lot(many, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=4_000))
    assert lots(1)[0].posts == []


# One label with other filters.


@pytest.mark.parametrize("near", [0, 3, 1_000], ids=["none", "three", "all"])
@pytest.mark.parametrize("langs", [("es",), ("en", "es"), ("de",)], ids=["es", "en or es", "de"])
def test_pages_of_a_label_are_the_same_however_many_are_looked_at_one_by_one(near, langs, monkeypatch):
    place = desk()
    posts = [
        item(f"p{n}", labels=("pay.tips" if n % 3 else "app.crash",), lang="es" if n % 4 else "en",
             ago=timedelta(minutes=n + 1))
        for n in range(40)
    ]  # fmt: skip
    keep(place, *posts)
    wanted = [
        post.post.key for post in posts
        if post.verdict.labels[0].id == "pay.tips" and post.verdict.lang in langs
    ]  # fmt: skip
    keys = {id: bytes(key) for id, key in Post.objects.values_list("id", "key")}
    monkeypatch.setattr(post_query, "NEAR", near)
    found, after = [], None
    while True:
        page = read.posts("riders", read.Filters(labels=("pay.tips",), langs=langs), after=after, limit=4)
        found += [keys[row.id] for row in page.rows]
        after = page.next
        if after is None:
            break
    assert found == wanted


# Voices of large themes.


@pytest.fixture
def large(home, monkeypatch):
    """A theme of ten posts by ten voices, large enough that its voices are kept."""
    themes._memory.clear()
    monkeypatch.setattr(theme_voices, "LARGE", 5)
    place = desk()
    speak(place, said.texts("closed"))
    yield place
    themes._memory.clear()


def speak(place, texts, **more):
    label = said.PROBLEMS["closed"][0]
    more.setdefault("ago", timedelta(days=2))
    keep(place, *(item(text, text, labels=(label,), voice=text, **more) for text in texts))
    Follower().follow("riders")


def told():
    (row,) = read_themes.themes("riders")
    return row.posts, row.voices


def counted(monkeypatch):
    """The same without anything that was kept."""
    with monkeypatch.context() as alone:
        alone.setattr(theme_voices, "kept", lambda *_: {})
        return told()


def test_voices_of_a_large_theme_are_kept_and_told_as_they_were_counted(large, monkeypatch):
    assert ThemeVoices.objects.count() == len(theme_voices.SPANS)
    assert told() == counted(monkeypatch) == (10, 10)


def test_until_it_has_grown_by_a_fifth_more_posts_leave_at_least_so_many(large, monkeypatch):
    speak(large, ["Order still active, restaurant closed, nobody there"])
    assert told() == (11, 10)
    assert counted(monkeypatch) == (11, 11)
    speak(large, [f"Order still active, restaurant closed, nobody there at {n}" for n in range(2)])
    assert told() == counted(monkeypatch) == (13, 13)


def test_a_post_that_goes_takes_its_voice_along_at_once(large, monkeypatch):
    erase.erase_posts(large, [key(said.texts("closed")[0])])
    posts, voices = told()
    assert (posts, voices) == (9, 9)
    assert counted(monkeypatch) == (9, 9)


def test_what_is_kept_is_never_more_than_what_was_heard(large, monkeypatch):
    chance, texts = random.Random(4), list(said.texts("closed"))
    for turn in range(12):
        if chance.random() < 0.5 and len(texts) > 6:
            gone = chance.sample(texts, chance.randint(1, 3))
            texts = [text for text in texts if text not in gone]
            erase.erase_posts(large, [key(text) for text in gone])
        else:
            new = [f"Order still active, restaurant closed, {turn} {n}" for n in range(chance.randint(1, 3))]
            texts += new
            speak(large, new)
        (posts, voices), (there, heard) = told(), counted(monkeypatch)
        assert posts == there
        assert voices <= heard
        assert voices >= heard / theme_voices.GROWN - 3


def test_when_its_weeks_have_moved_on_nothing_kept_is_told_of_older_ones(large, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + 13 * WEEK)
    assert read_themes.themes("riders") == []
    theme = Theme.objects.get()
    assert read_themes.theme("riders", theme.number).voices == 0


def test_a_theme_of_few_posts_is_counted_while_reading(large, monkeypatch):
    with connection.cursor() as db:
        theme_voices.forget(db, [Theme.objects.get().pk])
    assert told() == (10, 10)


def test_when_its_weeks_have_moved_on_a_theme_that_is_quiet_has_the_voices_it_had(home, monkeypatch):
    """Nobody spoke of it for six weeks, so nothing counts it anew; a shorter span would tell of nobody."""
    monkeypatch.setattr(theme_voices, "LARGE", 5)
    themes._memory.clear()
    place = desk()
    speak(place, said.texts("closed"), ago=6 * WEEK)
    assert ThemeVoices.objects.count() == len(theme_voices.SPANS)
    assert told() == (10, 10)
    monkeypatch.setattr(clock, "now", lambda: NOW + WEEK)
    assert told() == counted(monkeypatch) == (10, 10)
