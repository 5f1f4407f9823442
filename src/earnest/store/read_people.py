"""Reading what belongs to the operator's own people: who is on the desk, who is asked, who is signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from earnest.store import clock, models, moment


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a programme's desk. `shown`: agreed to be named in its public notice, as `known_as`."""

    user: int
    name: str
    role: str
    places: tuple[str, ...]
    shown: bool
    known_as: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An open invitation; `email` is empty where the link is passed on by hand."""

    id: int
    programme: str
    role: str
    places: tuple[str, ...]
    email: str
    made: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A session of a person."""

    id: int
    user: int
    begun: datetime
    seen: datetime
    browser: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose for themselves; empty: as the installation has it."""

    language: str = ""
    zone: str = ""
    known_as: str = ""


@moment.once
def roles(user_id: int) -> dict[str, str]:
    """The programmes a person belongs to, with the role in each. `desk.access` says what a role may do."""
    rows = models.Membership.objects.filter(user_id=user_id).values_list("programme__slug", "role")
    return dict(rows)


def seat(user_id: int, programme: str) -> tuple[str, ...]:
    """The slugs of the places a delegate speaks for in a programme."""
    row = models.Membership.objects.filter(user_id=user_id, programme__slug=programme).first()
    return () if row is None else tuple(row.places)


def delegates(programme: str) -> int:
    """How many delegates a programme has."""
    return models.Membership.objects.filter(programme__slug=programme, role="delegate").count()


def team(programme: str) -> list[Member]:
    """Everybody on a programme's desk, by name."""
    rows = models.Membership.objects.filter(programme__slug=programme, user__is_active=True).values_list(
        "user_id", "user__username", "role", "places", "shown"
    )
    found = list(rows)
    named = models.Person.objects.filter(user_id__in=[row[0] for row in found]).exclude(known_as="")
    called = dict(named.values_list("user_id", "known_as"))
    people = [
        Member(user, name, role, tuple(places), shown, called.get(user, name))
        for user, name, role, places, shown in found
    ]
    return sorted(people, key=lambda one: one.name.lower())


def named(programme: str) -> list[str]:
    """Who agreed to be named in the public notice, by the name they chose, in the order of the alphabet."""
    return sorted((one.known_as for one in team(programme) if one.shown), key=str.lower)


def shown(user_id: int) -> dict[str, bool]:
    """In which of their programmes a person is named in the notice."""
    rows = models.Membership.objects.filter(user_id=user_id).values_list("programme__slug", "shown")
    return dict(rows)


def asked(programme: str) -> list[Asked]:
    """The open invitations of a programme, newest first."""
    rows = models.TeamInvitation.objects.filter(
        programme__slug=programme, used__isnull=True, revoked__isnull=True, expires__gt=clock.now()
    )
    return [_asked(row) for row in rows.select_related("programme").order_by("-made", "-pk")]


def asked_by(invitation: int) -> Asked | None:
    """One open invitation by its id."""
    row = models.TeamInvitation.objects.select_related("programme").filter(pk=invitation).first()
    return None if row is None else _asked(row)


def _asked(row: models.TeamInvitation) -> Asked:
    return Asked(row.pk, row.programme.slug, row.role, tuple(row.places), row.email, row.made, row.expires)


def visit(visit_id: int) -> VisitRow | None:
    """A session by its id."""
    row = models.Visit.objects.filter(pk=visit_id).first()
    return None if row is None else VisitRow(row.pk, row.user_id, row.begun, row.seen, row.browser)


def visits(user_id: int) -> list[VisitRow]:
    """A person's sessions, the one used last first."""
    rows = models.Visit.objects.filter(user_id=user_id).order_by("-seen", "-pk")
    return [VisitRow(row.pk, row.user_id, row.begun, row.seen, row.browser) for row in rows]


def chosen(user_id: int) -> Chosen:
    """What a person chose for themselves."""
    row = models.Person.objects.filter(user_id=user_id).first()
    return Chosen() if row is None else Chosen(row.language, row.zone, row.known_as)


def admins() -> list[str]:
    """The accounts that may do everything everywhere, by name."""
    rows = get_user_model().objects.filter(is_superuser=True, is_active=True)
    return sorted(rows.values_list("username", flat=True), key=str.lower)


def name_of(user_id: int) -> str:
    """A person's name; empty for nobody."""
    return get_user_model().objects.filter(pk=user_id).values_list("username", flat=True).first() or ""


def account(user_id: int) -> Any:
    """A person's account, as the session has it; None where there is none."""
    return get_user_model().objects.filter(pk=user_id).first()


def address_of(user_id: int) -> str:
    """The verified e-mail address of a person; empty where there is none."""
    from allauth.account.models import EmailAddress

    rows = EmailAddress.objects.filter(user_id=user_id, verified=True)
    return rows.values_list("email", flat=True).first() or ""


def may_have_password(user_id: int) -> bool:
    """Whether a person signs in by a password, or could: not who comes by single sign-on alone."""
    from allauth.socialaccount.models import SocialAccount

    row = account(user_id)
    if row is None or not row.is_active:
        return False
    return row.has_usable_password() or not SocialAccount.objects.filter(user_id=user_id).exists()


def user_of_address(email: str) -> int | None:
    """The person whose verified e-mail address this is."""
    from allauth.account.models import EmailAddress

    rows = EmailAddress.objects.filter(email__iexact=email, verified=True, user__is_active=True)
    found: int | None = rows.values_list("user_id", flat=True).first()
    return found
