"""Erasing on request: by the name of an account, by a post's address, or by its id.

Nothing tells how many posts an account had: erasing must not become a way of looking people up. What can no
longer be found is said plainly (`Forgotten.beyond`, `Forgotten.notes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from earnest.desk import audit
from earnest.flow import leave
from earnest.flow.asking import Kin
from earnest.flow.codes import keys_of
from earnest.flow.receipt import Receipt, written
from earnest.gate.voice import Keys, epoch_of
from earnest.record.errors import InputError
from earnest.sources.registry import TYPES
from earnest.store import read, read_leaving, write_leaving

LONGEST = 500
"""Characters of a handle, an address or an id."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, or would be.

    places   where it was looked for, as "programme/slug"
    posts    how many went; None where that is not told (a handle, a trial)
    beyond   quarters whose key was destroyed: no voice of that time leads to anybody any more
    notes    what else cannot be found, in sentences
    receipt  the signed text; None for a trial
    """

    places: tuple[str, ...]
    posts: int | None
    out: bool
    beyond: tuple[str, ...]
    notes: tuple[str, ...]
    receipt: str | None


def places_named(slug: str | None, programme: str | None) -> list[read.ListeningPlace]:
    """The places of a slug (all of them without one), within a programme or anywhere. Raises InputError for
    none.
    """
    found = [
        read.listening_place(one.slug, place.slug)
        for one in read.programmes()
        if programme in (None, one.slug)
        for place in read.places(one.slug)
        if slug in (None, place.slug)
    ]
    if not found:
        where = f"place '{slug}'" if slug else "place"
        raise InputError(
            f"there is no {where}{f' in {programme}' if programme else ''}",
            advice="See the places on the pages, or: earnest programme list",
        )
    return found


def by_handle(home: Path, place: read.ListeningPlace, handle: str, *, out: bool, trial: bool) -> Forgotten:
    """Erase what an account said at a place and wherever its name is the same person; keep it `out` if asked.

    Raises InputError for a handle that is none, which is never repeated.
    """
    names = _spellings(_given(handle, "handle"))
    keys = keys_of(home)
    kin = leave.kin(place)
    beyond = _beyond(keys, kin)
    notes = (
        "Posts whose source names no author, and posts kept before the key of voices was last changed, are "
        "found by no handle. Erase those by --url or --id.",
    )
    if trial:
        return Forgotten(_sources(kin), None, False, beyond, notes, None)
    accounts = [leave.account(keys, one, name) for one in kin for name in names]

    def noted(posts: int) -> None:
        for action in ("erased_on_request", *(("opted_out",) if out else ())):
            audit.note("cli", action, programme=place.programme, about=f"place:{place.slug}")

    write_leaving.erase_accounts(accounts, out=out, then=noted)
    write_leaving.settle()
    told = _receipt(keys, "left" if out else "erased", place.programme, kin, beyond)
    return Forgotten(_sources(kin), None, out, beyond, notes, told)


def by_ids(
    home: Path,
    places: Sequence[read.ListeningPlace],
    *,
    url: str | None = None,
    id: str | None = None,
    trial: bool,
) -> Forgotten:
    """Erase a post by its address or its id, and keep it away also where it was never kept.

    Raises InputError where an address leads to no post at any of the places.
    """
    keys = keys_of(home)
    given = _given(url if url is not None else id or "", "address" if url is not None else "id")
    wanted: list[tuple[int, bytes]] = []
    asked: list[Kin] = []
    silent: list[str] = []
    for place in places:
        kind = TYPES.get(place.type)
        ids_of = kind.ids_of if kind is not None else None
        ids = ids_of(given) if ids_of is not None else ()
        one = Kin(place.id, read_leaving.source_of(place.id))
        names = dict.fromkeys((given, *ids) if url is None else ids)
        if not names:
            silent.append(one.source)
            continue
        asked.append(one)
        wanted += [(place.id, keys.post_key(one.source, name)) for name in names]
    if not wanted:
        raise InputError(
            "this address leads to no post of these places: they know posts by other ids",
            advice="Give the post's own id with --id, or the handle with --handle.",
        )
    notes = tuple(f"The posts of {source} are not known by an address. Use --id there." for source in silent)
    if trial:
        found = read_leaving.there(wanted)
        return Forgotten(_sources(asked), found, False, (), notes, None)
    by = "url" if url is not None else "id"

    def noted(posts: int) -> None:
        for programme in dict.fromkeys(source.partition("/")[0] for _, source in asked):
            audit.note("cli", "erased_on_request", programme=programme, detail={"by": by})

    gone = write_leaving.erase_keys(wanted, noted)
    write_leaving.settle()
    told = _receipt(keys, "erased", asked[0].source.partition("/")[0], asked, (), gone)
    return Forgotten(_sources(asked), gone, False, (), notes, told)


def _given(value: str, what: str) -> str:
    plain = value.strip()
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise InputError(
            f"the {what} is empty, longer than {LONGEST} characters or holds unseen characters",
            advice=f"Give one {what}, as the place shows it.",
        )
    return plain


def _spellings(handle: str) -> list[str]:
    """A handle as people write it and as sources give it: "@ann", "u/ann", "ann"."""
    bare = handle
    for before in ("/u/", "u/", "@"):
        bare = bare.removeprefix(before)
    return list(dict.fromkeys((handle, bare, f"@{bare}", f"u/{bare}", f"/u/{bare}")))


def _beyond(keys: Keys, kin: Sequence[Kin]) -> tuple[str, ...]:
    """Destroyed quarters of which these places may still hold posts."""
    first = [said for said in (read_leaving.first_said(one.place_id) for one in kin) if said is not None]
    if not first:
        return ()
    oldest = epoch_of(min(first))
    return tuple(epoch for epoch in keys.destroyed if epoch >= oldest)


def _sources(kin: Sequence[Kin]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.source for one in kin))


def _receipt(
    keys: Keys,
    what: str,
    programme: str,
    kin: Sequence[Kin],
    beyond: tuple[str, ...],
    posts: int | None = None,
) -> str:
    found = read.programme(programme)
    titles = tuple(dict.fromkeys(read_leaving.title_of(one.place_id) for one in kin))
    name = found.name if found is not None else programme
    done = Receipt("left" if what == "left" else "erased", name, titles, datetime.now(UTC), posts, beyond)
    return written(keys, done)
