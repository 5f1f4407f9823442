"""Places from the pages: adding one, pausing, resuming and closing it. Each is noted in the audit chain."""

from typing import Any

from django.db import transaction

from earnest.desk import audit
from earnest.egress import Egress
from earnest.flow.intake import programme_of, slug_of
from earnest.record import audience
from earnest.record.errors import Refused
from earnest.sources.registry import TYPES, open_source
from earnest.store import write
from earnest.store.write_places import PausedBy


def add_place(
    programme: str,
    name: str,
    type: str,
    kind: str,
    given: dict[str, Any],
    egress: Egress | None,
    *,
    actor: str,
) -> str:
    """Add a place that needs no invitation; its slug. That of a draft is read once the programme begins.

    Raises RefusedAudience where the audience may not be heard there, Refused for a kind that this type cannot
    be or that only a community can open, and what opening the source raises.
    """
    audience.check(programme_of(programme).audience, kind)
    if kind == "closed":
        raise Refused("A community is not added, it invites.", advice="Write an invitation for it.")
    known = TYPES.get(type)
    if known is None or kind not in known.kinds:
        raise Refused(
            f"A place of type '{type[:40]}' cannot be {kind}.", advice="Choose another type or kind."
        )
    open_source(type, given, egress)
    slug = slug_of(name)
    with transaction.atomic():
        write.add_place(programme, slug, title=name, type=type, kind=kind, settings=given)
        audit.note(actor, "place_added", programme=programme, about=f"place:{slug}", detail={"type": type})
    return slug


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


def close(programme: str, slug: str, *, actor: str) -> None:
    """Stop reading a place for good. What a community's place gave is erased after its grace period."""
    with transaction.atomic():
        write.close_place(programme, slug, "The operator stopped listening here.")
        _note(actor, "place_closed", programme, slug)


def _note(actor: str, action: str, programme: str, slug: str) -> None:
    audit.note(actor, action, programme=programme, about=f"place:{slug}", detail={"place": slug})
