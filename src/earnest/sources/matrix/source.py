"""A Matrix room: read since its moderators opened it, and asked before every read whether it still is."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Annotated, Any
from urllib.parse import unquote

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, MissingExtra
from earnest.record.raw import Page
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.handshake import Invitation, NotProved, Proof, digest
from earnest.sources.matrix import proof
from earnest.sources.matrix.events import Listener, said_by
from earnest.sources.matrix.wire import Homeserver

OUT = (
    "Done. Earnest does not hear you any more here, and what it kept of you is erased."
    " / Hecho. Earnest ya no te escucha aquí, y lo que guardó de ti queda borrado."
)
"""What somebody who opted out is told, in the room."""


class MatrixSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `token` is the bot's own access token and comes from the key folder; `notice` is
    written when the room opens."""

    homeserver: Annotated[
        str,
        msgspec.Meta(
            title="Homeserver",
            description="Where the bot has its account.",
            examples=["https://matrix.example.org"],
        ),
    ]
    room: Annotated[
        str,
        msgspec.Meta(
            title="Room",
            description="Its id or its address.",
            examples=["#riders:example.org"],
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            title="Access token of the bot",
            description="Of an account made for this alone; it is kept in the key folder.",
        ),
    ] = ""
    notice: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor: places in the homeserver's own order of everything, of no event in particular.

    to        while a backlog is read: where it ends
    deaf      until there only deletions are taken
    unpinned  the notice was not pinned at this place: what follows waits for it
    """

    at: str
    to: str | None = None
    deaf: str | None = None
    unpinned: bool = False


class MatrixRoom:
    """One room, as one bot. Source, Handshake, Skips, Farewell and Answers."""

    def __init__(self, wanted: MatrixSettings, egress: Egress) -> None:
        self._settings = wanted
        self._home = Homeserver(wanted.homeserver, wanted.token, egress)
        self._notice: str | None = None
        self._digest: bytes | None = None
        self._bot: str | None = None

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was said since the cursor. From None it is what is said from now on: never history."""
        room = self._room()
        mark = load_cursor(cursor, Mark) or Mark(self._home.position())
        while mark.deaf is not None:
            batch = self._home.between(room, mark.at, mark.deaf)
            after = Mark(mark.deaf) if batch.next is None else Mark(batch.next, deaf=mark.deaf)
            page, mark = self._page(batch.events, mark, after, done=False)
            yield page
        if mark.to is None:
            batch = self._home.since(room, mark.at)
            if not batch.limited:
                page, _ = self._page(batch.events, mark, Mark(batch.next or mark.at), done=True)
                yield page
                return
            mark = msgspec.structs.replace(mark, to=batch.next)
        while mark.to is not None:
            batch = self._home.between(room, mark.at, mark.to)
            after = Mark(mark.to) if batch.next is None else Mark(batch.next, mark.to)
            page, mark = self._page(batch.events, mark, after, done=batch.next is None)
            yield page

    def _page(
        self, events: Sequence[msgspec.Raw], before: Mark, after: Mark, *, done: bool
    ) -> tuple[Page, Mark]:
        now = datetime.now(UTC)
        room = self._room()
        listener = Listener(
            bot=self._me(),
            lang=self._settings.lang,
            region=self._settings.region,
            now=now,
            notice=lambda text: self._digest is not None and digest(text) == self._digest,
            pinned=lambda pins: self._notice is None or proof.still_pinned(pins, self._notice),
            original=lambda id: said_by(self._home.event(room, id), now),
        )
        heard = listener.hear(events, not before.unpinned, deaf=before.deaf is not None)
        after = msgspec.structs.replace(after, unpinned=not heard.pinned)
        return Page(tuple(heard.posts), dump_cursor(after), tuple(heard.refused), done), after

    def how(self) -> str:
        """What a moderator does."""
        return (
            f"Invite {self._me()} to the room, send the notice there as a message of its own, word for word,"
            " and pin it. Whoever pins it must be a moderator (power 50 or more)."
        )

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Is the notice pinned, as it was written, by a moderator, in a room the bot is in and may read?"""
        room, self._digest = self._room(), invitation.notice
        here = proof.membership(self._home, room, self._me())
        if here != "join" and (invitation.opened or here in ("leave", "ban") or not self._home.join(room)):
            return NotProved("sent_away")
        closed = proof.closed_to_us(self._home, room)
        if closed is not None:
            return NotProved(closed)
        known = self._settings.notice if invitation.opened else None
        found = proof.find(self._home, room, self._me(), invitation, known)
        if isinstance(found, NotProved):
            return found
        self._notice = found
        return Proof(self._start(), {"room": room, "notice": proof.mark(found)})

    def _start(self) -> str:
        return dump_cursor(Mark(self._home.position()))

    def skip(self, cursor: str | None, start: str) -> str:
        """Goes on from `cursor`; until `start` it takes deletions alone."""
        before, after = load_cursor(cursor, Mark), load_cursor(start, Mark)
        if before is None or after is None:
            return start
        return dump_cursor(Mark(before.at, deaf=after.at, unpinned=before.unpinned))

    def leave(self) -> None:
        """Leave the room: the invitation ended."""
        self._home.leave(self._room())

    def acknowledge(self, leaving_ids: Sequence[str]) -> None:
        """Answer each message: it worked. Said twice it appears once; where the bot may not speak, not at
        all."""
        room = self._room()
        for id in leaving_ids:
            once = "out-" + hashlib.sha256(id.encode("utf-8", "replace")).hexdigest()[:32]
            content = {
                "msgtype": "m.notice",
                "body": OUT,
                "m.relates_to": {"m.in_reply_to": {"event_id": id}},
                "m.mentions": {},
            }
            self._home.send(room, "m.room.message", once, content)

    def _room(self) -> str:
        """The room's own id. An alias may lead elsewhere one day: the id is settled when the room opens."""
        room = self._settings.room.strip()
        if room.startswith("#"):
            found = self._home.room_id(room)
            if found is None:
                raise BadSetting(
                    "In the setting 'room' of the matrix source: there is no room of this name.",
                    advice="Copy the room's address from its settings.",
                )
            self._settings = msgspec.structs.replace(self._settings, room=found)
            return found
        return room

    def _me(self) -> str:
        if self._bot is None:
            self._bot = self._home.who()
        return self._bot


