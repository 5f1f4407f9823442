"""What the tests of every invited community share: reading it, proving it, and its part in the contracts."""

from collections.abc import Callable, Mapping
from typing import Any

from earnest.record.raw import Page, RawPost
from earnest.sources.handshake import Handshake, NotProved, Proof


class Reads:
    """A community at a synthetic server, read and asked through its source."""

    settled: dict[str, str]

    def source(self, **more: Any) -> Any:
        raise NotImplementedError

    def ask(self) -> Proof | NotProved:
        raise NotImplementedError

    def why(self) -> str:
        """Why it is not proved, "" where it is."""
        answer = self.ask()
        return answer.why if isinstance(answer, NotProved) else ""

    def proved(self) -> str:
        """Where reading begins, after a proof."""
        proof = self.ask()
        assert isinstance(proof, Proof)
        self.settled = dict(proof.settle)
        return proof.start

    def pages(self, cursor: str | None) -> list[Page]:
        return list(self.source().read(cursor))

    def posts(self, cursor: str | None) -> list[RawPost]:
        return [post for page in self.pages(cursor) for post in page.posts]

    def texts(self, cursor: str | None) -> list[str]:
        return [post.text for post in self.posts(cursor)]


class Community:
    """A community as the contract of handshakes has it. `ended` are the ways in which an invitation ends."""

    def __init__(self, desk: Any, ended: Mapping[str, tuple[Callable[[Any], object], str]]) -> None:
        self._desk = desk
        self._ended = ended

    def place(self, settled: Mapping[str, str]) -> Handshake:
        found: Handshake = self._desk.source(**settled)
        return found

    def publish(self, notice: str) -> None:
        self._desk.publish(notice)

    def publish_without_power(self, notice: str) -> None:
        self._desk.publish(notice, by=self._desk.uma)

    def endings(self) -> Mapping[str, Callable[[], object]]:
        return {name: lambda act=act: act(self._desk) for name, (act, _) in self._ended.items()}
