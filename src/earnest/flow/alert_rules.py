"""What people decide about alerts: rules, snoozing, closing. Each is noted in the audit chain, without words.

A rule is about a label or category of the taxonomy and nothing else, and its name is judged like any other
configuration, so nothing here can be aimed at people or at protected speech.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from earnest.desk import audit
from earnest.gate.refusals import judge
from earnest.record.errors import InputError, RefusedConfiguration
from earnest.record.verdict import Kind
from earnest.report import names
from earnest.store import read, read_alerts, write_alert_rules, write_alerts
from earnest.store.alert_shapes import SAID, SEEN_BY, SENSITIVITIES, Rule, SeenBy, Sensitivity
from earnest.store.shapes import Programme

SNOOZES: dict[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
KINDS: tuple[str, ...] = ("trouble", "", *get_args(Kind))
MOST_RULES = 50
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """Who decides, as the audit chain names them."""

    actor: str
    programme: Programme

    def note(self, action: str, about: str, **detail: str | int) -> None:
        audit.note(self.actor, action, programme=self.programme.slug, about=about, detail=detail)


def shape(programme: Programme, form: Mapping[str, str], basis: Rule) -> Rule:
    """A rule as a form describes it. Raises InputError for a field that cannot be, RefusedConfiguration for
    words that aim at people or protected speech.
    """
    name = form.get("name", basis.name).strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError(f"A rule needs a name of at most {LONGEST_NAME} printable characters.")
    reason = judge("alert", name)
    if reason is not None:
        raise RefusedConfiguration(reason)
    quiet = (_number(form, "quiet_from", 0, 23), _number(form, "quiet_until", 0, 23))
    return replace(
        basis,
        name=name,
        about=_about(programme, form.get("about", "").strip()),
        place=_place(programme, form.get("place", "").strip()),
        kind=_one(form, "kind", KINDS, "trouble"),
        sensitivity=_sensitivity(form),
        least_posts=_number(form, "least_posts", 1, 100_000, programme.floor),
        least_voices=_number(form, "least_voices", 1, 100_000, programme.floor),
        quiet=None if quiet[0] == quiet[1] else quiet,
        zone=_zone(form.get("zone", "").strip()),
        seen_by=_seen_by(form),
        on=form.get("on", "yes") == "yes",
        opens=form.get("opens", "yes" if basis.opens else "no") == "yes",
        proposed="",
    )


def _about(programme: Programme, about: str) -> str:
    called = names.of(programme)
    if about and about not in called.labels and about not in called.categories:
        raise InputError("A rule is about a label or category of the taxonomy, or about all of them.")
    return about


def _place(programme: Programme, place: str) -> str:
    if place and read.place(programme.slug, place) is None:
        raise InputError("There is no such place in this programme.")
    return place


def _one(form: Mapping[str, str], field: str, known: tuple[str, ...], usual: str) -> str:
    value = form.get(field, usual)
    if value not in known:
        raise InputError(f"This is no choice for '{field}'.")
    return value


def _sensitivity(form: Mapping[str, str]) -> Sensitivity:
    value = _one(form, "sensitivity", SENSITIVITIES, "normal")
    return next(known for known in SENSITIVITIES if known == value)


def _seen_by(form: Mapping[str, str]) -> SeenBy:
    value = _one(form, "seen_by", SEEN_BY, "everybody")
    return next(known for known in SEEN_BY if known == value)


def _number(form: Mapping[str, str], field: str, least: int, most: int, usual: int = 0) -> int:
    said = form.get(field, "").strip()
    if not said:
        return usual
    if not (said.isascii() and said.isdecimal() and len(said) < 8 and least <= int(said) <= most):
        raise InputError(f"'{field.replace('_', ' ')}' is a whole number from {least} to {most}.")
    return int(said)


def _zone(name: str) -> str:
    try:
        return str(ZoneInfo(name)) if name else ""
    except (OSError, ValueError, KeyError):
        raise InputError("This time zone is not known. Write it as Europe/Berlin.") from None


def keep(asked: Asked, rule: Rule) -> int:
    """Add a rule or change one; its id."""
    fresh = not rule.id and not rule.slot
    if fresh and len(read_alerts.rules(asked.programme.slug)) >= MOST_RULES:
        raise InputError(f"A programme has at most {MOST_RULES} rules.")
    id = write_alert_rules.keep_rule(asked.programme.slug, rule)
    asked.note("alert_rule_set", f"rule:{id}", sensitivity=rule.sensitivity, on=int(rule.on))
    return id


def remove(asked: Asked, id: int) -> bool:
    """Take an added rule away."""
    gone = write_alert_rules.remove_rule(asked.programme.slug, id)
    if gone:
        asked.note("alert_rule_removed", f"rule:{id}")
    return gone


def take_proposal(asked: Asked, rule: Rule) -> int:
    """Make a rule calmer, as its closings propose."""
    if rule.proposed not in SENSITIVITIES:
        raise InputError("Nothing is proposed for this rule any more.")
    calmer = next(known for known in SENSITIVITIES if known == rule.proposed)
    return keep(asked, replace(rule, sensitivity=calmer, proposed="", noise=0))


def snooze_rule(asked: Asked, rule: Rule, how_long: str, now: datetime) -> int:
    """Raise nothing by a rule for an hour, a day or a week ("": no longer)."""
    until = _until(how_long, now)
    id = write_alert_rules.snooze_rule(asked.programme.slug, rule, until)
    asked.note("alert_rule_snoozed", f"rule:{id}", until=how_long or "now")
    return id


def snooze(asked: Asked, id: int, how_long: str, now: datetime) -> bool:
    """Put an open alert aside for an hour, a day or a week ("": no longer). False where it is not open."""
    done = write_alerts.snooze(asked.programme.slug, id, _until(how_long, now))
    if done:
        asked.note("alert_snoozed", f"alert:{id}", until=how_long or "now")
    return done


def _until(how_long: str, now: datetime) -> datetime | None:
    if how_long and how_long not in SNOOZES:
        raise InputError("It can be put aside for an hour, a day or a week.")
    return now + SNOOZES[how_long] if how_long else None


def close(asked: Asked, id: int, reason: str) -> bool:
    """Close an open alert and say what it was. False where it is not open."""
    if reason not in SAID:
        raise InputError("Say what it was: real, expected, noise or a duplicate.")
    done = write_alerts.close(asked.programme.slug, id, reason)
    if done:
        asked.note("alert_closed", f"alert:{id}", reason=reason)
    return done
