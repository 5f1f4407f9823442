"""What was taken back of actions leaves the disk a month later."""

from datetime import datetime, timedelta

from earnest.store.models import Action

KEPT = timedelta(days=30)
"""How long an action that was taken back can be put back."""


def sweep(now: datetime) -> int:
    """Delete actions that were taken back longer ago; how many."""
    _, gone = Action.objects.filter(taken_back__lt=now - KEPT).delete()
    return gone.get("store.Action", 0)
