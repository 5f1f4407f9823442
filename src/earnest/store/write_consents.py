"""The ledger of consents: inviting, opening, renewing, pausing, ending. Every change writes its line.

Nobody is named here: not who pinned a notice, not who took it away.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from earnest.record.errors import StoreError
from earnest.store import clock, endings
from earnest.store.models import Consent, ConsentEvent, Invitation, Place


def invite(
    place_id: int,
    *,
    token: bytes,
    notice: bytes,
    made: datetime,
    opens_by: datetime,
    until: datetime,
    grace_days: int,
) -> None:
    """Record that a community was asked. `token` and `notice` are digests.

    One invitation a place, one place a token: StoreError otherwise.
    """
    try:
        with transaction.atomic():
            Invitation.objects.create(
                place_id=place_id,
                token=token,
                notice=notice,
                made=made,
                opens_by=opens_by,
                until=until,
                grace_days=grace_days,
            )
            _write(place_id, "invited", made, grace_days=grace_days)
    except IntegrityError as error:
        raise StoreError(
            "This place, or this token, was already used for an invitation.", advice="Invite anew."
        ) from error


def open_invited(
    place_id: int,
    *,
    opened: datetime,
    expires: datetime,
    cursor: str,
    settle: Mapping[str, str],
) -> None:
    """The community's notice was seen: read from `cursor` on. A token opens once; StoreError the second time.

    `settle` are settings that stand from now on.
    """
    with transaction.atomic():
        asked = Invitation.objects.select_for_update().filter(place_id=place_id).first()
        if asked is None or asked.used is not None:
            raise StoreError("This invitation was used before.", advice="Invite the community anew.")
        Invitation.objects.filter(pk=asked.pk).update(used=opened)
        place = Place.objects.get(pk=place_id)
        Place.objects.filter(pk=place_id).update(
            cursor=cursor, settings={**place.settings, **settle}, problem="", failures=0
        )
        open_consent(place_id, opened=opened, expires=expires, grace_days=asked.grace_days)


def open_consent(place_id: int, *, opened: datetime, expires: datetime, grace_days: int = 7) -> int:
    """Record that a community invited Earnest until `expires`. Who said so is not recorded."""
    if expires <= opened:
        raise StoreError("A consent must end after it begins.")
    with transaction.atomic():
        row = Consent.objects.create(
            place_id=place_id, opened=opened, expires=expires, checked=opened, grace_days=grace_days
        )
        _write(place_id, "opened", opened, grace_days=grace_days)
    return row.pk


def renew(place_id: int, at: datetime, expires: datetime) -> bool:
    """It was proved again, and nothing came between: it holds until `expires`. False where it lived not."""
    rows = Consent.objects.filter(
        place_id=place_id, ended__isnull=True, state="live", opened__lte=at, expires__gt=at
    )
    return bool(rows.update(checked=at, expires=expires))


def prove_again(place_id: int, at: datetime, expires: datetime) -> None:
    """While a place is paused: its community still invites. Nothing is read."""
    Consent.objects.filter(place_id=place_id, ended__isnull=True, state="paused").update(
        checked=at, expires=expires
    )


def resume_consent(place_id: int, at: datetime, expires: datetime, cursor: str) -> None:
    """It was proved again after a pause or a silence: read from `cursor` on, and nothing from between."""
    with transaction.atomic():
        before = Consent.objects.filter(place_id=place_id, ended__isnull=True).order_by("-opened").first()
        if before is None:
            raise StoreError("The community's consent has ended.", advice="Only the community can invite.")
        Consent.objects.filter(place_id=place_id, ended__isnull=True).update(ended=at, state="ended")
        Consent.objects.create(
            place_id=place_id, opened=at, expires=expires, checked=at, grace_days=before.grace_days
        )
        Place.objects.filter(pk=place_id).update(cursor=cursor)
        _write(place_id, "renewed", at)


def wait(place_id: int, problem: str, next_read: datetime) -> None:
    """The community has not published the notice yet: look again at `next_read`. No failure."""
    rows = Place.objects.filter(pk=place_id).exclude(state__in=("closed", "paused"))
    rows.update(problem=problem, next_read=next_read)


def pause(programme: str, slug: str, by: str) -> None:
    """Within a transaction: a closed place was paused. What is said until it is resumed is never read."""
    place = Place.objects.filter(programme__slug=programme, slug=slug, kind="closed").first()
    if place is None:
        return
    live = Consent.objects.filter(place_id=place.pk, ended__isnull=True, state="live")
    if live.update(state="paused"):
        _write(place.pk, "paused", clock.now(), why=by)


def lapse(now: datetime) -> list[int]:
    """Consents that were not proved in time are paused until they are. The places that this is new for."""
    found = []
    for row in Consent.objects.filter(ended__isnull=True, state="live", expires__lte=now):
        if Consent.objects.filter(pk=row.pk, state="live").update(state="paused"):
            _write(row.place_id, "paused", row.expires, why="not_proved")
            found.append(row.place_id)
    return found


def end_consent(place_id: int, at: datetime, why: str = "unpublished") -> bool:
    """The community took its invitation back: reading stops now, and a page on its way is not kept.

    `why` is a code of `sources.handshake.WHY`. False where it had ended before.
    """
    with transaction.atomic(), connection.cursor() as db:
        _queue(db)
        place = Place.objects.get(pk=place_id)
        ended = Consent.objects.filter(place_id=place_id, ended__isnull=True).update(ended=at, state="ended")
        if place.state == "closed" and not ended:
            return False
        Place.objects.filter(pk=place_id).update(
            state="closed", problem="The community's consent ended.", next_read=None
        )
        known = Invitation.objects.filter(place_id=place_id).values_list("grace_days", flat=True).first()
        latest = Consent.objects.filter(place_id=place_id).order_by("-opened").first()
        grace = latest.grace_days if latest is not None else known
        _write(place_id, "closed", at, why=why, grace_days=grace)
        endings.note(place, "closed", at)
    return True


def consent_lives(place_id: int, at: datetime) -> bool:
    """Whether a closed place may be read at this moment."""
    return Consent.objects.filter(
        place_id=place_id, opened__lte=at, expires__gt=at + timedelta(0), ended__isnull=True, state="live"
    ).exists()


def _write(place_id: int, what: str, at: datetime, *, why: str = "", grace_days: int | None = None) -> None:
    place = Place.objects.select_related("programme").get(pk=place_id)
    ConsentEvent.objects.create(
        programme=place.programme.slug,
        programme_name=place.programme.name,
        place=place.slug,
        title=place.title,
        type=place.type,
        what=what,
        why=why,
        grace_days=grace_days,
        at=at,
    )


def _queue(db: Any) -> None:
    """Wait for a page that is being kept: it is before the end, or it is not kept."""
    db.execute("UPDATE store_counter SET arrival = arrival WHERE id = 1")
