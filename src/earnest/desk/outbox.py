"""Looking at what was sent, and what a person may do about what waits: try it now, or drop it."""

from earnest.desk import access, audit
from earnest.store import clock, read_outbox, write_outbox
from earnest.store.read_outbox import Channel, Filters, SentPage


def sent(programme: str, filters: Filters, after: int | None = None, *, by: access.Person) -> SentPage:
    """What was sent, newest first. Looking is noted once an hour."""
    audit.by(by, "sent_read", programme, hourly=True)
    return read_outbox.sent(programme, filters, after)


def channels(programme: str) -> list[Channel]:
    """The channels to filter by."""
    return read_outbox.channels(programme)


def again(programme: str, id: int, *, by: access.Person) -> bool:
    """Try a waiting message now; False for one that is done with: what it said is not kept."""
    done = write_outbox.again(programme, id, clock.now())
    if done:
        audit.by(by, "message_retried", programme, f"message:{id}")
    return done


def drop(programme: str, id: int, *, by: access.Person) -> bool:
    """Do not send a waiting message; False for one that is being sent or done with."""
    done = write_outbox.drop(programme, id)
    if done:
        audit.by(by, "message_dropped", programme, f"message:{id}")
    return done
