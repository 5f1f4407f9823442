"""Reading the versions of a programme's taxonomy, and what old label ids are now.

Posts keep the id they were written under until they are relabelled; every read function says the id of the
present instead (`Lineage.now`), so that figures of before and after add up at every moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import Q

from earnest.record.verdict import Scored
from earnest.store import clock, dialect, moment, scope
from earnest.store import lineage as lineages
from earnest.store.lineage import NOTHING, Lineage
from earnest.store.models import Correction, Programme, TaxonomyExample, TaxonomyVersion

State = Literal["draft", "preparing", "current", "former"]


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it is kept (`store.models.taxonomy` says what each field means)."""

    id: int
    number: int
    basis: int
    back_to: int
    document: dict[str, Any] = field(repr=False)
    steps: list[dict[str, Any]] = field(repr=False)
    became: dict[str, tuple[str, ...]] = field(repr=False)
    asked: frozenset[str]
    history: str
    state: State
    model: str
    made: datetime
    by: int | None
    since: datetime | None
    watermark: int
    bound: int
    total: int
    done: int
    problem: str

    @property
    def settled(self) -> bool:
        """Whether every post that was stored when it began has been looked at."""
        return self.watermark >= self.bound


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored post that may have to be relabelled. `said`: the label that a person gave it, as it was
    said."""

    id: int
    arrival: int
    text: str = field(repr=False)
    labels: tuple[Scored, ...]
    corrected: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Posts in the order of their arrival; `last` is the arrival up to which this looked, None at the end."""

    posts: tuple[Stored, ...]
    last: int | None


__all__ = ["NOTHING", "Batch", "Carrier", "Lineage", "State", "Stored", "Version"]


@moment.once
def current(programme: str) -> Version | None:
    """The version that a programme uses; None where that is the pack it was begun with."""
    return _one(TaxonomyVersion.objects.filter(programme__slug=programme, state="current").first())


def version(programme: str, number: int) -> Version | None:
    """A version by its number, or None."""
    return _one(TaxonomyVersion.objects.filter(programme__slug=programme, number=number).first())


def waiting(programme: str) -> Version | None:
    """The version that somebody applied and whose model is being made, or None."""
    return _one(TaxonomyVersion.objects.filter(programme__slug=programme, state="preparing").first())


@moment.once
def history(programme: str) -> list[Version]:
    """Every version that is or was current, the newest first. Empty where nothing was ever changed."""
    rows = TaxonomyVersion.objects.filter(programme__slug=programme, since__isnull=False)
    return [_version(row) for row in rows.order_by("-since", "-number")]


def drafts(programme: str) -> list[Version]:
    """Versions that were proposed and not applied, the newest first."""
    rows = TaxonomyVersion.objects.filter(programme__slug=programme, state="draft")
    return [_version(row) for row in rows.order_by("-number")]


def busy() -> list[str]:
    """Programmes with a version that is to be prepared, or that stored posts follow."""
    asked = Q(state="draft", history="all", model="", problem="")
    rows = TaxonomyVersion.objects.filter(Q(state__in=("preparing", "current")) | asked)
    return list(dict.fromkeys(rows.order_by("programme_id").values_list("programme__slug", flat=True)))


def untaught(programme: str) -> list[Version]:
    """Drafts by which every stored post would be asked anew: their model is made before they are looked
    at."""
    return [one for one in drafts(programme) if one.history == "all" and not one.model and not one.problem]


@moment.once
def number_of(programme: str) -> int:
    """The number of the version in use; 1 for the pack. One small query."""
    found = TaxonomyVersion.objects.filter(programme__slug=programme, state="current")
    return found.values_list("number", flat=True).first() or 1


@moment.once
def lineage(programme: str) -> Lineage:
    """What became of every id that was ever used in a programme."""
    if within := moment.known(scope.of, programme):
        return within.lineage
    id = Programme.objects.filter(slug=programme).values_list("pk", flat=True).first()
    return NOTHING if id is None else lineage_of(id)


@moment.once
def lineage_of(programme_id: int) -> Lineage:
    """The same by the programme's number: one small query. Who has a scope asks it (`Scope.lineage`)."""
    row = TaxonomyVersion.objects.filter(programme_id=programme_id, state="current")
    return lineages.of(*(row.values_list("pk", "since").first() or (None, None)))


def ever(programme_id: int) -> list[str]:
    """Every label id that was ever used in a programme whose taxonomy changed."""
    found: set[str] = set()
    for kept in TaxonomyVersion.objects.filter(programme_id=programme_id).values_list("lineage", flat=True):
        found.update(kept)
    return sorted(found)


def examples(version_id: int, programme: str) -> list[tuple[str, str]]:
    """(label, text) of the stored posts that teach a version's new labels, as far as they may be told."""
    within = scope.of(programme)
    rows = dict(TaxonomyExample.objects.filter(version_id=version_id).values_list("post_id", "label"))
    with connection.cursor() as db:
        found = dialect.among(
            db,
            "SELECT id, text, place_id FROM store_post WHERE programme_id = %s AND",
            "id",
            sorted(rows),
            within.id,
        )
    return [(rows[id], text) for id, text, place in sorted(found) if within.tells(place, id)]


