"""What foreign clients raise and what foreign answers hold, made ours: shared by the sources of platforms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from earnest.egress import budget
from earnest.record.errors import EarnestError


@dataclass(slots=True)
class LastAnswer:
    """The answer a client got last, as it came: `keep` is a hook of `requests`."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    def keep(self, response: Any, *_: Any, **__: Any) -> None:
        """Remember this answer until the next."""
        self.status, self.headers, self.body = response.status_code, response.headers, response.content

    def forget(self) -> None:
        """As if nothing had been asked yet."""
        self.status, self.headers, self.body = 0, {}, b""

    def wait(self) -> float | None:
        """Seconds that it asked to wait, or None where it asked for none."""
        return budget.told(self.headers, self.status, datetime.now(UTC)).wait or None


def own_error(error: BaseException) -> EarnestError | None:
    """Our own error inside a client's: what the guarded way out said, which the client wrapped in its own."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        if isinstance(at, EarnestError):
            return at
        seen.add(id(at))
        at = at.__cause__ or at.__context__
    return None


def words(value: object) -> str:
    """Text without NUL and without what UTF-8 cannot hold; empty where it is no text."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", " ").strip()


def part(value: object, *names: str) -> Any:
    """What lies under these names, one below the other; None where there is nothing."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
