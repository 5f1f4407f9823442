"""Tokens: keys with which a program works in a person's place, never with more than that person's rights
*now*.

    made = tokens.make(person, "riders", "Weekly figures", ["read"], days=90)
    made.token        # shown once; only its hash is kept
    holder = tokens.holder(made.token)
    tokens.allows(holder, "see_posts")

A token is bound to its maker and to one programme, ends by itself, and may be revoked at any moment by its
maker and by whoever keeps tokens. What it may do is asked anew at every call: the maker's role as it is then,
narrowed to the token's scopes. Nothing here says how much anybody did: of its use only the last day is known.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from earnest.desk import access, audit
from earnest.desk.access import Action
from earnest.gate.refusals import judge
from earnest.record.errors import InputError, Refused, RefusedConfiguration, StoreError
from earnest.store import clock, read, read_tokens, write_tokens
from earnest.store.read_tokens import TokenRow

Scope = Literal["read", "work", "manage"]

SCOPES: dict[Scope, str] = {
    "read": "read what its maker may read",
    "work": "work posts, cases and alerts as its maker may",
    "manage": "keep places, routes, channels and the rest as its maker may",
}
"""What a token may be made for, as the end of "it may …"."""

READS: frozenset[Action] = frozenset(
    {
        "see_figures", "see_reports", "see_places", "see_taxonomy", "see_alerts", "see_team", "see_posts",
        "see_cases", "see_community", "see_audit",
    }
)  # fmt: skip
WORKS: frozenset[Action] = frozenset(
    {
        "settle_alerts", "correct", "work_inbox", "work_cases", "record_action", "ask_escalation", "escalate",
        "make_report", "pause_places",
    }
)  # fmt: skip
"""Every other action, also one that is added later, needs "manage"."""

PREFIX = "earnest_"
"""What a token begins with, so that tools which look for lost keys can find one."""

LONGEST = 365
"""Days that a token may live at most."""
MOST = 20
"""Tokens of one person in a programme that work at once."""
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Made:
    """A new token: `token` is shown this once."""

    id: int
    token: str
    expires: datetime

    def __repr__(self) -> str:
        return f"Made(id={self.id})"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever made a token, as `desk.access` asks for a person; beside it the token."""

    row: TokenRow

    @property
    def pk(self) -> int:
        return self.row.user

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.row.active

    @property
    def is_superuser(self) -> bool:
        return self.row.superuser


def scope_of(action: Action) -> Scope:
    """The scope that an action needs."""
    return "read" if action in READS else "work" if action in WORKS else "manage"


def open_to(person: access.Person, programme: str) -> list[Scope]:
    """The scopes that a person has any right in: what a token of theirs could be made for."""
    own = {scope_of(action) for action in access.rights(person, programme)}
    return [scope for scope in SCOPES if scope in own]


def make(
    person: access.Person, programme: str, name: str, scopes: Sequence[str], *, days: int, by: str = ""
) -> Made:
    """Make a token for a person. `by`: who is noted for it, the person where it is empty.

    Raises InputError for a name, scope or number of days that cannot be; RefusedConfiguration for a name that
    aims at people or protected speech; Refused where the person has no such rights here.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError(f"A token needs a name of at most {LONGEST_NAME} printable characters.")
    reason = judge("tag", name)
    if reason is not None:
        raise RefusedConfiguration(reason)
    wanted = [scope for scope in SCOPES if scope in scopes]
    unknown = next((scope for scope in scopes if scope not in SCOPES), None)
    if unknown is not None or not wanted:
        raise InputError(
            f"There is no scope '{unknown[:40]}'." if unknown else "A token needs a scope.",
            advice=f"Choose among {', '.join(SCOPES)}.",
        )
    if not 1 <= days <= LONGEST:
        raise InputError("A token lives from 1 to 365 days.", advice="Make a new one when it has ended.")
    own = open_to(person, programme)
    if person.pk is None or any(scope not in own for scope in wanted):
        raise Refused("A token has its maker's rights and never more.", advice="Ask for fewer scopes.")
    if read_tokens.good(programme, person.pk) >= MOST:
        raise Refused(f"A person has at most {MOST} tokens that work.", advice="Revoke one first.")
    token = PREFIX + secrets.token_urlsafe(32)
    expires = clock.now() + timedelta(days=days)
    id = write_tokens.add(programme, person.pk, name, tuple(wanted), expires, token)
    audit.note(
        by or f"person:{person.pk}", "token_made", programme=programme, about=f"token:{id}",
        detail={"for": f"person:{person.pk}", "scopes": "+".join(wanted), "days": days},
    )  # fmt: skip
    return Made(id, token, expires)


def revoke(person: access.Person, programme: str, id: int) -> bool:
    """Revoke a token: one's own, or any where the person keeps tokens. False where there is none."""
    row = read_tokens.one(programme, id)
    if row is None or not (row.user == person.pk or access.may(person, "keep_tokens", programme)):
        return False
    if not write_tokens.revoke(programme, id):
        return False
    audit.by(person, "token_revoked", programme, f"token:{id}")
    return True


def revoke_here(programme: str, id: int) -> bool:
    """Revoke any token from the command line of this machine."""
    if not write_tokens.revoke(programme, id):
        return False
    audit.note("cli", "token_revoked", programme=programme, about=f"token:{id}")
    return True


def make_for(name: str, programme: str, called: str, scopes: Sequence[str], *, days: int) -> Made:
    """Make a token in the place of a person, from the command line of this machine.

    Raises StoreError for a person or programme that is not there, and what `make` raises.
    """
    if read.programme(programme) is None:
        known = ", ".join(one.slug for one in read.programmes()) or "none yet"
        raise StoreError(f"There is no programme '{programme}'.", advice=f"There are: {known}.")
    account = read_tokens.account(name)
    if account is None:
        raise StoreError(f"There is nobody named '{name}'.", advice="Add them first: earnest user add NAME.")
    return make(account, programme, called, scopes, days=days, by="cli")


def every(programme: str) -> list[tuple[TokenRow, str]]:
    """Every token of a programme with its state (good, expired, revoked), the newest first."""
    if read.programme(programme) is None:
        raise StoreError(f"There is no programme '{programme}'.")
    now = clock.now()
    return [(row, row.state(now)) for row in read_tokens.of(programme)]


def listed(person: access.Person, programme: str) -> list[TokenRow]:
    """The tokens that a person may see: their own, or all where they keep tokens."""
    every = access.may(person, "keep_tokens", programme)
    if not every and person.pk is None:
        return []
    return read_tokens.of(programme, None if every else person.pk)


def holder(token: str) -> Holder | None:
    """Whoever a token stands for; None where it is unknown, ended, revoked, or its maker's account ended."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    row = read_tokens.by_hash(write_tokens.hashed(token))
    if row is None or row.state(clock.now()) != "good" or not row.active:
        return None
    if row.last_used != clock.now().date():
        write_tokens.used(row.id)
    return Holder(row)


def lives(holder: Holder) -> bool:
    """Whether a token that was good still is: asked again by whatever stays open."""
    row = read_tokens.one(holder.row.programme, holder.row.id)
    return row is not None and row.state(clock.now()) == "good" and row.active


def allows(holder: Holder, action: Action) -> bool:
    """Whether a token may be used for an action: within its scopes, and its maker may do it now."""
    return scope_of(action) in holder.row.scopes and access.may(holder, action, holder.row.programme)
