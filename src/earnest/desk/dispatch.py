"""Sending one message through one channel, now: every way out there is, behind one function.

Everything that leaves goes through `egress`. Nothing here decides whether or when; that is `flow.deliver`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from earnest.desk import channel_secrets
from earnest.egress import Egress, confined, smtp, user_agent
from earnest.notify import answers, apprise, mail, render, webhook
from earnest.notify.base import TICKETS, Delivered, Later, Never, Notice, Outcome
from earnest.notify.rules import Shown
from earnest.notify.trackers import Ask, Garbled, Ticket, Tracker, tracker
from earnest.record.errors import BadSetting, EarnestError, MissingExtra
from earnest.store import clock, read_outbox
from earnest.store.read_outbox import Channel

TIMEOUT = 15.0
"""Seconds for a whole answer: shorter than a lease."""

MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go. `key` is the same at every try; `first`: nothing was tried before."""

    kind: str
    key: str
    case: int | None
    notice: Notice
    shown: Shown
    first: bool = True
    left: tuple[str, ...] = ()
    made: datetime | None = None
    extra: Mapping[str, Any] | None = None


def send(channel: Channel, parcel: Parcel) -> Outcome:
    """Send; raises nothing for what the other side does or what is not set up."""
    try:
        if channel.sort == "mail":
            return to_addresses([str(one) for one in channel.settings.get("to", ())], parcel)
        secrets = channel_secrets.of(channel.id)
        if not secrets.out:
            return Never("no_secret")
        if channel.sort == "apprise":
            return _messenger(secrets.out, parcel)
        if channel.sort == "webhook":
            return _webhook(secrets, parcel)
        if channel.sort in TICKETS:
            return _ticket(tracker(channel.sort, dict(channel.settings), secrets.out), parcel)
    except BadSetting:
        return Never("not_allowed")
    except MissingExtra:
        return Never("no_extra")
    except Garbled:
        return Later("unsure")
    except EarnestError as error:
        return answers.failed(error)
    return Never("refused")


def to_person(person: int, parcel: Parcel) -> Outcome:
    """A mail to one of the operator's own people, at the address they confirmed."""
    to = read_outbox.confirmed_address(person)
    if not to:
        return Never("no_address")
    try:
        return to_addresses([to], parcel)
    except BadSetting:
        return Never("no_mail_server")


def to_addresses(to: Sequence[str], parcel: Parcel) -> Outcome:
    """A mail. `parcel.left`: those who have not got it yet, where others have."""
    server = mail_server()
    if server is None or not settings.EARNEST_MAIL_FROM:
        return Never("no_mail_server")
    sender = mail.sender(settings.EARNEST_MAIL_FROM)
    recipients = [one for one in to if not parcel.left or one in parcel.left]
    if not recipients:
        return Delivered()
    message = render.mail(
        parcel.shown,
        sender=sender,
        to=", ".join(to),
        key=parcel.key,
        at=parcel.made or clock.now(),
    )
    return mail.read(smtp.hand_in(server, sender.addr_spec, recipients, message, TIMEOUT), recipients)


def mail_server() -> smtp.MailServer | None:
    """The mail server that the settings name; None where they name none. Raises BadSetting."""
    if not settings.EARNEST_MAIL_SERVER:
        return None
    return smtp.MailServer.of(
        settings.EARNEST_MAIL_SERVER,
        settings.EARNEST_MAIL_TLS,
        settings.EARNEST_MAIL_USER,
        smtp.password(settings.EARNEST_MAIL_PASSWORD) if settings.EARNEST_MAIL_USER else "",
    )


def client() -> Egress:
    """The guarded client of channels."""
    return Egress(
        user_agent(), timeout=TIMEOUT, max_bytes=MOST_BYTES, allow_private=settings.PRIVATE_CHANNELS
    )


def _messenger(address: str, parcel: Parcel) -> Outcome:
    apprise.needed()
    text = render.text(parcel.shown, ref=parcel.key[:8], made_inert=True)
    request = apprise.request(address, render.inert(parcel.shown.subject), text)
    return apprise.read(
        confined.run(apprise.CHILD, request, seconds=apprise.SECONDS, private=settings.PRIVATE_CHANNELS)
    )


def _webhook(secrets: channel_secrets.Secrets, parcel: Parcel) -> Outcome:
    if not secrets.sign:
        return Never("no_secret")
    now = clock.now()
    body = webhook.body(parcel.kind, parcel.shown, parcel.case, parcel.made or now)
    headers = webhook.headers(secrets.sign, parcel.key, now, body)
    answer = client().ask("POST", secrets.out, headers=headers, body=body, takes=answers.STATUSES)
    return answers.read(answer.status, answer.headers, now)


def _ticket(there: Tracker, parcel: Parcel) -> Outcome:
    now, egress = clock.now(), client()
    ref = str((parcel.extra or {}).get("ref", ""))
    if ref:
        if there.ref_of(ref) != ref:
            return Never("not_found")
        answer = ask(
            egress, there.comment(ref, render.text(parcel.shown, ref=parcel.key[:8], made_inert=True))
        )
        return answers.read(answer.status, answer.headers, now)
    if not parcel.first:
        # a try before this one may have made it and been killed before it was noted
        looked = ask(egress, there.find(parcel.key))
        if looked.status == 200:
            found = there.found(looked.body, parcel.key)
            if found is not None:
                return _made(found, looked.status)
        elif isinstance(outcome := answers.read(looked.status, looked.headers, now), Later):
            return outcome
    title, body = render.issue(parcel.shown, key=parcel.key)
    answer = ask(egress, there.create(title, body, parcel.key))
    outcome = answers.read(answer.status, answer.headers, now)
    return _made(there.created(answer.body), answer.status) if isinstance(outcome, Delivered) else outcome


def _made(ticket: Ticket, status: int) -> Delivered:
    return Delivered(status, ref=ticket.ref, url=ticket.url)


def ask(egress: Egress, asked: Ask) -> Any:
    """One request to a tracker."""
    return egress.ask(asked.method, asked.url, headers=asked.headers, body=asked.body, takes=answers.STATUSES)


def try_out(channel: Channel, parcel: Parcel) -> Outcome:
    """A test: a message that says it is one; of a tracker only whether its door opens."""
    if channel.sort not in TICKETS:
        return send(channel, parcel)
    try:
        secrets = channel_secrets.of(channel.id)
        if not secrets.out:
            return Never("no_secret")
        answer = ask(client(), tracker(channel.sort, dict(channel.settings), secrets.out).try_out())
        return answers.read(answer.status, answer.headers, clock.now())
    except BadSetting:
        return Never("not_allowed")
    except EarnestError as error:
        return answers.failed(error)
