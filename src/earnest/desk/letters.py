"""A mail of the desk to one person, where the operator set a mail server."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from threading import Thread

from django.conf import settings

from earnest.desk.dispatch import mail_server
from earnest.egress.smtp import hand_in
from earnest.notify import mail

SECONDS = 6.0
"""A person waits for the page meanwhile."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str


def send(to: str, letter: Letter) -> str:
    """ "sent", "no_server" where none is set, "failed" where it did not take the mail."""
    server = mail_server()
    if server is None:
        return "no_server"
    sender, message = _written(to, letter)
    answer = hand_in(server, sender, [to], message, SECONDS)
    return "sent" if answer.step == "done" else "failed"


def send_meanwhile(to: str, letter: Letter) -> None:
    """The same while the page is answered already: how long it takes tells nobody that there was a mail."""
    server = mail_server()
    if server is not None:
        sender, message = _written(to, letter)
        Thread(target=hand_in, args=(server, sender, [to], message, SECONDS), name="letter").start()


def _written(to: str, letter: Letter) -> tuple[str, bytes]:
    """The sender's address, and the mail as it is handed in."""
    sender = mail.sender(settings.EARNEST_MAIL_FROM)
    message = EmailMessage()
    message["From"] = str(sender)
    message["To"] = to
    message["Subject"] = " ".join(letter.subject.split())
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return sender.addr_spec, bytes(message)
