"""Writing versions of a taxonomy, and letting the stored posts follow the one in use.

A version begins in one transaction; from then on old ids are read as what they are now. Stored posts follow
in batches, each of which is one transaction with the mark after it: a kill at any moment leaves every post
counted once, under its old label or its new one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F, Max

from earnest.record.errors import InputError, StoreBusy, StoreError
from earnest.record.verdict import Scored
from earnest.store import clock, dialect, erase, read_taxonomy
from earnest.store.arrivals import take_numbers
from earnest.store.models import Programme, TaxonomyExample, TaxonomyVersion
from earnest.store.words import tsvector
from earnest.store.write_posts import POST, put_back

MOST_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that somebody proposes; every field as in `store.models.TaxonomyVersion`.

    posts  stored posts that teach its new labels, by id
    """

    basis: int
    document: dict[str, Any]
    steps: list[dict[str, Any]]
    became: Mapping[str, Sequence[str]]
    asked: Sequence[str]
    lineage: Mapping[str, Sequence[str]]
    history: str
    posts: Mapping[int, str]
    back_to: int = 0


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What a stored post's labels become. `were`: those it had when that was decided."""

    id: int
    were: tuple[Scored, ...]
    labels: tuple[Scored, ...]
    unsure: bool | None = None
    model: str = ""


def propose(programme: str, draft: Draft, by: int | None) -> int:
    """Keep a version as a draft; its number. Raises StoreError where very many wait already."""
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = Programme.objects.get(slug=programme)
        rows = TaxonomyVersion.objects.filter(programme=row)
        if rows.filter(state="draft").count() >= MOST_DRAFTS:
            raise StoreError(
                f"{MOST_DRAFTS} proposals wait already.", advice="Apply one, or take some of them back."
            )
        number = max(1, rows.aggregate(last=Max("number"))["last"] or 1) + 1
        version = TaxonomyVersion.objects.create(
            programme=row,
            number=number,
            basis=draft.basis,
            back_to=draft.back_to,
            document=draft.document,
            steps=draft.steps,
            became={old: list(now) for old, now in draft.became.items()},
            asked=sorted(draft.asked),
            lineage={old: list(now) for old, now in draft.lineage.items()},
            history=draft.history,
            made=clock.now(),
            by_id=by,
        )
        TaxonomyExample.objects.bulk_create(
            TaxonomyExample(version=version, post_id=post, label=label) for post, label in draft.posts.items()
        )
    return number


def take_back(programme: str, number: int) -> bool:
    """Throw a draft away. False where there is none of that number."""
    gone, _ = TaxonomyVersion.objects.filter(programme__slug=programme, number=number, state="draft").delete()
    return gone > 0


def prepare(programme: str, number: int) -> None:
    """Somebody applies a draft: it waits for its model. Raises InputError where it cannot be applied now."""
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = TaxonomyVersion.objects.filter(programme__slug=programme, number=number).first()
        if row is None or row.state != "draft":
            raise InputError(f"There is no proposal {number}.", advice="See them: earnest taxonomy history")
        if read_taxonomy.waiting(programme) is not None:
            raise InputError("Another version is being prepared.", advice="Wait until it is in use.")
        now = read_taxonomy.current(programme)
        if row.basis != (now.number if now is not None else 1):
            raise InputError(
                f"The taxonomy changed since version {number} was proposed.",
                advice="Propose the change again: it is then made to the present version.",
            )
        if now is not None and not now.settled:
            raise InputError(
                f"Stored posts still follow version {now.number}.", advice="Wait until they all do."
            )
        TaxonomyVersion.objects.filter(pk=row.pk).update(state="preparing", problem="")


def unprepared(programme: str, number: int, problem: str) -> None:
    """A version could not be prepared: it is a draft again, and says why."""
    rows = TaxonomyVersion.objects.filter(programme__slug=programme, number=number, state="preparing")
    rows.update(state="draft", problem=problem[:300])


def taught(programme: str, number: int, model: str, problem: str = "") -> None:
    """The model of a draft is made, so that it can be looked at; or why it could not be."""
    rows = TaxonomyVersion.objects.filter(programme__slug=programme, number=number, state="draft")
    rows.update(model=model, problem=problem[:300])


