"""What escalations lose in time: figures and reasons that are older than the programme keeps posts, and links
that acknowledge nothing any more. That something went to a team on a day stays.
"""

from datetime import datetime, timedelta

from earnest.store import models


def sweep(now: datetime) -> int:
    """Empty reasons and figures past their programme's retention; how many lost some."""
    gone = 0
    for id, days in models.Programme.objects.values_list("pk", "retention_days"):
        cutoff = now - timedelta(days=days)
        old = models.Escalation.objects.filter(programme_id=id, opened__lt=cutoff)
        gone += old.exclude(because="", why=[]).update(because="", why=[])
        wishes = models.EscalationWish.objects.filter(programme_id=id, at__lt=cutoff)
        gone += wishes.exclude(because="", answer="").update(because="", answer="")
    models.AckLink.objects.filter(expires__lt=now).delete()
    return gone
