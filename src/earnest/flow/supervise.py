"""Many places at once: each at its own interval, none delayed by another that is slow or fails.

    Supervisor(keys, model_of, egress).run(stop)

An event loop decides; every turn is a thread that reads one place, because sources, gate and store are plain
calls. Whether a place is due stands in the database (`supervise_clerk` asks it); a lease makes a place this
process's own while it reads it.

Fairness. Turns that have not taken long yet use the quick lane. One that takes longer than `SLOW` seconds
leaves it for the crowd, so that a place which hangs costs the others two seconds of one slot. Places that
failed before may use only half of the crowd. A turn that has much to catch up on ends after `TURN` seconds,
between two pages, and goes on behind the others. One that gives no sign of life for `PATIENCE` seconds is
given up: its lease passes on, and what it might still bring is not kept.

Stopping waits for pages in hand, not for servers. A process that is killed loses nothing: a page and its
cursor are one transaction.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from earnest.egress import Egress
from earnest.egress.share import Holds
from earnest.flow import backfill, budgets, holder, room, schedule, trace
from earnest.flow.hand import Hand
from earnest.flow.schedule import Turn
from earnest.flow.supervise_beside import Beside
from earnest.flow.supervise_clerk import Clerk, Given, Report
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError
from earnest.store import write
from earnest.store.write_health import Told
from earnest.understand.classify import Model

LOG = logging.getLogger(__name__)

WORKERS = 16
"""Turns at once that have not taken long yet."""

CROWD = 48
"""And so many that have: threads that wait for a server cost little."""

SLOW = 2.0
"""Seconds after which a turn leaves the quick lane."""

TURN = 30.0
"""Seconds after which a turn asks for no further page."""

PATIENCE = 300.0
"""Seconds without a page after which a turn is given up."""

GRACE = 30.0
"""Seconds that a page in hand has to be kept when everything stops."""

LOOK = 5.0
"""Seconds after which places that were added or resumed meanwhile are seen."""

AGAIN = 2.0
"""Seconds after which a place is tried again whose turn the database was too busy for."""


@dataclass(slots=True)
class Job:
    """A turn under way."""

    given: Given
    hand: Hand
    budget: Holds
    late: float
    suspect: bool
    began: float = field(default_factory=time.monotonic)
    thread: threading.Thread | None = None

    @property
    def age(self) -> float:
        return time.monotonic() - self.began


class Supervisor:
    """Gives places their turns. `told` hears of each turn that ended, in the thread of `run`.

    lease     seconds that a place is held without being renewed
    beside    also do what is done beside listening (`schedule.tend`)
    """

    def __init__(
        self,
        keys: Keys,
        model_of: Callable[[str], Model],
        egress: Egress | None,
        *,
        told: Callable[[Turn], None] = lambda turn: None,
        workers: int = WORKERS,
        crowd: int = CROWD,
        lease: float = schedule.LEASE,
        patience: float = PATIENCE,
        turn: float = TURN,
        beside: bool = True,
        name: str = "",
    ) -> None:
        self.holder = name or holder.name()
        self._keys, self._model_of, self._egress, self._told = keys, model_of, egress, told
        self._workers, self._crowd = workers, crowd
        self._patience, self._turn = patience, turn
        self._clerk = Clerk(self.holder, lease)
        shares = budgets.Budgets()
        self._beside = Beside(keys, model_of, egress, shares) if beside else None
        self._jobs: dict[int, Job] = {}
        self._ended: list[Report] = []
        self._shares = shares
        self._again: set[int] = set()
        self._not_before: dict[int, float] = {}

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises an EarnestError that no waiting mends."""
        trace.begin()
        try:
            asyncio.run(self._run(stop))
        finally:
            trace.end()

    async def _run(self, stop: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        with ThreadPoolExecutor(1, thread_name_prefix="clerk") as clerk:
            if self._beside is not None:
                self._beside.start(stop)
            try:
                while not stop.is_set():
                    wait = await self._look(clerk)
                    await self._nap(stop, wait)
            finally:
                await self._finish(clerk)
                await self._loop.run_in_executor(clerk, write.close_connections)
                if self._beside is not None:
                    await asyncio.to_thread(self._beside.finish)

    async def _look(self, clerk: ThreadPoolExecutor) -> float:
        """Take in what ended, hold what goes on, begin what is due; seconds until there may be more to do."""
        self._give_up_silent()
        ended, self._ended = self._ended, []
        now = time.monotonic()
        self._not_before = {place: at for place, at in self._not_before.items() if at > now}
        quick, suspects = self._room()
        try:
            plan = await self._loop.run_in_executor(
                clerk,
                self._clerk.exchange,
                ended,
                [job.given for job in self._jobs.values()],
                frozenset(self._again),
                frozenset(self._not_before),
                quick,
                suspects,
            )
        except EarnestError as error:
            self._ended = ended + self._ended
            if not error.retry:
                raise
            return 1.0
        except write.DatabaseError:
            self._ended = ended + self._ended
            await self._loop.run_in_executor(clerk, write.close_connections)
            return 1.0
        for given in plan.begin:
            self._again.discard(given.place.id)
            self._begin(given)
        for place in plan.leave:
            if place in self._jobs:
                self._jobs[place].hand.stop.set()
        return min(plan.wait, LOOK)

    def _room(self) -> tuple[int, int]:
        """How many more places may begin: any, and those that failed before."""
        turns = [job for job in self._jobs.values() if not job.hand.follows]
        young = sum(1 for job in turns if job.age < SLOW)
        free = self._workers + self._crowd - len(turns)
        suspects = self._crowd // 2 - sum(1 for job in turns if job.suspect)
        return max(0, min(self._workers - young, free)), max(0, min(suspects, free))

    def _begin(self, given: Given) -> None:
        place = given.place
        budget = self._shares.of(place)
        hand = Hand(until=time.monotonic() + self._turn, may_follow=not given.past)
        if self._beside is not None:
            hand.heard = self._beside.heard
        due = place.next_read
        late = 0.0 if due is None else max(0.0, (datetime.now(UTC) - due).total_seconds())
        job = Job(given, hand, budget, late, suspect=given.suspect)
        self._jobs[place.id] = job
        job.thread = threading.Thread(target=self._work, args=(job,), name=f"place {place.id}", daemon=True)
        job.thread.start()

    def _work(self, job: Job) -> None:
        """In a thread of its own: one turn, whatever becomes of it."""
        given = job.given
        work = backfill.turn if given.past else schedule.turn
        try:
            turn = work(
                given.place,
                self._keys,
                self._model_of,
                self._egress,
                fence=given.fence,
                hand=job.hand,
                budget=job.budget,
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the place's slot must be free again
            turn = schedule.trouble(given.place, error, given.fence)
        finally:
            write.close_connections()
        try:
            self._loop.call_soon_threadsafe(self._end, job, turn)
        except RuntimeError:
            return  # everything has stopped meanwhile; the lease runs out by itself

    def _end(self, job: Job, turn: Turn) -> None:
        """In the loop: a turn has ended."""
        if self._jobs.get(job.given.place.id) is not job:
            return  # it was given up long ago
        del self._jobs[job.given.place.id]
        self._note(job, turn)

    def _note(self, job: Job, turn: Turn) -> None:
        place = job.given.place.id
        if turn.busy:
            self._not_before[place] = time.monotonic() + AGAIN
            self._again.add(place)
        elif turn.heard is not None and turn.heard.more and not job.given.past:
            self._again.add(place)
            if job.hand.follows:
                self._not_before[place] = time.monotonic() + AGAIN
        left = job.budget.left()
        waits = datetime.now(UTC).timestamp() + left.wait
        told = Told(
            place=place,
            ok=turn.problem is None,
            late=job.late,
            took=job.age,
            remaining=left.remaining,
            waits_until=datetime.fromtimestamp(waits, UTC) if left.wait else None,
            moved_to=turn.moved,
        )
        none = turn.busy or turn.waits or job.given.past
        self._ended.append(Report(job.given.fence, None if none else told, job.hand.follows))
        self._told(turn)
        self._woken.set()

    def _give_up_silent(self) -> None:
        """Turns whose source gives no sign of life: their place may be read by another turn, later."""
        now = time.monotonic()
        for place, job in list(self._jobs.items()):
            if job.hand.busy or now - job.hand.seen < self._patience:
                continue
            job.hand.stop.set()
            del self._jobs[place]
            self._ended.append(Report(job.given.fence, None, silent=job.given.place))
            LOG.warning("A place gave no sign of life for %d seconds and was given up.", self._patience)

    async def _nap(self, stop: threading.Event, wait: float) -> None:
        """Until something ended, the time is over, or everything stops."""
        end = time.monotonic() + max(0.05, wait)
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(min(left, 0.25)):
                    await self._woken.wait()
            except TimeoutError:
                continue
            break
        self._woken.clear()
        # Turns that end together are taken in together.
        await asyncio.sleep(0.02)

    async def _finish(self, clerk: ThreadPoolExecutor) -> None:
        """Wait for the pages in hand, and a moment for whoever waits for a server; then let everything go."""
        for job in self._jobs.values():
            job.hand.stop.set()
        begun = time.monotonic()
        while self._jobs and (passed := time.monotonic() - begun) < GRACE:
            if passed > 1.0 and not any(job.hand.busy for job in self._jobs.values()):
                break
            await asyncio.sleep(0.02)
        ended, self._ended = self._ended, []
        ended += [Report(job.given.fence, None, job.hand.follows) for job in self._jobs.values()]
        try:
            await self._loop.run_in_executor(clerk, self._clerk.leave, ended)
        except write.DatabaseError:
            LOG.warning("The database was busy while stopping; leases run out by themselves.")


def listen_forever(
    stop: threading.Event,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    told: Callable[[Turn], None] = lambda turn: None,
) -> None:
    """Give places their turns until `stop` is set, and do what is done beside listening."""
    room.give_back()
    Supervisor(keys, model_of, egress, told=told).run(stop)
