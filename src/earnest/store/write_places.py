"""Places: adding, pausing, and saying what went wrong. Cursors move through `write.keep` alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction

from earnest.record import audience
from earnest.record.errors import Refused, StoreError
from earnest.store import clock, endings, erase, write_consents, write_gaps, write_health, write_leases
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


def change_settings(programme: str, slug: str, settings: dict[str, Any]) -> None:
    """Write other settings of a place and read it from its start: posts that are kept are recognised.

    One that had failed is tried again. Raises StoreError where there is none that is not closed, Refused for
    one that a community invited.
    """
    with transaction.atomic():
        row = (
            Place.objects.select_for_update()
            .filter(programme__slug=programme, slug=slug)
            .exclude(state="closed")
            .first()
        )
        if row is None:
            raise StoreError(f"The programme '{programme}' has no place '{slug}' that can be changed.")
        if row.kind == "closed":
            raise Refused("What a community agreed to is not changed.", advice="Ask the other community.")
        row.settings, row.cursor = settings, None
        if row.state == "failed":
            row.state, row.problem, row.failures = "hearing", "", 0
        if row.interval:
            row.next_read = clock.now()
        row.save(update_fields=["settings", "cursor", "state", "problem", "failures", "next_read"])


def pause_place(programme: str, slug: str, by: PausedBy = "steward") -> None:
    """Stop reading a place until `resume_place`. A closed place stays closed, a delegate's pause theirs."""
    theirs = Place.objects.filter(programme__slug=programme, slug=slug, state="paused", paused_by="delegate")
    if not theirs.exists():
        with transaction.atomic():
            _set_state(programme, slug, "paused", "", paused_by=by)
            write_consents.pause(programme, slug, by)
            row = Place.objects.filter(programme__slug=programme, slug=slug, state="paused").first()
            if row is not None:
                if by == "delegate":
                    endings.note(row, "paused", clock.now())
                write_gaps.begin(row.pk, write_gaps.PAUSED, clock.now())


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
        theirs = [row for row in rows if row.paused_by == "delegate"]
        _set_state(programme, slug, "hearing", "", next_read=clock.now(), failures=0, paused_by="")
        for row in theirs:
            endings.note(row, "resumed", clock.now())
        for row in rows:
            write_health.say(row.pk, "")
            if row.kind == "closed":
                write_gaps.end(row.pk, write_gaps.PAUSED, clock.now())


def close_place(programme: str, slug: str, why: str) -> None:
    """Stop reading for good: the consent ended or the place is gone. `why` is a sentence for people."""
    with transaction.atomic():
        row = Place.objects.filter(programme__slug=programme, slug=slug, kind="closed").first()
        if row is not None:
            write_consents.end_consent(row.pk, clock.now(), "operator")
        _set_state(programme, slug, "closed", why, next_read=None)
        other = Place.objects.filter(programme__slug=programme, slug=slug).first()
        if row is None and other is not None:
            endings.note(other, "closed", clock.now())


def _set_state(programme: str, slug: str, state: str, problem: str, **changes: Any) -> None:
    rows = Place.objects.filter(programme__slug=programme, slug=slug)
    if state != "closed":
        rows = rows.exclude(state="closed")
    if not rows.update(state=state, problem=problem, **changes):
        raise StoreError(f"The programme '{programme}' has no place '{slug}' that can be {state}.")


def failed_read(
    place_id: int,
    problem: str,
    *,
    next_read: datetime | None,
    failed: bool,
    code: str = "",
    fence: write_leases.Fence | None = None,
    counts: bool = True,
) -> None:
    """Record that a read did not work. The cursor stays, the hour stays unknown.

    `problem` is a sentence for people, `code` its class (`store.health_codes`). `failed` False: only busy,
    tried again at `next_read`. `counts` False: Earnest itself waited, which is no failure of the place. A
    `fence` that another process holds by now records nothing.
    """
    with transaction.atomic():
        if fence is not None and not write_leases.stands(fence):
            return
        row = Place.objects.select_for_update().filter(pk=place_id).first()
        # One that was paused or closed meanwhile stays so.
        if row is None or row.state in ("closed", "paused"):
            return
        changes: dict[str, Any] = {"state": "failed"} if failed else {}
        Place.objects.filter(pk=place_id).update(
            problem=problem, next_read=next_read, failures=row.failures + counts, **changes
        )
        why = write_gaps.FAILED if next_read is None else write_gaps.DOWN
        write_gaps.begin(place_id, why, row.last_read or row.made)
        write_health.say(place_id, code or "unexpected")


def due_now(places: Sequence[int]) -> None:
    """Places that were followed when everything stopped: whoever comes next need not wait for their turn."""
    rows = Place.objects.filter(pk__in=list(places), state__in=("hearing", "failed"), next_read__isnull=False)
    rows.update(next_read=clock.now())


def accept_move(programme: str, slug: str) -> str:
    """The place's new address becomes its setting `url`, and it is read there at once; the new address.

    Raises StoreError where it did not say that it moved.
    """
    with transaction.atomic():
        row = Place.objects.select_for_update().filter(programme__slug=programme, slug=slug).first()
        moved = "" if row is None else write_health.moved_to(row.pk)
        if row is None or not moved:
            raise StoreError(f"The place '{slug}' did not say that it moved.")
        row.settings = {**row.settings, "url": moved}
        Place.objects.filter(pk=row.pk).update(settings=row.settings)
        write_health.settled(row.pk)
        resume_place(programme, slug)
    return moved
