"""A desk with one of everything that has a number. All of it is synthetic."""

from dataclasses import dataclass
from datetime import UTC, datetime

from earnest.desk import actions, cases, channels, escalate, invitations, routes, tags, teams, tokens, views
from earnest.desk.route_shapes import Route, Rung, When
from earnest.store import clock, read, read_outbox, read_routes, read_teams, write_alerts, write_tickets
from earnest.store.models import (
    Attachment,
    CaseChange,
    CaseNote,
    TeamInvitation,
)
from earnest.store.read import Filters
from earnest.store.shapes_escalation import Member, Team
from tests.security.build import person

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Things:
    """Numbers of what one programme has."""

    programme: str
    posts: list[int]
    case: int
    other: int
    change: int
    note: int
    attachment: int
    team: int
    route: int
    escalation: int
    wish: int
    alert: int
    tag: int
    view: int
    action: int
    message: int
    link: int
    invitation: int
    token: int
    report: int
    user: int


def furnish(slug: str, report: int, by_name: str) -> Things:
    """One of everything in a programme, made by a person of it."""
    by = person(by_name)
    posts = [row.id for row in read.posts(slug, Filters(), limit=6).rows]
    case = cases.open_case(slug, f"Secret title of {slug}", by=by.pk, posts=posts[:2])
    other = cases.open_case(slug, f"Another one of {slug}", by=by.pk, posts=posts[2:3])
    cases.note(slug, case, f"Secret note of {slug}", by=by.pk)
    cases.attach(slug, case, "secret.txt", f"Secret file of {slug}".encode(), by=by.pk)
    team = teams.keep(
        slug, Team(0, "payments", f"Payments of {slug}", members=(Member(by.pk, "", True),)), by=by.pk
    )
    when = When("volume", about=("pay.tips",), posts=10, voices=5, within=24 * 60)
    routes.keep(
        slug,
        Route("tips", f"Tips of {slug}", when=when, rungs=(Rung("team", 60),), team="payments"),
        by=by.pk,
    )
    team = read_teams.team(slug, "payments").id
    escalation = escalate.escalate(slug, case, team=team, by=by.pk)
    wish = escalate.ask(slug, other, by=by.pk, because=f"Secret wish of {slug}")
    at = clock.seconds(datetime.now(UTC))
    alert = write_alerts.raise_alert(
        slug, about="pay.tips", at=at, since=at - 3600, until=at + 3600, sort="burst", key=f"burst:{slug}",
        why={}, kind="trouble",
    )  # fmt: skip
    channels.add(slug, "mail", f"Mail of {slug}", {"to": f"team@{slug}.example"}, actor="cli")
    channel = read_outbox.channels(slug)[0]
    from earnest.notify.base import Notice
    from earnest.store import write_outbox

    message = write_outbox.queue(
        slug, channel.id, kind="escalation", key=f"k:{slug}", case=case,
        payload=Notice(f"Secret message of {slug}", lines=("It waits.",)).plain(),
    )  # fmt: skip
    link, _ = write_tickets.link(slug, case, channel.id, "7", tell=False, by=by.pk)
    invitations.invite(slug, "viewer", [], "", by=by)
    token = tokens.make(by, slug, f"Token of {slug}", ["read"], days=1)
    rows = {"case__programme__slug": slug}
    return Things(
        programme=slug, posts=posts, case=case, other=other,
        change=CaseChange.objects.filter(**rows).earliest("pk").pk,
        note=CaseNote.objects.get(**rows).pk,
        attachment=Attachment.objects.get(**rows).pk,
        team=team, route=read_routes.routes(slug)[0].id, escalation=escalation,
        wish=wish, alert=alert or 0, tag=tags.ensure(slug, f"tag-{slug}"),
        view=views.save(
            slug, f"View of {slug}", Filters(kinds=("complaint",)), order="newest", shared=False, by=by.pk
        ),
        action=actions.record(
            slug, case, what=f"Mended the app of {slug}", on=datetime.now(UTC).date(), by=by.pk
        ),
        message=message or 0, link=link,
        invitation=TeamInvitation.objects.get(programme__slug=slug).pk,
        token=token.id, report=report, user=by.pk,
    )  # fmt: skip
