"""What ended, once more, in a file that no backup of the database contains: places that were closed, and the
pauses of a community's delegate.

Why: a database that is put back from a backup knows nothing of a community that took its invitation back
after it was made, and would listen to it again. The file is `gone/ended.log` in the home folder, one line a
change: the place's name, what changed, when, and when the place was added, so that another one that gets its
name later is not meant. It is only ever added to.

Order: a line is on the disk before the transaction commits. A crash between the two closes or pauses a place
too many, never one too few.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from django.conf import settings

from earnest.record.errors import StoreError
from earnest.store.models import Consent, Place

What = Literal["closed", "paused", "resumed"]
_WHEN = r"([0-9T:.+-]{19,32})"
LINE = re.compile(rf"([\w-]{{1,60}})/([\w-]{{1,60}}) (closed|paused|resumed) {_WHEN} {_WHEN}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ending:
    """A place by programme and name and when it was added, what was said of it last, and when."""

    programme: str
    slug: str
    what: What
    at: datetime
    made: datetime


def note(place: Place, what: What, at: datetime) -> None:
    """Within a transaction: write down that a place was closed, or paused or resumed by its delegate.

    Raises StoreError when it cannot be written: then nothing is changed, and it is asked again.
    """
    path = _path()
    name = f"{place.programme.slug}/{place.slug}"
    line = (
        f"{name} {what} {at.astimezone(UTC).isoformat()} {place.made.astimezone(UTC).isoformat()}\n".encode()
    )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            # A line that broke off when the power went is ended, so that it cannot swallow this one.
            whole = b"" if not size or os.pread(handle, 1, size - 1) == b"\n" else b"\n"
            os.write(handle, whole + line)
            os.fsync(handle)
        finally:
            os.close(handle)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreError(
            f"The list of what ended cannot be written ({error.strerror}): nothing was changed.",
            advice=f"Mend {path} and try again.",
        ) from error


def settle() -> int:
    """Within a transaction that waits for other writers: what the file says and the database does not know is
    carried out. How many places this closed or paused. To be called before anything is read.
    """
    return sum(_apply(one) for one in list(_open(_listed())))


def settled() -> bool:
    """Whether the database knows all that the file says."""
    return not any(_open(_listed()))


def _listed() -> list[Ending]:
    """For each place that was closed that, else what its delegate did last."""
    try:
        text = _path().read_text("ascii", "replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(
            f"The list of what ended cannot be read ({error.strerror}).", advice=f"Mend {_path()}."
        ) from error
    last: dict[tuple[str, str, datetime], Ending] = {}
    for one in sorted(parsed(text), key=lambda ending: ending.at):
        before = last.get((one.programme, one.slug, one.made))
        if before is None or before.what != "closed" or one.what == "closed":
            last[one.programme, one.slug, one.made] = one
    return list(last.values())


def parsed(text: str) -> Iterable[Ending]:
    """The lines of a list; a line that is none is passed over."""
    for line in text.splitlines():
        if found := LINE.fullmatch(line):
            try:
                at, made = datetime.fromisoformat(found[4]), datetime.fromisoformat(found[5])
            except ValueError:
                continue
            if at.tzinfo is not None and made.tzinfo is not None:
                yield Ending(found[1], found[2], cast(What, found[3]), at, made)


def _open(listed: Iterable[Ending]) -> Iterable[Ending]:
    """Those that the database does not know of."""
    for one in listed:
        place = Place.objects.filter(programme__slug=one.programme, slug=one.slug, made__lte=one.at).first()
        if place is None or one.what == "resumed":
            continue
        lives = Consent.objects.filter(place_id=place.pk, ended__isnull=True)
        if one.what == "closed":
            since = Consent.objects.filter(place_id=place.pk, opened__gt=one.at).exists()
            if lives.filter(opened__lte=one.at).exists() or (place.state != "closed" and not since):
                yield one
        elif place.state != "closed" and (place.state != "paused" or place.paused_by != "delegate"):
            yield one


def _apply(one: Ending) -> bool:
    place = Place.objects.get(programme__slug=one.programme, slug=one.slug)
    lives = Consent.objects.filter(place_id=place.pk, ended__isnull=True, opened__lte=one.at)
    if one.what == "closed":
        lives.update(ended=one.at, state="ended")
        problem = "It was closed after the database was backed up."
        if not Consent.objects.filter(place_id=place.pk, opened__gt=one.at).exists():
            Place.objects.filter(pk=place.pk).update(state="closed", problem=problem, next_read=None)
    else:
        lives.update(state="paused")
        Place.objects.filter(pk=place.pk).update(
            state="paused", paused_by="delegate", problem="", next_read=None
        )
    return True


def _path() -> Path:
    return Path(settings.EARNEST_HOME) / "gone" / "ended.log"
