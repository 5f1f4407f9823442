"""Programmes for tests, with everything that people are owed written down. Synthetic."""

from earnest.store import write

TERMS: dict[str, object] = {
    "organisation": "Ternway Ltd",
    "purpose": "Find and mend what goes wrong with pay, routes and the app.",
    "lawful_basis": "legitimate_interests",
    "contact": "listening@ternway.example",
}


def live(slug: str, name: str = "", audience: str = "customers", **terms: object) -> str:
    """A programme that may listen; its slug. `terms` go over the usual ones."""
    known = TERMS | {"directive": audience == "workforce"} | terms
    write.add_programme(slug, name or slug.title(), audience, **known)
    write.go_live(slug)
    return slug
