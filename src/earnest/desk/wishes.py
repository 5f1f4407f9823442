"""Which mails a person of the desk wants. None until they say so, and none without a confirmed address."""

from dataclasses import dataclass

from earnest.store import read_outbox, write_channels


@dataclass(frozen=True, slots=True)
class Mails:
    """What a person chose, and whether a mail could reach them at all."""

    mentions: bool
    assignments: bool
    confirmed: bool


def of(person: int) -> Mails:
    """What a person chose."""
    wish = read_outbox.wish(person)
    return Mails(wish.mentions, wish.assignments, bool(read_outbox.confirmed_address(person)))


def choose(person: int, *, mentions: bool, assignments: bool) -> None:
    """Keep what a person chose."""
    write_channels.set_wish(person, mentions=mentions, assignments=assignments)
