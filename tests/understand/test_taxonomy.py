"""A taxonomy is checked before anything is made of it, and each error names file and line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.record.errors import TaxonomyError
from earnest.understand.taxonomy import PACKS, load, pack

LEAST = """\
id: airline
name: Airline
labels:
  - id: baggage.lost
    name: Lost baggage
"""

GIG_DELIVERY = {
    "app": "crash login maps scan notifications update",
    "offers": "availability allocation rates surge cancel schedule bots",
    "pay": "missing wrong tips cashout costs tax earnings",
    "route": "design load address time",
    "pickup": "wait staff parking checkin packages",
    "delivery": "access customer unavailable damage return weather",
    "support": "noreply unhelpful wrong reach",
    "standing": "rating tiers marks deactivation appeal",
    "safety": "accident threat animals health vehicle",
    "joining": "background waitlist training referral region",
    "ordering": "refund fees courier merchant nocourier",
    "company": "news policy",
}

# ruff: noqa: E501 - a table reads best with a row a line
WRONG = [
    ("a repeated id", LEAST + "  - {id: baggage.lost, name: Again}\n", "taxonomy.yaml:6", "already on line 4"),
    ("a label without a name", LEAST + "  - id: baggage.late\n", "taxonomy.yaml:6", "has no 'name'"),
    ("a name in no English", LEAST + "  - {id: food, name: {es: Comida}}\n", "taxonomy.yaml:6", "English"),
    ("an unknown key", LEAST + "    colour: red\n", "taxonomy.yaml:6", "unknown key"),
    ("an unknown key on top", LEAST + "colour: red\n", "taxonomy.yaml:6", "unknown key"),
    ("a key twice", LEAST + "    name: Again\n", "taxonomy.yaml:6", "there twice"),
    ("an id with capitals", LEAST.replace("baggage.lost", "Baggage.Lost"), "taxonomy.yaml:4", "id cannot be used"),
    ("three levels", LEAST.replace("baggage.lost", "a.b.c"), "taxonomy.yaml:4", "id cannot be used"),
    ("severity five", LEAST + "    severity: 5\n", "taxonomy.yaml:6", "1, 2, 3 or 4"),
    ("an unknown audience", LEAST + "audience: robots\n", "taxonomy.yaml:6", "audience is one of"),
    ("an unknown kind", LEAST + "kinds: [rant]\n", "taxonomy.yaml:6", "a kind is one of"),
    ("a label that is also a category", LEAST + "  - {id: baggage, name: Bags}\n", "taxonomy.yaml:6", "also the category"),
    ("labels that are text", "id: a\nname: A\nlabels: many\n", "taxonomy.yaml:3", "is a list"),
    ("no labels", "id: a\nname: A\nlabels: []\n", "taxonomy.yaml:3", "no labels"),
    ("no labels key", "id: a\nname: A\n", "taxonomy.yaml:1", "has no 'labels'"),
    ("an empty file", "", "taxonomy.yaml:1", "is empty"),
    ("a tab", "id: a\n\tname: A\n", "taxonomy.yaml:2", "is not YAML"),
    ("an open quote", 'id: "a\nname: A\n', "taxonomy.yaml:3", "is not YAML"),
    ("an alias", LEAST.replace("Airline", "&a Airline") + "  - {id: food, name: *a}\n", "taxonomy.yaml:2", "aliases"),
    ("ten thousand brackets", "id: " + "[" * 10_000, "taxonomy.yaml:1", "nested too deeply"),
    ("ten thousand indents", "".join(" " * i + "a:\n" for i in range(200)), "taxonomy.yaml:17", "nested too deeply"),
    ("a control character", "id: a\x07\n", "taxonomy.yaml", "not YAML"),
    ("examples outside the folder", LEAST + "examples: ../*.jsonl\n", "taxonomy.yaml:6", "own folder"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "problem"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_taxonomy_is_refused_with_its_place(
    tmp_path: Path, text: str, place: str, problem: str
) -> None:
    path = tmp_path / "taxonomy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        load(path)
    assert caught.value.place == place
    assert problem in str(caught.value)


def test_the_least_taxonomy_loads(tmp_path: Path) -> None:
    path = tmp_path / "least.yaml"
    path.write_text(LEAST)
    found = load(path)
    label = found.get("baggage.lost")
    assert label is not None
    assert (label.name["en"], label.name["es"], label.category, label.severity) == (
        "Lost baggage",
        "Lost baggage",
        "baggage",
        2,
    )
    assert [category.id for category in found.categories] == ["baggage"]


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.yaml"
    path.write_bytes("id: caf\u00e9\n".encode("latin-1"))
    with pytest.raises(TaxonomyError, match="UTF-8"):
        load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="cannot be read"):
        load(tmp_path / "none.yaml")


@given(st.text(max_size=300))
def test_any_text_is_a_taxonomy_or_a_taxonomy_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "taxonomy.yaml"
    path.write_text(text, encoding="utf-8", errors="ignore")
    with suppress(TaxonomyError):
        load(path)


def test_gig_delivery_has_exactly_its_labels() -> None:
    ids = {f"{category}.{sub}" for category, subs in GIG_DELIVERY.items() for sub in subs.split()}
    assert {label.id for label in pack("gig-delivery").labels} == ids | {"other", "unclear"}


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_label_of_a_shipped_pack_is_fully_described(pack_id: str) -> None:
    for label in pack(pack_id).labels:
        assert label.name["en"]
        assert label.name["es"]
        assert label.description
        assert label.owner
        assert label.examples, label.id


def test_a_pack_that_is_not_shipped_is_named() -> None:
    with pytest.raises(TaxonomyError, match="no pack 'none'"):
        pack("none")
