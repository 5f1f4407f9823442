"""The people of a programme's desk, as others on it see them."""

from collections.abc import Collection, Iterable

from django.contrib.auth import get_user_model
from django.db.models import Q

from earnest.store import moment
from earnest.store.models import Membership, Person


def names(people: Iterable[int | None]) -> dict[int, str]:
    """What these accounts are called: as they wish to be known, else by the name they sign in with."""
    asked = {person for person in people if person is not None}
    known = _known()
    if unknown := asked - known.keys():
        known |= dict(get_user_model().objects.filter(pk__in=unknown).values_list("pk", "username"))
        chosen = Person.objects.filter(pk__in=unknown).exclude(known_as="")
        known |= dict(chosen.values_list("pk", "known_as"))
    return {person: known[person] for person in asked if person in known}


@moment.once
def _known() -> dict[int, str]:
    """The names that were read while this page is made; each of its parts adds those it needs."""
    return {}


def on_desk(programme: str, roles: Collection[str]) -> dict[int, str]:
    """The people who hold one of these roles in a programme or may do everything, by name."""
    held = Membership.objects.filter(programme__slug=programme, role__in=list(roles)).values("user_id")
    there = get_user_model().objects.filter(Q(is_superuser=True) | Q(pk__in=held), is_active=True)
    found = names(there.values_list("pk", flat=True))
    return dict(sorted(found.items(), key=lambda one: (one[1].casefold(), one[0])))


def callable_names(programme: str, roles: Collection[str]) -> list[tuple[str, int]]:
    """By what those people may be called in a note: each name they have, the longest first."""
    people = on_desk(programme, roles)
    signed = get_user_model().objects.filter(pk__in=list(people)).values_list("username", "pk")
    called = {(name.casefold(), person) for name, person in signed}
    called |= {(name.casefold(), person) for person, name in people.items()}
    return sorted(called, key=lambda one: (-len(one[0]), one))


def is_of(programme_id: int, person: int) -> bool:
    """Whether an account belongs to a programme, or may do everything everywhere."""
    account = get_user_model().objects.filter(pk=person, is_active=True)
    member = Membership.objects.filter(programme_id=programme_id, user_id=person).values("user_id")
    return bool(account.filter(Q(is_superuser=True) | Q(pk__in=member)).exists())
