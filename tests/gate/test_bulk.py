"""The gate for texts alone decides as the gate for posts does."""

import json
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.gate import bulk
from earnest.gate.admit import Answer, Gate
from earnest.gate.bulk import admit_texts
from earnest.gate.fold import fold, fold_all
from earnest.gate.redact import redact, redact_all
from earnest.gate.text import clean
from earnest.gate.voice import Keys
from earnest.record.cleared import ClearedPost
from earnest.record.errors import GateFailed
from earnest.record.raw import RawPost, Refusal

HERE = Path(__file__).parent


def spoken() -> list[str]:
    """Every text of the gate's evaluation sets, and some that ask to be left out."""
    lines = [
        json.loads(line)["text"]
        for name in ("protected_eval.jsonl", "names_eval.jsonl")
        for line in (HERE / name).read_text("utf-8").splitlines()
    ]
    return [*lines, "Earnest opt out", "#nobot today", "", "  ", "\u200b", "x" * 20_001, "y" * 20_000]


def as_posts(texts: list[str]) -> list[Answer]:
    gate = Gate(Keys.passing(), audience="customers", kind="addressed", source="test")
    now = datetime.now(UTC)
    return gate.decide([RawPost(str(at), text, created=now) for at, text in enumerate(texts)])


def same(alone: str | Refusal | None, post: Answer) -> bool:
    if isinstance(post, ClearedPost):
        return alone == post.text
    if isinstance(post, Refusal):
        # A post without a text is refused; in a file it is a row like others, and says nothing.
        return alone == "" if post.error == "NoText" else alone == post
    return alone is None


def test_each_text_is_decided_as_the_gate_decides_it() -> None:
    texts = spoken()
    differ = [
        at
        for at, (alone, post) in enumerate(zip(admit_texts(texts), as_posts(texts), strict=True))
        if not same(alone, post)
    ]
    assert differ == []


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(st.text(max_size=120), max_size=8))
def test_any_text_is_decided_as_the_gate_decides_it(texts: list[str]) -> None:
    assert all(same(alone, post) for alone, post in zip(admit_texts(texts), as_posts(texts), strict=True))


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(
        st.one_of(
            st.text(max_size=80),
            st.from_regex(r"(Call|Mail|Ask) [A-Z][a-z]{2,8} (Smith|Okafor) (at|on) [0-9 +@.a-z]{5,20}"),
        ),
        max_size=6,
    )
)
def test_many_at_once_are_redacted_as_one_alone(texts: list[str]) -> None:
    cleaned = [clean(text) for text in texts]
    assert redact_all(cleaned) == [redact(text).text for text in cleaned]


@settings(max_examples=300, deadline=None)
@given(texts=st.lists(st.one_of(st.text(max_size=40), st.text(st.characters(max_codepoint=127))), max_size=8))
def test_many_at_once_are_folded_as_one_alone(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


def test_where_a_step_fails_nothing_is_admitted_and_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(texts: list[str]) -> list[str]:
        raise ValueError(texts[0])

    said = ["the canary sings"]
    monkeypatch.setattr(bulk, "redact_all", broken)
    with pytest.raises(GateFailed) as caught:
        admit_texts(said)
    told = "".join(traceback.format_exception(caught.value))
    assert "canary" not in told
    assert "ValueError" in str(caught.value)
