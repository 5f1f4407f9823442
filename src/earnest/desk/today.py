"""What a person is shown with their coffee: what the day brought, what rises, what is due, what waits.

    today.gather("riders", user)

Each part asks one reading of the part of the desk that knows; nothing is decided here but what this person
may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from earnest.desk import access, alert_work
from earnest.desk.alert_work import Fed
from earnest.store import (
    clock,
    read,
    read_alerts,
    read_cases,
    read_escalation,
    read_inbox,
    read_themes,
    read_today,
)
from earnest.store.alert_shapes import AlertRow
from earnest.store.read import HearingNow
from earnest.store.read_inbox import Waiting
from earnest.store.read_themes import ThemeRow
from earnest.store.read_today import Day, Task
from earnest.store.shapes_cases import Mention
from earnest.store.shapes_escalation import EscalationRow, WishRow


@dataclass(frozen=True, slots=True)
class Today:
    """One person's day in one programme. What is for others to see is empty.

    fed       the cases that each alert opened or feeds
    alerts    open ones that ring, newest first; `last_alert` when the last was closed, where none is open
    themes    first heard of in the last seven days; `last_theme` when one was, where there is none
    tasks     cases that are theirs, or due and nobody's; `last_due` when the last was done, where none is due
    mentions  notes that name them and that they did not look at yet
    escalations  those they are asked to acknowledge; `last_escalation` when the last was settled, if none is
    wishes    cases that an analyst asks to escalate, for those who may
    inbox     what waits to be read there
    unsure    posts of these days that nobody decided on, `read_today.ASKED` at most
    hearing   every place that is listened to, as it stands now
    withheld  posts of last week that passed by unread, over the whole installation; None: too few to tell
    """

    now: datetime
    rights: frozenset[access.Action]
    day: Day
    alerts: tuple[AlertRow, ...]
    fed: Mapping[int, list[Fed]]
    last_alert: datetime | None
    themes: tuple[ThemeRow, ...]
    last_theme: datetime | None
    tasks: tuple[Task, ...]
    last_due: datetime | None
    mentions: tuple[Mention, ...]
    escalations: tuple[EscalationRow, ...]
    last_escalation: datetime | None
    wishes: tuple[WishRow, ...]
    inbox: Waiting | None
    unsure: int
    hearing: tuple[HearingNow, ...]
    withheld: int | None

    @property
    def due(self) -> tuple[Task, ...]:
        """What has a due time within a week, the soonest first."""
        soon = self.now + read_today.WEEK_LONG
        return tuple(one for one in self.tasks if one.due is not None and one.due < soon)

    @property
    def assigned(self) -> tuple[Task, ...]:
        """What is theirs and not due soon."""
        return tuple(one for one in self.tasks if one.mine and one not in self.due)

    @property
    def waiting(self) -> int:
        """How many things wait for this person."""
        return len(self.assigned) + len(self.mentions) + len(self.escalations) + len(self.wishes)


def gather(programme: str, user: access.Person) -> Today:
    """Everything that Today shows this person."""
    now = clock.now()
    rights = access.rights(user, programme)
    alerts = _alerts(programme, user, now) if "see_alerts" in rights else ()
    since = read_today.lately(now)
    me = user.pk or 0
    cases = "see_cases" in rights
    tasks = tuple(read_today.tasks(programme, me, now)) if cases else ()
    escalations = _escalations(programme, me, rights) if cases else ()
    themes = tuple(read_themes.themes(programme, begun=since))
    return Today(
        now=now,
        rights=rights,
        day=read_today.day(programme, now),
        alerts=alerts,
        fed=alert_work.cases_of(programme, [one.id for one in alerts]) if cases and alerts else {},
        last_alert=None if alerts else read_today.last_alert(programme),
        themes=themes,
        last_theme=None if themes else read_today.last_theme(programme),
        tasks=tasks,
        last_due=read_today.last_due(programme, me) if cases and not tasks else None,
        mentions=tuple(read_cases.mentions(me, programme)) if cases else (),
        escalations=escalations,
        last_escalation=read_today.last_escalation(programme) if cases and not escalations else None,
        wishes=tuple(read_escalation.wishes(programme)) if "escalate" in rights else (),
        inbox=read_inbox.waiting(programme) if "work_inbox" in rights else None,
        unsure=read_today.unsure(programme, since) if "correct" in rights else 0,
        hearing=tuple(one for one in read.hearing_now(programme) if one.place.state != "closed"),
        withheld=read.withheld(now.date() - read_today.WEEK_LONG),
    )


def _escalations(programme: str, person: int, rights: frozenset[access.Action]) -> tuple[EscalationRow, ...]:
    """Those that wait for an answer of this person; for who may escalate also those that were handed back."""
    rows = read_escalation.waiting(programme, person)
    if "escalate" in rights:
        rows += read_escalation.returned(programme)
    return tuple({row.id: row for row in rows}.values())


def _alerts(programme: str, user: access.Person, now: datetime) -> tuple[AlertRow, ...]:
    rows = read_alerts.alerts(programme, is_open=True)
    return tuple(
        row
        for row in rows
        if row.state(now) == "open"
        and row.rings <= now
        and access.sees(user, programme, row.seen_by, single=row.post is not None)
    )
