"""The handshake: how a community invites Earnest, and how Earnest sees that the invitation still stands.

Earnest writes a notice with a token that opens one place, once. An administrator of the community publishes
it where everybody there can read it: pins it in a room, makes it a topic's banner, puts it into a DNS record.
Earnest looks with its own eyes, opens the place from that moment, and looks again each hour, before every
read and before anything that was read is kept. A source that may be `closed` is a `Handshake` too.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

Why = Literal[
    "waiting",
    "unpublished",
    "changed",
    "removed",
    "not_administrator",
    "sent_away",
    "unreadable",
    "opted_out",
    "expired",
]
"""Why an invitation does not stand. Never who."""

WHY: dict[Why, str] = {
    "waiting": "The notice is not published yet.",
    "unpublished": "The notice is no longer pinned or published.",
    "changed": "The notice says something else than Earnest wrote.",
    "removed": "The notice was deleted.",
    "not_administrator": "The notice is not published by somebody who is an administrator now.",
    "sent_away": "Earnest is not in the community any more, or was never let in.",
    "unreadable": "The community encrypts what it says: Earnest does not read that.",
    "opted_out": "The community's description asks programs like Earnest to stay out.",
    "expired": "The invitation's time is over.",
}
"""A sentence for each reason, for a person."""

PAUSED: dict[str, str] = {
    "steward": "Paused by the people who run Earnest.",
    "delegate": "Paused by the community's delegate.",
    "not_proved": "Earnest could not look whether the notice still stands, so it stopped.",
    "operator": "Closed by the people who run Earnest.",
}
"""A sentence for the other reasons that the ledger of consents knows."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a proof is held against. Neither the token nor the notice can be read from it.

    notice  digest of the notice's words (`digest`), the token among them
    opened  whether it was proved before: then only the same publication counts, and nobody joins again
    """

    notice: bytes
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """The notice stands, published by an administrator.

    start   the cursor of this moment: reading from it gives nothing that was said before
    settle  settings that are fixed when the place opens, such as the room's own id instead of an alias that
            may lead elsewhere later
    """

    start: str
    settle: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotProved:
    """Earnest looked, and the invitation does not stand."""

    why: Why

    @property
    def reason(self) -> str:
        """A sentence for a person."""
        return WHY[self.why]


@runtime_checkable
class Handshake(Protocol):
    """A place that can be asked whether its community still invites Earnest."""

    def how(self) -> str:
        """What an administrator does with the notice, in a sentence or two. Raises as `prove` does."""
        ...

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Look now; nothing remembered counts. Reads the notice and who may publish it, nothing else that
        was said.

        Raises SourceBusy where nobody can tell now (the consent then runs out by itself within the hour) and
        SourceGone where a person must look.
        """
        ...


@runtime_checkable
class Farewell(Protocol):
    """A place that Earnest can leave (optional): called once after an invitation ended."""

    def leave(self) -> None:
        """Go. A SourceError is passed over: the invitation has ended all the same."""
        ...


@runtime_checkable
class Skips(Protocol):
    """A place that can pass over a stretch of time and still see what was deleted in it (optional)."""

    def skip(self, cursor: str | None, start: str) -> str:
        """The cursor that goes on from `cursor`, and until `start` gives deletions alone: for what was said
        while a place was paused, or could not be proved.
        """
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """What a notice says about its platform.

    begins   what an administrator does that opens the place, after "from the moment an administrator …"
    ends     what they do to end it for everybody, as the beginning of a sentence: "unpin this message"
    more     a sentence that the platform makes necessary, or empty
    longest  characters that a message may have there, or None
    """

    begins: str
    ends: str
    more: str = ""
    longest: int | None = None


@runtime_checkable
class Words(Protocol):
    """A place whose notice needs words of its own (optional)."""

    def wording(self, lang: str) -> Wording:
        """In English ("en") or Spanish ("es"). No network."""
        ...


@runtime_checkable
class Records(Protocol):
    """A place where something short is published in the notice's stead, or beside it (optional)."""

    def record(self, notice: str) -> str:
        """What that is, as a sentence for an administrator. No network."""
        ...


PINS: dict[str, Wording] = {
    "en": Wording("pins this message", "unpin this message or remove the account"),
    "es": Wording("fija este mensaje", "quita este mensaje de los fijados o expulsa la cuenta"),
}
"""The words for places where a message is pinned."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the notice says.

    who     who listens, as people know them; `reach` is how to reach them
    keep    days that posts are kept; `grace` days after the end of the invitation everything is erased
    until   the last day the invitation can hold
    page    address of the public notice page
    leave   a word that opts out whoever says it
    """

    programme: str
    who: str
    reach: str
    why: str
    keep: int
    grace: int
    until: datetime
    page: str
    leave: str


def new_token() -> str:
    """A one-time token: 120 random bits that survive being typed."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _ in range(6)) for _ in range(4))
    return "earnest-" + "-".join(groups)


def digest(text: str) -> bytes:
    """What a notice comes to, however it was wrapped, spaced or composed on the way."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()


def token_digest(token: str) -> bytes:
    """The only form in which a token is kept."""
    return hashlib.sha256(b"token\0" + token.strip().lower().encode("utf-8", "replace")).digest()


def compose(terms: Terms, token: str, lang: str = "en", wording: Wording | None = None) -> str:
    """The notice, in English ("en") or Spanish ("es"). Plain lines: nothing that a chat program rewrites."""
    platform = wording or PINS["es" if lang == "es" else "en"]
    values = {
        "begins": platform.begins,
        "ends": platform.ends,
        "more": f"{platform.more}\n" if platform.more else "",
        "programme": terms.programme,
        "who": terms.who,
        "reach": terms.reach,
        "why": terms.why.rstrip(". "),
        "keep": f"{terms.keep:,}",
        "grace": str(terms.grace),
        "until": terms.until.date().isoformat(),
        "page": terms.page,
        "leave": terms.leave,
        "token": token,
    }
    return (_NOTICE_ES if lang == "es" else _NOTICE_EN).format_map(values)


_NOTICE_EN = """\
Earnest listens here from the moment an administrator {begins}.
Who listens: {who}, for {programme}. Reach them: {reach}
Why: {why}.
What is kept: what is said here from now on, without names, for {keep} days. Nothing said before is read.
What passes unread: organising, representation, and talking to press, researchers, regulators or lawyers.
To leave it yourself: say {leave} here. What you said is erased and you are not heard again.
To end it for everybody: {ends}. Reading stops within minutes, and what was kept is erased {grace} days later.
{more}It ends by itself on {until}.
Read more: {page}
Invitation {token}"""

_NOTICE_ES = """\
Earnest escucha aquí desde el momento en que quien administra {begins}.
Quién escucha: {who}, para {programme}. Contacto: {reach}
Para qué: {why}.
Qué se guarda: lo que se diga aquí desde ahora, sin nombres, durante {keep} días. No se lee nada anterior.
Qué pasa sin leerse: organizarse, la representación, y hablar con prensa, investigadores, reguladores o abogados.
Para salir tú: escribe {leave} aquí. Lo que dijiste se borra y no se te escucha más.
Para terminar con todo: {ends}. La lectura cesa en minutos y lo guardado se borra {grace} días después.
{more}Termina por sí solo el {until}.
Más información: {page}
Invitación {token}"""  # noqa: E501 - lines of a message, not of code
