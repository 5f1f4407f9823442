"""What a message may say now: the rules of its programme and case, read at the moment of sending.

Whoever queues a message may have put anything into it; `notify.rules` holds what is read here. It is read
again at every try, so that a quote switched off, a place that closed or a post that went counts at once.
"""

from collections.abc import Sequence

from django.conf import settings

from earnest.gate.redact import redact
from earnest.notify.base import Notice
from earnest.notify.rules import Rules, Shown, settle
from earnest.notify.words import known
from earnest.record import audience
from earnest.store import read_outbox, read_people
from earnest.store.read_outbox import Channel


def address() -> str:
    """Where the desk is, as links in messages begin."""
    if settings.EARNEST_ADDRESS:
        return str(settings.EARNEST_ADDRESS)
    host = next((host for host in settings.ALLOWED_HOSTS if host and not host.startswith((".", "*"))), "")
    https = bool(getattr(settings, "SESSION_COOKIE_SECURE", False))
    return f"https://{host}" if https else f"http://{host or '127.0.0.1'}:8000"


def language(channel: Channel | None = None) -> str:
    """What a channel's messages are written in: as it is set there, else as the installation speaks."""
    chosen = str(channel.settings.get("language", "")) if channel is not None else ""
    return known(chosen or settings.LANGUAGE_CODE)


def language_of(person: int) -> str:
    """What one of the desk's own people reads: as they chose, else as the installation speaks."""
    return known(read_people.chosen(person).language or settings.LANGUAGE_CODE)


def rules(programme: str, case: int | None, quoted: Sequence[int] = ()) -> Rules:
    """What holds for a message of this programme and case now."""
    near = read_outbox.near(programme, case)
    floor = audience.of(near.audience).floor
    return Rules(
        address=address(),
        floor=10 if near.closed or near.audience == "workforce" else floor,
        step=10 if near.audience == "workforce" else 5,
        typed=near.typed,
        quotable=read_outbox.quotable(programme, quoted) if near.quotes else frozenset(),
        closed=near.closed,
        scrub=lambda text: redact(text).text,
    )


def shown(programme: str, notice: Notice, case: int | None) -> Shown:
    """A notice as it may go now."""
    return settle(notice, rules(programme, case, [quote.post for quote in notice.quotes]))
