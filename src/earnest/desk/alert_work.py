"""An alert becomes work: it opens a case, or feeds one that is there, and ends with it.

    proposal("riders", 7)                 title, severity, evidence, and the open case that holds it already
    open_case("riders", 7, by=3)          a case from it; its number
    feed("riders", 7, 12, by=3)           it belongs to case 12
    tend(programme)                       what happens by itself, after alerts were looked for

An alert on what an open case holds feeds that case by itself, once. A rule opens cases by itself where
somebody switched that on; off is how every rule begins, because a case is somebody's time. Alerts of a case
are closed with a reason, which teaches their rule as closing them one by one does.
"""

import logging
from dataclasses import dataclass

from django.db import transaction

from earnest.desk import access, audit, cases, taxonomy_names
from earnest.record.errors import EarnestError, InputError, Refused, StoreError
from earnest.store import read, read_alert_cases, read_alerts, read_themes, write_alert_cases, write_alerts
from earnest.store.alert_shapes import SAID, AlertRow
from earnest.store.read_alert_cases import Fed

__all__ = [
    "Fed",
    "Proposal",
    "cases_of",
    "close_alerts",
    "feed",
    "open_case",
    "opened",
    "proposal",
    "seen",
    "tend",
]

LOG = logging.getLogger(__name__)

