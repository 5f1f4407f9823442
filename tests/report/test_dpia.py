"""An impact assessment says what the programme is really set to, and marks what a person must write."""

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earnest.desk import audit
from earnest.flow import assess
from earnest.gate import figures
from earnest.gate.voice import Keys
from earnest.record.errors import StoreError
from earnest.report.dpia import Assessment, mark
from earnest.store import write

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
HOSTILE = "<script>alert(1)</script> | *pay* `x`\n# not a heading [link](http://example.org)"


@pytest.fixture
def keys(home: Path) -> Keys:
    return Keys.make(home / "keys" / "voices.key")


def made(keys: Keys, lang: str = "en", audience: str = "workforce", **terms: object) -> Assessment:
    given: dict[str, object] = {
        "purpose": "To mend wrong pay.",
        "lawful_basis": "legitimate_interests",
        "contact": "listening@ternway.example",
        "retention_days": 123,
        "organisation": "Ternway",
    }
    write.add_programme("riders", "Riders", audience, **given | terms)
    write.add_place("riders", "form", title="Tell us", type="submit", kind="addressed")
    return assess.assess("riders", keys, lang)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_it_is_filled_from_the_programme_as_it_is(keys: Keys, lang: str, form: str) -> None:
    keys.epoch("2026Q4")
    keys.destroy("2026Q2")
    audit.note("cli", "erased")
    found = made(keys, lang)
    said = html.unescape(getattr(found, form)())
    for fact in ("Ternway", "To mend wrong pay.", "123", "/notice/riders", "Tell us", "6(1)(f)", "2026Q2"):
        assert fact in said
    assert "EARNEST-AUDIT 1 " in said.replace("\\", "")
    assert said.count(mark(lang)) == found.open > 8


def test_both_languages_ask_for_the_same(keys: Keys) -> None:
    english = made(keys)
    spanish = assess.assess("riders", keys, "es")
    assert (english.open, len(english.sections)) == (spanish.open, len(spanish.sections))
    assert [len(one.blocks) for one in english.sections] == [len(one.blocks) for one in spanish.sections]


def test_what_is_measured_of_the_gate_is_what_is_published(keys: Keys) -> None:
    said = made(keys).markdown()
    published = figures.published()
    assert published.measured in said
    for one in (*published.protected, *published.personal):
        assert one.what["en"] in said
        assert one.what["es"]
        assert one.first is None or f"| {one.first * 100:.3g} % |" in said


@pytest.mark.parametrize(
    ("terms", "more"),
    [
        ({}, 0),
        ({"purpose": ""}, 1),
        ({"organisation": ""}, 1),
        ({"lawful_basis": ""}, 1),
        ({"directive": True}, -1),
        ({"audience": "customers"}, -2),
    ],
    ids=["all written", "no purpose", "no controller", "no basis", "article 7 stated", "customers"],
)
def test_what_is_missing_is_left_to_be_written(keys: Keys, terms: dict[str, object], more: int) -> None:
    assert made(keys, **terms).open == 12 + more


def test_a_text_of_the_operators_is_never_markup(keys: Keys) -> None:
    found = made(keys, purpose=HOSTILE)
    assert "<script" not in found.html()
    said = found.markdown()
    assert "<script" not in said
    assert "\n# not" not in said
    assert "[link](" not in said
    for table in re.findall(r"(?:^\|.*\|$\n?)+", said, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_places_and_consents_are_told(keys: Keys) -> None:
    write.add_programme("riders", "Riders", "workforce")
    room = write.add_place("riders", "room", title="The room", type="sample", kind="closed")
    write.open_consent(room, opened=NOW - timedelta(days=2), expires=NOW + timedelta(days=2))
    said = assess.assess("riders", keys, "en").markdown()
    assert f"read; consent live since {NOW - timedelta(days=2):%Y-%m-%d}" in said


def test_a_broken_chain_is_said(keys: Keys, home: Path) -> None:
    audit.note("cli", "erased")
    (home / "keys" / "audit.key").write_text("11" * 32)
    assert "BROKEN" in made(keys).markdown()


def test_a_programme_that_is_not_there(keys: Keys) -> None:
    with pytest.raises(StoreError, match="no programme"):
        assess.assess("nobody", keys, "en")
