"""Trying the gate out by hand: what would become of a post, and why.

For a person at a terminal (`earnest gate`). The reason is never kept; nothing else in Earnest asks for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from earnest.gate.admit import Gate, Leaving, Withheld
from earnest.gate.audience import Audience
from earnest.gate.voice import Keys
from earnest.record.cleared import ClearedPost
from earnest.record.errors import BadLine, GateFailed
from earnest.record.raw import RawPost, Refusal

_SAYS: dict[Withheld, str] = {
    "protected speech": "protected speech: organising, representation, collective action, press, research, "
    "regulators or law",
    "opted out": "the author opted out",
    "before consent": "said before the community consented",
}


class Trial:
    """A gate with keys of this process alone, for posts as plain objects. RefusedAudience as `Gate` raises
    it."""

    def __init__(self, audience: Audience) -> None:
        self._gate = Gate(Keys.passing(), audience=audience, kind="addressed", source="trial")

    def answer(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any] | BadLine]:
        """One answer a row, in order: admitted with its text, or not with the reason. GateFailed as
        `Gate.admit`."""
        posts = [_post(row) for row in rows]
        raws = [post for post in posts if isinstance(post, RawPost)]
        try:
            decided = iter(self._gate.decide(raws))
        except Exception as error:  # noqa: BLE001 - as `Gate.admit`: whatever fails, nothing may pass
            failed = type(error).__name__
        else:
            return [post if isinstance(post, BadLine) else _answer(post.id, next(decided)) for post in posts]
        del rows, posts, raws
        raise GateFailed(f"The gate could not run ({failed}): nothing was admitted.")


def _post(row: Mapping[str, Any]) -> RawPost | BadLine:
    for field in ("author", "lang"):
        if not isinstance(row.get(field), str | None):
            return BadLine(f"'{field}' must be a string")
    flags = row.get("flags") or ()
    if not isinstance(flags, list | tuple) or not all(isinstance(flag, str) for flag in flags):
        return BadLine("'flags' must be a list of strings")
    return RawPost(
        row["id"], row["text"], author=row.get("author"), lang=row.get("lang"), flags=frozenset(flags)
    )


def _answer(post_id: str, decided: object) -> dict[str, Any] | BadLine:
    if isinstance(decided, ClearedPost):
        return {"id": post_id, "admitted": True, "text": decided.text}
    if isinstance(decided, Refusal):
        return BadLine(decided.problem)
    if isinstance(decided, Leaving):
        decided = "opted out"
    return {"id": post_id, "admitted": False, "reason": _SAYS[decided]}  # type: ignore[index]
