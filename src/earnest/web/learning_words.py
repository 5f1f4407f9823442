"""What changed of late, in words: a sentence for people, and the test behind it."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

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
    here = {
        "since": words.day_of(notice.since, year=notice.since.year != _year()),
        "before": f"{notice.before * 100:.0f}",
        "now": f"{notice.now * 100:.0f}",
        "once": ONCE,
        "index": f"{notice.index:.2f}",
    }
    chance = gettext("Chance alone would do as much in less than one week of %(once)s.") % here
    if notice.sort == "unsure":
        says = gettext(
            "Since %(since)s the machine is unsure of more posts:"
            " %(now)s in 100, before that %(before)s."
            " Answers in the review queue help most now."
        )
    elif notice.sort == "unknown":
        says = gettext(
            "Since %(since)s more posts speak of things this programme’s"
            " labels do not know: %(now)s in 100 of"
            " their words were never met before, until then %(before)s."
        )
    elif notice.sort == "mixture":
        names = {label.id: words.named(label.name) for label in taxonomy.labels} if taxonomy else {}
        here["labels"] = ", ".join(names.get(label, label) for label in notice.labels)
        says = (
            gettext("Since %(since)s people speak of other things than before: more of %(labels)s.")
            if notice.labels
            else gettext("Since %(since)s people speak of other things than before.")
        )
        chance += " " + gettext("Stability index %(index)s, 0.2 and more is a change.") % here
    else:
        says = gettext(
            "Since %(since)s labels are right less often than the"
            " machine’s own chances promised: %(now)s in"
            " 100 of the blind sample, promised were %(before)s."
        )
    return Told(says % here, chance)


def _year() -> int:
    return date.today().year  # noqa: DTZ011 - only whether to name the year
