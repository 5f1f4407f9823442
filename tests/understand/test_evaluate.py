"""Figures against numbers worked out by hand and published ones."""

import numpy as np
import pytest

from earnest.understand.evaluate import Answers, calibration_error, confusion, measure, wilson


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Newcombe (1998), table I, method 3, to four places.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_the_published_ones(right: int, of: int, low: float, high: float) -> None:
    share = wilson(right, of)
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-4)


def test_nothing_counted_is_not_a_figure() -> None:
    assert wilson(0, 0).value is None


def test_figures_are_those_of_the_main_label() -> None:
    answers = Answers(
        truth=[("pay.tips",), ("pay.tips", "app.crash"), ("app.crash",), ("other",)],
        given=[("pay.tips",), ("pay.wrong",), ("app.crash",), ("app.crash",)],
        scores=[0.9, 0.6, 0.8, 0.3],
        unsure=[False, False, False, True],
    )
    quality = measure(answers, ("pay.tips", "pay.wrong", "app.crash", "other"))
    assert quality.accuracy.value == 0.5
    assert quality.category.value == 0.75
    assert quality.unsure.value == 0.25
    assert quality.sure.value == 1.0
    tips, crash = quality.label("pay.tips"), quality.label("app.crash")
    assert tips is not None
    assert crash is not None
    assert (tips.precision.value, tips.recall.value, tips.support) == (1.0, 0.5, 2)
    assert (crash.precision.value, crash.recall.value) == (0.5, 1.0)
    assert confusion(answers, ("pay.tips", "pay.wrong", "app.crash", "other")) == [
        ("pay.tips", "pay.wrong", 1),
        ("other", "app.crash", 1),
    ]


def test_calibration_error_is_the_gap_weighted_by_posts() -> None:
    scores = np.array([0.95, 0.95, 0.15, 0.15])
    right = np.array([True, False, False, False])
    assert calibration_error(scores, right) == pytest.approx((0.9 + 0.3) / 4, abs=1e-4)
