"""What a channel can be told of by itself, and which links of the audit chain mean it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event; its sentence is `words.say(lang, "event.<name>")`.

    actions  links of the audit chain that mean it; none for what is followed elsewhere
    """

    actions: tuple[str, ...]


EVENTS: dict[str, Event] = {
    "case_opened": Event(("case_opened", "case_split")),
    "case_changed": Event(("case_changed", "case_merged", "case_undone")),
    "case_closed": Event(("case_closed",)),
    "case_reopened": Event(("case_reopened",)),
    "escalated": Event(("escalated", "escalation_climbed")),
    "acknowledged": Event(("escalation_acknowledged",)),
    "action_recorded": Event(("action_recorded",)),
    "alert_opened": Event(()),
}
"""Every event that can be subscribed to."""

ACTIONS: dict[str, str] = {action: name for name, event in EVENTS.items() for action in event.actions}
"""Of a link's action, the event."""
