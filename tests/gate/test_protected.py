"""The protected-speech filter on its evaluation set, its disguises, and real texts of other worlds."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.gate.fold import fold, undisguise
from earnest.gate.protected import hear_all, is_protected, told
from earnest.gate.speech import LANGS
from earnest.gate.speech.train import read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared" / "data"
ROWS = [json.loads(line) for line in (HERE / "protected_eval.jsonl").read_text("utf-8").splitlines()]
CODED = [json.loads(line) for line in (HERE / "protected_eval_3.jsonl").read_text("utf-8").splitlines()]
"""Two thirds indirect or coded, and look-alikes that share their words: harder than most of what is said."""


LEARNED = [row for name in ("early", "even-1", "even-2") for row in read()[name]]
FOUND = 0.88
"""What the filter found of protected posts that it had not learned from, when this was last measured, less
what chance may take away. The aim is 0.95: `docs/trust.md` says plainly how far it is."""


def share(texts: list[str]) -> float:
    return sum(heard == "protected speech" for heard in hear_all(texts)) / len(texts)


def test_the_set_is_large_balanced_and_labelled_synthetic() -> None:
    assert len(ROWS) >= 600
    assert all(row["synthetic"] for row in ROWS)
    assert len({row["text"] for row in ROWS}) == len(ROWS)
    for lang in LANGS:
        mine = [row["protected"] for row in ROWS if row["lang"] == lang]
        assert len(mine) >= 80
        assert 0.4 <= sum(mine) / len(mine) <= 0.6


def test_nothing_of_the_set_was_learned() -> None:
    learned = {fold(one.text) for file in read().values() for one in file}
    assert not [row["id"] for row in (*ROWS, *CODED) if fold(row["text"]) in learned]


def test_the_coded_set_is_large_and_labelled_synthetic() -> None:
    protected = sum(row["protected"] for row in CODED)
    assert protected >= 200
    assert len(CODED) - protected >= 400
    assert all(row["synthetic"] for row in CODED)
    assert len({row["text"] for row in CODED}) == len(CODED)


def test_of_coded_calls_and_their_look_alikes_no_fewer_are_told_apart_than_when_measured() -> None:
    """Measured: 74 % found, 6 % withheld in error; less what chance may take away."""
    assert share([row["text"] for row in CODED if row["protected"]]) >= 0.68
    assert share([row["text"] for row in CODED if not row["protected"]]) <= 0.085


def test_of_protected_posts_it_has_not_learned() -> None:
    assert share([row["text"] for row in ROWS if row["protected"]]) >= FOUND


def test_of_ordinary_posts_it_has_not_learned_few_are_withheld() -> None:
    assert share([row["text"] for row in ROWS if not row["protected"]]) <= 0.02


def test_what_was_learned_is_kept() -> None:
    assert share([one.text for one in LEARNED if one.protected]) >= 0.95
    assert share([one.text for one in LEARNED if not one.protected]) <= 0.02


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
    assert told(fold(far)) is None


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
        pytest.param(banking, 0.005, id="questions to a bank"),
        pytest.param(tab_separated("amazonReviewSnippets_GroundTruth.txt"), 0.02, id="product reviews"),
        pytest.param(tab_separated("tweets_GroundTruth.txt"), 0.045, id="tweets, also of politics"),
    ],
)
def test_ordinary_texts_pass(read: Callable[[], list[str]], most: float) -> None:
    try:
        texts = read()
    except FileNotFoundError:
        pytest.skip("the public data sets are not beside the repository")
    if not texts:
        pytest.skip("the public data sets are not beside the repository")
    assert share(texts) <= most
