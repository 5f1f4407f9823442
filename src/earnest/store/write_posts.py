"""Keeping posts: one page, one transaction.

`keep` is the only way in. Either everything about a page is kept (posts, labels, search words, counts,
voices, coverage, dead letters, the cursor) or nothing is, so a page that is read again after a crash changes
nothing twice.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Literal, Protocol

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef

from earnest.record import audience
from earnest.record.errors import StoreBusy, StoreError
from earnest.store import clock, dialect, erase, identity, tally, write_gaps, write_health, write_leases
from earnest.store.arrivals import take_numbers
from earnest.store.erase_reposts import look_again
from earnest.store.marks import marks
from earnest.store.models import DeadLetter, Gap, Place, Recheck
from earnest.store.page import Known, Page, sort, taken_there
from earnest.store.rows import Kept, Prepared, prepare, without_sentiment

MAX_AHEAD = timedelta(days=1)
"""A post dated later than this after its arrival counts as said when it arrived."""

POST = (
    "id", "programme_id", "place_id", "arrival", "received", "model", "corrected",
    "key", "text", "created", "lang", "region", "domain", "kind", "kind_score", "label", "unsure",
    "sentiment", "sentiment_score", "voice", "version", "theme",
)  # fmt: skip
"""Columns of a row: its own, then those of `Prepared`. A row here goes on with its labels and its words."""

LABELS, WORDS = len(POST), len(POST) + 1

_ASKED = (
    "programme_id", "programme__audience", "programme__retention_days", "state", "cursor", "last_post",
    "last_read", "problem", "rechecked", "open_gap",
)  # fmt: skip
"""What of a place decides on its posts."""

_CHANGED = Prepared._fields[3:13]
"""What an edit changes beside the text: everything but key and time."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a read vouches for: everything said at the place from `since` to `until` was seen. None: only its
    posts.

    `at` is when it was read, `next_read` when the place is due again, `missed` a stretch that the place can
    no longer give.
    """

    at: datetime
    since: datetime | None = None
    until: datetime | None = None
    next_read: datetime | None = None
    missed: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a page. `past`: said longer ago than the programme keeps posts, so not kept."""

    admitted: int = 0
    duplicates: int = 0
    edited: int = 0
    erased: int = 0
    past: int = 0


class Unreadable(Protocol):
    """An item that could not be read: where, and the class of its error (`record.raw.Refusal` is one)."""

    @property
    def place(self) -> str: ...
    @property
    def error(self) -> str: ...


def keep(
    place_id: int,
    kept: Sequence[Kept],
    *,
    erased: Sequence[bytes] = (),
    withdrawn: Sequence[bytes] = (),
    refused: Sequence[Unreadable] = (),
    withheld: int = 0,
    cursor: str | Literal[False] | None,
    heard: Hearing,
    model: str = "",
    after: str | Literal[False] | None = False,
    fence: write_leases.Fence | None = None,
) -> Outcome:
    """Keep one page of a place and move its cursor, in one transaction.

    A post whose key is known is a duplicate, unless its wording is newer (`Prepared.replaces`): then it
    changes in place. A key that was erased once is never kept again. `withdrawn` are keys of what may not be
    kept as it now is: an earlier wording that was kept is erased, and where there is none nothing is left of
    them. `model` is the id of what made the verdicts. `after` is the cursor that the reader went on from:
    where another reader has moved it since, nothing is kept (False: not asked). `fence` is the reader's
    lease (`write_leases`): where the place has gone to another holder, nothing is kept. `cursor` False: a
    page beside the place's own reading (of its past, or looked at again), whose cursor and times stay. Raises
    StoreBusy where another reader was there, and when the database is locked or restarting: nothing was kept,
    it may be tried again. Raises StoreError when the place is gone or closed.
    """
    posts = prepare(kept, words=dialect.needs_words())
    return keep_prepared(
        place_id,
        posts,
        erased=erased,
        withdrawn=withdrawn,
        refused=refused,
        withheld=withheld,
        cursor=cursor,
        heard=heard,
        model=model,
        after=after,
        fence=fence,
    )


