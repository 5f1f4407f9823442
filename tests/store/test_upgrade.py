"""Programmes from before there were drafts: what becomes of them."""

import importlib

import pytest
from django.apps import apps

from earnest.store import draft, read, write

pytestmark = pytest.mark.django_db

settle = importlib.import_module("earnest.store.migrations.0004_go_live").settle
OLD = {"purpose": "To mend things.", "contact": "a@b.example"}


def old(slug: str, audience: str, **terms: object) -> None:
    """A row as it stood: the basis in free words, nothing decided about drafts."""
    from earnest.store.models import Programme

    Programme.objects.create(slug=slug, name=slug, audience=audience, **terms)


@pytest.mark.parametrize(
    ("audience", "terms", "basis", "note", "lacks"),
    [
        (
            "customers",
            OLD | {"lawful_basis": "Legitimate interest"},
            "legitimate_interests",
            "Legitimate interest",
            [],
        ),
        ("customers", OLD | {"lawful_basis": "consent"}, "consent", "", []),
        ("customers", OLD | {"lawful_basis": "our own rules"}, "", "our own rules", ["a lawful basis"]),
        ("customers", {"lawful_basis": "consent"}, "consent", "", ["a purpose", "a contact"]),
        (
            "workforce",
            OLD | {"lawful_basis": "legitimate interest; public"},
            "legitimate_interests",
            "legitimate interest; public",
            ["the statement on article 7 of Directive (EU) 2024/2831"],
        ),
    ],
    ids=["complete", "one word", "no basis of the article", "without words", "a workforce"],
)
def test_what_says_everything_goes_on_and_others_wait(
    audience: str, terms: dict[str, str], basis: str, note: str, lacks: list[str]
) -> None:
    old("riders", audience, **terms)
    settle(apps, None)
    found = read.programme("riders")
    assert found is not None
    assert (found.lawful_basis, found.basis_note, found.live) == (basis, note, not lacks)
    assert [owed.what for owed in draft.missing(found)] == lacks


def test_the_programme_of_files_goes_on_with_words_of_its_own() -> None:
    old("default", "customers")
    settle(apps, None)
    assert read.programme("default").live
    assert write.default_programme() == "default"


def test_once_is_enough() -> None:
    old("riders", "customers", **OLD, lawful_basis="Legitimate interest")
    settle(apps, None)
    before = read.programme("riders")
    settle(apps, None)
    assert read.programme("riders") == before


def test_a_workforce_that_listened_in_public_waits() -> None:
    from earnest.store.models import Place, Programme

    old("riders", "workforce", **OLD, lawful_basis="consent", directive=True)
    Place.objects.create(programme=Programme.objects.get(), slug="forum", title="F", type="feed", kind="open")
    settle(apps, None)
    assert not read.programme("riders").live
