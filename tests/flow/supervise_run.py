"""A supervisor in a process of its own, for tests that stop, kill or freeze it: `python -m … '{"lease": 2}'`.

Says on its output, as JSON lines, which turn ended, and last that it stopped.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def main(wanted: dict) -> None:
    from earnest.cli import setup

    home = setup.django(Path(os.environ["EARNEST_HOME"]))
    from earnest.egress import Egress
    from earnest.flow import learn
    from earnest.flow.supervise import Supervisor

    for type_ in wanted.pop("types", []):
        from tests.flow import supervise_types

        supervise_types.add(type_)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def told(turn) -> None:
        heard = None if turn.heard is None else [turn.heard.read, turn.heard.admitted]
        say(place=turn.place.slug, heard=heard, problem=turn.problem, busy=turn.busy)

    timeout = wanted.pop("timeout", 5.0)
    egress = Egress("EarnestTests/1", timeout=timeout, max_bytes=1_000_000, allow_private=True)
    seconds = wanted.pop("seconds", None)
    if seconds:
        threading.Timer(seconds, stop.set).start()
    supervisor = Supervisor(
        setup.keys(home), learn.models(home), egress, told=told, **{"beside": False, **wanted}
    )
    say(began=supervisor.holder)
    supervisor.run(stop)
    say(stopped=True)


def say(**what: object) -> None:
    sys.stdout.write(json.dumps({"at": time.time(), **what}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
