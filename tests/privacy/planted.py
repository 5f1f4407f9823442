"""Posts with canaries: strings that occur nowhere else. All synthetic.

Every canary begins with "vxcanary", in whatever a post may name: its text, author, id, address, the handle
and mail address in it. Phone numbers are of the range that is set aside for films (+44 7700 900xxx).
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime.now(UTC).replace(microsecond=0)

PROTECTED = (
    "We vote on the union contract Friday, bring your signed cards to the strike meeting {mark}",
    "{mark} we vote on the union contract Friday, bring your signed cards to the strike meeting",
    "We vote on the union contract Friday. {mark} Bring your signed cards to the strike meeting",
)
SAID = (
    "Tips are late again and the statement shows none of them",
    "The app froze at the door and I had to restart the phone",
    "Forty minutes of waiting at the counter for one bag",
    "The route sends me across the bridge twice",
    "Support closed the chat without an answer",
)


def protected(n: int, of: str = "speech") -> str:
    """What people say among themselves; the gate withholds it for certain."""
    return PROTECTED[n % len(PROTECTED)].format(mark=f"vxcanary{of}{n}x")


def personal(n: int) -> str:
    """An ordinary post that names somebody in four ways."""
    return (
        f"{SAID[n % len(SAID)]}, ask @vxcanaryhandle{n}, vxcanarymail{n}@example.org"
        f" or +44 7700 900{n % 1000:03}, u/vxcanaryuser{n}, run {n}"
    )


def row(kind: str, n: int, text: str) -> dict[str, Any]:
    """A post as a file has it, with an author, an id and an address that nobody else has."""
    return {
        "id": f"vxcanaryid-{kind}-{n}",
        "text": text,
        "author": f"vxcanaryauthor-{kind}-{n}",
        "created": (NOW - timedelta(hours=n % 1_300)).isoformat(),
        "url": f"https://vxcanaryhost{n}.example.org/vxcanarypath{n}",
    }


def rows(posts: int, each: int) -> list[dict[str, Any]]:
    """So many posts: `each` that are protected, opted out, with personal data in them; the rest is ordinary,
    by named authors.
    """
    planted = [row("p", n, protected(n)) for n in range(each)]
    planted += [row("o", n, f"vxcanaryout{n}x the app is slow #nobot") for n in range(each)]
    planted += [row("a", n, personal(n)) for n in range(each)]
    planted += [row("r", n, f"{SAID[n % len(SAID)]} {n}") for n in range(posts - len(planted))]
    return planted


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as JSON lines."""
    file.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return file
