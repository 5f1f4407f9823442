"""Who may see and do what: the only place that decides.

A person has a role in each programme; the role says what they may do there. An account that is an admin may
do everything everywhere. Nobody gains the right to know who wrote a post: no such thing is kept.

    viewer    figures, themes, reports and what alerts say; no single post
    delegate  the community's own representative: figures and the same reports as the operator, no single
              post; of the places they speak for also the notice, who accessed the posts, and a pause button
    analyst   a viewer who also reads posts, works the inbox and the cases, corrects labels, records what was
              done and closes alerts; may ask for an escalation, not send one
    lead      an analyst who also escalates, keeps routes, teams and rules, makes reports, keeps the taxonomy
              and lets the programme learn
    steward   a lead who also keeps places, consent, retention, the programme's terms, its people, channels
              and tokens, and sees the audit chain
    admin     a steward who also adds programmes

A token of the programming interface has its maker's rights and never more.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, Protocol, get_args

from earnest.record.errors import Refused, StoreError
from earnest.store import clock, read, write

Action = Literal[
    "see_figures",
    "see_reports",
    "see_places",
    "see_taxonomy",
    "see_alerts",
    "see_team",
    "settle_alerts",
    "keep_rules",
    "see_posts",
    "correct",
    "work_inbox",
    "see_cases",
    "work_cases",
    "record_action",
    "ask_escalation",
    "escalate",
    "keep_routes",
    "keep_teams",
    "make_report",
    "choose_model",
    "keep_taxonomy",
    "see_community",
    "pause_places",
    "keep_places",
    "keep_terms",
    "keep_people",
    "keep_channels",
    "keep_tokens",
    "see_audit",
    "keep_programmes",
]
Role = Literal["viewer", "analyst", "lead", "steward", "delegate", "admin"]

_READER: frozenset[Action] = frozenset(
    {"see_figures", "see_reports", "see_places", "see_taxonomy", "see_alerts", "see_team"}
)
_DELEGATE: frozenset[Action] = _READER | {"see_community", "pause_places"}
_VIEWER: frozenset[Action] = _READER
_ANALYST: frozenset[Action] = _VIEWER | {
    "see_posts",
    "correct",
    "work_inbox",
    "see_cases",
    "work_cases",
    "record_action",
    "settle_alerts",
    "ask_escalation",
}
_LEAD: frozenset[Action] = _ANALYST | {
    "escalate",
    "keep_routes",
    "keep_teams",
    "make_report",
    "keep_rules",
    "choose_model",
    "keep_taxonomy",
}
_STEWARD: frozenset[Action] = _LEAD | {
    "pause_places",
    "keep_places",
    "keep_terms",
    "keep_people",
    "keep_channels",
    "keep_tokens",
    "see_audit",
}
_ADMIN: frozenset[Action] = _STEWARD | {"keep_programmes"}

MAY: dict[Role, frozenset[Action]] = {
    "viewer": _VIEWER,
    "analyst": _ANALYST,
    "lead": _LEAD,
    "steward": _STEWARD,
    "delegate": _DELEGATE,
    "admin": _ADMIN,
}
"""What each role may do in its programme."""


ROLES: tuple[Role, ...] = get_args(Role)

LINK_LIVES = timedelta(minutes=15)
"""How long a sign-in link may be used, once."""

DEMO_LINK_LIVES = timedelta(hours=12)
"""The demo's, which is printed in the terminal of the machine that serves it."""


class Person(Protocol):
    """An account as Django gives it; nobody (AnonymousUser) is one too."""

    @property
    def is_authenticated(self) -> bool: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def is_superuser(self) -> bool: ...
    @property
    def pk(self) -> int | None: ...


def may(user: Person, action: Action, programme_slug: str) -> bool:
    """Whether a person may do something in a programme. Unknown actions, roles and programmes: no."""
    return action in rights(user, programme_slug)


def may_add(user: Person) -> bool:
    """Whether a person may add programmes: an admin of the installation or of one of its programmes."""
    if not (user.is_authenticated and user.is_active) or user.pk is None:
        return False
    return user.is_superuser or "admin" in read.roles(user.pk).values()


def may_at(user: Person, action: Action, programme_slug: str, place: str) -> bool:
    """Whether a person may do something about one place: a delegate only where they speak for it."""
    return may(user, action, programme_slug) and _speaks_for(user, programme_slug, place)


def _speaks_for(user: Person, programme_slug: str, place: str) -> bool:
    own = places_of(user, programme_slug)
    return own is None or place in own


