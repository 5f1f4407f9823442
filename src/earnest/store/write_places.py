"""Places: adding, pausing, and saying what went wrong. Cursors move through `write.keep` alone."""

from datetime import datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction

from earnest.record import audience
from earnest.record.errors import Refused, StoreError
from earnest.store import clock, erase, write_consents
from earnest.store.models import Place, Programme
from earnest.store.write_programmes import go_live as go_live

PausedBy = Literal["steward", "delegate"]


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

    Raises RefusedAudience where the audience may not be heard at this kind of place, StoreError where there
    is one of this name.
    """
    with transaction.atomic():
        # Locked, so that its audience is still the same when the place is there.
        row = Programme.objects.select_for_update().filter(slug=programme).first()
        if row is None:
            raise StoreError(f"There is no programme '{programme}'.", advice="Add it first.")
        audience.check(row.audience, kind)
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
                erase.rebury(place.pk)
        except IntegrityError as error:
            raise StoreError(f"The programme '{programme}' already has a place '{slug}'.") from error
    return place.pk


def pause_place(programme: str, slug: str, by: PausedBy = "steward") -> None:
    """Stop reading a place until `resume_place`. A closed place stays closed, a delegate's pause theirs."""
    theirs = Place.objects.filter(programme__slug=programme, slug=slug, state="paused", paused_by="delegate")
    if not theirs.exists():
        with transaction.atomic():
            _set_state(programme, slug, "paused", "", paused_by=by)
            write_consents.pause(programme, slug, by)


def resume_place(programme: str, slug: str, by: PausedBy = "steward") -> None:
    """Read a place again, now. Closed places stay closed: their community must invite anew.

    Raises Refused where the community's delegate paused it and somebody else resumes.
    """
    with transaction.atomic():
        rows = Place.objects.select_for_update().filter(programme__slug=programme, slug=slug)
        if by != "delegate" and any(row.state == "paused" and row.paused_by == "delegate" for row in rows):
            raise Refused(
                "The community's delegate paused this place, so only they can resume it.", advice="Ask them."
            )
        _set_state(programme, slug, "hearing", "", next_read=clock.now(), failures=0, paused_by="")


def close_place(programme: str, slug: str, why: str) -> None:
    """Stop reading for good: the consent ended or the place is gone. `why` is a sentence for people."""
    with transaction.atomic():
        row = Place.objects.filter(programme__slug=programme, slug=slug, kind="closed").first()
        if row is not None:
            write_consents.end_consent(row.pk, clock.now(), "operator")
        _set_state(programme, slug, "closed", why, next_read=None)


def _set_state(programme: str, slug: str, state: str, problem: str, **changes: Any) -> None:
    rows = Place.objects.filter(programme__slug=programme, slug=slug)
    if state != "closed":
        rows = rows.exclude(state="closed")
    if not rows.update(state=state, problem=problem, **changes):
        raise StoreError(f"The programme '{programme}' has no place '{slug}' that can be {state}.")


def failed_read(place_id: int, problem: str, *, next_read: datetime | None, failed: bool) -> None:
    """Record that a read did not work. The cursor stays, the hour stays unknown.

    `problem` is a sentence for people. `failed` False: only busy, tried again at `next_read`.
    """
    row = Place.objects.only("failures").get(pk=place_id)
    state = {"state": "failed"} if failed else {}
    # One that was paused or closed meanwhile stays so.
    Place.objects.filter(pk=place_id).exclude(state__in=("closed", "paused")).update(
        problem=problem, next_read=next_read, failures=row.failures + 1, **state
    )
