"""Tickets: a case's issue in GitHub, GitLab or Jira, made or linked from here, and how it stands there.

Making one is a message like any other: queued with the case's own transaction, sent by `flow.deliver`, linked
when the tracker has answered. How a ticket stands is looked at by asking (with the tracker's own mark of
"nothing changed"), and at once when a hook says that something happened; what a hook says is never
believed, it is looked up. A ticket that is closed there proposes "acted" here: a person decides.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from earnest.desk import audit, cases, channel_secrets, content, dispatch
from earnest.notify import answers, render
from earnest.notify.base import TICKETS, Delivered, Later, Never, Notice, Outcome
from earnest.notify.rules import LONGEST_LINE, LONGEST_SUBJECT, Shown, clean, settle
from earnest.notify.trackers import Garbled, tracker
from earnest.notify.words import say
from earnest.record.errors import EarnestError, EgressRefused, Refused, StoreError
from earnest.store import (
    clock,
    read_cases,
    read_events,
    read_outbox,
    read_tickets,
    write_channels,
    write_outbox,
    write_tickets,
)
from earnest.store.read_outbox import Channel
from earnest.store.read_tickets import Link

LONGEST_TITLE, LONGEST_BODY = 150, 6_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a ticket would say. `editable`: whether a person may change title and body before it goes; `rest`
    stands below them in any case.
    """

    title: str
    body: str
    rest: str
    editable: bool


def channels(programme: str) -> list[Channel]:
    """The trackers of a programme that are ready."""
    return [one for one in read_outbox.channels(programme) if one.sort in TICKETS and one.on and one.secret]


def of_case(programme: str, number: int) -> list[Link]:
    """The tickets of a case, with those of cases that became part of it."""
    return read_tickets.of_case(programme, number)


def draft(programme: str, number: int, channel: Channel | None = None) -> Draft:
    """What a ticket on a case would say: composed by the content rules, in the language of its tracker."""
    notice = _notice(programme, number, channel)
    rules = content.rules(programme, number)
    seen = settle(notice, rules)
    rest = render.text(replace(seen, title="", lines=()))
    title = f"{seen.subject}: {seen.title}" if seen.title else seen.subject
    return Draft(title, "\n".join(seen.lines), rest, editable=rules.typed)


def create(
    programme: str,
    number: int,
    channel: str,
    *,
    title: str = "",
    body: str = "",
    tell: bool = False,
    by: int,
) -> int:
    """Ask for a ticket on a case; the queued message's id. Empty `title` and `body`: as composed.

    Raises Refused where a person's own words may not go out (a workforce, a closed place), StoreError where
    there is no such case or tracker.
    """
    there = _channel(programme, channel)
    notice = _notice(programme, number, there)
    own = bool(title.strip() or body.strip())
    if own:
        if not content.rules(programme, number).typed:
            raise Refused(
                "Here a ticket says only what Earnest composed.",
                advice="The case holds what a closed community said, or the programme is about a workforce.",
            )
        notice = replace(
            notice,
            subject=title.strip()[:LONGEST_TITLE] or notice.subject,
            lines=tuple(line for line in body[:LONGEST_BODY].splitlines() if line.strip()),
            title="",
        )
    with transaction.atomic():
        waits, done = read_outbox.asked(programme, "ticket", number)
        made = write_outbox.queue(
            programme,
            there.id,
            kind="ticket",
            key=f"ticket:{number}:{done}",
            payload={**notice.plain(), "ticket": {"own": own, "tell": tell, "by": by}},
            case=number,
        )
        if waits or made is None:
            raise Refused("A ticket on this case is already on its way.", advice="Look at what was sent.")
        audit.note(
            f"person:{by}",
            "ticket_asked",
            programme=programme,
            about=f"case:{number}",
            detail={"channel": there.id},
        )
    return made


def link(programme: str, number: int, channel: str, typed: str, *, tell: bool = False, by: int) -> int:
    """Link a case to a ticket that is there: its number, its key or its address. How it stands is looked at
    soon. Raises Refused for what is no ticket of this tracker.
    """
    there = _channel(programme, channel)
    _case(programme, number)
    ref = tracker(there.sort, dict(there.settings), "x").ref_of(typed)
    if ref is None:
        raise Refused(
            "This is no ticket of that tracker.", advice="Paste its address, or write its number or key."
        )
    with transaction.atomic():
        if tell:
            _begin_telling(there)
        id, new = write_tickets.link(programme, number, there.id, ref, tell=tell, by=by)
        if new:
            cases.tell(
                programme, number, "ticket_linked", {"link": id, "tracker": there.sort, "ref": ref}, by=by
            )
            _note(programme, number, "ticket_linked", by, id)
    return id


