"""Who did what, written once and never changed: each link carries a seal over itself and the one before it.

No foreign keys on purpose: a link outlives the programme and the person it speaks of. The databases refuse to
change or delete a link (migration 0004); whoever gets past that breaks the chain, and `earnest audit verify`
says where.
"""

from django.db import models


class AuditLink(models.Model):
    """One link. `at` is in microseconds since 1970 UTC; `detail` is JSON as it was sealed, to the letter."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    actor = models.CharField(max_length=30)
    action = models.CharField(max_length=40)
    programme = models.CharField(max_length=60, blank=True)
    about = models.CharField(max_length=80, blank=True)
    detail = models.TextField(default="{}")
    previous = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)

    class Meta:
        indexes = (
            models.Index(fields=["programme", "at"], name="audit_programme"),
            models.Index(fields=["actor", "action", "at"], name="audit_actor"),
        )

    def __str__(self) -> str:
        return f"link {self.seq}"


class AuditHead(models.Model):
    """One row: the last link. Locking it puts those who write links one behind the other."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    mac = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"head {self.seq}"
