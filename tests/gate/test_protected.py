"""The protected-speech filter on its evaluation set, its disguises, and real texts of other worlds."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.gate.fold import fold, undisguise
from earnest.gate.protected import is_protected

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared" / "data"
ROWS = [json.loads(line) for line in (HERE / "protected_eval.jsonl").read_text("utf-8").splitlines()]
PARTS = sorted({row["part"] for row in ROWS})


def share(rows: list[dict[str, object]]) -> float:
    return sum(is_protected(str(row["text"])) for row in rows) / len(rows)


def test_the_set_is_large_and_labelled_synthetic() -> None:
    assert sum(row["protected"] for row in ROWS) >= 300
    assert sum(not row["protected"] for row in ROWS) >= 300
    assert {row["lang"] for row in ROWS} == {"en", "es", "pt", "fr", "de"}
    assert all(row["synthetic"] for row in ROWS)
    assert len({row["text"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("part", PARTS)
def test_recall_is_95_percent_or_more(part: str) -> None:
    assert share([row for row in ROWS if row["part"] == part and row["protected"]]) >= 0.95


@pytest.mark.parametrize("part", PARTS)
def test_of_ordinary_posts_2_percent_or_fewer_are_withheld(part: str) -> None:
    assert share([row for row in ROWS if row["part"] == part and not row["protected"]]) <= 0.02


@pytest.mark.parametrize("lang", ["en", "es", "pt", "fr", "de"])
def test_in_each_language(lang: str) -> None:
    assert share([row for row in ROWS if row["lang"] == lang and row["protected"]]) >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        *(
            "UNION now",
            "un10n",
            "Un!on",
            "u n i o n",
            "u-n-i-o-n",
            "u.n.i.o.n",
            "uniоn",
            "ｕｎｉｏｎ",
            "𝐮𝐧𝐢𝐨𝐧",
        ),
        *(
            "ünïön",
            "uni\u200bon",
            "uni\0on",
            "unioooon",
            "$trike fund",
            "STR1KE fund",
            "s t r i k e  f u n d",
        ),
        *("hu3lga", "h u e l g a", "gr\u00e8ve", "gre\u0300ve", "✊", "🪧"),
    ],
)
def test_disguises_do_not_help(text: str) -> None:
    assert is_protected(text)


def test_it_reads_far_into_a_long_post() -> None:
    assert is_protected("The gate code was wrong again. " * 300 + "Also, the union meets on Friday.")


def test_words_far_apart_do_not_add_up() -> None:
    far = (
        "We should all bring water tomorrow. "
        + "The code was wrong at stop nine. " * 20
        + "I decline until they raise it."
    )
    assert not is_protected(far)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_protected(text) in (True, False)
    assert fold(text).isascii()
    undisguise(fold(text).decode())


def corpus() -> list[str]:
    files = sorted((ROOT / "src/earnest/understand/packs/gig-delivery/examples").glob("*.jsonl"))
    return [
        json.loads(line)["text"]
        for file in files
        for line in file.read_text("utf-8").splitlines()
        if line.strip()
    ]


def banking() -> list[str]:
    with (SHARED / "banking77/train.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def tab_separated(name: str) -> Callable[[], list[str]]:
    def read() -> list[str]:
        lines = (SHARED / "vader" / name).read_text("utf-8", "replace").splitlines()
        return [line.split("\t")[2] for line in lines if line.count("\t") >= 2]

    return read


@pytest.mark.parametrize(
    ("read", "most"),
    [
        pytest.param(corpus, 0.02, id="couriers' posts written for the training"),
        pytest.param(banking, 0.002, id="questions to a bank"),
        pytest.param(tab_separated("amazonReviewSnippets_GroundTruth.txt"), 0.005, id="product reviews"),
        pytest.param(tab_separated("tweets_GroundTruth.txt"), 0.02, id="tweets, also of politics"),
    ],
)
def test_ordinary_texts_pass(read: Callable[[], list[str]], most: float) -> None:
    try:
        texts = read()
    except FileNotFoundError:
        pytest.skip("the shared data is not here")
    if not texts:
        pytest.skip("the shared data is not here")
    withheld = sum(map(is_protected, texts)) / len(texts)
    assert withheld <= most
