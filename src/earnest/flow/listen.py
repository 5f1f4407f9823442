"""Listening: the way of a post, from a place to the store. Read this first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from earnest.egress import Egress
from earnest.flow import handshake, leave
from earnest.flow.asking import Kin
from earnest.flow.digest import Digest, Stages
from earnest.flow.intake import consent_of, programme_of, recheck_terms, source_name
from earnest.flow.learn import model_for as model_for
from earnest.flow.secret import settings_of
from earnest.gate.admit import Gate
from earnest.gate.voice import Keys
from earnest.sources.base import Source
from earnest.sources.registry import open_source
from earnest.store import draft, read, read_leaving, write
from earnest.understand.classify import Model

CONTINUOUS = timedelta(hours=1)
"""A place that was read less than this ago was heard without a break; after a longer silence only its posts
are.
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one read of a place brought."""

    read: int = 0
    admitted: int = 0
    withheld: int = 0
    duplicates: int = 0
    edited: int = 0
    erased: int = 0
    refused: int = 0


def listen(place: read.ListeningPlace, source: Source, stages: Stages) -> Heard:
    """Read a place from its cursor to its end, page by page; each page is kept, with its cursor, before the
    next.

    Raises what the source, the gate or the store raise: the pages before are kept, the cursor stands after
    them.
    """
    total = Heard()
    write.must_recheck(place.id, recheck_terms(place))
    # What is pushed has no position that two readers could both go on from.
    after: str | Literal[False] | None = False if place.type == "submit" else place.cursor
    for page in source.read(place.cursor):
        digest = stages.digest(page)
        outcome = keep_digest(
            place, source, stages, digest, hearing(place, whole=digest.done), digest.cursor, after
        )
        after = False if after is False else digest.cursor
        total = Heard(
            read=total.read + digest.read,
            admitted=total.admitted + outcome.admitted,
            withheld=total.withheld + digest.withheld + outcome.past,
            duplicates=total.duplicates + outcome.duplicates,
            edited=total.edited + outcome.edited,
            erased=total.erased + outcome.erased,
            refused=total.refused + len(digest.refused),
        )
    return total


def keep_digest(
    place: read.ListeningPlace,
    source: Source,
    stages: Stages,
    digest: Digest,
    heard: write.Hearing,
    cursor: str | None,
    after: str | Literal[False] | None,
) -> write.Outcome:
    """Keep what became of a page and carry out what people asked in it; a closed place is asked once more
    before.
    """
    if place.kind == "closed":
        handshake.confirm(place, source)
    keep = partial(
        write.keep,
        place.id,
        digest.kept,
        erased=digest.erased,
        withdrawn=digest.withdrawn,
        refused=digest.refused,
        withheld=digest.withheld,
        cursor=cursor,
        heard=heard,
        model=stages.model.id,
        after=after,
    )
    kin = Kin(place.id, source_name(place))
    kept = leave.keep_page(kin, stages.keys, digest.asking, stages.gate.out, keep)
    leave.answer(source, digest.asking, kept)
    return kept.outcome


def hearing(place: read.ListeningPlace, *, whole: bool) -> write.Hearing:
    """What a read vouches for. Only a read to the end says that the place was silent where it brought
    nothing.

    After a silence of Earnest's own (a failure, a restart) the time between is not vouched for: an hour with
    posts is observed, an hour without stays unknown.
    """
    now = datetime.now(UTC)
    next_read = now + timedelta(seconds=place.interval) if place.interval else None
    if not whole:
        return write.Hearing(at=now, next_read=next_read)
    gap = max(CONTINUOUS, timedelta(seconds=2 * place.interval))
    unbroken = place.last_read is not None and now - place.last_read <= gap
    return write.Hearing(at=now, since=place.last_read if unbroken else now, until=now, next_read=next_read)


def open_place(place: read.ListeningPlace, egress: Egress | None) -> Source:
    """The source of a place. Whether a closed one may be read is asked by `flow.handshake`, every time."""
    if place.kind == "closed":
        handshake.may_open(place)
    return open_source(place.type, settings_of(place), egress)


def open_stages(place: read.ListeningPlace, keys: Keys, model: Model) -> Stages:
    """The stages for a place. Raises RefusedAudience when its audience may not listen to its kind of
    place, InputError while its programme is a draft.
    """
    if not place.live:
        draft.check_live(programme_of(place.programme))
    gate = Gate(
        keys,
        audience=place.audience,
        kind=place.kind,
        source=source_name(place),
        region=place.region,
        consent=consent_of(place),
        out=read_leaving.opted_out(place.id),
        answered=partial(read_leaving.answered, place.id),
    )
    return Stages(gate=gate, keys=keys, model=model, audience=place.audience, kin=leave.kin(place))
