"""The voice keys of past quarters: destroyed in their time, and by hand.

A quarter's key is needed while posts of that quarter still come in. Once all its weeks are closed, and a
grace for places that were away, the key is destroyed: from then on nobody, not even who holds the key file
and a list of handles, can say whose voice a tag is. Posts of that quarter that come later are kept without a
voice. A key made for posts of long ago (an import) has the same grace from the day on which it was made.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from earnest.desk import audit
from earnest.gate.voice import Keys, end_of, epoch_of
from earnest.record.errors import InputError

GRACE = timedelta(days=21)
"""After a quarter's last day, or the day its key was made: a week that touches the quarter may last six days
more, then two weeks for late posts.
"""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A quarter's key: "in use" (its posts may still come), "due" (to be destroyed by the next sweep) or
    "destroyed", and when it is destroyed.
    """

    name: str
    state: str
    until: datetime


def epochs(keys: Keys, now: datetime) -> list[Epoch]:
    """Every quarter that has or had a key, oldest first."""
    found = []
    for name in sorted({*keys.living, *keys.destroyed}):
        until = _end(keys, name) + GRACE
        state = "destroyed" if keys.gone(name) else "in use" if now < until else "due"
        found.append(Epoch(name, state, until))
    return found


def _end(keys: Keys, name: str) -> datetime:
    made = keys.made(name)
    end = end_of(name)
    return end if made is None else max(end, datetime.combine(made, time(), UTC))


def destroy_ended(keys: Keys, now: datetime) -> list[str]:
    """Destroy the keys whose time has come; which. One link of the audit chain each."""
    ended = [epoch.name for epoch in epochs(keys, now) if epoch.state == "due"]
    for name in ended:
        _destroy(keys, name, "system")
    return ended


def destroy(keys: Keys, name: str, now: datetime) -> None:
    """Destroy one quarter's key by hand, also before its time; it is never made again.

    Raises InputError for what is no quarter, for one to come, and for one that was destroyed before.
    """
    try:
        end = end_of(name)
    except ValueError:
        raise InputError(f"'{name[:20]}' is not a quarter.", advice="Write it as 2026Q3.") from None
    if end > now and name != epoch_of(now):
        raise InputError(f"{name} has not begun.", advice="Only a quarter that has begun has a key.")
    if keys.gone(name):
        raise InputError(f"The key of {name} was destroyed before.")
    _destroy(keys, name, "cli")


def rotate(keys: Keys) -> None:
    """Replace the key that makes speakers: who speaks from now on is linked to nothing said before."""
    keys.rotate_speakers()
    audit.note("cli", "keys_rotated", about="speakers")


def _destroy(keys: Keys, name: str, actor: str) -> None:
    keys.destroy(name)
    audit.note(actor, "epoch_destroyed", about=name)
