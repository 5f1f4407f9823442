"""Programmes and places: adding, pausing, and saying what went wrong. Cursors move through `write.keep`
alone.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from earnest.record.errors import RefusedAudience, StoreError
from earnest.store import clock, read_places
from earnest.store.models import Consent, Place, Programme

DEFAULT_PROGRAMME = "default"


def add_programme(
    slug: str,
    name: str,
    audience: str,
    *,
    purpose: str = "",
    lawful_basis: str = "",
    contact: str = "",
    retention_days: int = 365,
    quotes: bool | None = None,
    taxonomy: str = "gig-delivery",
) -> int:
    """Add a programme; its id. Workforce programmes allow no quotes unless said. Raises StoreError when it
    exists.
    """
    if audience not in ("customers", "workforce"):
        raise StoreError(f"There is no audience '{audience}'.", advice="Choose customers or workforce.")
    if retention_days < 1:
        raise StoreError("Posts must be kept for at least a day.")
    allowed = audience == "customers" if quotes is None else quotes
    try:
        with transaction.atomic():
            row = Programme.objects.create(
                slug=slug,
                name=name,
                audience=audience,
                purpose=purpose,
                lawful_basis=lawful_basis,
                contact=contact,
                retention_days=retention_days,
                quotes=allowed,
                taxonomy=taxonomy,
            )
    except IntegrityError as error:
        raise StoreError(f"There is already a programme '{slug}'.") from error
    return row.pk


def default_programme() -> str:
    """The slug of the default programme, made on first need: customers, the gig-delivery pack."""
    if read_places.programme(DEFAULT_PROGRAMME) is None:
        add_programme(DEFAULT_PROGRAMME, "Default", "customers")
    return DEFAULT_PROGRAMME


def add_place(
    programme: str,
    slug: str,
    *,
    title: str = "",
    type: str,
    kind: str,
    region: str | None = None,
    lang: str | None = None,
    settings: dict[str, Any] | None = None,
    interval: int = 300,
    state: str = "hearing",
) -> int:
    """Add a place; its id. `interval` is seconds between reads, 0 for a place that is not read on a schedule.

    Raises RefusedAudience when a workforce programme would listen in public, StoreError when it exists.
    """
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.", advice="Add it first.")
    if kind not in ("addressed", "open", "closed"):
        raise StoreError(f"There is no kind of place '{kind}'.", advice="Choose addressed, open or closed.")
    if row.audience == "workforce" and kind == "open":
        raise RefusedAudience(
            "A workforce programme reads only what was said to the operator, or in a community that"
            " invited it.",
            advice="Choose an addressed or closed place.",
        )
    try:
        with transaction.atomic():
            place = Place.objects.create(
                programme=row,
                slug=slug,
                title=title or slug,
                type=type,
                kind=kind,
                region=region or "",
                lang=lang or "",
                settings=settings or {},
                interval=interval,
                next_read=clock.now() if interval else None,
                state=state,
            )
    except IntegrityError as error:
        raise StoreError(f"The programme '{programme}' already has a place '{slug}'.") from error
    return place.pk


def pause_place(programme: str, slug: str) -> None:
    """Stop reading a place until `resume_place`."""
    _set_state(programme, slug, "paused", "")


def resume_place(programme: str, slug: str) -> None:
    """Read a place again, now. Closed places stay closed: their community must invite anew."""
    _set_state(programme, slug, "hearing", "", next_read=clock.now(), failures=0)


def close_place(programme: str, slug: str, why: str) -> None:
    """Stop reading for good: the consent ended or the place is gone. `why` is a sentence for people."""
    _set_state(programme, slug, "closed", why, next_read=None)


def _set_state(programme: str, slug: str, state: str, problem: str, **changes: Any) -> None:
    rows = Place.objects.filter(programme__slug=programme, slug=slug)
    if state == "hearing":
        rows = rows.exclude(state="closed")
    if not rows.update(state=state, problem=problem, **changes):
        raise StoreError(f"The programme '{programme}' has no place '{slug}' that can be {state}.")


def failed_read(place_id: int, problem: str, *, next_read: datetime | None, failed: bool) -> None:
    """Record that a read did not work. The cursor stays, the hour stays unknown.

    `problem` is a sentence for people. `failed` False: only busy, tried again at `next_read`.
    """
    row = Place.objects.only("failures").get(pk=place_id)
    state = {"state": "failed"} if failed else {}
    Place.objects.filter(pk=place_id).exclude(state="closed").update(
        problem=problem, next_read=next_read, failures=row.failures + 1, **state
    )


def open_consent(place_id: int, *, opened: datetime, expires: datetime, grace_days: int = 7) -> int:
    """Record that a community invited Earnest until `expires`. Who said so is not recorded."""
    if expires <= opened:
        raise StoreError("A consent must end after it begins.")
    row = Consent.objects.create(
        place_id=place_id, opened=opened, expires=expires, checked=opened, grace_days=grace_days
    )
    return row.pk


def end_consent(place_id: int, at: datetime) -> None:
    """The community took its invitation back (or the notice was unpinned): reading stops now."""
    Consent.objects.filter(place_id=place_id, ended__isnull=True).update(ended=at, state="ended")
    Place.objects.filter(pk=place_id).update(
        state="closed", problem="The community's consent ended.", next_read=None
    )


def consent_lives(place_id: int, at: datetime) -> bool:
    """Whether a closed place may be read at this moment."""
    return Consent.objects.filter(
        place_id=place_id, opened__lte=at, expires__gt=at + timedelta(0), ended__isnull=True
    ).exists()
