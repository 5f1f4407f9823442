"""Keeping the rules of alerts: adding, changing, snoozing, and what closings teach them.

Words that a person writes here were judged before (`flow.alert_rules`).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import clock, scope
from earnest.store.alert_shapes import DEFAULTS, SENSITIVITIES, Rule
from earnest.store.models import AlertRule

NOISY = 2
"""Closings as noise in a row after which a calmer setting is proposed."""


def keep_rule(programme: str, rule: Rule) -> int:
    """Add a rule (id 0, no slot), or change one that is there; its id. Raises StoreError for a place or rule
    that is not there.
    """
    within = scope.of(programme)
    places = within.ids_of((rule.place,)) if rule.place else ()
    if rule.place and not places:
        raise StoreError(f"'{programme}' has no place '{rule.place[:60]}'.")
    quiet = rule.quiet or (0, 0)
    columns: dict[str, Any] = {
        "sort": rule.sort,
        "name": rule.name,
        "about": rule.about,
        "place_id": places[0] if places else None,
        "kind": rule.kind,
        "sensitivity": rule.sensitivity,
        "least_posts": rule.least_posts,
        "least_voices": rule.least_voices,
        "quiet_from": quiet[0],
        "quiet_until": quiet[1],
        "zone": rule.zone,
        "seen_by": rule.seen_by,
        "on": rule.on,
        "opens": rule.opens,
        "snoozed": 0 if rule.snoozed is None else clock.seconds(rule.snoozed),
        "noise": rule.noise,
        "proposed": rule.proposed,
    }
    with transaction.atomic():
        if rule.id:
            if not AlertRule.objects.filter(programme_id=within.id, pk=rule.id).update(**columns):
                raise StoreError("This rule is not there any more.")
            return rule.id
        if rule.slot:
            row, _ = AlertRule.objects.update_or_create(
                programme_id=within.id, slot=rule.slot, defaults=columns
            )
        else:
            row = AlertRule.objects.create(programme_id=within.id, **columns)
    return int(row.pk)


def remove_rule(programme: str, id: int) -> bool:
    """Take a rule away that was added. Its alerts stay. False where there is none."""
    gone, _ = AlertRule.objects.filter(programme__slug=programme, pk=id, slot="").delete()
    return bool(gone)


def snooze_rule(programme: str, rule: Rule, until: datetime | None) -> int:
    """Raise nothing by a rule until a time (None: no longer); the rule's id."""
    return keep_rule(programme, replace(rule, snoozed=until))


def learn(programme: str, rule_id: int | None, sort: str, reason: str) -> None:
    """Within a transaction: noise twice in a row proposes a calmer setting; anything else forgets it."""
    within = scope.of(programme)
    row = AlertRule.objects.filter(programme_id=within.id, pk=rule_id).first() if rule_id else None
    if row is None:
        row = AlertRule.objects.filter(programme_id=within.id, slot=sort).first()
    if row is None:
        if reason != "noise":
            return
        default = next(one for one in DEFAULTS if one.slot == sort)
        row = AlertRule.objects.get(pk=keep_rule(programme, default))
    noise = row.noise + 1 if reason == "noise" else row.noise if reason == "duplicate" else 0
    at = SENSITIVITIES.index(row.sensitivity)
    calmer = SENSITIVITIES[at - 1] if at and noise >= NOISY else ""
    AlertRule.objects.filter(pk=row.pk).update(noise=noise, proposed=calmer)