def begin(programme: str, number: int, *, first: Mapping[str, Any], model: str) -> bool:
    """The version is in use from now on. `first` is the document of version 1, where there was none yet.

    False where it is no longer waited for.
    """
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        row = TaxonomyVersion.objects.filter(
            programme__slug=programme, number=number, state="preparing"
        ).first()
        if row is None:
            return False
        now = clock.now()
        own = TaxonomyVersion.objects.filter(programme_id=row.programme_id)
        if not own.filter(number=1).exists():
            kept = Programme.objects.get(pk=row.programme_id)
            TaxonomyVersion.objects.create(
                programme_id=row.programme_id,
                number=1,
                document=dict(first),
                lineage={label["id"]: [label["id"]] for label in first["labels"]},
                state="former",
                made=kept.live_since or kept.made,
                since=kept.live_since or kept.made,
            )
        own.filter(state="current").update(state="former")
        asked = () if row.history == "keep" else row.asked
        old = [id for id, new in row.became.items() if (len(new) == 1 and new != [id]) or id in asked]
        own.filter(pk=row.pk).update(
            state="current",
            since=now,
            model=model,
            watermark=0,
            bound=read_taxonomy.newest_arrival(programme),
            total=read_taxonomy.carrying(programme, old),
            done=0,
            problem="",
        )
    return True


def relabel(version: int, after: int, last: int, changes: Sequence[Relabelled]) -> int:
    """One batch of stored posts follows a version, in one transaction, and the mark moves from `after` to
    `last`.

    How many posts changed. Raises StoreBusy, and changes nothing, where the version is not in use any more,
    another process was quicker, or one of the posts changed meanwhile.
    """
    try:
        with transaction.atomic(), connection.cursor() as db:
            take_numbers(db, 0)
            row = TaxonomyVersion.objects.filter(pk=version, state="current", watermark=after).first()
            if row is None:
                raise StoreBusy("Another process relabels these posts.", advice="Nothing was changed.")
            changed = _change(db, row.programme_id, changes)
            TaxonomyVersion.objects.filter(pk=version).update(watermark=last, done=F("done") + changed)
    except OperationalError as error:
        raise StoreBusy(
            "The database is busy or restarting.", advice="Nothing was changed; try again."
        ) from error
    return changed


def _change(db: Any, programme_id: int, changes: Sequence[Relabelled]) -> int:
    by_id = {change.id: change for change in changes}
    ids = sorted(by_id)
    columns = f"SELECT {', '.join(POST)} FROM store_post WHERE"  # noqa: S608 - names of write_posts
    found = dialect.among(db, columns, "id", ids)
    carried: dict[int, list[str]] = {}
    given = "SELECT post_id, label FROM store_postlabel WHERE"
    for post, label in dialect.among(db, given, "post_id", ids, then=" ORDER BY post_id, rank"):
        carried.setdefault(post, []).append(label)
    for row in found:
        if carried.get(row[0], []) != [one.id for one in by_id[row[0]].were]:
            raise StoreBusy("A post changed while it was looked at.", advice="It is looked at again.")
    erase.take_out(db, programme_id, [row[0] for row in found])
    put_back(db, [_row(row, by_id[row[0]]) for row in found])
    return len(found)


def _row(old: Sequence[Any], change: Relabelled) -> list[Any]:
    """A post's row with its new labels. Its voice tag stays, with the label it was made under."""
    columns = list(old)
    was, label = columns[_LABEL], change.labels[0].id
    theme = columns[_THEME] or was
    columns[_LABEL] = label
    columns[_THEME] = "" if theme == label or columns[_VOICE] is None else theme
    if change.unsure is not None:
        columns[_UNSURE] = change.unsure
    if change.model:
        columns[_MODEL] = change.model
    words = tsvector(columns[_TEXT]) if dialect.needs_words() else None
    return [*columns, [(one.id, one.score) for one in change.labels], words]


_LABEL, _THEME, _VOICE, _UNSURE, _MODEL, _TEXT = (
    POST.index(name) for name in ("label", "theme", "voice", "unsure", "model", "text")
)
