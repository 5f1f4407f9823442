"""Counts on pages tell no more than a report would."""

from datetime import timedelta

import pytest

from earnest.report import shown
from tests.report import build

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("count", "floor", "few", "says"),
    [
        (0, 10, False, "none"),
        (3, 10, False, "fewer than 10"),
        (9, 10, False, "fewer than 10"),
        (10, 10, False, "about 10"),
        (14, 10, False, "about 10"),
        (15, 10, False, "about 20"),
        (1_234, 5, False, "about 1,235"),
        (40, 10, True, "fewer than 10"),
    ],
)
def test_a_count_in_words(count: int, floor: int, few: bool, says: str) -> None:
    assert shown.words(count, floor, few=few) == says


def _keep(label: str, posts: int, speakers: int, ago: int, first: int) -> list[object]:
    day = build.weeks_ago(ago) + timedelta(days=1)
    return [
        build.said("couriers", first + n, day, label, "complaint", speaker=f"s{n % speakers}")
        for n in range(posts)
    ]


def test_topics_and_places_over_whole_weeks() -> None:
    programme = build.programme("couriers")
    first, second = build.places("couriers", 2)
    build.keep(first, _keep("pay.tips", 43, 20, 1, 0))
    build.keep(first, _keep("app.crash", 30, 3, 1, 100))
    build.keep(second, _keep("app.scan", 4, 4, 2, 200))
    build.keep(second, _keep("pay.tips", 30, 30, 0, 300))
    told = shown.topics(programme, build.TODAY, 4)
    assert told.labels == {"pay.tips": "about 40", "app.crash": "fewer than 10"}
    assert told.categories == {"pay": "about 40", "app": "fewer than 10"}
    assert told.total == "about 70"
    assert shown.places(programme, build.TODAY, 4) == {"store-reviews": "about 70", "survey": "fewer than 10"}
