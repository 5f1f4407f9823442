"""Who may read a place now: leases with a fence, so that two processes or machines never keep the same place.

Time is the database's own, so holders need not agree on it; a lease that ends further ahead than one can be
is left over from a clock that was set, and may be taken. Whatever clocks do, the fence decides: `check`, in
the transaction that keeps a page, refuses the holder whose place has gone to another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from earnest.record.errors import StoreBusy
from earnest.store import dialect
from earnest.store.models import Lease

LONGEST = 300.0
"""Seconds that a lease is good for at most, between two renewals."""

_STALE = 86_400_000
"""Milliseconds after which a heart that does not beat is forgotten."""


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to keep pages of a place: `number` is its alone."""

    place: int
    holder: str
    number: int


def now_sql() -> str:
    """The database's clock, in milliseconds since 1970."""
    if dialect.is_sqlite():
        return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


def take(place_id: int, holder: str, seconds: float) -> Fence | None:
    """Take a place that nobody holds; None where somebody does, or where it is gone."""
    return take_all([place_id], holder, seconds).get(place_id)


def take_all(places: Sequence[int], holder: str, seconds: float) -> dict[int, Fence]:
    """Take those places that nobody holds, in one transaction. What the holder itself has is not taken
    twice.
    """
    if not places:
        return {}
    now = now_sql()
    taken: dict[int, Fence] = {}
    with transaction.atomic(), connection.cursor() as db:
        for place in sorted(places):
            db.execute(
                "INSERT INTO store_lease (place_id, holder, fence, until)"  # noqa: S608 - the clock's name
                f" SELECT p.id, %s, 1, {now} + %s FROM store_place p WHERE p.id = %s"
                " ON CONFLICT (place_id) DO UPDATE SET holder = excluded.holder,"
                " fence = store_lease.fence + 1, until = excluded.until"
                f" WHERE store_lease.until <= {now} OR store_lease.until > {now} + %s"
                " RETURNING fence",
                [holder, _ms(seconds), place, _ms(LONGEST)],
            )
            row = db.fetchone()
            if row is not None:
                taken[place] = Fence(place, holder, row[0])
    return taken


def renew(fence: Fence, seconds: float) -> bool:
    """Hold on to a place; False where it has gone to another."""
    return not renew_all([fence], seconds)


def renew_all(fences: Iterable[Fence], seconds: float) -> list[Fence]:
    """Hold on to places, in one transaction; those that have gone to another."""
    lost = []
    with transaction.atomic(), connection.cursor() as db:
        for fence in sorted(fences, key=lambda one: one.place):
            db.execute(
                f"UPDATE store_lease SET until = {now_sql()} + %s"  # noqa: S608 - the clock's name
                " WHERE place_id = %s AND holder = %s AND fence = %s",
                [_ms(seconds), fence.place, fence.holder, fence.number],
            )
            if not db.rowcount:
                lost.append(fence)
    return lost


def release(fence: Fence) -> None:
    """Let a place go, for whoever wants it next."""
    release_all([fence])


def release_all(fences: Iterable[Fence]) -> None:
    """Let places go, in one transaction; what has gone to another stays theirs."""
    with transaction.atomic(), connection.cursor() as db:
        for fence in sorted(fences, key=lambda one: one.place):
            db.execute(
                "UPDATE store_lease SET until = 0 WHERE place_id = %s AND holder = %s AND fence = %s",
                [fence.place, fence.holder, fence.number],
            )


def release_of(holders: Sequence[str]) -> None:
    """Let everything go that these holders have: they are known to be dead. Their leases are over, and not
    let go (`abandoned`).
    """
    with transaction.atomic(), connection.cursor() as db:
        for holder in sorted(holders):
            db.execute("UPDATE store_lease SET until = 1 WHERE holder = %s AND until > 0", [holder])
            db.execute("DELETE FROM store_heartbeat WHERE holder = %s", [holder])


def abandoned() -> list[int]:
    """Places whose lease ran out and was never let go: whoever read them died in the middle."""
    with connection.cursor() as db:
        over = f"until > 0 AND until <= {now_sql()}"
        db.execute(f"SELECT place_id FROM store_lease WHERE {over}")  # noqa: S608 - the clock's name
        return [place for (place,) in db.fetchall()]


def stands(fence: Fence) -> bool:
    """Whether a place is still its holder's, within a transaction that depends on it."""
    rows = Lease.objects.select_for_update().filter(place_id=fence.place)
    return rows.filter(holder=fence.holder, fence=fence.number).exists()


def check(fence: Fence) -> None:
    """Within the transaction that keeps a page: raises StoreBusy where the place has gone to another. The
    lease is locked until the page is kept, so nobody takes it in between.
    """
    if not stands(fence):
        raise StoreBusy(
            "The place was taken over by another process while it was being read.",
            advice="Nothing was kept; that process goes on.",
        )


def beat(holder: str, held: int) -> None:
    """Say that a supervisor runs and how many places it holds; hearts that stopped long ago are forgotten."""
    now = now_sql()
    with transaction.atomic(), connection.cursor() as db:
        db.execute(
            "INSERT INTO store_heartbeat (holder, began, seen, held)"  # noqa: S608 - the clock's name
            f" VALUES (%s, {now}, {now}, %s) ON CONFLICT (holder) DO UPDATE SET"
            " seen = excluded.seen, held = excluded.held",
            [holder, held],
        )
        db.execute(f"DELETE FROM store_heartbeat WHERE seen < {now} - %s", [_STALE])  # noqa: S608 - as above


def still(holder: str) -> None:
    """A supervisor has stopped by itself."""
    with transaction.atomic(), connection.cursor() as db:
        db.execute("DELETE FROM store_heartbeat WHERE holder = %s", [holder])


def _ms(seconds: float) -> int:
    return int(min(seconds, LONGEST) * 1000)
