"""What is done every hour beside listening: take away what may not be kept, destroy keys whose time has come,
note the head of the audit chain outside the database. And what is done at every turn: make reports anew that
lost their files.
"""

import logging
from datetime import datetime

from earnest.desk import audit, audit_verify
from earnest.flow import epochs, remembered, secret
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError
from earnest.report import publish
from earnest.store import erase

LOG = logging.getLogger(__name__)


def sweep(keys: Keys, now: datetime) -> erase.Swept:
    """One round of upkeep; safe to stop and to run again. Links are written where something went."""
    gone = erase.sweep(now)
    if gone.expired or gone.purged:
        audit.note("system", "swept", detail={"expired": gone.expired, "purged": gone.purged})
    epochs.destroy_ended(keys, now)
    secret.drop_old()
    remembered.IDS.forget_gone()
    audit_verify.note_head()
    return gone


def remake_reports() -> int:
    """Make reports anew from what may still be told, where a post that they quoted is gone; how many.

    Their files went with the post. A report that cannot be made now is tried again at the next turn.
    """
    try:
        made = publish.renew()
    except EarnestError as error:
        LOG.warning("A report could not be made anew: %s", error.problem)
        return 0
    if made:
        audit.note("system", "report_made", detail={"reports": made})
    return made
