"""Places from the pages: adding one, pausing, resuming and closing it. Each is noted in the audit chain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from earnest.desk import audit
from earnest.egress import Egress
from earnest.flow.intake import slug_of
from earnest.flow.place_words import WORDS, check_words
from earnest.flow.secret import (
    drop_held,
    forget_secret,
    held_secret,
    hold_secret,
    keep_secret,
    lay_ready,
    settings_of,
    settle,
    take_away_ready,
)
from earnest.flow.trying import Tried, check_kind, may_be_added, try_place
from earnest.record.errors import BadSetting, Refused
from earnest.sources.asks import OWN, asks
from earnest.sources.base import SourceType
from earnest.sources.registry import BUILT_IN, TYPES, open_source
from earnest.store import read, write
from earnest.store.write_places import PausedBy

ADDRESSES = frozenset(
    {
        "address", "archive", "base", "base_url", "catalog", "domain", "endpoint", "homeserver", "host",
        "hostname", "options", "port", "security", "server", "tap", "url",
    }
)  # fmt: skip
"""Settings that say where requests go, who is handed the key, and whether the way there is encrypted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place as somebody asks for it on a page. Their `secret` is held between trying and adding."""

    programme: str
    type: str
    kind: str
    given: dict[str, Any]
    secret: str = field(repr=False)
    person: int


def try_it(wanted: Wanted, egress: Egress | None) -> Tried:
    """Try a place, and hold its secret for the one who gave it. Raises as `trying.try_place` does."""
    known, secret = _known(wanted)
    whole = _whole(known, _plain(known, wanted.given), secret)
    actor = f"person:{wanted.person}"
    tried = try_place(wanted.programme, wanted.type, wanted.kind, whole, egress, actor=actor)
    if wanted.secret and known.secret:
        hold_secret(wanted.programme, wanted.type, wanted.person, wanted.secret)
    return tried


def holds(programme: str, type: str, person: int) -> bool:
    """Whether the secret that a person tried such a place with is still held."""
    return held_secret(programme, type, person) != ""


def add_it(wanted: Wanted, name: str, egress: Egress | None) -> str:
    """Add a place with the secret it was tried with, unless another was given. Raises as `add_place` does."""
    _, secret = _known(wanted)
    actor = f"person:{wanted.person}"
    slug = add_place(
        wanted.programme, name, wanted.type, wanted.kind, wanted.given, egress, actor=actor, secret=secret
    )
    drop_held(wanted.programme, wanted.type, wanted.person)
    return slug


def _known(wanted: Wanted) -> tuple[SourceType, str]:
    may_be_added(wanted.programme, wanted.type, wanted.kind)
    known = TYPES[wanted.type]
    held = held_secret(wanted.programme, wanted.type, wanted.person) if known.secret else ""
    return known, wanted.secret or held


def add_place(
    programme: str,
    name: str,
    type: str,
    kind: str,
    given: Mapping[str, Any],
    egress: Egress | None,
    *,
    actor: str,
    secret: str = "",
    title: str = "",
    region: str | None = None,
    lang: str | None = None,
    every: int = 300,
) -> str:
    """Add a place that needs no invitation; its slug. That of a draft is read once the programme begins.

    `secret` goes into the key folder. Raises RefusedAudience where the audience may not be heard there,
    Refused for a kind that this type cannot be or that only a community can open, StoreError where there is a
    place of this name, and what opening the source raises.
    """
    may_be_added(programme, type, kind, given)
    known = TYPES[type]
    plain = _plain(known, given)
    whole = _whole(known, plain, secret)
    check_words(whole)
    open_source(type, whole, egress)
    slug = slug_of(name)
    with transaction.atomic():
        write.add_place(
            programme, slug, title=title or name, type=type, kind=kind, region=region, lang=lang,
            settings=plain, interval=every,
        )  # fmt: skip
        if known.secret and secret:
            keep_secret(programme, slug, secret)
        audit.note(actor, "place_added", programme=programme, about=f"place:{slug}", detail={"type": type})
    return slug


def change_place(
    programme: str,
    slug: str,
    given: Mapping[str, Any],
    egress: Egress | None,
    *,
    actor: str,
    secret: str = "",
) -> bool:
    """Write other settings and, where one is given, another secret of a place; whether anything changed.

    With other settings it is read from its start: what is kept already is recognised. An invited place keeps
    its settings, because its community agreed to that place alone; its secret may change. Raises Refused,
    StoreError, and what opening the source raises.
    """
    place = read.listening_place(programme, slug)
    known = TYPES.get(place.type)
    if known is None:
        raise Refused(f"There is no source type '{place.type}' here any more.", advice="Close the place.")
    plain = _plain(known, given)
    fresh = plain != dict(place.settings)
    check_kind(place.type, place.kind, plain)
    if fresh and place.kind == "closed":
        raise Refused(
            "What a community agreed to is not changed.",
            advice="Close the place and ask the other community.",
        )
    if secret == "" and actor != "cli" and known.secret and _elsewhere(known, place.settings, plain):
        raise Refused(
            "With another address the key is needed again: it was given for the one before.",
            advice="Write the key too.",
        )
    whole = _whole(known, plain, secret or settings_of(place).get(known.secret or "", ""))
    check_words(whole)
    open_source(place.type, whole, egress)
    take_away_ready(programme, slug)
    changes_key = bool(known.secret and secret)
    with transaction.atomic():
        if changes_key and fresh:
            lay_ready(programme, slug, secret, plain)
            transaction.on_commit(partial(settle, programme, slug, plain))
        if fresh:
            write.change_settings(programme, slug, plain)
            _note(actor, "place_changed", programme, slug)
        if changes_key:
            audit.note(actor, "secret_made", programme=programme, about=f"place:{slug}")
            if not fresh:
                keep_secret(programme, slug, secret)
    return fresh or bool(secret)


def _elsewhere(kind: SourceType, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether requests, and with them the key, might go to another address.

    Of a package nobody here knows what its settings lead to: but for words that are looked for, figures,
    choices, and what every place has, each of them may be one ("shop").
    """
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    if any("://" in str(after.get(name, "")) or name in ADDRESSES for name in changed):
        return True
    if kind in BUILT_IN:
        return False
    free = {one.name for one in asks(kind) if one.form in ("number", "yes", "choice")}
    return not free.union(WORDS, OWN).issuperset(changed)


