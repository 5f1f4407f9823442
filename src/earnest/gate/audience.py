"""Which audience may be listened to where: `record.audience` has the table, the gate asks it."""

from earnest.record.audience import Audience, check

__all__ = ["Audience", "check"]
