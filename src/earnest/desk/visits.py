"""Sessions: begun at sign-in, ended when nothing was done for a while, when their time is over, or by hand.

    visit = visits.begin(user, "firefox linux")   # its id goes into the session
    visits.holds(visit, user)                     # asked with every request

A session of Django's holds only while its visit does, so that one can be ended from anywhere at once.
"""

from datetime import timedelta

from django.conf import settings

from earnest.desk import audit
from earnest.store import clock, read_people, write_visits
from earnest.store.read_people import VisitRow

TOUCHED_EVERY = timedelta(minutes=2)
"""How exactly `seen` is kept: a click writes at most this often."""

_BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari", "curl")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "Mac OS X": "macOS"}


def sort_of_browser(described: str) -> str:
    """What sort of browser describes itself so: "Firefox, Linux". Nothing finer is kept."""
    found = (next((name for name in names if name in described), "") for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(_CALLED.get(name, name) for name in found if name)


def begin(user: int, described: str) -> int:
    """A new session; its visit's id."""
    return write_visits.begin_visit(user, sort_of_browser(described[:400]))


def holds(visit: int, user: int, *, acting: bool = True) -> bool:
    """Whether a session still holds: not ended, of this person, used lately, and young enough.

    `acting`: the person did something; a page that asks by itself does not keep a session alive.
    """
    row, now = read_people.visit(visit), clock.now()
    if row is None or row.user != user:
        return False
    if now - row.begun >= settings.SESSION_LONGEST or now - row.seen >= settings.SESSION_IDLE:
        write_visits.end_visit(visit, user)
        return False
    if acting and now - row.seen >= TOUCHED_EVERY:
        write_visits.touch_visit(visit)
    return True


def of(user: int) -> list[VisitRow]:
    """A person's sessions that still hold, the one used last first."""
    now = clock.now()
    return [
        row
        for row in read_people.visits(user)
        if now - row.begun < settings.SESSION_LONGEST and now - row.seen < settings.SESSION_IDLE
    ]


def leave(user: int, visit: int) -> None:
    """End the session that signs out; that is noted as such."""
    write_visits.end_visit(visit, user)


def end(user: int, visit: int) -> bool:
    """End one of one's own sessions."""
    if not write_visits.end_visit(visit, user):
        return False
    audit.note(f"person:{user}", "sessions_ended", detail={"sessions": 1})
    return True


def end_others(user: int, here: int | None, *, actor: str | None = None) -> int:
    """End all of a person's sessions but the one here (None: all); how many."""
    ended = write_visits.end_visits(user, besides=here)
    audit.note(
        actor or f"person:{user}", "sessions_ended", about=f"person:{user}", detail={"sessions": ended}
    )
    return ended
