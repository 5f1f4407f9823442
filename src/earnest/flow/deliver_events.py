"""What happened becomes messages: the audit chain is followed, link by link, for channels that want to know.

Nobody who changes something has to think of channels: what changes is in the chain anyway. Messages are
queued in the transaction that moves a channel's mark, under a key made of the link's number: killed
anywhere, none is lost and none queued twice. They name numbers and counts; words come from nowhere here.
"""

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from earnest.desk import content, tickets
from earnest.notify.base import Notice
from earnest.notify.events import ACTIONS, EVENTS
from earnest.notify.words import say
from earnest.store import read_events, write_channels, write_outbox
from earnest.store.read_outbox import Channel, subscribed

STEP = 500


def follow() -> int:
    """Queue what new events call for; how many messages that were."""
    queued = sum(_follow(channel) for channel in subscribed())
    return queued + tickets.follow_closings()


def _follow(channel: Channel) -> int:
    wanted = tuple(action for name in channel.events if name in EVENTS for action in EVENTS[name].actions)
    links, mark = read_events.links(channel.programme, channel.mark, wanted, STEP)
    alerts = (
        read_events.alerts(channel.programme, channel.alerts, STEP)
        if "alert_opened" in channel.events
        else []
    )
    last = max([channel.alerts, *(alert.id for alert in alerts)])
    if not links and not alerts and mark == channel.mark:
        return 0
    queued = 0
    with transaction.atomic():
        for link in links:
            queued += _queue(channel, ACTIONS[link.action], f"link:{link.seq}", _case(link.about))
        for alert in alerts:
            queued += _queue(channel, "alert_opened", f"alert:{alert.id}", None, alert=alert.id)
        write_channels.followed(channel.id, mark=mark, alerts=last)
    return queued


def _queue(channel: Channel, event: str, key: str, case: int | None, alert: int | None = None) -> bool:
    facts: dict[str, str | int] = {}
    link = ""
    if case is not None:
        facts["case"] = case
        link = _path("case", channel.programme, case)
    elif alert is not None:
        facts["alert"] = alert
        link = _path("alert", channel.programme, alert)
    elif alert is None:
        return False
    lang = content.language(channel)
    notice = Notice(say(lang, f"event.{event}", number=case), link=link, facts=facts, lang=lang)
    made = write_outbox.queue(
        channel.programme, channel.id, kind=event, key=f"{event}:{key}", payload=notice.plain(), case=case
    )
    return made is not None


def _case(about: str) -> int | None:
    sort, _, number = about.partition(":")
    return int(number) if sort == "case" and number.isdecimal() and len(number) < 10 else None


def _path(name: str, programme: str, number: int) -> str:
    try:
        return reverse(name, args=[programme, number])
    except NoReverseMatch:
        return ""