def example_posts(version_id: int) -> list[int]:
    """Their ids."""
    return list(TaxonomyExample.objects.filter(version_id=version_id).values_list("post_id", flat=True))


def stored(
    programme: str,
    labels: Sequence[str],
    *,
    after: int = 0,
    until: int | None = None,
    limit: int = 2_000,
    every: bool = False,
) -> Batch:
    """Posts that carry one of these labels (or `every` post), by arrival: of the next `limit` posts after an
    arrival.
    """
    within = scope.of(programme)
    wanted = set(labels)
    with connection.cursor() as db:
        db.execute(
            "SELECT id, arrival, place_id FROM store_post WHERE programme_id = %s AND arrival > %s"
            " AND arrival <= %s ORDER BY arrival LIMIT %s",
            [within.id, after, (1 << 62) if until is None else until, limit],
        )
        found = db.fetchall()
        if not found:
            return Batch((), None)
        told = [id for id, _, place in found if within.tells(place, id)]
        carried: dict[int, list[Scored]] = {}
        given = "SELECT post_id, label, score FROM store_postlabel WHERE"
        for post, label, score in dialect.among(db, given, "post_id", told, then=" ORDER BY post_id, rank"):
            carried.setdefault(post, []).append(Scored(label, score))
        ids = [id for id, some in carried.items() if every or wanted.intersection(one.id for one in some)]
        texts = dialect.among(db, "SELECT id, arrival, text, corrected FROM store_post WHERE", "id", ids)
        said = dict(
            dialect.among(
                db, "SELECT post_id, label FROM store_correction WHERE", "post_id", ids, then=" ORDER BY id"
            )
        )
    posts = [
        Stored(id, arrival, text, tuple(carried[id]), bool(corrected), said.get(id, "") if corrected else "")
        for id, arrival, text, corrected in texts
    ]
    return Batch(tuple(sorted(posts, key=lambda post: post.arrival)), found[-1][1])


@dataclass(frozen=True, slots=True)
class Carrier:
    """A post that has a label as its main one, for a look ahead. `day` is when it was said."""

    id: int
    day: int
    text: str = field(repr=False)
    labels: tuple[Scored, ...]
    corrected: bool


def carriers(
    programme: str, labels: Sequence[str] | None, *, before: int | None = None, limit: int = 2_000
) -> list[Carrier]:
    """Posts whose main label is one of these (None: any), newest first, from before an id on."""
    within = scope.of(programme)
    marks = "" if labels is None else f" AND label IN ({', '.join(['%s'] * len(labels))})"
    with connection.cursor() as db:
        db.execute(
            f"SELECT id, place_id, created, text, corrected FROM store_post WHERE programme_id = %s{marks}"  # noqa: S608 - marks only
            " AND id >= %s AND id < %s ORDER BY id DESC LIMIT %s",
            [within.id, *(labels or ()), within.first_id, (1 << 62) if before is None else before, limit],
        )
        found = db.fetchall()
        carried: dict[int, list[Scored]] = {}
        given = "SELECT post_id, label, score FROM store_postlabel WHERE"
        ids = [row[0] for row in found]
        for post, label, score in dialect.among(db, given, "post_id", ids, then=" ORDER BY post_id, rank"):
            carried.setdefault(post, []).append(Scored(label, score))
    return [
        Carrier(id, created // clock.DAY, text, tuple(carried[id]), bool(corrected))
        for id, place, created, text, corrected in found
        if id in carried and within.tells(place, id)
    ]


def newest_arrival(programme: str) -> int:
    """The arrival of the post that was kept last; 0 where there is none."""
    within = scope.of(programme)
    with connection.cursor() as db:
        db.execute("SELECT max(arrival) FROM store_post WHERE programme_id = %s", [within.id])
        return int(db.fetchone()[0] or 0)


def carrying(programme: str, labels: Sequence[str]) -> int:
    """How many posts carry one of these labels."""
    within = scope.of(programme)
    if not labels:
        return 0
    marks = ", ".join(["%s"] * len(labels))
    with connection.cursor() as db:
        db.execute(
            "SELECT count(DISTINCT post_id) FROM store_postlabel"  # noqa: S608 - marks only
            f" WHERE programme_id = %s AND label IN ({marks})",
            [within.id, *labels],
        )
        return int(db.fetchone()[0])


def corrections(programme: str, label: str) -> int:
    """How many corrections named a label as right."""
    return Correction.objects.filter(programme__slug=programme, label=label).count()


def _one(row: TaxonomyVersion | None) -> Version | None:
    return None if row is None else _version(row)


def _version(row: TaxonomyVersion) -> Version:
    return Version(
        id=row.pk,
        number=row.number,
        basis=row.basis,
        back_to=row.back_to,
        document=row.document,
        steps=list(row.steps),
        became={old: tuple(now) for old, now in row.became.items()},
        asked=frozenset(row.asked),
        history=row.history,
        state=row.state,  # type: ignore[arg-type]  # only its own codes are written
        model=row.model,
        made=row.made,
        by=row.by_id,
        since=row.since,
        watermark=row.watermark,
        bound=row.bound,
        total=row.total,
        done=row.done,
        problem=row.problem,
    )
