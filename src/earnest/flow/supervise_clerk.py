"""The supervisor's one thread to the database: what ended is written, what goes on is held, what is due is
taken.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from earnest.flow import holder, schedule
from earnest.record.errors import SourceBusy
from earnest.store import read, read_backfill, read_health, write, write_health, write_leases
from earnest.store.read import ListeningPlace
from earnest.store.write_health import Told
from earnest.store.write_leases import Fence

BEAT = 5.0
"""Seconds between two beats of the heart that `/healthz` looks for."""

FAR = 60.0


@dataclass(frozen=True, slots=True)
class Given:
    """A place that is this process's to read. `suspect`: it failed before; `past`: its past is read."""

    place: ListeningPlace
    fence: Fence
    suspect: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A turn that ended, and what it told; `silent`: it was given up, `followed`: it would have gone on."""

    fence: Fence
    told: Told | None
    followed: bool = False
    silent: ListeningPlace | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to begin, which places to leave (gone to another, paused, or with other settings), and seconds
    until a place may be due.
    """

    begin: list[Given]
    leave: list[int]
    wait: float


class Clerk:
    """Asks and writes for one supervisor, always in the same thread."""

    def __init__(self, name: str, lease: float) -> None:
        self._name = name
        self._lease = lease
        self._renewed = self._beaten = -FAR

    def exchange(
        self,
        ended: Sequence[Report],
        held: Sequence[Given],
        again: Collection[int],
        not_before: Collection[int],
        quick: int,
        suspects: int,
    ) -> Plan:
        """One look. `again`: places with more to read now; `quick`, `suspects`: how many may begin. Raises
        what the database raises: then nothing of it is lost by doing it again.
        """
        for report in ended:
            if report.silent is not None:
                error = SourceBusy(
                    "The place gave no sign of life for too long.",
                    advice="Earnest tries again by itself.",
                    why="slow",
                )
                schedule.trouble(report.silent, error, report.fence)
        if told := [report.told for report in ended if report.told is not None]:
            write_health.record(told)
        if ended:
            write_leases.release_all([report.fence for report in ended])
        leave = self._hold(held)
        now = datetime.now(UTC)
        places = read.listening_places()
        known = {place.id: place for place in places}
        leave += [one.place.id for one in held if _changed(one, known)]
        # What its reader did not live to finish is not made to wait for its next turn.
        again = {*again, *write_leases.abandoned()}
        begin = self._begin(places, held, again, not_before, now, quick, suspects)
        return Plan(begin, leave, self._wait(places, held, not_before, begin, now))

    def leave(self, ended: Sequence[Report]) -> None:
        """Everything stops: what was told is written, what was held is free."""
        if told := [report.told for report in ended if report.told is not None]:
            write_health.record(told)
        followed = [report.fence.place for report in ended if report.followed]
        write_leases.release_all([report.fence for report in ended])
        write.due_now(followed)
        write_leases.still(self._name)

    def _hold(self, held: Sequence[Given]) -> list[int]:
        """Renew in time; the places that have gone to another."""
        at = time.monotonic()
        lost: list[int] = []
        if held and at - self._renewed >= self._lease / 4:
            gone = write_leases.renew_all([one.fence for one in held], self._lease)
            lost = [fence.place for fence in gone]
            self._renewed = at
        if at - self._beaten >= BEAT:
            if self._beaten < 0:
                write_leases.release_of(holder.dead(read_health.holders()))
            write_leases.beat(self._name, len(held))
            self._beaten = at
        return lost

    def _begin(
        self,
        places: Sequence[ListeningPlace],
        held: Sequence[Given],
        again: Collection[int],
        not_before: Collection[int],
        now: datetime,
        quick: int,
        suspects: int,
    ) -> list[Given]:
        """Take what is due: the latest first, a page that continues a long catch-up last."""
        busy = {one.place.id for one in held} | set(not_before)
        due = [
            place
            for place in places
            if place.id not in busy and (schedule.is_due(place, now) or place.id in again)
        ]
        due.sort(key=lambda place: (place.id in again, place.next_read or now))
        wanted: list[int] = []
        for place in due:
            if place.failures:
                if suspects <= 0:
                    continue
                suspects -= 1
            else:
                if quick <= 0:
                    continue
                quick -= 1
            wanted.append(place.id)
        past = [id for id in read_backfill.due(now) if id not in busy and id not in set(wanted)]
        past = past[: max(0, min(quick, suspects, 2))]
        taken = write_leases.take_all(wanted + past, self._name, self._lease)
        if not taken:
            return []
        # Read anew: whoever held it before may have moved it on.
        fresh = {place.id: place for place in read.listening_places()}
        begin, back = [], []
        for id, fence in taken.items():
            there = fresh.get(id)
            if there is None or (id in wanted and not (schedule.is_due(there, now) or id in again)):
                back.append(fence)
                continue
            begin.append(Given(there, fence, suspect=there.failures > 0 or id in past, past=id in past))
        if back:
            write_leases.release_all(back)
        order = {id: at for at, id in enumerate(wanted + past)}
        return sorted(begin, key=lambda one: order[one.place.id])

    def _wait(
        self,
        places: Sequence[ListeningPlace],
        held: Sequence[Given],
        not_before: Collection[int],
        begin: Sequence[Given],
        now: datetime,
    ) -> float:
        busy = {one.place.id for one in (*held, *begin)} | set(not_before)
        times = [
            (place.next_read - now).total_seconds()
            for place in places
            if place.next_read is not None and place.id not in busy
        ]
        # What is due and found no room waits for a turn to end, which wakes the loop, or to grow old.
        return min((max(0.5, at) for at in times), default=FAR)


def _changed(one: Given, known: dict[int, ListeningPlace]) -> bool:
    """A place that is paused, closed, of a draft again, or has other settings than its turn began with."""
    place = known.get(one.place.id)
    return place is None or place.settings != one.place.settings