def open_matrix(given: Mapping[str, Any], egress: Egress | None) -> MatrixRoom:
    """A room. Raises BadSetting that names the setting, MissingExtra without matrix-nio."""
    wanted = settings("matrix", given, MatrixSettings)
    if not wanted.room.strip().startswith(("!", "#")) or len(wanted.room) > 255:
        raise BadSetting(
            "In the setting 'room' of the matrix source: this is neither a room's id nor its address.",
            advice="Write it like #drivers:example.org.",
        )
    if find_spec("nio") is None:
        raise MissingExtra("Reading a Matrix room", "matrix")
    return MatrixRoom(wanted, way_out(egress, "A room"))


def ids_of(name: str) -> tuple[str, ...]:
    """The event's id in a link such as https://matrix.to/#/!room:example.org/$event."""
    for part in unquote(name.strip()).split("?")[0].split("/"):
        if part.startswith("$") and 1 < len(part) <= 255 and part.isprintable():
            return (part,)
    return ()


MATRIX = SourceType(
    type="matrix",
    kinds=("closed",),
    title="Matrix rooms that invited Earnest",
    extra="matrix",
    tested_against="Synapse 1.163",
    open=open_matrix,
    ids_of=ids_of,
    one_account=True,
    handshake=True,
    secret="token",  # noqa: S106 - the name of the setting
    settings=MatrixSettings,
    asks="A homeserver's own rules for bots; its admin may give the bot a higher rate.",
    key="Make an account for the bot on the homeserver, sign in once as it, and take its access token.",
)