def unlink(programme: str, link: int, *, by: int) -> None:
    """Part a case from a ticket; the ticket stays as it is."""
    found = _link(programme, link)
    with transaction.atomic():
        if write_tickets.unlink(programme, link):
            cases.tell(
                programme,
                found.case,
                "ticket_unlinked",
                {"link": link, "tracker": found.sort, "ref": found.ref},
                by=by,
            )
            _note(programme, found.case, "ticket_unlinked", by, link)


def set_tell(programme: str, link: int, tell: bool, *, by: int) -> None:
    """Whether closing the case comments on the ticket (off unless somebody wishes it)."""
    found = _link(programme, link)
    with transaction.atomic():
        there = read_outbox.channel_by_id(found.channel)
        if tell and there is not None:
            _begin_telling(there)
        write_tickets.set_tell(programme, link, tell)
        _note(programme, found.case, "ticket_linked", by, link)


def answer(programme: str, link: int, *, take: bool, by: int) -> None:
    """Answer what a closed ticket proposes: the case becomes "acted" (`take`), or stays as it is."""
    found = _link(programme, link)
    with transaction.atomic():
        if not write_tickets.answer(programme, link, "taken" if take else "declined"):
            return
        if take:
            case = _case(programme, found.case)
            cases.change(programme, found.case, by=by, seen=case.version, status="acted")
        _note(programme, found.case, "ticket_answered", by, link)


def shown(programme: str, notice: Notice, case: int | None, extra: Mapping[str, Any]) -> Shown:
    """A ticket as it may go now. A person's own words are free of personal data, and go only where they
    may.
    """
    rules = content.rules(programme, case)
    if extra.get("own"):
        if not rules.typed:
            notice = replace(notice, subject=f"Case {case}", lines=(), title="")
        else:
            notice = replace(
                notice,
                subject=rules.scrub(clean(notice.subject, LONGEST_SUBJECT)),
                lines=tuple(rules.scrub(clean(line, LONGEST_LINE)) for line in notice.lines),
            )
    return settle(notice, rules)


def made(programme: str, case: int | None, channel: Channel, outcome: Delivered, extra: object) -> None:
    """A ticket was made: link it. In the transaction that notes the delivery."""
    if case is None:
        return
    wishes = extra if isinstance(extra, Mapping) else {}
    by = wishes.get("by")
    by = by if isinstance(by, int) else None
    if wishes.get("tell"):
        _begin_telling(channel)
    id, new = write_tickets.link(
        programme,
        case,
        channel.id,
        outcome.ref,
        url=outcome.url,
        state="open",
        tell=bool(wishes.get("tell")),
        by=by,
    )
    if new:
        cases.tell(
            programme, case, "ticket_made", {"link": id, "tracker": channel.sort, "ref": outcome.ref}, by=by
        )


def look_due(now: datetime, *, until: float | None = None) -> int:
    """Look at tickets whose turn it is; how many had moved."""
    moved = 0
    for link in read_tickets.due(now):
        if until is not None and time.monotonic() > until:
            break
        if link.next_check is not None and write_tickets.lease_look(link.id, link.next_check, now):
            moved += _look(link)
    return moved


def look_soon(channel: Channel, ref: str) -> int:
    """A hook told of a ticket: it is looked at next."""
    return write_tickets.look_soon(channel.id, ref)


