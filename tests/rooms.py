"""A community's room and Earnest's way into it, for tests with a real Synapse. Everybody here is made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earnest.egress import Egress
from earnest.record.raw import Page, RawPost
from earnest.sources.handshake import Invitation, NotProved, Proof, digest
from earnest.sources.matrix.source import MatrixRoom, open_matrix
from tests.synapse import Account, Room, Synapse

NOTICE = "Earnest listens here from now on.\n\nInvitation earnest-abcdef-ghjkmn-pqrstu-vwxyz2"


def egress() -> Egress:
    """The way out, for servers on this machine."""
    return Egress("Earnest/test (+steward@example.org)", timeout=15, allow_private=True)


@dataclass(frozen=True)
class People:
    """The bot, two moderators, and two people of the room."""

    bot: Account
    mona: Account
    nils: Account
    uma: Account
    vik: Account

    @classmethod
    def of(cls, server: Synapse) -> "People":
        return cls(*(server.account(name) for name in ("earnest", "mona", "nils", "uma", "vik")))


class Desk:
    """One room, and the bot's view of it through the source alone."""

    def __init__(self, people: People, **options: Any) -> None:
        self.bot, self.mona, self.nils = people.bot, people.mona, people.nils
        self.uma, self.vik = people.uma, people.vik
        self.room = Room.make(self.mona, self.nils, self.uma, self.vik, **options)
        self.room.power({self.nils.id: 50})
        self.notice = ""
        self.settled: Mapping[str, str] = {}

    def settings(self, **more: str) -> dict[str, str]:
        return {"homeserver": self.bot.server.url, "room": self.room.id, "token": self.bot.token} | more

    def source(self, **more: str) -> MatrixRoom:
        return open_matrix(self.settings(**{**self.settled, **more}), egress())

    def publish(self, text: str = NOTICE, by: Account | None = None) -> str:
        """A moderator lets the bot in, says the notice and pins it."""
        self.room.invite(self.bot)
        self.notice = self.room.say(by or self.nils, text)
        self.room.pin(by or self.nils, self.notice)
        return self.notice

    def ask(self, source: MatrixRoom | None = None) -> Proof | NotProved:
        return (source or self.source()).prove(Invitation(digest(NOTICE), opened=bool(self.settled)))

    def why(self) -> str:
        """Why the invitation does not stand; "" where it does."""
        answer = self.ask()
        return answer.why if isinstance(answer, NotProved) else ""

    def open(self) -> str:
        """Publish and prove; the cursor of the moment."""
        self.publish()
        proof = self.ask()
        assert isinstance(proof, Proof)
        self.settled = proof.settle
        return proof.start

    def pages(self, cursor: str | None) -> list[Page]:
        return list(self.source().read(cursor))

    def posts(self, cursor: str | None) -> list[RawPost]:
        return [post for page in self.pages(cursor) for post in page.posts]
