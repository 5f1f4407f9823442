"""Mails to the desk's own people: somebody named them in a note, or gave them a case.

Only for those who wish it, and only to an address that they confirmed. A mail says that a case waits, and
nothing of what was written.
"""

from django.db import transaction
from django.urls import reverse

from earnest.desk import content
from earnest.notify.base import Notice
from earnest.notify.words import say
from earnest.store import read_events, read_outbox, write_channels, write_outbox
from earnest.store.read_events import BEHIND, Called

STEP = 500


def follow() -> int:
    """Queue what is new; how many mails that were."""
    return _mentions() + _assignments()


def _mentions() -> int:
    mark = read_events.mark("mentions")
    found = read_events.mentions(max(0, mark - BEHIND), STEP + BEHIND)
    if not found or found[-1].id == mark:
        return 0
    with transaction.atomic():
        queued = sum(_queue(called) for called in found)
        write_channels.set_mark("mentions", max(mark, found[-1].id))
    return queued


def _assignments() -> int:
    mark = read_events.mark("changes")
    found, last = read_events.assignments(max(0, mark - BEHIND), STEP + BEHIND)
    if last <= mark:
        return 0
    with transaction.atomic():
        queued = sum(_queue(called) for called in found)
        write_channels.set_mark("changes", last)
    return queued


def _queue(called: Called) -> bool:
    wish = read_outbox.wish(called.person)
    wanted = wish.mentions if called.why == "mention" else wish.assignments
    if not wanted or not read_outbox.confirmed_address(called.person):
        return False
    lang = content.language_of(called.person)
    subject, line = (say(lang, f"{called.why}.{part}", number=called.case) for part in ("subject", "line"))
    link = reverse("case", args=[called.programme, called.case])
    notice = Notice(subject, lines=(line,), link=link, lang=lang)
    made = write_outbox.queue_for(
        called.programme,
        called.person,
        kind=called.why,
        key=f"{called.why}:{called.id}",
        payload=notice.plain(),
        case=called.case,
    )
    return made is not None
