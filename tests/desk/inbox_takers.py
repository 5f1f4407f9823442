"""People who take posts at once, each a thread: `python -m tests.desk.inbox_takers HOME fill|PEOPLE…`.

Prints one JSON object a person: what they were given, what they settled, what they were refused. Synthetic.
"""

import json
import os
import random
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

POSTS = 240


def fill() -> None:
    """Posts that wait, some of which repeat others, and people who work."""
    from earnest.desk import access
    from earnest.store import read, write_follow
    from tests.store.build import desk, item, keep

    place = desk()
    keep(
        place,
        *(item(str(at), f"it broke at stop {at}", ago=timedelta(seconds=900 + at)) for at in range(POSTS)),
    )
    ids = [row.id for row in read.posts("riders", read.Filters(), limit=POSTS).rows]
    write_follow.fold("riders", {ids[at]: ids[at + 1] for at in range(0, POSTS, 20)})
    for at in range(16):
        access.add_person(f"person{at}", "riders", "analyst")


def work(name: str, told: list[dict[str, Any]], begin: threading.Barrier) -> None:
    """Take, settle some, give some back, until nothing waits; also try what somebody else may hold."""
    from django.db import connection

    from earnest.desk import inbox
    from earnest.record.errors import Refused, StoreBusy
    from earnest.store import write

    chance = random.Random(name)
    me = write.user_id(name)
    taken: list[int] = []
    settled: list[int] = []
    refused = 0
    begin.wait(60)
    try:
        empty = 0
        while empty < 3:
            try:
                batch = inbox.take("riders", n=chance.randint(1, 7), by=me)
            except StoreBusy:
                continue
            taken += batch
            if not batch:
                empty += 1
                continue
            done = [post for post in batch if chance.random() < 0.8]
            if done:
                assert inbox.settle("riders", done, "done", by=me).left == 0
                settled += done
            inbox.give_back("riders", by=me)
            try:
                inbox.settle("riders", [chance.choice(batch)], "nothing", by=me)
            except Refused:
                refused += 1
            else:
                settled.append(-1)
    finally:
        connection.close()
    told.append({"name": name, "taken": taken, "settled": settled, "refused": refused})


def hold(name: str, told: list[dict[str, Any]], begin: threading.Barrier) -> None:
    """Take as long as there is something, and keep it."""
    from django.db import connection

    from earnest.desk import inbox
    from earnest.store import write

    me = write.user_id(name)
    taken: list[int] = []
    begin.wait(60)
    try:
        while batch := inbox.take("riders", n=3, by=me):
            taken += batch
    finally:
        connection.close()
    told.append({"name": name, "taken": taken})


def main(home: Path, what: str, people: list[str]) -> None:
    os.environ["EARNEST_HOME"] = str(home)
    from earnest.cli import setup

    setup.django(home)
    if what == "fill":
        fill()
        return
    if what == "clear":
        from earnest.store.models import Checkout, Settled

        Checkout.objects.all().delete()
        Settled.objects.all().delete()
        return
    told: list[dict[str, Any]] = []
    begin = threading.Barrier(len(people))
    each = {"work": work, "hold": hold}[what]
    threads = [threading.Thread(target=each, args=(name, told, begin)) for name in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in told:
        print(json.dumps(one))  # noqa: T201 - the answer of this command


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