def _plain(kind: SourceType, given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that may stand in the database. Raises BadSetting where the secret is among them."""
    if kind.secret in given:
        raise BadSetting(f"The {kind.secret} is not kept with the settings.", advice="Give it as the secret.")
    return dict(given)


def _whole(kind: SourceType, plain: dict[str, Any], secret: str) -> dict[str, Any]:
    return {**plain, kind.secret: secret} if kind.secret and secret else plain


def pause(programme: str, slug: str, *, by: PausedBy, actor: str) -> None:
    """Stop reading a place until it is resumed; a delegate's pause is lifted by a delegate alone."""
    with transaction.atomic():
        write.pause_place(programme, slug, by)
        _note(actor, "place_paused", programme, slug)


def resume(programme: str, slug: str, *, by: PausedBy, actor: str) -> None:
    """Read a place again. What was said meanwhile in a community is not read."""
    with transaction.atomic():
        write.resume_place(programme, slug, by)
        _note(actor, "place_resumed", programme, slug)


def accept_move(programme: str, slug: str, *, actor: str) -> str:
    """A place is read at the address that it says it moved to, for good; that address.

    Raises Refused for an invited place, and for one whose key was given for the address before;
    RefusedConfiguration where the new address asks for what is not listened for, StoreError where the place
    did not say that it moved.
    """
    place = read.listening_place(programme, slug)
    known = TYPES.get(place.type)
    if place.kind == "closed":
        raise Refused("What a community agreed to is not changed.", advice="Ask the other community.")
    if known is not None and known.secret and settings_of(place).get(known.secret):
        raise Refused(
            "With another address the key is needed again: it was given for the one before.",
            advice="Write the new address and the key on the page of its settings.",
        )
    take_away_ready(programme, slug)
    with transaction.atomic():
        moved = write.accept_move(programme, slug)
        check_kind(place.type, place.kind, {**place.settings, "url": moved})
        check_words({"url": moved})
        _note(actor, "place_moved", programme, slug)
    return moved


def close(programme: str, slug: str, *, actor: str) -> None:
    """Stop reading a place for good. What a community's place gave is erased after its grace period."""
    with transaction.atomic():
        write.close_place(programme, slug, "The operator stopped listening here.")
        _note(actor, "place_closed", programme, slug)
    forget_secret(programme, slug)


def _note(actor: str, action: str, programme: str, slug: str) -> None:
    audit.note(actor, action, programme=programme, about=f"place:{slug}", detail={"place": slug})
