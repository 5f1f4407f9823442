"""A case as a page shows it: its row in the list, its six facts, its posts and its timeline, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from earnest.desk.case_room import Room
from earnest.desk.cases_figures import Trend, Week
from earnest.report import cells, theme_cells
from earnest.report import shown as telling
from earnest.store import clock
from earnest.store.read import Programme
from earnest.store.read_case_posts import CasePostRow
from earnest.store.shapes_cases import Case, Entry
from earnest.web import case_words, words
from earnest.web.case_words import Called


@dataclass(frozen=True, slots=True)
class Heard:
    """How many voices a case was heard from, as far as it may be told."""

    voices: str
    says: str
    spark: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list."""

    case: Case
    status: str
    severity: str
    has: str
    due: str
    late: bool
    about: str
    spark: SafeString
    voices: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts under a case's title."""

    status: str
    status_since: str
    severity: str
    since: str
    due: str
    late: bool
    no_team: str
    nobody: str
    no_due: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the case, why it is there, and in which other cases it is."""

    row: CasePostRow
    why: str
    others: list[int]

    @property
    def post(self) -> object:
        return self.row.post

    @property
    def linked(self) -> bool:
        return self.row.linked


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the timeline in sentences."""

    entry: Entry
    sentences: list[str]
    step: str
    elsewhere: bool
    undone: str
    may_undo: bool


def heard(trend: Trend, programme: Programme) -> Heard:
    """Voices and weeks of a case, rounded and hidden as everywhere; weeks not heard are left empty."""
    floor, posts = programme.floor, trend.posts
    voices = trend.voices or (trend.nameless if programme.audience == "customers" else 0)
    few = posts is None or voices < floor
    drawn = spark([_told(week, 0 if few else voices, posts or 0, floor) for week in trend.weeks])
    if posts == 0:
        return Heard(_("nobody"), _("in twelve weeks"), drawn)
    if posts is None or few:
        return Heard(_("fewer than %(floor)d") % {"floor": floor}, _("voices in twelve weeks"), drawn)
    return Heard(
        _("at least %(count)s") % {"count": words.number(cells.coarse(voices, floor))},
        _("voices, %(posts)s posts in twelve weeks")
        % {"posts": telling.words(posts, floor, lang=words.language())},
        drawn,
    )


def _told(week: Week, voices: int, of: int, floor: int) -> Week:
    """A week as coarse as every figure; hidden where too few voices spoke."""
    if not week.posts:
        return week
    posts = theme_cells.week(week.posts, voices, of, floor)
    return replace(week, posts=posts, known="hidden" if posts is None else week.known)


