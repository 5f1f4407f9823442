"""What changed of late, in words: a sentence for people, and the test behind it."""

from dataclasses import dataclass
from datetime import date

from earnest.understand.drift import ONCE, Notice
from earnest.understand.taxonomy import Taxonomy
from earnest.web import words


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as the page says it."""

    says: str
    test: str


def told(notice: Notice, taxonomy: Taxonomy | None) -> Told:
    """A notice in a sentence, and what it rests on."""
    since = f"{notice.since.day} {words.LONG_MONTHS[notice.since.month - 1]}{_year(notice.since)}"
    before, now = f"{notice.before * 100:.0f}", f"{notice.now * 100:.0f}"
    if notice.sort == "unsure":
        says = (
            f"Since {since} the machine is unsure of more posts: {now} in 100, before that {before}."
            " Answers in the review queue help most now."
        )
    elif notice.sort == "unknown":
        says = (
            f"Since {since} more posts speak of things this programme’s labels do not know: {now} in 100 of"
            f" their words were never met before, until then {before}."
        )
    elif notice.sort == "mixture":
        names = {label.id: label.name["en"] for label in taxonomy.labels} if taxonomy else {}
        grown = ", ".join(names.get(label, label) for label in notice.labels)
        says = f"Since {since} people speak of other things than before" + (
            f": more of {grown}." if grown else "."
        )
    else:
        says = (
            f"Since {since} labels are right less often than the machine’s own chances promised: {now} in 100"
            f" of the blind sample, promised were {before}."
        )
    index = (
        f" Stability index {notice.index:.2f}, 0.2 and more is a change." if notice.sort == "mixture" else ""
    )
    return Told(says, f"Chance alone would do as much in less than one week of {ONCE}.{index}")


def _year(day: date) -> str:
    return "" if day.year == date.today().year else f" {day.year}"  # noqa: DTZ011 - only whether to name the year
