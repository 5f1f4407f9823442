"""Changes a place's address together with its key, killed at every so many-th line: `python -m … HOME STEP`.

Says on its output, as JSON, which pairs of address and key were found after each kill.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

PAIRS = {"old": ("https://old.example", "key-of-the-old"), "new": ("https://new.example", "key-of-the-new")}


def main(home: Path, step: int) -> None:
    from earnest.cli import setup

    setup.django(home)
    from django.db import connections

    from earnest.desk import audit
    from earnest.egress import Egress
    from earnest.flow import places, secret
    from earnest.store import read, write

    setup.keys(home)
    audit.ready()
    way = Egress("EarnestTests/1", allow_private=True)

    def settings(name: str) -> dict[str, Any]:
        return {"server": PAIRS[name][0], "hashtag": "fastcourier"}

    def change(name: str) -> None:
        places.change_place("shoppers", "a", settings(name), way, actor="cli", secret=PAIRS[name][1])

    def found() -> str:
        now = secret.settings_of(read.listening_place("shoppers", "a"))
        return next((name for name, pair in PAIRS.items() if pair == (now["server"], now["token"])), "torn")

    write.add_programme("shoppers", "Shoppers", "customers")
    places.add_place(
        "shoppers", "a", "mastodon", "open", settings("old"), way, actor="cli", secret=PAIRS["old"][1]
    )
    files = {places.__file__, secret.__file__}
    seen: list[str] = []
    at, killed = 0, True
    while killed:
        connections.close_all()
        child = os.fork()
        if child == 0:
            _die_at(at, files)
            change("new")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        if not killed and status:
            raise SystemExit(f"the change failed: {status}")
        seen.append(found())
        # whoever tries again succeeds, whatever the kill left
        again = "new" if at % 2 else "old"
        change(again)
        seen.append("healed" if found() == again else "not healed")
        change("old")
        at += step
    left = sorted(path.name for path in (home / "keys").iterdir() if path.name.startswith("place-"))
    sys.stdout.write(json.dumps({"seen": seen, "kills": at // step - 1, "left": left}))


def _die_at(line: int, files: set[str]) -> None:
    """This process is killed at the so many-th line that it runs of these files."""
    left = [line]

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
        return trace

    sys.settrace(trace)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