def places_of(user: Person, programme_slug: str) -> frozenset[str] | None:
    """The places a delegate speaks for; None for everybody else, who are not bound to places."""
    if role_of(user, programme_slug) != "delegate" or user.pk is None:
        return None
    return frozenset(read.seat(user.pk, programme_slug))


SEES: dict[str, frozenset[Role]] = {
    "everybody": frozenset(ROLES),
    "analyst": frozenset({"analyst", "lead", "steward", "admin"}),
    "lead": frozenset({"lead", "steward", "admin"}),
    "steward": frozenset({"steward", "admin"}),
}
"""Whom a rule lets see its alerts."""


def sees(user: Person, programme_slug: str, seen_by: str, *, single: bool) -> bool:
    """Whether a person sees an alert that a rule shows to `seen_by`. One on a single post (`single`) is only
    for those who may read posts.
    """
    if not may(user, "see_posts" if single else "see_alerts", programme_slug):
        return False
    return role_of(user, programme_slug) in SEES.get(seen_by, frozenset())


def rights(user: Person, programme_slug: str) -> frozenset[Action]:
    """All that a person may do in a programme; for one thing ask `may`."""
    if not (user.is_authenticated and user.is_active) or user.pk is None:
        return frozenset()
    if user.is_superuser:
        return MAY["admin"] if read.programme(programme_slug) else frozenset()
    role = role_of(user, programme_slug)
    return frozenset() if role is None else MAY[role]


def programmes_of(user: Person) -> list[read.Programme]:
    """The programmes a person belongs to, by name."""
    if not (user.is_authenticated and user.is_active) or user.pk is None:
        return []
    if user.is_superuser:
        return read.programmes()
    roles = read.roles(user.pk)
    return [programme for programme in read.programmes() if roles.get(programme.slug) in MAY]


def role_of(user: Person, programme_slug: str) -> Role | None:
    """A person's role in a programme, to be shown; decide with `may`."""
    if not (user.is_authenticated and user.is_active) or user.pk is None:
        return None
    if user.is_superuser:
        return "admin"
    role = read.roles(user.pk).get(programme_slug)
    return next((known for known in ROLES if known == role), None)


def add_person(name: str, programme: str | None, role: str, places: Sequence[str] = ()) -> int:
    """Add a person, or give one that is there another role in a programme; their id.

    `admin` without a programme makes an account that may do everything. `places` are those a delegate speaks
    for. Raises Refused for a role that is none, StoreError for a programme or place that is not there.
    """
    check_role(role)
    name = check_name(name)
    if programme is None and role != "admin":
        raise Refused("A role is held in a programme.", advice="Name one with --programme.")
    if programme is not None and read.programme(programme) is None:
        known = ", ".join(one.slug for one in read.programmes()) or "none yet"
        raise StoreError(f"There is no programme '{programme}'.", advice=f"There are: {known}.")
    if programme is not None or places:
        check_seat(programme or "", role, places)
    user = write.add_user(name, admin=programme is None)
    if programme is not None:
        write.set_membership(user, programme, role, places)
    return user


def check_role(role: str) -> None:
    """Raises Refused for a role that is none."""
    if role not in ROLES:
        raise Refused(f"There is no role '{role[:20]}'.", advice=f"Choose one of {', '.join(ROLES)}.")


def check_name(name: str) -> str:
    """The name of a person as it is kept. Raises Refused for one that cannot be."""
    name = name.strip()
    if not name or len(name) > 150 or not name.isprintable():
        raise Refused("A person needs a name of at most 150 printable characters.")
    return name


def check_seat(programme: str, role: str, places: Sequence[str]) -> None:
    """Raises Refused for places of a role that is not bound to any, StoreError for one that is not there."""
    check_role(role)
    if places and role != "delegate":
        raise Refused(f"A {role} is not bound to places.", advice="Only a delegate speaks for places.")
    known = [place.slug for place in read.places(programme)] if places else []
    for place in places:
        if place not in known:
            there = ", ".join(known) or "none yet"
            raise StoreError(f"'{programme}' has no place '{place[:60]}'.", advice=f"There are: {there}.")


def sign_in_token(name: str, lives: timedelta = LINK_LIVES) -> str:
    """A one-time token for a person; the link is `/in/<token>`. Raises StoreError for an unknown name."""
    user = write.user_id(name)
    if user is None:
        raise StoreError(f"There is nobody named '{name}'.", advice="Add them first: earnest user add NAME.")
    return write.add_sign_in(user, clock.now() + lives)


def sign_in(token: str) -> int | None:
    """The id of the person whom a token signs in: once, in time. None otherwise, and no reason is told."""
    return write.use_sign_in(token)