def _look(link: Link) -> bool:
    channel = read_outbox.channel_by_id(link.channel)
    if channel is None or not write_channels.moved_on(channel.id, clock.now()):
        return False
    try:
        there = tracker(channel.sort, dict(channel.settings), channel_secrets.of(channel.id).out)
        got = dispatch.ask(dispatch.client(), there.look(link.ref, link.etag))
        if got.status == 304:
            write_tickets.looked(link.id, state=None, etag=link.etag)
            return False
        outcome = answers.read(got.status, got.headers, clock.now())
        if not isinstance(outcome, Delivered):
            return _not_looked(link, channel, outcome)
        seen = there.seen(got.body)
    except EgressRefused as error:
        # a redirect: the issue was moved to another place, where this key is not sent
        write_tickets.not_looked(link.id, "not_found", gone="redirects" in error.problem)
        return False
    except Garbled:
        write_tickets.not_looked(link.id, "unsure", gone=False)
        return False
    except EarnestError as error:
        return _not_looked(link, channel, answers.failed(error))
    with transaction.atomic():
        closes = write_tickets.looked(
            link.id, state=seen.state, etag=str(got.headers.get("etag", "")), url=seen.url
        )
        if seen.state != link.state and link.state != "unknown":
            detail = {"link": link.id, "tracker": link.sort, "ref": link.ref, "state": seen.state}
            cases.tell(link.programme, link.case, "ticket_status", detail, by=None)
    return closes or seen.state != link.state


def _not_looked(link: Link, channel: Channel, outcome: Outcome) -> bool:
    after = outcome.after if isinstance(outcome, Later) else None
    gone = isinstance(outcome, Never) and outcome.why in ("gone", "not_found")
    write_tickets.not_looked(link.id, outcome.why, gone=gone, after=after)
    if isinstance(outcome, Later):
        write_channels.went_wrong(channel.id, outcome.why, after)
    return False


def follow_closings() -> int:
    """Cases that were closed comment on their tickets where somebody wished so; how many comments wait."""
    queued = 0
    for channel in read_outbox.telling():
        links, mark = read_events.links(channel.programme, channel.mark, ("case_closed",), 500)
        if mark == channel.mark:
            continue
        with transaction.atomic():
            for happened in links:
                number = happened.about.partition(":")[2]
                if number.isdecimal():
                    queued += _comment(channel, int(number), happened.seq)
            write_channels.followed(channel.id, mark=mark, alerts=channel.alerts)
    return queued


def _comment(channel: Channel, case: int, seq: int) -> int:
    queued = 0
    for link in read_tickets.of_case(channel.programme, case):
        if link.tell and link.channel == channel.id and link.state != "gone":
            lang = content.language(channel)
            notice = Notice(
                say(lang, "event.case_closed", number=case),
                lines=(say(lang, "ticket.closed", number=case),),
                link=_path(channel.programme, case),
                lang=lang,
            )
            made = write_outbox.queue(
                channel.programme,
                channel.id,
                kind="ticket_comment",
                key=f"closed:{link.id}:{seq}",
                payload={**notice.plain(), "ticket": {"ref": link.ref}},
                case=case,
            )
            queued += made is not None
    return queued


def _begin_telling(channel: Channel) -> None:
    """From now on: cases closed before are no news."""
    if not read_tickets.telling(channel.id):
        write_channels.followed(channel.id, mark=read_events.last(), alerts=channel.alerts)


def _notice(programme: str, number: int, channel: Channel | None) -> Notice:
    case, lang = _case(programme, number), content.language(channel)
    return Notice(
        subject=say(lang, "ticket.subject", number=number),
        lines=(say(lang, "ticket.line"),),
        title=case.title,
        link=_path(programme, number),
        facts={"severity": case.severity, "status": case.status},
        lang=lang,
    )


def _case(programme: str, number: int) -> read_cases.Case:
    found = read_cases.one(programme, number)
    if found is None:
        raise StoreError(f"There is no case {number} in this programme.")
    return found


def _channel(programme: str, slug: str) -> Channel:
    for one in channels(programme):
        if one.slug == slug:
            return one
    raise StoreError(
        "There is no such tracker in this programme.", advice="A steward adds one under Channels."
    )


def _link(programme: str, id: int) -> Link:
    found = read_tickets.one(programme, id)
    if found is None:
        raise StoreError("There is no such ticket in this programme.")
    return found


def _note(programme: str, number: int, action: str, by: int, link: int) -> None:
    audit.note(f"person:{by}", action, programme=programme, about=f"case:{number}", detail={"link": link})


def _path(programme: str, number: int) -> str:
    try:
        return reverse("case", args=[programme, number])
    except NoReverseMatch:
        return ""


def link_of(programme: str, id: int) -> Link | None:
    """A link by its number."""
    return read_tickets.one(programme, id)
