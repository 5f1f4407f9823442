"""What a message is, and what came of sending it. Plain values; nothing here knows a network or a database.

A `Notice` is made by the domain (desk) and rendered by each channel. Its parts say what each may hold, so
that one place (`notify.rules`) can hold the content rules whoever made it:

    subject  Earnest's own words, one line: "Case 12 was escalated"
    lines    Earnest's own sentences
    title    words that a person typed (a case's title); left out where the programme or a place is closed
    link     a path on the desk itself: "/riders/cases/12"; never another address
    facts    short values by name; whole numbers under voices or posts are counts and fall under the floor
    acts     (what it says, path) of further links to the desk, such as acknowledging
    quotes   words of posts; none by default, and only sent where quotes are on and the place is open
    about    ids of posts that the message is about: when one of them goes before delivery, the message does
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Sort = Literal["mail", "apprise", "webhook", "github", "gitlab", "jira"]
SORTS: tuple[Sort, ...] = get_args(Sort)
TICKETS: tuple[Sort, ...] = ("github", "gitlab", "jira")

COUNTS = frozenset({"voices", "posts", "normally"})
"""Facts that count people or what they said."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one post, with its id so that they go when it does."""

    post: int
    words: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One message, before any channel has made it its own."""

    subject: str
    lines: tuple[str, ...] = ()
    link: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    title: str = ""
    acts: tuple[tuple[str, str], ...] = ()
    quotes: tuple[Quote, ...] = ()
    about: tuple[int, ...] = ()
    lang: str = "en"

    def plain(self) -> dict[str, Any]:
        """As plain values, for the outbox."""
        return {
            "subject": self.subject,
            "lines": list(self.lines),
            "link": self.link,
            "facts": dict(self.facts),
            "title": self.title,
            "acts": [list(act) for act in self.acts],
            "quotes": [{"post": quote.post, "words": quote.words} for quote in self.quotes],
            "about": list(self.about),
            "lang": self.lang,
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Notice":
        """From plain values; what is missing or of another shape is left out, never guessed at."""
        facts = plain.get("facts")
        return cls(
            subject=_text(plain.get("subject")),
            lines=tuple(_text(line) for line in _list(plain.get("lines"))),
            link=_text(plain.get("link")),
            facts={str(k): v for k, v in facts.items() if isinstance(v, str | int)}
            if isinstance(facts, Mapping)
            else {},
            title=_text(plain.get("title")),
            acts=tuple(
                (_text(act[0]), _text(act[1]))
                for act in _list(plain.get("acts"))
                if isinstance(act, list | tuple) and len(act) == 2
            ),
            quotes=tuple(
                Quote(int(quote["post"]), _text(quote.get("words")))
                for quote in _list(plain.get("quotes"))
                if isinstance(quote, Mapping) and isinstance(quote.get("post"), int)
            ),
            about=tuple(post for post in _list(plain.get("about")) if isinstance(post, int)),
            lang=_text(plain.get("lang")) or "en",
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


WHY: dict[str, str] = {
    "": "waits for its turn",
    "delivered": "delivered",
    "partly": "delivered, but some addresses were refused",
    "by_hand": "dropped by hand",
    "post_gone": "dropped: the post it was about is gone",
    "restored": "dropped: a backup was put back, and it may have been sent before",
    "channel_off": "the channel is off or was removed",
    "busy": "the other side is busy",
    "slow": "the other side asked to slow down",
    "unreachable": "the other side cannot be reached",
    "not_allowed": "this address is not allowed",
    "unsure": "the answer was cut off or makes no sense",
    "sign_in": "the other side does not know the key",
    "forbidden": "the other side does not allow this",
    "not_found": "nothing is at this address",
    "gone": "the other side says that this is gone for good",
    "refused": "the other side refuses the message",
    "no_recipient": "the mail server knows no such recipient",
    "no_secret": "the secret of the channel is missing",
    "no_mail_server": "no mail server is set",
    "no_extra": "the extra 'notices' is not installed",
    "no_address": "the person has no confirmed address",
    "too_long": "it was tried for too long",
    "unexpected": "an unexpected error stopped it",
}
"""Every result, for a person: what the page of sent messages says. Codes are what is kept."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is there. `ref`, `url`: what the other side calls it, where it made something of it (a ticket)."""

    status: int | None = None
    why: str = "delivered"
    ref: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Try again. `after`: seconds that the other side asked for. `left`: who has not got it yet."""

    why: str
    status: int | None = None
    after: float | None = None
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """Trying again is no use until a person has looked."""

    why: str
    status: int | None = None


Outcome = Delivered | Later | Never
