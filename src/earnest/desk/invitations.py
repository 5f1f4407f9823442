"""Inviting people to the desk: by e-mail or by a link that is shown once, for one role in one programme.

    made = invitations.invite("riders", "analyst", by=user)
    invitations.accept(made.token, "ana", "a long password")

A link works once and for a week. Nobody gives a role that is above their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from earnest.desk import access, audit, letters
from earnest.desk.letters import Letter
from earnest.record.errors import InputError, Refused, StoreError
from earnest.store import clock, read, read_people, write, write_people
from earnest.store.read_people import Asked

LIVES = timedelta(days=7)
KEEPERS = frozenset({"steward", "admin"})
"""Roles one of which somebody of a programme must hold."""


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation as it is shown once: the page of its link is `/join/<token>`.

    mailed   what became of the mail: "" where none was asked for, "sent", "no_server", "failed"
    """

    id: int
    token: str
    expires: datetime
    email: str = ""
    mailed: str = ""


def invite(
    programme: str,
    role: str,
    places: Sequence[str] = (),
    email: str = "",
    *,
    by: access.Person | None,
    letter: Callable[[str], Letter] | None = None,
) -> Made:
    """Ask somebody to join. `by` None: from the command line of the machine. `letter` makes the mail of a
    token, which is sent where an address is given and a mail server is set.

    Only a link that went by mail shows that whoever follows it reads at that address: where it did not go,
    the address is not kept. Whoever shows the link on a page does so only then.

    Raises Refused for a role that `by` may not give, a place or an address that is none.
    """
    check_giving(by, programme, role)
    access.check_seat(programme, role, places)
    email = check_address(email)
    expires = clock.now() + LIVES
    with transaction.atomic():
        id, token = write_people.add_team_invitation(
            programme, role, places, email, by.pk if by else None, expires
        )
        note: dict[str, str | int] = {"given": role, "by_mail": int(bool(email))}
        if by is None:
            audit.note("cli", "person_invited", programme=programme, about=f"invitation:{id}", detail=note)
        else:
            audit.by(by, "person_invited", programme, f"invitation:{id}", detail=note)
    mailed = letters.send(email, letter(token)) if email and letter else ""
    if by is not None and mailed != "sent":
        write_people.forget_invited_address(id)
    return Made(id, token, expires, email, mailed)


def check_giving(by: access.Person | None, programme: str, role: str) -> None:
    """Raises Refused where a person gives, or takes, a role above their own: only an admin makes admins."""
    access.check_role(role)
    if by is None:
        return
    if role == "admin" and access.role_of(by, programme) != "admin":
        raise Refused("Only an admin gives or takes the role of an admin.")


def check_address(email: str) -> str:
    """The address as it is kept; empty stays empty. Raises Refused for one that is none."""
    email = email.strip()
    if not email:
        return ""
    try:
        validate_email(email)
        if not email.isprintable():  # signs that quotation marks allow there, and no mail can carry
            raise ValidationError("control signs")
    except ValidationError as error:
        raise Refused("This is not an e-mail address.", advice="Write it as name@example.org.") from error
    return email


def revoke(programme: str, invitation: int, *, by: access.Person) -> None:
    """Take an open invitation back. Raises StoreError where there is none."""
    if not write_people.revoke_team_invitation(programme, invitation):
        raise StoreError("There is no such open invitation.", advice="It may have been accepted meanwhile.")
    audit.by(by, "invitation_revoked", programme, f"invitation:{invitation}")


def look(token: str) -> Asked | None:
    """What a link invites to; None where it is unknown, used, taken back or too old."""
    found = write_people.team_invitation(token)
    return None if found is None else read_people.asked_by(found)


def accept(token: str, name: str, password: str) -> int:
    """Join as somebody new, with a name and a password; their id.

    Raises InputError with every reason against the password, Refused for a name that is taken or a link that
    is over.
    """
    name = access.check_name(name)
    if write.user_id(name) is not None:
        raise Refused(
            "Somebody here has this name already.",
            advice="If it is you, sign in first and open the link again; else choose another.",
        )
    check_password(password, name)
    with transaction.atomic():
        user = write.add_user(name)
        write_people.set_password(user, password)
        _take(token, user)
    return user


def accept_known(token: str, user: int) -> int:
    """Join as somebody who is known here; their id. Raises Refused for a link that is over."""
    with transaction.atomic():
        _take(token, user)
    return user


def accept_unnamed(token: str, wanted: Sequence[str], verified: Sequence[str]) -> int:
    """Join as somebody whom the issuer of single sign-on vouches for; their id.

    The first of the wanted names that is free becomes theirs, with a number where none is. They have no
    password until they set one.
    """
    names = [name.strip()[:140] for name in wanted if name.strip() and name.isprintable()] or ["person"]
    with transaction.atomic():
        free = next((name for name in names if write.user_id(name) is None), None)
        number = 2
        while free is None:
            free = f"{names[0]}-{number}" if write.user_id(f"{names[0]}-{number}") is None else None
            number += 1
        user = write.add_user(free)
        _take(token, user)
        if verified and read_people.user_of_address(verified[0]) is None:
            write_people.set_email(user, verified[0])
    return user


def known_by(verified: Sequence[str]) -> int | None:
    """The person whose verified address an issuer has verified too."""
    found = (read_people.user_of_address(email) for email in verified)
    return next((user for user in found if user is not None), None)


def _take(token: str, user: int) -> None:
    asked = look(token)
    if asked is not None and asked.role not in KEEPERS and _keeps(user, asked.programme):
        raise Refused(
            "You are a steward here already, and this invitation is for less.",
            advice="Another steward can give you another role on the Team page.",
        )
    found = write_people.use_team_invitation(token, user)
    if found is None or not _given(*found[:3]):
        raise Refused(
            "This invitation was used already, was taken back, or is too old.", advice="Ask for a new one."
        )
    programme, role, _, email = found
    if email and read_people.user_of_address(email) is None:
        write_people.set_email(user, email)
    audit.note(f"person:{user}", "invitation_accepted", programme=programme, detail={"role": role})


def _keeps(user: int, programme: str) -> bool:
    return read.roles(user).get(programme) in KEEPERS


def _given(programme: str, role: str, by: int | None) -> bool:
    """Whether who invited may still give this role: they may have lost their own since. None: the machine's
    command line.
    """
    if by is None:
        return True
    person = read_people.account(by)
    return (
        person is not None
        and access.may(person, "keep_people", programme)
        and (role != "admin" or access.role_of(person, programme) == "admin")
    )


def check_password(password: str, name: str) -> None:
    """Raises InputError where a password is too easy to guess, with every reason."""
    from django.contrib.auth.models import User

    try:
        password_validation.validate_password(password, User(username=name))
    except ValidationError as error:
        raise InputError(" ".join(error.messages)) from error


def open_of(programme: str) -> list[Asked]:
    """The invitations nobody followed yet, newest first."""
    return read_people.asked(programme) if read.programme(programme) else []
