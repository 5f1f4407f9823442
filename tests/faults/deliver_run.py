"""A worker that delivers until nothing waits, and one that fills the outbox: run as processes of their
own.
"""

import sys
import time
from datetime import timedelta

import django


def fill(url: str, number: int) -> None:
    from earnest.desk import channels
    from earnest.notify.base import Notice
    from earnest.store import write_outbox
    from tests import programmes

    programmes.live("riders", "Riders", "customers")
    made = channels.add("riders", "webhook", "Ours", {}, url, actor="cli")
    channel = channels.one("riders", made.slug)
    for at in range(number):
        payload = Notice(f"Case {at} was escalated", facts={"case": at}).plain()
        write_outbox.queue("riders", channel.id, kind="escalation", key=str(at), payload=payload, case=at)


def work() -> None:
    from earnest.flow import deliver
    from earnest.store import read_outbox, write_outbox

    write_outbox.LEASE = timedelta(seconds=float(sys.argv[2]))
    while read_outbox.next_due(read_outbox.now()) is not None:
        deliver.deliver()
        time.sleep(0.02)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill(sys.argv[2], int(sys.argv[3]))
    else:
        work()
