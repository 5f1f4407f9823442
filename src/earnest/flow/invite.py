"""Inviting a community: the place that waits for it, and the notice that opens the place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from earnest.desk import audit
from earnest.egress import Egress
from earnest.flow.handshake import HOLDS
from earnest.flow.intake import programme_of, slug_of
from earnest.flow.secret import check_alone, keep_secret
from earnest.record import audience
from earnest.record.errors import BadSetting, InputError, Refused
from earnest.sources import handshake
from earnest.sources.handshake import Handshake
from earnest.sources.registry import TYPES, open_source
from earnest.store import clock, draft, write

MOST_BETWEEN = int(HOLDS.total_seconds())
"""Seconds between two reads of a closed place, at most."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was written. `notice` is what an administrator publishes, `how` what they do with
    it.

    The token is in the notice and nowhere else: Earnest keeps a digest.
    """

    programme: str
    slug: str
    notice: str
    how: str
    opens_by: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """What an operator decides about an invitation. Days each.

    grace     from the end of the invitation until everything is erased
    open_for  for which the token can open the place
    hold_for  for which the invitation may hold at most
    """

    page: str
    grace: int = 7
    open_for: int = 14
    hold_for: int = 365
    lang: str = "en"

    def check(self) -> None:
        """Raises InputError."""
        if not 0 <= self.grace <= 90:
            raise InputError("The grace period is between 0 and 90 days.")
        if not 1 <= self.open_for <= 90:
            raise InputError("A token can open its place for 1 to 90 days.")
        if not 1 <= self.hold_for <= 731:
            raise InputError("An invitation holds for at most two years.", advice="Then ask again.")


def invite(
    programme: str,
    name: str,
    type: str,
    given: dict[str, Any],
    secret: str,
    egress: Egress | None,
    asking: Asking,
    *,
    title: str = "",
    region: str | None = None,
    lang: str | None = None,
    every: int = 300,
    actor: str = "system",
) -> Invited:
    """Make a closed place that waits for its community, and the notice that opens it.

    Raises Refused for a type that proves nothing, InputError while the programme is a draft or where a number
    is out of bounds, StoreError where there is a place of this name, and what opening the source raises.
    """
    asking.check()
    kind = TYPES.get(type)
    if kind is None or not kind.handshake:
        raise Refused(
            f"A {type} place cannot prove that a community invited Earnest.",
            advice="Choose one of: " + (", ".join(one.type for one in TYPES.values() if one.handshake)) + ".",
        )
    terms = programme_of(programme)
    draft.check_live(terms)
    audience.check(terms.audience, "closed")
    if every > MOST_BETWEEN:
        raise InputError("A closed place is read at least once an hour.", advice="Choose fewer seconds.")
    if kind.secret in given:
        raise BadSetting(f"The {kind.secret} is not a setting.", advice="Give it through --secret-env.")
    whole = {**given, kind.secret: secret} if kind.secret else given
    source = open_source(type, whole, egress)
    if not isinstance(source, Handshake):
        raise Refused(f"A {type} place cannot prove that a community invited Earnest.")
    if kind.secret:
        check_alone(type, secret)
    how = source.how()
    now = clock.now()
    until = now + timedelta(days=asking.hold_for)
    token = handshake.new_token()
    wording = source.wording(asking.lang) if isinstance(source, handshake.Words) else None
    notice = handshake.compose(
        handshake.Terms(
            programme=terms.name,
            who=terms.organisation or terms.name,
            reach=terms.contact,
            why=(terms.purpose_es if asking.lang == "es" else "") or terms.purpose,
            keep=terms.retention_days,
            grace=asking.grace,
            until=until,
            page=asking.page,
            leave=LEAVE,
        ),
        token,
        asking.lang,
        wording,
    )
    if wording is not None and wording.longest is not None and len(notice) > wording.longest:
        raise InputError(
            f"The notice has {len(notice):,} characters; a message there holds {wording.longest:,}.",
            advice="Say the programme's purpose and contact in fewer words.",
        )
    if isinstance(source, handshake.Records):
        how = f"{how} {source.record(notice)}"
    slug = slug_of(name)
    place = write.add_place(
        programme, slug, title=title or name, type=type, kind="closed", region=region, lang=lang,
        settings=given, interval=every,
    )  # fmt: skip
    opens_by = now + timedelta(days=asking.open_for)
    write.invite(
        place,
        token=handshake.token_digest(token),
        notice=handshake.digest(notice),
        made=now,
        opens_by=opens_by,
        until=until,
        grace_days=asking.grace,
    )
    if kind.secret and secret:
        keep_secret(programme, slug, secret)
    audit.note(actor, "invited", programme=programme, about=f"place:{slug}", detail={"type": type})
    return Invited(programme, slug, notice, how, opens_by)


LEAVE = "#noearnest"
"""The word of the notice: one of those that `gate.optout` knows."""
