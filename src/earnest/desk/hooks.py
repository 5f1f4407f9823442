"""Ways in: what another system may tell the desk, and nothing else.

A tracker (GitHub, GitLab, Jira) says that something happened to an issue: the issue is then looked up, so
that a forged or late message can at most cause a look. A webhook, signed as Standard Webhooks writes it,
may set how a ticket stands, write a note on a case, or acknowledge what of it is escalated, as long as who
opened the way in works on cases. Each is taken once: what came is remembered by the sender's id of it.
Nothing that comes in is kept as it came, logged, or told in an error.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from django.db import transaction

from earnest.desk import audit, cases, channel_secrets, escalate, tickets
from earnest.gate.redact import redact
from earnest.notify import webhook
from earnest.notify.rules import clean
from earnest.notify.trackers import Garbled, tracker
from earnest.notify.webhook import MOST_IN, RefusedSignature
from earnest.record.errors import BadLine, Refused, StoreError
from earnest.store import read_audit, read_cases, read_outbox, write_channels
from earnest.store.read_outbox import Channel

__all__ = ["MOST_IN", "RefusedSignature", "Taken", "take"]

LONGEST_NOTE = 2_000
AROUND = timedelta(minutes=1)
"""How far a secret's time and its link in the audit chain may lie apart."""

Number = Annotated[int, msgspec.Meta(ge=1, le=10**8)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._#/-]+$")]


class Status(msgspec.Struct, tag_field="type", tag="ticket.status", forbid_unknown_fields=True):
    """How a ticket of a case stands in a system that Earnest does not know."""

    case: Number
    ref: Word
    state: Literal["open", "closed"]


class Note(msgspec.Struct, tag_field="type", tag="case.note", forbid_unknown_fields=True):
    """A note on a case."""

    case: Number
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NOTE)]


class Acknowledged(msgspec.Struct, tag_field="type", tag="case.acknowledge", forbid_unknown_fields=True):
    """Somebody over there has it: what of the case is escalated climbs no more."""

    case: Number


class Ping(msgspec.Struct, tag_field="type", tag="ping", forbid_unknown_fields=True):
    """Nothing but a trial."""


Body = Status | Note | Acknowledged | Ping
_DECODE = msgspec.json.Decoder(Body)


class Taken(msgspec.Struct, frozen=True):
    """What came of it: taken, again (it was taken before) or nothing (it asks for nothing)."""

    state: Literal["taken", "again", "nothing"]


def schema() -> dict[str, object]:
    """The JSON schema of what a signed webhook may say."""
    return msgspec.json.schema(Body)


def take(programme: str, hook: str, headers: Mapping[str, str], body: bytes) -> Taken:
    """Take what another system sent.

    Raises StoreError where there is no such way in, RefusedSignature, BadLine for what does not fit the
    schema, Refused for a case that is not there.
    """
    channel = read_outbox.channel_by_hook(programme, hook)
    if channel is None:
        raise StoreError("There is no such address.")
    secrets = channel_secrets.of(channel.id).hook
    if not secrets:
        raise RefusedSignature("The signature does not fit.")
    given = {name.lower(): value for name, value in headers.items()}
    if channel.sort == "webhook":
        return _standard(channel, given, body, secrets)
    return _tracker(channel, given, body, secrets)


def _tracker(channel: Channel, given: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Taken:
    try:
        heard = tracker(channel.sort, dict(channel.settings), "x").heard(given, body, secrets)
    except Garbled as error:
        raise BadLine("The body is not what this tracker sends.") from error
    with transaction.atomic():
        if not write_channels.take_in(channel.id, heard.id, "tracker"):
            return Taken("again")
        if heard.ref is None or not tickets.look_soon(channel, heard.ref):
            return Taken("nothing")
    return Taken("taken")


def _standard(channel: Channel, given: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Taken:
    id = webhook.verify(given, body, secrets)
    try:
        said = _DECODE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadLine(
            "The body does not fit the schema.", advice="See /schema/hook.json for what may be sent."
        ) from error
    with transaction.atomic():
        if not write_channels.take_in(channel.id, id, type(said).__name__.lower()):
            return Taken("again")
        if isinstance(said, Ping):
            return Taken("nothing")
        _do(channel, said)
    return Taken("taken")


def _do(channel: Channel, said: Status | Note | Acknowledged) -> None:
    programme = channel.programme
    if read_cases.one(programme, said.case) is None:
        raise Refused("There is no such case.")
    if isinstance(said, Note):
        cases.note(programme, said.case, f"{channel.name}: {clean_note(said.text)}", by=None)
    elif isinstance(said, Status):
        ticket = {"tracker": "webhook", "ref": said.ref, "state": said.state, "channel": channel.id}
        cases.tell(programme, said.case, "ticket_status", ticket, by=None)
    elif not _may_acknowledge(channel):
        raise Refused(
            "This way in may not acknowledge: who opened it does not work on cases here any more.",
            advice="Have somebody who does make its secret anew.",
        )
    elif not escalate.acknowledge_from(programme, said.case, channel=channel.id):
        seen = {"channel": channel.id, "what": "acknowledged"}
        cases.tell(programme, said.case, "webhook", seen, by=None)
    audit.note(
        "system", "hook_taken", programme=programme, about=f"case:{said.case}", detail={"channel": channel.id}
    )


def _may_acknowledge(channel: Channel) -> bool:
    """Whether who made its present secret works on cases of the programme now. Who did stands in the audit
    chain, written in one transaction with the secret's time; the command line is the operator.
    """
    if channel.hook_secret is None:
        return False
    made = [
        link.actor
        for link in read_audit.links(
            programme=channel.programme,
            since=channel.hook_secret - AROUND,
            until=channel.hook_secret + AROUND,
            actions=("hook_opened",),
            about=f"channel:{channel.id}",
        )
    ]
    sort, _, person = made[-1].partition(":") if made else ("", "", "")
    return sort == "cli" or (sort == "person" and int(person) in cases.people(channel.programme))


def clean_note(text: str) -> str:
    """A note's lines without personal data, addresses, handles or anything invisible; nobody is called by
    it.
    """
    lines = [clean(redact(line).text, LONGEST_NOTE).replace("@", "＠") for line in text.splitlines()]
    return "\n".join(line for line in lines if line) or "-"
