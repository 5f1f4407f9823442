"""Opening a case from what somebody looks at: a theme, an alert, a post, or several posts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from earnest.desk import access, alert_work, audit, cases, teams
from earnest.desk.cases import Draft, Suggestion
from earnest.record.errors import InputError
from earnest.store import read_cases, read_review, read_themes
from earnest.store.read import PostRow
from earnest.store.read_themes import ThemeRow
from earnest.store.shapes_cases import Case, Filters

RECENT = 30
"""Open cases that are offered to put something into."""

PREVIEWED = 5
"""Posts that are shown of those that a case is opened from."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case as somebody is about to open it, or what they want to put into one that is there."""

    title: str = ""
    severity: str = ""
    because: str = ""
    team: int | None = None
    posts: tuple[int, ...] = ()
    themes: tuple[int, ...] = ()
    alert: int | None = None

    @property
    def something(self) -> bool:
        """Whether there is anything to put into a case."""
        return bool(self.posts or self.themes or self.alert)

    @property
    def draft(self) -> Draft:
        return Draft(self.title, self.posts, self.themes)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the form shows: the themes and first posts it is about, cases that may be the same, open cases."""

    themes: tuple[ThemeRow, ...]
    posts: tuple[PostRow, ...]
    likely: tuple[Suggestion, ...]
    recent: tuple[Case, ...]
    teams: Mapping[int, str]


def filled(programme: str, proposal: Proposal, user: access.Person) -> Proposal:
    """With what its alert is about; where nobody wrote anything yet, also in the alert's words. Raises
    StoreError for an alert that is not there, or not for this person.
    """
    if proposal.alert is None:
        return proposal
    alert_work.seen(programme, proposal.alert, user)
    plan = alert_work.proposal(programme, proposal.alert)
    with_it = replace(
        proposal,
        posts=tuple(dict.fromkeys((*proposal.posts, *plan.posts))),
        themes=tuple(dict.fromkeys((*proposal.themes, *plan.themes))),
    )
    return replace(with_it, title=proposal.title or plan.title, severity=proposal.severity or plan.severity)


def proposed(programme: str, proposal: Proposal, user: access.Person) -> Proposed:
    """What there is to see before anything is saved."""
    posts: list[PostRow] = []
    if proposal.posts and access.may(user, "see_posts", programme):
        posts = read_review.posts(programme, proposal.posts[:PREVIEWED])
        audit.by(user, "posts_read", programme, "case_new", detail={"posts": len(posts)})
    return Proposed(
        themes=tuple(read_themes.some(programme, proposal.themes)),
        posts=tuple(posts),
        likely=tuple(likely(programme, proposal)),
        recent=read_cases.listing(programme, Filters(), limit=RECENT).rows,
        teams={team.id: team.name for team in teams.of(programme)},
    )


def likely(programme: str, proposal: Proposal) -> list[Suggestion]:
    """Open cases that may be the same."""
    return [one for one in cases.duplicates_of(programme, proposal.draft) if one.kind == "case"]


def open_from(programme: str, proposal: Proposal, *, by: int) -> int:
    """Open it; its number."""
    with transaction.atomic():
        number = cases.open_case(
            programme,
            proposal.title,
            by=by,
            severity=proposal.severity or "normal",
            posts=proposal.posts,
            themes=proposal.themes,
            team=proposal.team,
            because=proposal.because,
            how="hand" if proposal.alert is None else "alert",
        )
        if proposal.alert is not None:
            alert_work.opened(programme, proposal.alert, number, by=by)
    return number


def put_into(programme: str, number: int, proposal: Proposal, *, by: int) -> None:
    """Put it into a case that is there. Raises InputError where there is nothing to put."""
    if proposal.alert is not None:
        alert_work.feed(programme, proposal.alert, number, by=by)
    elif proposal.posts or proposal.themes:
        cases.add(programme, number, posts=proposal.posts, themes=proposal.themes, by=by)
    else:
        raise InputError("There is nothing to put into the case.")
