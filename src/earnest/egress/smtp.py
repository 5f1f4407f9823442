"""Mail out, to the one server that the operator set: never to an address that somebody else gives.

The whole exchange ends by its deadline however slowly the server drips; a password is never sent in the
clear; what the server refused is told by its number, and its words are not kept.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from earnest.record.errors import BadSetting

TLS = ("starttls", "tls", "no")
_PORTS = {"starttls": 587, "tls": 465, "no": 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in.

    tls    "starttls", "tls" from the first byte, or "no"
    trust  another set of certificates than the usual one
    """

    host: str
    port: int
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext | None = None

    @classmethod
    def of(cls, address: str, tls: str, user: str = "", password: str = "") -> "MailServer":
        """From settings: "smtp.example.org" or "smtp.example.org:587". Raises BadSetting."""
        host, _, port = address.strip().rpartition(":") if ":" in address else (address.strip(), "", "")
        if tls not in TLS:
            raise BadSetting(f"EARNEST_MAIL_TLS is '{tls[:20]}'.", advice="Write starttls, tls or no.")
        if not host or not host.isprintable() or " " in host or not (port.isdecimal() or not port):
            raise BadSetting("EARNEST_MAIL_SERVER is no address.", advice="Write host or host:port.")
        if user and tls == "no":
            raise BadSetting(
                "A password is not sent without TLS.", advice="Set EARNEST_MAIL_TLS to starttls or tls."
            )
        return cls(host.strip("[]"), int(port or _PORTS[tls]), tls, user, password)


@dataclass(frozen=True, slots=True)
class MailAnswer:
    """How handing in went.

    code     the server's last number; None where there was no answer
    step     connect, sign_in, sender, recipients, data or done
    refused  recipients that were refused, with the number
    """

    code: int | None
    step: str
    refused: Mapping[str, int] = field(default_factory=dict)


def hand_in(
    server: MailServer, sender: str, recipients: Sequence[str], message: bytes, seconds: float = 20.0
) -> MailAnswer:
    """Hand a mail in; raises nothing for what a server does."""
    step = "connect"
    refused: dict[str, int] = {}
    client: smtplib.SMTP | None = None
    watch: threading.Timer | None = None
    try:
        context = server.trust or ssl.create_default_context()
        if server.tls == "tls":
            client = smtplib.SMTP_SSL(local_hostname=_name(), timeout=seconds, context=context)
        else:
            client = smtplib.SMTP(local_hostname=_name(), timeout=seconds)
        watch = threading.Timer(seconds, _cut, [client])
        watch.daemon = True
        watch.start()
        # a certificate is checked against the name that was set, not against what the server says it is
        client._host = server.host  # type: ignore[attr-defined]
        code, _ = client.connect(server.host, server.port)
        if code != 220:
            return MailAnswer(code, step)
        client.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            client.starttls(context=context)
            client.ehlo()
        if server.user:
            step = "sign_in"
            client.login(server.user, server.password)
        step = "sender"
        code, _ = client.mail(sender)
        if code != 250:
            return MailAnswer(code, step)
        step = "recipients"
        for recipient in recipients:
            code, _ = client.rcpt(recipient)
            if code not in (250, 251):
                refused[recipient] = code
        if len(refused) == len(recipients):
            return MailAnswer(code, step, refused)
        step = "data"
        code, _ = client.data(message)
        return MailAnswer(code, "done" if code == 250 else step, refused)
    except smtplib.SMTPResponseException as error:
        return MailAnswer(error.smtp_code if error.smtp_code > 0 else None, step, refused)
    except smtplib.SMTPNotSupportedError:
        return MailAnswer(530, "starttls" if step == "connect" else step, refused)
    except ssl.SSLCertVerificationError:
        return MailAnswer(None, "certificate", refused)
    except (smtplib.SMTPException, OSError, ValueError):
        return MailAnswer(None, step, refused)
    finally:
        if watch is not None:
            watch.cancel()
        if client is not None:
            client.close()


def password(file: str) -> str:
    """What the file holds that EARNEST_MAIL_PASSWORD names. Raises BadSetting."""
    try:
        return Path(file).expanduser().read_text("utf-8").strip() if file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            "The file that EARNEST_MAIL_PASSWORD names cannot be read.",
            advice="Give the user that Earnest runs as the right to read it.",
        ) from error


def _cut(client: smtplib.SMTP) -> None:
    """The time is over: whoever reads or writes on this connection is woken."""
    try:
        if client.sock is not None:
            client.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _name() -> str:
    """What this machine calls itself to a mail server; no name server is asked for it."""
    return "".join(sign for sign in socket.gethostname() if sign.isalnum() or sign in ".-") or "earnest"
