"""Work for the demo's desk: a few cases made of its sample, so that their pages have something to show.

Each is opened through the same door as any other, says in its first entry that it is a sample, and carries
the tag "sample". Done once: where a programme has cases, nothing is added.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from earnest.desk import actions, cases, tags, teams
from earnest.flow import demo_routes
from earnest.store import read, read_cases, read_themes
from earnest.store.read_themes import ThemeRow
from earnest.store.shapes_cases import Filters

TAG = "sample"
BECAUSE = "A sample, opened by the demo."


@dataclass(frozen=True, slots=True)
class Sample:
    """One case of the demo.

    theme     a word of the theme's name that it is opened from; "" for posts that are found by `words`, or by
              `label`
    team      the short name of the team that has it; "": nobody's yet
    done      (sentence, days ago) of the action that was taken; none: nothing was done yet
    due       days from now; none: no due time
    """

    programme: str
    title: str
    theme: str = ""
    words: str = ""
    label: str = ""
    team: str = ""
    severity: str = "normal"
    status: str = "new"
    note: str = ""
    done: tuple[str, int] | None = None
    due: int | None = None


SAMPLES = (
    Sample(
        "ternway-couriers",
        "Lockers refuse the code the app shows",
        theme="locker",
        team="app",
        severity="high",
        status="acted",
        note="Sample note: it began with version 6.2. The code is made on the phone, which asks for the time"
        " anew with each update.",
        done=("Version 6.2.1 makes the codes as before. Parcels that went back were paid.", 19),
    ),
    Sample(
        "ternway-couriers",
        "Parcels go back to the depot because of lockers",
        words="locker back",
        note="Sample note: this may be the same as the other case on lockers.",
    ),
    Sample(
        "ternway-couriers",
        "Waiting at the counter is not paid",
        words="wait",
        status="investigating",
        note="Sample note: the depots say the clock starts with the scan. Who can check one morning?",
        due=1,
    ),
    Sample(
        "ternway-customers",
        "The app closes while people pay",
        label="app.crash",
        team="app",
        severity="high",
        status="acted",
        note="Sample note: it was the card page, on phones with little memory.",
        done=("Version 8.4 draws the card page anew; it needs a third of the memory.", 33),
    ),
    Sample(
        "ternway-customers",
        "Refunds of cancelled orders come late",
        theme="refund",
        team="payments",
        severity="high",
        status="investigating",
        note="Sample note: all of them paid by card, and the orders were cancelled by us.",
        due=2,
    ),
)


def seed(now: datetime) -> int:
    """Teams, a route and cases for every programme of the demo that has none yet; how many cases."""
    opened = 0
    for programme in dict.fromkeys(sample.programme for sample in SAMPLES):
        demo_routes.seed(programme)
        if (
            read.programme(programme) is None
            or read_cases.listing(programme, Filters(statuses=("any",)), limit=1).rows
        ):
            continue
        for sample in SAMPLES:
            if sample.programme == programme:
                opened += _open(sample, now)
    return opened


def _open(sample: Sample, now: datetime) -> bool:
    """One case; not opened where the sample has nothing of it (another language model, a shorter sample)."""
    themes = [row.number for row in (_theme(sample),) if row is not None]
    posts = [] if themes else _posts(sample)
    if not (themes or posts):
        return False
    team = next((one.id for one in teams.of(sample.programme) if one.slug == sample.team), None)
    number = cases.open_case(
        sample.programme,
        sample.title,
        by=None,
        severity=sample.severity,
        posts=posts,
        themes=themes,
        team=team,
        because=BECAUSE,
    )
    if sample.note:
        cases.note(sample.programme, number, sample.note, by=None)
    if sample.done:
        what, days = sample.done
        actions.record(
            sample.programme, number, what=what, on=(now - timedelta(days=days)).date(), by=None, team=team
        )
    fields: dict[str, Any] = {"tags": [tags.ensure(sample.programme, TAG)]}
    if sample.due is not None:
        fields["due"] = now + timedelta(days=sample.due)
    case = read_cases.one(sample.programme, number)
    if case is None:
        return False
    if sample.status != case.status:
        fields["status"] = sample.status
    cases.change(sample.programme, number, by=None, seen=case.version, **fields)
    return True


def _theme(sample: Sample) -> ThemeRow | None:
    """The theme of that name that most speak of."""
    if not sample.theme:
        return None
    found = [row for row in read_themes.themes(sample.programme) if sample.theme in row.name]
    return max(found, key=lambda row: row.voices, default=None)


def _posts(sample: Sample) -> list[int]:
    labels = (sample.label,) if sample.label else ()
    found = read.posts(sample.programme, read.Filters(q=sample.words, labels=labels, folded=True), limit=6)
    return [row.id for row in found.rows]
