"""Keys for programs: tokens of the programming interface, what they have used up, and answers kept for a day
so that the same request sent twice is done once.
"""

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A key that a person made for a program, in one programme: only the hash of it is kept.

    `scopes` are words of `desk.tokens.SCOPES`, parted by blanks. `last_used` is a day and no more: it is
    there to find keys that nobody needs, not to see when somebody works.
    """

    hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    scopes = models.CharField(max_length=30)
    made = models.DateTimeField()
    expires = models.DateTimeField()
    last_used = models.DateField(null=True)
    revoked = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.pk}"


class ApiUse(models.Model):
    """How many requests of one minute a token was granted; rows of past minutes go."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+")
    minute = models.BigIntegerField()
    taken = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["token", "minute"], name="api_use_once"),)

    def __str__(self) -> str:
        return f"use {self.pk}"


class ApiAnswer(models.Model):
    """What was answered to a request that had an Idempotency-Key: ids alone, no words of anybody.

    `key` and `asked` (what the request was) are hashes.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    location = models.CharField(max_length=200, default="")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["token", "key"], name="api_answer_once"),)

    def __str__(self) -> str:
        return f"answer {self.pk}"
