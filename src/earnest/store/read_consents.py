"""Reading the consents of invited communities. Who gave them is not recorded, so nobody can be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from earnest.store import clock
from earnest.store.models import Consent


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """The consent of a place: live while it holds, ended when taken back, lapsed when not proved again."""

    place: str
    state: Literal["live", "ended", "lapsed"]
    opened: datetime
    expires: datetime
    checked: datetime | None
    ended: datetime | None
    grace_days: int


def consents(programme: str) -> dict[str, ConsentRow]:
    """The latest consent of each place of a programme, by the place's slug."""
    now = clock.now()
    found: dict[str, ConsentRow] = {}
    rows = (
        Consent.objects.filter(place__programme__slug=programme)
        .select_related("place")
        .order_by("opened", "pk")
    )
    for row in rows:
        found[row.place.slug] = ConsentRow(
            place=row.place.slug,
            state="ended" if row.ended else "live" if row.opened <= now < row.expires else "lapsed",
            opened=row.opened,
            expires=row.expires,
            checked=row.checked,
            ended=row.ended,
            grace_days=row.grace_days,
        )
    return found
