"""The invitation of a closed place, the consent it opened, and the ledger of both. Never who.

The ledger has no foreign key on purpose: a community can read its history after the place was erased.
"""

from django.db import models

from earnest.store.models.place import Place


class Invitation(models.Model):
    """That Earnest asked a community, once: its token opens this place and no other, and only until
    `opens_by`. Token and notice are kept as digests. `used`: when the token opened the place.
    """

    place = models.OneToOneField(Place, models.CASCADE, related_name="invitation")
    token = models.BinaryField(max_length=32, unique=True)
    notice = models.BinaryField(max_length=32)
    grace_days = models.PositiveIntegerField(default=7)
    made = models.DateTimeField()
    opens_by = models.DateTimeField()
    until = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Consent(models.Model):
    """That a community invited Earnest, and until when it was proved. `state`: live, paused or ended.

    A place that was paused, or could not be proved for a while, gets a new row when it is proved again: what
    was said in between is not read.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="consents")
    opened = models.DateTimeField()
    expires = models.DateTimeField()
    checked = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    grace_days = models.PositiveIntegerField(default=7)
    state = models.CharField(max_length=10, default="live")

    def __str__(self) -> str:
        return f"consent {self.pk}: {self.state}"


class ConsentEvent(models.Model):
    """One line of the ledger: invited, opened, renewed, paused or closed, when, and a code for why."""

    programme = models.CharField(max_length=60)
    programme_name = models.CharField(max_length=200)
    place = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    type = models.CharField(max_length=30)
    what = models.CharField(max_length=10)
    why = models.CharField(max_length=30, blank=True)
    grace_days = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["programme", "at"], name="consent_event_programme"),)

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"
