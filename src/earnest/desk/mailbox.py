"""One's own e-mail address, and another password for who forgot theirs: both by a link that is mailed.

Whoever asks for a password hears the same, as quickly, whether or not the address is anybody's here. Links
hold their own proof (signed, with an end), so nothing is kept until one is followed.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.db import transaction

from earnest.desk import audit, invitations, letters, lockout, visits
from earnest.desk.dispatch import mail_server
from earnest.desk.letters import Letter
from earnest.desk.lockout import Limit
from earnest.record.errors import Refused
from earnest.store import read_people, write_people

ADDRESS_LIVES = timedelta(days=1)
"""How long a new address may be confirmed; a link for a password lives for `PASSWORD_RESET_TIMEOUT`."""

TO_ONE = Limit("mail to", 3, timedelta(hours=1))
"""Links for another password that one address is sent."""

NEW_TO_ONE = Limit("new mail to", 3, timedelta(hours=1))
"""Links that one address is sent to confirm it; apart, so that nobody uses up what another waits for."""

FROM_ONE = Limit("mail from", 20, timedelta(hours=1))
"""Links that are asked for from one network address, or by one account."""

_SALT = "earnest.desk.mailbox"


def sends() -> bool:
    """Whether this desk can send mails at all."""
    return mail_server() is not None


def forgotten(email: str, network: str, letter: Callable[[int, str, str], Letter]) -> None:
    """Mail a link that sets another password, if the address is confirmed and its account may have one.

    `letter` makes the mail of an account's id, its name and the token of its link. Raises Refused for what is
    no address, and for too many asked for from one `network` address.
    """
    address = invitations.check_address(email)
    if not address:
        raise Refused("This is not an e-mail address.", advice="Write it as name@example.org.")
    _count(FROM_ONE, network)
    audit.note_hourly("visitor", "password_link_asked")
    if lockout.spent(TO_ONE, _box(address)):
        return
    lockout.count(TO_ONE, _box(address))
    user = read_people.user_of_address(address)
    account = None if user is None else read_people.account(user)
    if account is None or not read_people.may_have_password(account.pk):
        return
    token = f"{account.pk}-{default_token_generator.make_token(account)}"
    letters.send_meanwhile(
        read_people.address_of(account.pk), letter(account.pk, account.get_username(), token)
    )


def renewing(token: str) -> str:
    """Whose password a link sets, by name; empty where it was used, is too old, or is none."""
    account = _account(token)
    return "" if account is None else str(account.get_username())


def renew(token: str, password: str, told: Callable[[int, str], Letter]) -> None:
    """Set another password by a mailed link, once. Every session of the account ends, and its second factor
    is asked for as ever. `told` makes the mail that says so.

    Raises InputError with every reason against the password, Refused for a link that is over.
    """
    account = _account(token)
    if account is None:
        raise Refused("This link was used already, or is too old.", advice="Ask for a new one.")
    name = str(account.get_username())
    invitations.check_password(password, name)
    with transaction.atomic():
        write_people.set_password(account.pk, password)
        audit.note(f"person:{account.pk}", "password_changed", detail={"by_mail": 1})
    visits.end_others(account.pk, None)
    _tell(account.pk, told(account.pk, name))


def _account(token: str) -> Any:
    number, _, proof = token.partition("-")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    account = read_people.account(int(number))
    if account is None or not account.is_active or not default_token_generator.check_token(account, proof):
        return None
    return account


def want(user: int, email: str, letter: Callable[[str], Letter]) -> str:
    """Ask for another address: it counts once the link that is mailed there was followed.

    What became of the mail, as `letters.send` says. Raises Refused for what is no address or too many tries.
    """
    address = invitations.check_address(email)
    if not address:
        raise Refused("This is not an e-mail address.", advice="Write it as name@example.org.")
    if address == read_people.address_of(user):
        raise Refused("This is your address already.")
    _count(FROM_ONE, f"person:{user}")
    _count(NEW_TO_ONE, _box(address))
    asked = {"user": user, "email": address, "before": _before(user)}
    return letters.send(address, letter(signing.dumps(asked, salt=_SALT)))


def wanted(token: str, user: int) -> str:
    """The address that a link confirms for a person; empty where it is somebody else's, over, or none."""
    try:
        asked = signing.loads(token, salt=_SALT, max_age=ADDRESS_LIVES)
    except signing.BadSignature:
        return ""
    mine = asked["user"] == user and asked["before"] == _before(user)
    return str(asked["email"]) if mine else ""


def confirm(token: str, user: int, told: Callable[[int, str], Letter]) -> None:
    """Take an address whose link was followed. `told` makes the mail to the address before.

    Raises Refused for a link that is over, StoreError where the address is somebody else's.
    """
    address = wanted(token, user)
    if not address:
        raise Refused("This link was used already, is too old, or is another account's.")
    _set(user, address, told)


def give_up(user: int, told: Callable[[int, str], Letter]) -> None:
    """Have no address any more."""
    _set(user, "", told)


def _set(user: int, address: str, told: Callable[[int, str], Letter]) -> None:
    before = read_people.address_of(user)
    with transaction.atomic():
        write_people.set_email(user, address)
        audit.note(
            f"person:{user}", "email_set", about=f"person:{user}", detail={"given": int(bool(address))}
        )
    if before:
        letters.send_meanwhile(before, told(user, read_people.name_of(user)))


def _tell(user: int, letter: Letter) -> None:
    address = read_people.address_of(user)
    if address:
        letters.send_meanwhile(address, letter)


def _before(user: int) -> str:
    """What a link is bound to: the address before it, so that each works once."""
    said = f"{settings.SECRET_KEY}\0{read_people.address_of(user)}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _box(address: str) -> str:
    """One writing for all that a database may take for the same address (a long s is an s to PostgreSQL)."""
    return address.upper().casefold()


def _count(limit: Limit, said: str) -> None:
    if lockout.spent(limit, said):
        raise Refused("Too many mails were asked for.", advice="Wait an hour.")
    lockout.count(limit, said)
