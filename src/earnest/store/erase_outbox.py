"""Taking away what messages hold: a post's words from messages that wait, and old lines of what was sent."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from earnest.store import clock
from earnest.store.models import CaseLink, Channel, Incoming, Message

KEPT = timedelta(days=400)
"""How long a line of what was sent is kept: it holds no words."""

KEPT_IN = timedelta(days=90)
"""How long the id of something that came by a hook is kept against a replay."""


def unsend(ids: Iterable[int]) -> None:
    """Within a transaction: posts go. Messages that wait lose the quotes of these posts; messages that are
    about one of them are dropped.
    """
    gone = set(ids)
    waiting = Message.objects.filter(state__in=("waiting", "sending")).exclude(quoted=[], about=[])
    for id, quoted, about in waiting.values_list("pk", "quoted", "about"):
        if not gone.isdisjoint(about):
            Message.objects.filter(pk=id).update(
                state="dropped",
                result="post_gone",
                payload=None,
                quoted=[],
                about=[],
                lease="",
                leased=None,
                done=clock.now(),
            )
        elif not gone.isdisjoint(quoted):
            row = Message.objects.select_for_update().get(pk=id)
            if row.payload is None:
                continue
            kept = [quote for quote in row.payload.get("quotes", ()) if quote.get("post") not in gone]
            Message.objects.filter(pk=id).update(
                payload={**row.payload, "quotes": kept}, quoted=sorted({quote["post"] for quote in kept})
            )


def remove_channel(id: int) -> None:
    """A channel goes: nothing waits for it any more, its settings are emptied, what was sent stays in the
    list without words.
    """
    with transaction.atomic():
        now = clock.now()
        Channel.objects.filter(pk=id).update(
            removed=now, on=False, settings={}, events=[], secret=None, hook=None, hook_secret=None
        )
        Message.objects.filter(channel_id=id, state="waiting").update(
            state="dropped", result="channel_off", payload=None, quoted=[], about=[], done=now
        )
        Incoming.objects.filter(channel_id=id).delete()
        CaseLink.objects.filter(channel_id=id).update(next_check=None)


def sweep_outbox(now: datetime) -> None:
    """Old lines go; so do ids of what came in."""
    Message.objects.filter(done__lt=now - KEPT).delete()
    Incoming.objects.filter(at__lt=now - KEPT_IN).delete()
