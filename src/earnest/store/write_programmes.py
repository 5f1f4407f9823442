"""Programmes: adding a draft, writing its terms, and letting it begin.

A programme begins as a draft and goes live once everything that people are owed is written
(`draft.OWED`). A live one can be changed, but never made incomplete, and its audience stands from the first
post on: whoever spoke under one promise is not moved under another.
"""

from typing import Any

from django.db import IntegrityError, connection, transaction

from earnest.record import audience as audiences
from earnest.record import basis
from earnest.record.errors import InputError, RefusedAudience, StoreError
from earnest.store import clock, draft, read_places
from earnest.store.models import Place, Post, Programme, TaxonomyVersion

DEFAULT_PROGRAMME = "default"
LONGEST_TEXT = 2_000
"""Characters of a purpose, or of a note on the lawful basis."""

TERMS = (
    "name", "audience", "organisation", "purpose", "purpose_es", "lawful_basis", "basis_note", "directive",
    "contact", "complaint", "officer", "supervisor", "retention_days", "quotes", "taxonomy",
)  # fmt: skip
"""What `change_programme` may set."""


def add_programme(
    slug: str,
    name: str,
    audience: str,
    *,
    quotes: bool | None = None,
    **terms: Any,
) -> int:
    """Add a programme as a draft; its id. `terms` as in `change_programme`.

    Workforce programmes allow no quotes unless said; `retention_days` 0: not decided yet. Raises StoreError
    when it exists, InputError or RefusedAudience for terms that cannot be.
    """
    allowed = audiences.of(audience)
    days = terms.pop("retention_days", 365)
    undecided = {"retention_days": 0} if days == 0 else {}
    values = _checked({**terms, "quotes": allowed.quotes if quotes is None else quotes})
    values |= undecided or _checked({"retention_days": days})
    try:
        with transaction.atomic():
            row = Programme.objects.create(
                slug=slug, name=name, audience=audience, changed=clock.now(), **values
            )
    except IntegrityError as error:
        raise StoreError(f"There is already a programme '{slug}'.") from error
    return row.pk


def change_programme(slug: str, **terms: Any) -> tuple[str, ...]:
    """Write terms of a programme (`TERMS`); the names of those that changed.

    `lawful_basis` is understood in the operator's own words (`record.basis.understood`). Raises InputError
    where a value cannot be, or where a live programme would lack something; RefusedAudience where the
    audience cannot be another one.
    """
    unknown = sorted(set(terms) - set(TERMS))
    if unknown:
        raise InputError(f"A programme has no '{unknown[0]}'.", advice=f"It has: {', '.join(TERMS)}.")
    values = _checked(terms)
    with transaction.atomic(), connection.cursor() as db:
        if "audience" in values:
            # Wait for a page that is being kept: it counts as said before, or it is kept under the new terms.
            db.execute("UPDATE store_counter SET arrival = arrival WHERE id = 1")
        row = Programme.objects.select_for_update().filter(slug=slug).first()
        if row is None:
            raise StoreError(f"There is no programme '{slug}'.", advice="Add it first.")
        changes = {name: value for name, value in values.items() if getattr(row, name) != value}
        if "taxonomy" in changes and TaxonomyVersion.objects.filter(programme=row).exists():
            raise InputError(
                "The taxonomy was changed here, so it cannot be exchanged for another pack.",
                advice="Change its labels (earnest taxonomy propose), or add a new programme.",
            )
        if "audience" in changes:
            _check_audience(row, changes["audience"])
            if not audiences.of(changes["audience"]).quotes:
                changes.setdefault("quotes", False)
        if changes:
            Programme.objects.filter(pk=row.pk).update(**changes, changed=clock.now())
        now = read_places.programme(slug)
        if now is not None and now.live:
            draft.check_complete(now)
    return tuple(sorted(changes))


def go_live(slug: str) -> None:
    """Let a programme begin: from now on it is heard and its notice is public.

    Raises InputError naming what is missing, RefusedAudience where one of its places may not be heard.
    Live already: nothing changes.
    """
    with transaction.atomic():
        row = Programme.objects.select_for_update().filter(slug=slug).first()
        programme = read_places.programme(slug)
        if row is None or programme is None:
            raise StoreError(f"There is no programme '{slug}'.", advice="Add it first.")
        draft.check_complete(programme)
        _check_places(row, programme.audience)
        if row.state != "live":
            Programme.objects.filter(pk=row.pk).update(state="live", live_since=clock.now())


def default_programme() -> str:
    """The slug of the programme that files are imported into where none is named, made on first need.

    It is for customers, of the gig-delivery pack, and live with terms that hold for what it is: files that
    somebody who runs this installation had and handed over. They stand in its notice until better words do.
    """
    if read_places.programme(DEFAULT_PROGRAMME) is None:
        with transaction.atomic():
            add_programme(
                DEFAULT_PROGRAMME,
                "Default",
                "customers",
                purpose="Find and mend what goes wrong, from what people told the operator.",
                purpose_es="Encontrar y arreglar lo que falla, por lo que la gente le dijo a la empresa.",
                lawful_basis="legitimate_interests",
                contact="whoever runs this installation",
            )
            go_live(DEFAULT_PROGRAMME)
    return DEFAULT_PROGRAMME


def _checked(terms: dict[str, Any]) -> dict[str, Any]:
    """Terms with text trimmed and the lawful basis understood. Raises for values that cannot be."""
    values = dict(terms)
    for name, value in terms.items():
        if isinstance(value, str):
            values[name] = value.strip()
            most = getattr(Programme._meta.get_field(name), "max_length", None) or LONGEST_TEXT
            if len(values[name]) > most:
                raise InputError(
                    f"The {name.replace('_', ' ')} is longer than {most:,} characters.",
                    advice="Say it shorter.",
                )
            if "\x00" in value:
                raise InputError(f"The {name.replace('_', ' ')} holds a sign that cannot be kept.")
    if values.get("audience") is not None:
        audiences.of(values["audience"])
    if "name" in values and not values["name"]:
        raise InputError("A programme needs a name.")
    days = values.get("retention_days")
    if days is not None and not 0 < days <= draft.LONGEST_DAYS:
        raise InputError(
            "Posts are kept for at least a day and at most ten years.", advice="Write a number of days."
        )
    if values.get("lawful_basis"):
        meant, note = basis.understood(values["lawful_basis"])
        if meant is None:
            known = ", ".join(one.id for one in basis.BASES)
            raise InputError(
                "The lawful basis is none of article 6 of the GDPR.", advice=f"Choose one of: {known}."
            )
        values["lawful_basis"] = meant.id
        if note:
            values.setdefault("basis_note", note)
    return values


def _check_audience(row: Programme, wanted: str) -> None:
    if Post.objects.filter(programme=row).exists():
        raise RefusedAudience(
            "The audience stands from the first post on: people spoke under the terms of that time.",
            advice="Add a new programme for the other audience.",
        )
    _check_places(row, wanted)


def _check_places(row: Programme, audience: str) -> None:
    kinds = audiences.of(audience).kinds
    titles = [
        title
        for title, kind in Place.objects.filter(programme=row).order_by("title").values_list("title", "kind")
        if kind not in kinds
    ]
    if titles:
        named = ", ".join(titles[:5]) + (" and others" if len(titles) > 5 else "")
        raise RefusedAudience(
            f"This programme has places where a {audience} may not be heard: {named}.",
            advice="Add a new programme with places that may be.",
        )
