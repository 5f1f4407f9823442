"""Who is on the desk: seeing them, giving another role, letting go, and being named in the public notice.

There is always a steward (or an admin) in a programme that had one. Nobody is counted or compared.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from earnest.desk import access, audit, invitations, visits
from earnest.desk.invitations import KEEPERS
from earnest.record.errors import Refused, StoreError
from earnest.store import read_people, write, write_people
from earnest.store.erase_people import let_go
from earnest.store.read_people import Chosen, Member


def team(programme: str) -> list[Member]:
    """Everybody on a programme's desk, by name."""
    return read_people.team(programme)


def change(programme: str, user: int, role: str, places: Sequence[str] = (), *, by: access.Person) -> None:
    """Give somebody on the desk another role. Raises Refused, StoreError."""
    now = _member(programme, user)
    invitations.check_giving(by, programme, role)
    invitations.check_giving(by, programme, now.role)
    access.check_seat(programme, role, places)
    with transaction.atomic():
        write_people.lock_desk(programme)
        if role not in KEEPERS:
            _check_last(programme, now)
            write_people.revoke_invitations_of(user, programme)
        write.set_membership(user, programme, role, places)
        audit.by(by, "person_added", programme, f"person:{user}", detail={"given": role})


def remove(programme: str, user: int, *, by: access.Person) -> None:
    """Let somebody go: their role, tokens and what they held here end, and they are signed out everywhere.

    What they did stays, under their number. Raises Refused for the last steward, StoreError for nobody.
    """
    now = _member(programme, user)
    invitations.check_giving(by, programme, now.role)
    with transaction.atomic():
        write_people.lock_desk(programme)
        _check_last(programme, now)
        write_people.remove_membership(user, programme)
        let_go(programme, user)
        audit.by(by, "person_removed", programme, f"person:{user}", detail={"held": now.role})
    visits.end_others(user, None, actor=f"person:{by.pk}")


def vouch(name: str, email: str) -> None:
    """The verified address of a person, from the command line of the machine. Raises Refused, StoreError."""
    user = _known(name)
    with transaction.atomic():
        write_people.set_email(user, invitations.check_address(email))
        audit.note("cli", "email_set", about=f"person:{user}")


def set_password(name: str, password: str) -> None:
    """Set somebody's password from the command line; their sessions end. Raises InputError, StoreError."""
    user = _known(name)
    invitations.check_password(password, name)
    with transaction.atomic():
        write_people.set_password(user, password)
        audit.note("cli", "password_changed", about=f"person:{user}")
    visits.end_others(user, None, actor="cli")


def forget_factors(name: str) -> None:
    """Take somebody's second factors away from the command line, for who lost them."""
    user = _known(name)
    with transaction.atomic():
        write_people.forget_second_factors(user)
        audit.note("cli", "second_factors_forgotten", about=f"person:{user}")


def _known(name: str) -> int:
    user = write.user_id(name)
    if user is None:
        raise StoreError(f"There is nobody named '{name[:60]}'.", advice="Add them: earnest user add NAME.")
    return user


def show(user: int, programme: str, shown: bool) -> None:
    """Whether a person is named in the programme's public notice: only they themselves decide."""
    with transaction.atomic():
        if not write_people.show_membership(user, programme, shown):
            raise StoreError("You are not on this programme's desk.")
        audit.note(f"person:{user}", "shown_changed", programme=programme, detail={"shown": int(shown)})


def choose(user: int, chosen: Chosen, programmes: Sequence[str]) -> None:
    """What a person chooses for themselves, and in which of their programmes they are named."""
    before = read_people.shown(user)
    with transaction.atomic():
        write_people.set_person(user, language=chosen.language, zone=chosen.zone, known_as=chosen.known_as)
        for programme, shown in before.items():
            if (programme in programmes) != shown:
                show(user, programme, programme in programmes)


def must_have_factor(person: access.Person) -> bool:
    """Whether the operator demands a second factor of somebody: stewards and admins, or everybody."""
    if settings.SECOND_FACTOR == "nobody" or person.pk is None:
        return False
    if settings.SECOND_FACTOR == "everybody" or person.is_superuser:
        return True
    return bool(KEEPERS & set(read_people.roles(person.pk).values()))


def choose_language(user: int, language: str) -> None:
    """Another language of the pages; the rest stays."""
    now = read_people.chosen(user)
    write_people.set_person(user, language=language, zone=now.zone, known_as=now.known_as)


def _member(programme: str, user: int) -> Member:
    found = next((one for one in team(programme) if one.user == user), None)
    if found is None:
        raise StoreError("Nobody of that number is on this desk.", advice="They may have left meanwhile.")
    return found


def _check_last(programme: str, leaving: Member) -> None:
    if leaving.role not in KEEPERS:
        return
    if not any(one.role in KEEPERS and one.user != leaving.user for one in team(programme)):
        raise Refused(
            "This is the last steward of the programme.", advice="Make somebody else a steward first."
        )
