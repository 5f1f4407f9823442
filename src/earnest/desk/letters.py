"""A mail of the desk to one person, where the operator set a mail server."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid

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
    sender = mail.sender(settings.EARNEST_MAIL_FROM)
    message = EmailMessage()
    message["From"] = str(sender)
    message["To"] = to
    message["Subject"] = " ".join(letter.subject.split())
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    answer = hand_in(server, sender.addr_spec, [to], bytes(message), SECONDS)
    return "sent" if answer.step == "done" else "failed"
