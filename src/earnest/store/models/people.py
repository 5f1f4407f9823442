"""The operator's own people: what they may see, their one-time sign-in links, and the reports that were
made.
"""

from django.conf import settings
from django.db import models


class Membership(models.Model):
    """A person's role in a programme. `desk.access` alone says what a role may do.

    `places` are the slugs of the places whose community a delegate speaks for; empty for other roles.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    role = models.CharField(max_length=10)
    places = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "programme"], name="member_once"),)

    def __str__(self) -> str:
        return f"membership {self.pk}: {self.role}"


class SignIn(models.Model):
    """A one-time sign-in link: only the hash of its token is kept."""

    hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "sign-in link"


class StoredReport(models.Model):
    """A report that was made; its files are in the home folder under `reports/`.

    `quoted` are the ids of the posts it quotes: when one of them is erased the files go at once, the state
    becomes `stale`, and the report is made anew from what may still be told. `digests` are the SHA-256 of its
    files by format: a file put back from an old backup is not the one that was made last, and is not shown.
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    since = models.DateField()
    until = models.DateField()
    made = models.DateTimeField()
    lang = models.CharField(max_length=12, default="en")
    formats = models.JSONField(default=list)
    quoted = models.JSONField(default=list)
    digests = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="ready")

    def __str__(self) -> str:
        return f"report {self.pk}"
