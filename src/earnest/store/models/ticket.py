"""A case's ticket in another system, and what is known of its state there."""

from django.conf import settings
from django.db import models


class CaseLink(models.Model):
    """An issue in GitHub, GitLab or Jira that belongs to a case.

    case      the case's number in its programme
    ref       what the other system calls it: "12", "PROJ-12"
    state     open, closed, gone (deleted or moved there) or unknown
    etag      what the other system said last, so that asking again costs it nothing
    tell      whether closing the case comments on the ticket
    proposed  since when the ticket is closed and "acted" is proposed on the case; null: it is not
    answered  what was said to the proposal: "", taken, declined
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, db_index=False, related_name="+")
    channel = models.ForeignKey("store.Channel", models.CASCADE, related_name="+")
    case = models.PositiveIntegerField()
    ref = models.CharField(max_length=80)
    url = models.CharField(max_length=400)
    state = models.CharField(max_length=10, default="unknown")
    etag = models.CharField(max_length=120, blank=True, default="")
    tell = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made = models.DateTimeField()
    changed = models.DateTimeField(null=True)
    checked = models.DateTimeField(null=True)
    next_check = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=20, blank=True, default="")
    proposed = models.DateTimeField(null=True)
    answered = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "case", "ref"], name="caselink_once"),)
        indexes = (
            models.Index(fields=["programme", "case"], name="caselink_case"),
            models.Index(fields=["next_check"], name="caselink_due"),
        )

    def __str__(self) -> str:
        return f"case link {self.pk}"
