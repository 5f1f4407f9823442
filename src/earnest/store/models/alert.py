"""What rose above its usual level, and the rules by which that is noticed.

An alert holds no words and no figures of posts: only of what, where and in which hours. What is told of it is
read anew from the counts each time, so that a post that goes leaves nothing behind here. Times are seconds
since 1970 UTC; hours are seconds // 3600.
"""

from django.db import models
from django.db.models import Q


class AlertRule(models.Model):
    """One rule of a programme. `slot` is "burst", "severe" or "new" for the rule that every programme has
    without setting anything up, once somebody changed it; "" for rules that were added.

    about     "" every label, a category ("pay") or a label ("pay.tips")
    kind      "" every kind, "trouble" complaints and reports together, or one kind
    seen_by   the least role whose people see its alerts: everybody, analyst, lead, steward
    quiet_*   hours of the day (0 to 23, in `zone`) in which an alert waits; equal: no quiet hours
    opens     each of its alerts opens a case by itself
    snoozed   nothing is raised before this second
    noise     how often in a row its alerts were closed as noise; `proposed` the calmer setting that follows
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    slot = models.CharField(max_length=10, blank=True, default="")
    sort = models.CharField(max_length=10, default="burst")
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=80, blank=True, default="")
    place = models.ForeignKey("store.Place", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=30, blank=True, default="trouble")
    sensitivity = models.CharField(max_length=10, default="normal")
    least_posts = models.PositiveIntegerField(default=5)
    least_voices = models.PositiveIntegerField(default=5)
    quiet_from = models.PositiveSmallIntegerField(default=0)
    quiet_until = models.PositiveSmallIntegerField(default=0)
    zone = models.CharField(max_length=60, blank=True, default="")
    seen_by = models.CharField(max_length=10, default="everybody")
    on = models.BooleanField(default=True)
    opens = models.BooleanField(default=False)
    snoozed = models.BigIntegerField(default=0)
    noise = models.PositiveSmallIntegerField(default=0)
    proposed = models.CharField(max_length=10, blank=True, default="")
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["programme", "slot"], condition=~Q(slot=""), name="rule_slot"),
        )

    def __str__(self) -> str:
        return f"alert rule {self.pk}"


class Alert(models.Model):
    """One alert: open while `closed` is empty, and of one key at most one is open at a time.

    about   a taxonomy label or category, or a theme ("theme:12")
    key     what it is the same by: sort, about, kind, place and region
    post    of a severe single post: its id; the alert goes with the post
    since, until   the first and last second of what was noticed; it grows while the level stays up
    rings   from this second it is counted as new (quiet hours make it wait)
    reason  why it was closed: real, expected, noise, duplicate; level (it went back by itself); gone
    why     numbers and short names, never words of a post
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    rule = models.ForeignKey(AlertRule, models.SET_NULL, null=True, related_name="+")
    sort = models.CharField(max_length=10)
    about = models.CharField(max_length=80)
    key = models.CharField(max_length=240)
    kind = models.CharField(max_length=30, blank=True, default="")
    place = models.ForeignKey("store.Place", models.CASCADE, null=True, related_name="+")
    region = models.CharField(max_length=80, blank=True, default="")
    post = models.BigIntegerField(null=True, db_index=True)
    seen_by = models.CharField(max_length=10, default="everybody")
    opened = models.BigIntegerField()
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    rings = models.BigIntegerField()
    snoozed = models.BigIntegerField(default=0)
    closed = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=10, blank=True, default="")
    why = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "key"], condition=Q(closed__isnull=True), name="alert_open_once"
            ),
        )
        indexes = (models.Index(fields=["programme", "-opened"], name="alert_newest"),)

    def __str__(self) -> str:
        return f"alert {self.pk}"
