"""JSON as platforms send it: half a character ("\\ud83d") in one person's message is no reason to lose the
others of the same answer.
"""

import json
from typing import Any

import msgspec


def decoded(body: bytes | str) -> Any:
    """What a body says. Raises ValueError, which holds nothing of it, where it is no JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass  # msgspec is strict; what it refuses is rare, and is read once more
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        problem = ValueError("this is not JSON")
    # Raised out here: what a decoder says may repeat a piece of the answer.
    raise problem
