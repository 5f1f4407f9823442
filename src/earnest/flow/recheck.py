"""Looking again at what was kept: what its source does not list any more is erased here.

Each day of a place is listed again before its time is up (`store.overdue` hides it when it was not), as it
reads now: an edit that nobody told us of is seen as well. Days that a place lists no more are asked for post
by post where the place can be asked so and this process remembers the posts (`remembered`). A list that
fails erases nothing; the days stay due, and hidden when their time is up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from earnest.desk import audit
from earnest.egress import Egress
from earnest.flow import handshake, remembered
from earnest.flow.budgets import Budgets
from earnest.flow.digest import Stages
from earnest.flow.intake import source_name
from earnest.flow.listen import keep_digest, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, InputError, StoreError
from earnest.record.raw import Page
from earnest.sources.base import LooksUp, Reaches, Relists, Source
from earnest.sources.registry import open_source
from earnest.sources.submit.receive import Listed
from earnest.store import clock, read, write
from earnest.understand.classify import Model

AGAIN = timedelta(minutes=20)
"""After a list that failed."""

TOGETHER = 2_000
"""Posts that are asked for one by one before what came is noted: a budget may end in between."""

EVER = 1 << 20
"""A day after every post's."""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What looking again at a place brought."""

    place: read.ListeningPlace
    days: int = 0
    gone: int = 0
    problem: str | None = None


def recheck_due(
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    now: datetime | None = None,
    *,
    shares: Budgets | None = None,
) -> Iterator[Rechecked]:
    """Look again at every place with days that are due. One that fails never stops the others.

    What servers allow is shared with whoever else holds to `shares`.

    A place that is told what is there (`present`) cannot be asked; its days wait for its sender.
    """
    now, shares = now or datetime.now(UTC), shares or Budgets()
    due = {place for place, tried in read.recheck_due(now).items() if not tried or now - tried > AGAIN}
    for place in read.listening_places() if due else []:
        if place.id not in due or place.type == "submit":
            continue
        write.tried_again(place.id, now)
        try:
            held = None if egress is None else egress.with_budget(shares.of(place))
            source = open_place(place, held)
            standing = handshake.stand(place, source) if place.kind == "closed" else handshake.Standing(place)
            if standing.place is None:
                continue
            stages = open_stages(standing.place, keys, model_of(place.programme))
            yield recheck(standing.place, source, stages, keys, now)
        except EarnestError as error:
            yield Rechecked(place, problem=error.sentence())
        except Exception as error:  # noqa: BLE001 - one broken place must not stop the others
            yield Rechecked(place, problem=f"Looking again stopped ({type(error).__name__}).")


def recheck(
    place: read.ListeningPlace, source: Source, stages: Stages, keys: Keys, now: datetime
) -> Rechecked:
    """List the days of a place that are due again, the newest first.

    Raises what the source, the gate and the store raise, and StoreError where the source cannot list.
    """
    if not isinstance(source, Relists):
        raise StoreError(f"The place '{place.slug}' cannot list its posts again.", advice="See its settings.")
    days = gone = 0
    again = _Again(place, source, stages, keys)
    for first, end, listed in _by_reach(source, read.days_due(place.id, now)):
        for seen, erased in again.listed(first, end) if listed else again.asked(first, end):
            days, gone = days + seen, gone + erased
    _note("system", place, gone)
    return Rechecked(place, days, gone)


