"""What a channel can be told of by itself, and which links of the audit chain mean it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    says     the subject, with the case's number
    actions  links of the audit chain that mean it; none for what is followed elsewhere
    """

    says: str
    actions: tuple[str, ...]


EVENTS: dict[str, Event] = {
    "case_opened": Event("Case {number} was opened", ("case_opened", "case_split")),
    "case_changed": Event("Case {number} was changed", ("case_changed", "case_merged", "case_undone")),
    "case_closed": Event("Case {number} was closed", ("case_closed",)),
    "case_reopened": Event("Case {number} came back", ("case_reopened",)),
    "escalated": Event("Case {number} was escalated", ("escalated", "escalation_climbed")),
    "acknowledged": Event("Case {number} was acknowledged", ("escalation_acknowledged",)),
    "action_recorded": Event("Something was done about case {number}", ("action_recorded",)),
    "alert_opened": Event("An alert was opened", ()),
}
"""Every event that can be subscribed to."""

ACTIONS: dict[str, str] = {action: name for name, event in EVENTS.items() for action in event.actions}
"""Of a link's action, the event."""