def spark(weeks: Sequence[Week]) -> SafeString:
    """Bars of weeks: a dot where too few voices spoke to tell how many, a thin line where nobody spoke, and
    nothing where nothing is known.
    """
    most = max([week.posts for week in weeks if week.posts], default=1)
    parts, says = [], []
    for at, week in enumerate(weeks):
        x, value = f"{at * 7.0:.1f}", week.posts
        if week.known == "hidden":
            parts.append(
                format_html('<circle class="seen" cx="{}" cy="18.5" r="1.2"/>', f"{at * 7 + 2.5:.1f}")
            )
            says.append(_("few"))
        elif value:
            high = max(2.0, value / most * 20)
            parts.append(
                format_html(
                    '<rect class="b1" x="{}" y="{}" width="5" height="{}"/>',
                    x,
                    f"{20 - high:.1f}",
                    f"{high:.1f}",
                )
            )
            says.append(str(value))
        elif value is None:
            says.append(_("not seen"))
        else:
            parts.append(format_html('<rect class="b0" x="{}" y="19" width="5" height="1"/>', x))
            says.append("0")
    label = _("Posts by week since %(first)s: %(weeks)s") % {
        "first": words.day_of(weeks[0].begins),
        "weeks": ", ".join(says),
    }
    return format_html(
        '<svg class="spark" viewBox="0 0 {} 20" role="img" aria-label="{}">{}</svg>',
        len(weeks) * 7,
        label,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def rows(
    cases: Sequence[Case],
    trends: Mapping[int, Trend],
    programme: Programme,
) -> list[Row]:
    """A page of the list; each of its cases has a trend."""
    now = clock.now()
    found = []
    for case in cases:
        says, late = case_words.due(case.due, now) if case.is_open else ("", False)
        told = heard(trends[case.number], programme)
        found.append(
            Row(
                case=case,
                status=case_words.status(case.status),
                severity="" if case.severity == "normal" else case_words.severity(case.severity),
                has=case.assignee_name or _("nobody"),
                due=says,
                late=late,
                about=_("Case %(number)d, changed %(when)s")
                % {"number": case.number, "when": words.moment(case.changed)},
                spark=told.spark,
                voices=told.voices,
            )
        )
    return found


def standing(case: Case) -> Standing:
    """The facts of a case that people set."""
    says, late = case_words.due(case.due, clock.now())
    if not case.is_open and case.due is not None:
        says, late = words.moment(case.due), False
    return Standing(
        status=case_words.status(case.status),
        status_since=_("closed %(when)s") % {"when": words.moment(case.closed)} if case.closed else "",
        severity=case_words.severity(case.severity),
        since=_("opened %(when)s") % {"when": words.moment(case.opened)},
        due=says,
        late=late,
        no_team=_("none yet"),
        nobody=_("nobody yet"),
        no_due=_("not set"),
    )


def posts(room: Room) -> list[Post]:
    """The posts of the page."""
    names = {theme.number: theme.name for theme in room.themes}
    found = []
    for row in room.posts.rows if room.posts else ():
        found.append(Post(row, _why(row, names), room.others.get(row.post.id, [])))
    return found


def _why(row: CasePostRow, names: Mapping[int, str]) -> str:
    if row.how == "theme":
        name = names.get(row.theme or 0, "")
        if name:
            return _("here with the theme “%(name)s”") % {"name": name}
        return _("here with its theme")
    if row.how == "alert":
        return _("put here by an alert")
    if row.how == "suggested":
        return _("suggested, and put here by %(who)s") % {"who": row.by_name or _("somebody who left")}
    return _("put here by %(who)s") % {"who": row.by_name or _("Earnest")}


def entries(room: Room, called: Called, *, may_work: bool) -> list[Told]:
    """The timeline, earliest first."""
    alone = len(room.entries) == 1
    return [told(entry, room.case.number, called, may_work=may_work, alone=alone) for entry in room.entries]


def told(entry: Entry, number: int, called: Called, *, may_work: bool, alone: bool = True) -> Told:
    """One entry in words. `alone`: nothing else happened, so that opening the case may be undone."""
    undone = ""
    if entry.undone:
        undone = _("Undone by %(who)s, %(when)s.") % {
            "who": entry.undone_by_name or _("somebody who left"),
            "when": words.moment(entry.undone),
        }
    return Told(
        entry=entry,
        sentences=case_words.sentences(entry, called),
        step=case_words.step(entry),
        elsewhere=entry.case != number,
        undone=undone,
        may_undo=may_work and entry.undoable and (alone or entry.sort not in ("opened", "split_off")),
    )


LATELY = timedelta(hours=1)
"""For so long the undo of a merge or a split stands at the top of its case."""


def undo(room: Room, called: Called, now: datetime) -> Told | None:
    """What was done last, where it is something large that can be undone: a merge or a split."""
    for entry in reversed(room.entries):
        if entry.sort in ("merged", "split", "split_off") and entry.undoable and now - entry.at < LATELY:
            return told(entry, room.case.number, called, may_work=True)
    return None


def last_own(room: Room, person: int | None) -> int:
    """The newest entry of this person that may be undone, for the key u; 0 where there is none."""
    own = (entry.id for entry in reversed(room.entries) if entry.undoable and entry.by == person)
    return next(own, 0) if person is not None else 0


@dataclass(frozen=True, slots=True)
class Kin:
    """A case that this one came from, took in, or gave rise to."""

    number: int
    says: str


def lineage(room: Room) -> list[Kin]:
    """What became part of this case, what was split off it, and what it was split off, in that order."""
    found = [
        Kin(number, _("Case %(number)d became part of this one.") % {"number": number})
        for number in room.case.members
    ]
    seen = set(room.case.members)
    for entry in room.entries:
        number = entry.detail.get("case")
        if entry.undone or not isinstance(number, int) or number in seen or number == room.case.number:
            continue
        if entry.sort == "split":
            seen.add(number)
            found.append(Kin(number, _("Case %(number)d was split off this one.") % {"number": number}))
        elif entry.sort == "split_off" and entry.case == room.case.number:
            seen.add(number)
            found.append(Kin(number, _("This case was split off case %(number)d.") % {"number": number}))
    return found
