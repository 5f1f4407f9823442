"""All that the room of one case shows, read in a fixed number of questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from earnest.desk import access, audit, cases, cases_figures, tags, teams
from earnest.desk.cases import Suggestion
from earnest.desk.cases_figures import Trend
from earnest.record.errors import InputError, StoreError
from earnest.store import (
    read_case_posts,
    read_case_timeline,
    read_cases,
    read_themes,
    write_case_notes,
)
from earnest.store.read_case_posts import CasePosts
from earnest.store.read_themes import ThemeRow
from earnest.store.shapes_cases import AttachmentRow, Case, Entry, Filters, Page

ENTRIES = 100
"""Entries of a timeline on one page."""


POSTS = 6


@dataclass(frozen=True, slots=True)
class Room:
    """One case as its page shows it.

    entries      the newest ones, the earliest of them first; `earlier`: there are more before
    posts        a page of them; None for those who may not read posts
    others       in which other cases each of these posts is
    suggestions  other cases, themes and posts that likely belong here; none where it is not open
    people       who may be given the case; `teams` and `tags` of the programme, by id
    """

    case: Case
    entries: tuple[Entry, ...]
    earlier: bool
    trend: Trend
    themes: tuple[ThemeRow, ...]
    posts: CasePosts | None
    others: Mapping[int, list[int]]
    files: tuple[AttachmentRow, ...]
    suggestions: tuple[Suggestion, ...]
    people: Mapping[int, str]
    teams: Mapping[int, str]
    tags: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of cases with how much is said about each, and what their filters may be."""

    page: Page
    trends: Mapping[int, Trend]
    counts: Mapping[str, int]
    people: Mapping[int, str]
    teams: Mapping[int, str]
    tags: Mapping[int, str]


def gather(
    programme: str, number: int, user: access.Person, *, after: int | None = None, before: int | None = None
) -> Room | None:
    """A case that stands by itself; None where there is none of that number. `after` is where the page of
    posts before ended, `before` the earliest entry that was shown.
    """
    case = read_cases.one(programme, number)
    if case is None or case.merged_into is not None:
        return None
    audit.by(user, "case_read", programme, f"case:{number}", hourly=True)
    if user.pk is not None and case.notes:
        write_case_notes.seen(programme, number, user.pk)
    posts = None
    if access.may(user, "see_posts", programme):
        posts = read_case_posts.posts(programme, number, after=after, limit=POSTS)
        audit.by(user, "posts_read", programme, f"case:{number}", detail={"posts": len(posts.rows)})
    others = read_cases.of_post(programme, [row.post.id for row in posts.rows]) if posts else {}
    found = read_case_timeline.timeline(programme, number, before=before, limit=ENTRIES + 1)
    works = access.may(user, "work_cases", programme)
    return Room(
        case=case,
        entries=tuple(reversed(found[:ENTRIES])),
        earlier=len(found) > ENTRIES,
        trend=cases_figures.trends(programme, [number])[number],
        themes=tuple(read_themes.some(programme, case.themes)),
        posts=posts,
        others={post: [one for one in some if one != number] for post, some in others.items()},
        files=tuple(read_case_timeline.attachments(programme, number)) if case.attachments else (),
        suggestions=tuple(cases.suggestions(programme, number)) if works and case.is_open else (),
        people=cases.people(programme),
        teams={team.id: team.name for team in teams.of(programme)},
        tags={tag.id: tag.name for tag in tags.of(programme)},
    )


def merged_into(programme: str, number: int) -> int | None:
    """The case in which that number is shown, where that is another one."""
    case = read_cases.one(programme, number)
    return None if case is None else case.merged_into


def lately(programme: str, number: int, since: int) -> tuple[Trend, int] | None:
    """How much is said of a case now, and how many entries its timeline has after `since`."""
    case = read_cases.one(programme, number)
    if case is None or case.merged_into is not None:
        return None
    found = read_case_timeline.timeline(programme, number, limit=ENTRIES)
    return cases_figures.trends(programme, [number])[number], sum(one.id > since for one in found)


def listing(programme: str, filters: Filters, after: str | None, limit: int) -> Listing:
    """A page of cases."""
    page = read_cases.listing(programme, filters, after, limit)
    return Listing(
        page=page,
        trends=cases_figures.trends(programme, [case.number for case in page.rows]) if page.rows else {},
        counts=read_cases.counts(programme),
        people=cases.people(programme),
        teams={team.id: team.name for team in teams.of(programme)},
        tags={tag.id: tag.name for tag in tags.of(programme)},
    )


def tag_ids(programme: str, names: str) -> list[int]:
    """The tags of these names, parted by commas, made where there are none. Raises RefusedConfiguration."""
    wanted = [name for one in names.split(",") if (name := " ".join(one.split()))]
    return list(dict.fromkeys(tags.ensure(programme, name) for name in wanted[:20]))


def called(programme: str) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """What the ids of teams, people and tags stand for."""
    return (
        {team.id: team.name for team in teams.of(programme)},
        cases.people(programme),
        {tag.id: tag.name for tag in tags.of(programme)},
    )


def has_file(programme: str, number: int, id: int) -> bool:
    """Whether this case shows a file."""
    return any(one.id == id for one in read_case_timeline.attachments(programme, number))


def file(programme: str, number: int, id: int, user: access.Person) -> tuple[AttachmentRow, bytes] | None:
    """A file that is shown in this case, with what it holds. Taking it is a link in the audit chain, once an
    hour for each person: a page asks for its pictures again at every visit.
    """
    if not has_file(programme, number, id):
        return None
    found = read_case_timeline.attachment(programme, id)
    if found is not None:
        detail = {"attachment": id}
        audit.by(user, "attachment_read", programme, f"case:{number}", hourly=True, detail=detail)
    return found


def bulk(
    programme: str, numbers: list[int], *, by: int, status: str = "", assignee: str = "", tag: str = ""
) -> int:
    """Set what is given on each of these cases, one transaction; how many were changed.

    `assignee` is an id or "nobody". Raises InputError where nothing is chosen, and what `desk.cases` raises.
    """
    if not numbers:
        raise InputError("No case is chosen.", advice="Tick at least one.")
    if not (status or assignee or tag.strip()):
        raise InputError("Nothing is chosen to set.", advice="Choose a status, a person or a tag.")
    with transaction.atomic():
        added = tag_ids(programme, tag)
        return sum(_one(programme, number, by, status, assignee, added) for number in numbers)


def _one(programme: str, number: int, by: int, status: str, assignee: str, added: list[int]) -> bool:
    case = read_cases.one(programme, number)
    if case is None or case.merged_into is not None:
        raise StoreError(f"There is no case {number}.")
    fields: dict[str, Any] = {}
    if status and status != case.status:
        fields["status"] = status
    if assignee == "nobody":
        fields["assignee"] = None
    elif assignee:
        if not (assignee.isascii() and assignee.isdecimal() and len(assignee) < 10):
            raise InputError("A person was not chosen from the list.")
        fields["assignee"] = int(assignee)
    if added:
        fields["tags"] = sorted({*(id for id, _ in case.tags), *added})
    return bool(fields and cases.change(programme, number, by=by, seen=case.version, **fields))