def keep_prepared(
    place_id: int,
    posts: Sequence[Prepared],
    *,
    erased: Sequence[bytes] = (),
    withdrawn: Sequence[bytes] = (),
    refused: Sequence[Unreadable] = (),
    withheld: int = 0,
    cursor: str | Literal[False] | None,
    heard: Hearing,
    model: str = "",
    after: str | Literal[False] | None = False,
    fence: write_leases.Fence | None = None,
) -> Outcome:
    """`keep` for posts that were prepared elsewhere (`rows.prepare`)."""
    try:
        with transaction.atomic(), connection.cursor() as db:
            numbers = take_numbers(db, len(posts))
            if fence is not None:
                write_leases.check(fence)
            place = (
                Place.objects.filter(pk=place_id)
                .annotate(
                    rechecked=Exists(Recheck.objects.filter(pk=OuterRef("pk"))),
                    open_gap=Exists(Gap.objects.filter(place_id=OuterRef("pk"), until__isnull=True)),
                )
                .values(*_ASKED)
                .first()
            )
            if place is None:
                raise StoreError("The place was removed while it was being read.")
            if place["state"] == "closed":
                raise StoreError(
                    "The place was closed while it was being read: nothing of this page was kept."
                )
            if after is not False and place["cursor"] != after:
                raise StoreBusy(
                    "The place was read by another process at the same time.",
                    advice="Nothing was kept; try again.",
                )
            if not audience.of(place["programme__audience"]).sentiment:
                posts = without_sentiment(posts)
            kept_from = clock.seconds(heard.at - timedelta(days=place["programme__retention_days"]))
            page = Page(db, place["programme_id"], place_id, numbers, heard.at, model, kept_from)
            taken = [*erased, *taken_there(page, withdrawn, posts)]
            gone = erase.bury(db, page.programme_id, place_id, taken, heard.at)
            fresh, edits, duplicates = sort(page, posts)
            lasting = [post for post in fresh if post.created >= kept_from]
            new = _add(page, lasting)
            _change(page, edits)
            tally.hear(db, place_id, {row[9] // clock.HOUR for row in new}, heard)
            tally.arrivals(db, page.programme_id, page.received // 60, len(new))
            tally.withheld(db, heard.at, withheld)
            if place["rechecked"]:
                _seen(page, {row[9] // clock.DAY for row in new})
            _dead_letters(place_id, refused, heard.at)
            newest = max((row[9] for row in new), default=None)
            if cursor is False:
                _said(place_id, place, newest)
            else:
                write_gaps.heard(place_id, place["last_read"], heard, open_gap=place["open_gap"])
                _move(place_id, cursor, heard, place, newest)
    except OperationalError as error:
        raise StoreBusy(
            "The database is busy or restarting.", advice="Nothing was kept; try again."
        ) from error
    return Outcome(
        admitted=len(new),
        duplicates=duplicates,
        edited=len(edits),
        erased=gone,
        past=len(fresh) - len(lasting),
    )


def _seen(page: Page, days: set[int]) -> None:
    """New days of a place that is looked at again count as looked at now."""
    page.db.executemany(
        "INSERT INTO store_checkedday (place_id, day, verified) VALUES (%s, %s, %s)"
        " ON CONFLICT (place_id, day) DO NOTHING",
        [(page.place_id, day, page.received) for day in sorted(days)],
    )


def _add(page: Page, posts: Sequence[Prepared]) -> list[list[Any]]:
    """Insert new posts with everything beside them; their rows, in the order of their ids."""
    last = clock.seconds(page.at + MAX_AHEAD)
    _, programme_id, place_id, arrival, _, model, _ = page
    received = page.received
    rows = []
    for number, post in enumerate(posts, arrival):
        created = received if post[2] > last else max(post[2], 0)
        id = identity.make(created, number)
        own: list[Any] = [id, programme_id, place_id, number, received, model, False]
        rows.append(_columns(own, post, created))
    _part_ids(page.db, rows, arrival)
    rows.sort(key=itemgetter(0))
    if dialect.is_sqlite():
        dialect.insert(page.db, "store_post", POST, [row[:LABELS] for row in rows])
    else:
        dialect.insert(
            page.db, "store_post", (*POST, "words"), [[*row[:LABELS], _words(row)] for row in rows]
        )
    _beside(page.db, rows)
    return rows


def _change(page: Page, edits: Sequence[tuple[Known, Prepared]]) -> None:
    """Give posts that are there their new words and verdict; identity, time and arrival stay."""
    if not edits:
        return
    ids = [old.id for old, _ in edits]
    erase.take_out(page.db, page.programme_id, ids)
    erase.withdraw(page.db, page.programme_id, ids)
    rows = []
    for old, post in edits:
        own: list[Any] = [old.id, page.programme_id, page.place_id, 0, 0, page.model, False]
        rows.append(_columns(own, post, old.created))
    put_back(page.db, rows)
    look_again(page.db, page.programme_id, ids)


def _columns(own: list[Any], post: Prepared, created: int) -> list[Any]:
    return [*own, post.key, post.text, created, *post[3:13], post.version, "", post.labels, post.words]


def put_back(db: Any, rows: list[list[Any]]) -> None:
    """Write changed rows over the old ones, which were taken out of everything beside them before."""
    rows.sort(key=itemgetter(0))
    names = ["model", "corrected", "text", *_CHANGED, "version", "theme"]
    at = [POST.index(name) for name in names]
    if not dialect.is_sqlite():
        names.append("words")
        at.append(WORDS)
        for row in rows:
            row[WORDS] = _words(row)
    sets = ", ".join(f"{name} = %s" for name in names)
    db.executemany(
        f"UPDATE store_post SET {sets} WHERE id = %s",  # noqa: S608 - names of this module
        [[*(row[place] for place in at), row[0]] for row in rows],
    )
    _beside(db, rows)


def _part_ids(db: Any, rows: list[list[Any]], arrival: int) -> None:
    """Part ids that would fall together: two posts of one second whose numbers are 2,097,152 apart."""
    if arrival + len(rows) < identity.NUMBERS:
        return
    taken = {
        id for (id,) in dialect.among(db, "SELECT id FROM store_post WHERE", "id", [row[0] for row in rows])
    }
    while taken:
        for row in rows:
            if row[0] in taken:
                second, number = divmod(row[0], identity.NUMBERS)
                row[0] = identity.make(second, number + 1)
        ids = Counter(row[0] for row in rows)
        taken = {id for id, times in ids.items() if times > 1}
        taken |= {id for (id,) in dialect.among(db, "SELECT id FROM store_post WHERE", "id", list(ids))}


def _beside(db: Any, rows: list[list[Any]]) -> None:
    """What stands beside posts: labels, search words, counts and voices."""
    if not rows:
        return
    programme_id = rows[0][1]
    labels = [
        (row[0], rank, programme_id, label, score)
        for row in rows
        for rank, (label, score) in enumerate(row[LABELS])
    ]
    dialect.insert(db, "store_postlabel", ("post_id", "rank", "programme_id", "label", "score"), labels)
    if dialect.is_sqlite():
        dialect.search_add(db, [(row[0], row[8], " ".join(_marks(row))) for row in rows])
    tally.add(
        db, programme_id, [(row[2], row[9], row[15], row[13], row[17], row[10], row[11]) for row in rows]
    )
    voices = [(row[15], row[9], row[19], row[21]) for row in rows if row[19] is not None]
    tally.add_voices(db, programme_id, voices)


def _marks(row: Sequence[Any]) -> list[str]:
    return marks(
        row[1], row[2], row[13], row[17], row[10], row[11], row[16], [label for label, _ in row[LABELS]]
    )


def _words(row: Sequence[Any]) -> str:
    """The words and marks of a row for PostgreSQL."""
    return " ".join([row[WORDS], *(f"'{mark}'" for mark in _marks(row))])


def _dead_letters(place_id: int, refused: Sequence[Unreadable], at: datetime) -> None:
    """Where something could not be read and the class of the error: never the sentence, never the content."""
    DeadLetter.objects.bulk_create(
        [
            DeadLetter(place_id=place_id, position=one.place[:200], error=one.error[:60], at=at)
            for one in refused
        ],
        ignore_conflicts=True,
        batch_size=1_000,
    )


def _move(
    place_id: int, cursor: str | None, heard: Hearing, place: Mapping[str, Any], newest: int | None
) -> None:
    """Put the cursor after the page; a read that worked mends a failed place, a paused one stays paused."""
    changes: dict[str, Any] = _last_post(place, newest)
    if place["state"] == "failed":
        changes["state"] = "hearing"
    Place.objects.filter(pk=place_id).update(
        cursor=cursor, last_read=heard.at, next_read=heard.next_read, problem="", failures=0, **changes
    )
    if place["problem"]:
        write_health.say(place_id, "")


def _said(place_id: int, place: Mapping[str, Any], newest: int | None) -> None:
    changes = _last_post(place, newest)
    if changes:
        Place.objects.filter(pk=place_id).update(**changes)


def _last_post(place: Mapping[str, Any], newest: int | None) -> dict[str, Any]:
    if newest is None:
        return {}
    said = clock.moment(newest)
    return {"last_post": said if place["last_post"] is None else max(said, place["last_post"])}


def settle() -> None:
    """After a large import: let the database learn how its values are spread, so that it finds posts the
    short way.
    """
    with connection.cursor() as db:
        db.execute("PRAGMA optimize" if dialect.is_sqlite() else "ANALYZE")


def settled() -> None:
    """Return when every write that had begun is done: also one whose process was killed while it was
    committing.
    """
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)


def close_connections() -> None:
    """Let go of this thread's connection to the database; the next call makes a new one."""
    connection.close()