def _by_reach(source: Source, spans: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """Spans of days that the source can still list whole (True), then what it cannot."""
    if not spans or not isinstance(source, Reaches):
        return [(first, end, True) for first, end in spans]
    whole = -(-clock.seconds(source.reaches()) // clock.DAY)
    within = [(max(first, whole), end, True) for first, end in spans if end > whole]
    return [*within, *((first, min(end, whole), False) for first, end in spans if first < whole)]


@dataclass(frozen=True, slots=True)
class _Again:
    """Looking again at days of one place. Each way gives how many days were seen, and how many posts went."""

    place: read.ListeningPlace
    source: Relists
    stages: Stages
    keys: Keys

    def listed(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """By the place's own list; where that breaks off, as `asked`. InputError where neither goes."""
        at, known = clock.now(), read.newest_id(self.place.programme)
        pages = self.source.still_there(clock.moment(first * clock.DAY), clock.moment(end * clock.DAY))
        try:
            yield self._seen(first, end, pages, at, known)
        except InputError:
            seen = list(self.asked(first, end))
            yield from seen
            if sum(days for days, _ in seen) < end - first:
                raise

    def asked(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Post by post, the newest days first. Days of which this process does not remember every post are
        left out: they stay due, and hidden.
        """
        at, known = clock.now(), read.newest_id(self.place.programme)
        if not isinstance(self.source, LooksUp):
            return
        ids = remembered.IDS.of(self.place.id, read.kept_keys(self.place.id, first, end, known))
        if end - first > 1 and (ids is None or len(ids) > TOGETHER):
            middle = (first + end) // 2
            yield from self.asked(middle, end)
            yield from self.asked(first, middle)
        elif ids is not None:
            yield self._seen(first, end, self.source.look_up(ids), at, known)

    def _seen(self, first: int, end: int, pages: Iterator[Page], at: datetime, known: int) -> tuple[int, int]:
        there = _heard_again(self.place, self.source, pages, self.stages, self.keys)
        return end - first, write.listed(self.place.id, first, end, there, at, known=known)


def _note(actor: str, place: read.ListeningPlace, gone: int) -> None:
    about = f"place:{place.slug}"
    audit.note(actor, "rechecked", programme=place.programme, about=about, detail={"erased": gone})


def _heard_again(
    place: read.ListeningPlace, source: Relists, pages: Iterator[Page], stages: Stages, keys: Keys
) -> frozenset[bytes]:
    """Keep what is listed as it reads now; the keys of all that is there."""
    there: set[bytes] = set()
    for page in pages:
        there |= keys_of(place, page, keys)
        digest = stages.digest(page)
        # Counted when it first passed by; and the place's own reading goes on where it was.
        seen = replace(digest, withheld=0, refused=())
        keep_digest(place, source, stages, seen, write.Hearing(at=datetime.now(UTC)), False, False)
        remembered.IDS.note(place, source, page, digest, keys)
    return frozenset(there)


def keys_of(place: read.ListeningPlace, page: Page, keys: Keys) -> set[bytes]:
    """The keys of the posts that a page says are there."""
    name = source_name(place)
    return {keys.post_key(name, post.id) for post in page.posts if post.change != "deleted"}


def whole_file(
    place: read.ListeningPlace, settings: Mapping[str, object], keys: Keys, *, sure: bool = False
) -> int:
    """A file that was imported holds everything of its place: what it lacks is erased. How many went.

    Raises BadFile where it breaks off, StoreError where none of many posts is in it (unless `sure`).
    """
    at, known = clock.now(), read.newest_id(place.programme)
    source = open_source("file", settings)
    if not isinstance(source, Relists):
        raise StoreError("Files cannot be listed again.")
    there: set[bytes] = set()
    for page in source.still_there(clock.moment(0), at + timedelta(days=3)):
        there |= keys_of(place, page, keys)
    gone = write.listed(place.id, 0, EVER, frozenset(there), at, known=known, sure=sure)
    _note("cli", place, gone)
    return gone


def present(place: read.ListeningPlace, keys: Keys, listed: Listed) -> int:
    """A sender says which posts of whole days are still there. How many others went; what was kept since the
    list was signed is not among them.

    Raises StoreError as `whole_file` does.
    """
    name = source_name(place)
    there = frozenset(keys.post_key(name, one) for one in listed.ids)
    first, end = (clock.seconds(at) // clock.DAY for at in (listed.since, listed.until))
    gone = write.listed(place.id, first, end, there, listed.signed)
    _note("system", place, gone)
    return gone
