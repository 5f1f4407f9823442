"""Mail: who gets it, and what the mail server's answer means."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.utils import parseaddr

from earnest.egress.smtp import MailAnswer
from earnest.notify.base import Delivered, Later, Never, Outcome
from earnest.record.errors import BadSetting

MOST_RECIPIENTS = 20

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])")


def address(typed: str) -> str:
    """One plain e-mail address. Raises BadSetting."""
    given = typed.strip()
    if not _ADDRESS.fullmatch(given) or ".." in given:
        raise BadSetting("This is no e-mail address.", advice="Write it like team@example.org.")
    return given


def addresses(typed: str) -> list[str]:
    """Addresses parted by commas, spaces or lines, each once. Raises BadSetting."""
    found = list(dict.fromkeys(address(one) for one in re.split(r"[,;\s]+", typed) if one))
    if not found:
        raise BadSetting("A mail channel needs a recipient.")
    if len(found) > MOST_RECIPIENTS:
        raise BadSetting(f"At most {MOST_RECIPIENTS} recipients.", advice="Use a list of your mail server.")
    return found


def sender(typed: str) -> Address:
    """The From of every mail: "Earnest <desk@example.org>" or the address alone. Raises BadSetting."""
    name, plain = parseaddr(typed)
    plain = address(plain)
    user, _, domain = plain.rpartition("@")
    return Address(" ".join(name.split())[:80] or "Earnest", user, domain)


def read(answer: MailAnswer, recipients: Sequence[str]) -> Outcome:
    """The outcome of a hand-in. An address that is refused for good does not hold up the others."""
    later = [to for to in recipients if 400 <= answer.refused.get(to, 0) < 500]
    if answer.step == "done":
        if later:
            return Later("busy", answer.refused[later[0]], left=tuple(later))
        return Delivered(answer.code, "partly" if answer.refused else "delivered")
    if answer.step == "certificate":
        return Never("not_allowed")
    if answer.code is None:
        return Later("unreachable")
    if answer.step == "recipients":
        if later:
            return Later("busy", answer.code, left=tuple(later))
        return Never("no_recipient", answer.code)
    if 400 <= answer.code < 500:
        return Later("busy", answer.code)
    return Never("sign_in" if answer.step in ("sign_in", "starttls") else "refused", answer.code)
