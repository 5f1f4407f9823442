"""Who is out at a place (keyed hashes, for the gate alone), and what came of a code of the opt-out page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from earnest.record.errors import StoreError
from earnest.store import clock
from earnest.store.models import LeaveCode, OptOut, Place, Post, Tombstone


@dataclass(frozen=True, slots=True)
class Code:
    """A code's state: waiting to be posted, done, or expired. `places` are titles, `posts` were erased."""

    state: Literal["waiting", "done", "expired"]
    expires: datetime
    done: datetime | None
    places: tuple[str, ...]
    posts: int


def source_of(place_id: int) -> str:
    """A place by the name under which opting out is kept; it outlives the place's row. Raises StoreError when
    the place is gone.
    """
    row = Place.objects.filter(pk=place_id).values_list("programme__slug", "slug").first()
    if row is None:
        raise StoreError("The place was removed while it was being read.")
    return f"{row[0]}/{row[1]}"


def title_of(place_id: int) -> str:
    """What people call a place."""
    return str(Place.objects.values_list("title", flat=True).get(pk=place_id))


def opted_out(place_id: int) -> frozenset[bytes]:
    """What stands for the accounts that are not heard at a place."""
    rows = OptOut.objects.filter(place=source_of(place_id)).values_list("hash", flat=True)
    return frozenset(bytes(hash) for hash in rows)


def places_of(type: str) -> list[tuple[int, str, dict[str, object]]]:
    """Every place of a type, whatever its state: id, name ("programme/slug") and settings."""
    rows = Place.objects.filter(type=type).values_list("pk", "programme__slug", "slug", "settings")
    return [(id, f"{programme}/{slug}", dict(settings)) for id, programme, slug, settings in rows]


def answered(place_id: int, keys: Sequence[bytes]) -> frozenset[bytes]:
    """Which of these posts were heeded or erased before: the same post read again asks nothing new."""
    rows = Tombstone.objects.filter(place_id=place_id, key__in=list(keys)).values_list("key", flat=True)
    return frozenset(bytes(key) for key in rows)


def erased_at(place_id: int, key: bytes) -> datetime | None:
    """When a post was erased, None where it was not."""
    return Tombstone.objects.filter(place_id=place_id, key=key).values_list("at", flat=True).first()


def code(programme: str, hash: bytes) -> Code | None:
    """What is known of a code of a programme's opt-out page; None when there is none (or not any more)."""
    row = LeaveCode.objects.filter(programme__slug=programme, hash=hash).first()
    if row is None:
        return None
    state: Literal["waiting", "done", "expired"] = (
        "done" if row.done else "waiting" if row.expires > clock.now() else "expired"
    )
    return Code(state, row.expires, row.done, tuple(row.places), row.posts)


def there(posts: Sequence[tuple[int, bytes]]) -> int:
    """How many of these posts (place and key) are kept."""
    return sum(Post.objects.filter(place_id=place_id, key=key).exists() for place_id, key in posts)


def first_said(place_id: int) -> datetime | None:
    """When the oldest post of a place was said: what lies before cannot be there."""
    created = Post.objects.filter(place_id=place_id).order_by("pk").values_list("created", flat=True).first()
    return None if created is None else clock.moment(created)