UNSORTED = ("other", "unclear")
cases_of = read_alert_cases.cases_of
open_alerts = read_alert_cases.open_alerts


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case as an alert would open it. `there`: the open case that holds what it is about, or None."""

    title: str
    severity: str
    themes: tuple[int, ...]
    posts: tuple[int, ...]
    there: int | None


def proposal(programme: str, alert: int) -> Proposal:
    """What a case from this alert would be. Raises StoreError where there is no such alert."""
    row = _alert(programme, alert)
    found = read_alert_cases.evidence(programme, row)
    return Proposal(
        _title(programme, row),
        _severity(programme, row),
        found.themes,
        found.posts,
        read_alert_cases.holding(programme, row, found),
    )


def _alert(programme: str, alert: int) -> AlertRow:
    row = read_alerts.alert(programme, alert)
    if row is None:
        raise StoreError("This alert is not there any more.")
    return row


def seen(programme: str, alert: int, user: access.Person) -> AlertRow:
    """An alert, for whom its rule lets see it. Raises StoreError for others, and where there is none."""
    row = _alert(programme, alert)
    if not access.sees(user, programme, row.seen_by, single=row.post is not None):
        raise StoreError("This alert is not there any more.")
    return row


def _title(programme: str, alert: AlertRow, *, words: bool = True) -> str:
    """What it is about, in plain words: the theme's name, else the label's, and where.

    Without `words` no name that a theme took from its posts: such a name goes with the posts, and the title
    of a case that nobody read before it was opened would keep it.
    """
    if alert.about.startswith("theme:"):
        theme = read_themes.theme(programme, int(alert.about.removeprefix("theme:")))
        if theme is not None and theme.name and (words or theme.named_by == "person"):
            return theme.name[: cases.LONGEST_TITLE]
        about = taxonomy_names.of(programme).about(theme.label) if theme is not None and theme.label else ""
        return f"A new problem: {about}" if about else "A new problem"
    if alert.about in UNSORTED:
        return "A post that may be serious" if alert.sort == "severe" else "Something rises that has no label"
    about = taxonomy_names.of(programme).about(alert.about)
    if alert.sort == "severe":
        return f"{about}: a post that may be serious"
    where = f" in {alert.region}" if alert.region else ""
    return f"{about} rises{where}"[: cases.LONGEST_TITLE]


def _severity(programme: str, alert: AlertRow) -> str:
    """A severe post is severe; anything else is as severe as its label says, else normal."""
    if alert.sort == "severe":
        return "severe"
    return taxonomy_names.of(programme).severities.get(alert.about, "normal")


def open_case(programme: str, alert: int, *, by: int | None, title: str = "") -> int:
    """Open a case from an alert, with what it is about; its number. Raises StoreError where there is no such
    alert, Refused where it has opened a case already.
    """
    plan = proposal(programme, alert)
    with transaction.atomic():
        there = read_alert_cases.cases_of(programme, [alert]).get(alert, [])
        if any(one.opened for one in there):
            raise Refused(f"This alert opened case {there[0].number} already.")
        number = cases.open_case(
            programme,
            title or _fit(_title(programme, _alert(programme, alert), words=False)),
            by=by,
            severity=plan.severity,
            posts=plan.posts,
            themes=plan.themes,
            how="alert",
        )
        _linked(programme, alert, number, by=by, opened=True)
    return number


def opened(programme: str, alert: int, number: int, *, by: int) -> None:
    """A case that somebody just opened with what an alert is about was opened from it."""
    _linked(programme, alert, number, by=by, opened=True)


def _fit(title: str) -> str:
    """A name that may not be a title (a theme's words that aim at somebody) is left out."""
    try:
        return cases.checked_title(title)
    except Refused:
        return "Something rises"


def feed(programme: str, alert: int, number: int, *, by: int | None) -> bool:
    """An alert belongs to a case, and brings what it is about; False where it did already."""
    row = _alert(programme, alert)
    found = read_alert_cases.evidence(programme, row)
    with transaction.atomic():
        if not _linked(programme, alert, number, by=by, opened=False):
            return False
        if found.themes or found.posts:
            cases.add(programme, number, posts=found.posts, themes=found.themes, by=by, how="alert")
    return True


def _linked(programme: str, alert: int, number: int, *, by: int | None, opened: bool) -> bool:
    if not write_alert_cases.link(programme, alert, number, opened=opened):
        return False
    detail: dict[str, object] = {"alert": alert, "opened": opened}
    cases.tell(programme, number, "alert", detail | _level(programme, alert), by=by)
    audit.note(
        "system" if by is None else f"person:{by}", "alert_case", programme=programme, about=f"alert:{alert}",
        detail={"case": number, "opened": int(opened)},
    )  # fmt: skip
    return True


def _level(programme: str, alert: int) -> dict[str, int]:
    """What rose, and from what level: posts of the alert's hours and usual ones, rounded to the floor;
    nothing where they are fewer than that.
    """
    row, about = read_alerts.alert(programme, alert), read.programme(programme)
    if row is None or about is None or row.sort != "burst":
        return {}
    came, usual = read_alert_cases.level(programme, row)
    unit = about.floor
    if came < unit:
        return {}
    return {
        "came": (2 * came + unit) // (2 * unit) * unit,
        "usual": int((2 * usual + unit) // (2 * unit)) * unit,
    }


def close_alerts(programme: str, number: int, reason: str, *, by: int) -> int:
    """Close the alerts of a case that are still open, each with this reason; how many. Raises InputError for
    a reason that is none.
    """
    if reason not in SAID:
        raise InputError("Say what it was: real, expected, noise or a duplicate.")
    closed = 0
    for alert in read_alert_cases.open_alerts(programme, number):
        with transaction.atomic():
            if write_alerts.close(programme, alert, reason):
                audit.note(
                    f"person:{by}", "alert_closed", programme=programme, about=f"alert:{alert}",
                    detail={"reason": reason, "case": number},
                )  # fmt: skip
                closed += 1
    return closed


def tend(programme: str) -> int:
    """Open alerts that belong to no case: they feed the open case that holds what they are about, or open one
    where their rule is to. How many did. One that cannot stops no other.
    """
    done = 0
    for alert, opens in read_alert_cases.unfed(programme):
        try:
            there = proposal(programme, alert).there
            if there is not None:
                done += feed(programme, alert, there, by=None)
            elif opens:
                open_case(programme, alert, by=None)
                done += 1
        except EarnestError as error:
            LOG.warning("An alert could not become work: %s", error.problem)
    return done
