"""What a team did about a case, what of it a report may tell, and what is watched afterwards.

An action's sentence is written by the operator's own people and says nothing of who spoke. Nothing here is
made from the words of a post: figures are read anew from the counts each time. `day` is a calendar day.
"""

from django.conf import settings
from django.db import models


class Action(models.Model):
    """One thing that was done, or is planned.

    what        one sentence
    sort        fixed, told, changed, repaid, other (`store.action_shapes.SORTS`)
    day         when it was done, or when it is to be done (`planned`)
    promise     how much of the complaints it is to take away: gone, half, fewer, or "" (nothing promised)
    in_report   a lead let reports tell it
    version     goes up with each change: two people who edit it at once are told
    taken_back  when somebody took it back; it is told nowhere then, and can be put back
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, db_index=False, related_name="+")
    what = models.CharField(max_length=300)
    sort = models.CharField(max_length=10, default="fixed")
    team = models.ForeignKey("store.Team", models.SET_NULL, null=True, related_name="+")
    day = models.DateField()
    planned = models.BooleanField(default=False)
    promise = models.CharField(max_length=10, blank=True, default="")
    in_report = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made = models.DateTimeField()
    taken_back = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["programme", "-day", "-id"], name="action_newest"),)

    def __str__(self) -> str:
        return f"action {self.pk}"


class ActionCase(models.Model):
    """An action belongs to a case, maybe to several. It stays with the case where it was recorded: of merged
    cases the reader follows the merging.
    """

    action = models.ForeignKey(Action, models.CASCADE, db_index=False, related_name="+")
    case = models.ForeignKey("store.Case", models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["action", "case"], name="action_case_once"),)

    def __str__(self) -> str:
        return f"action {self.action_id} of case {self.case_id}"


class CaseInReport(models.Model):
    """A lead let reports tell of a case, in these words: a title that changes later is not told unseen."""

    case = models.OneToOneField("store.Case", models.CASCADE, primary_key=True, related_name="+")
    title = models.CharField(max_length=160)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"case {self.case_id} in reports"


class CaseWatch(models.Model):
    """What is remembered of a case whose complaints are watched. Looked at once a day; figures are rounded.

    since         the day (number) from which it is watched: the last action's, or that of closing
    above         the day on which it was first seen above what was promised, and not well below since
    left_alone    a person said "leave it closed": nothing reopens it until it is acted on anew
    looked        the day on which it was looked at last
    verdict       what was found of the last action then (`understand.effect`), or ""
    left_percent  how much of the complaints was left, in steps of five; none where it is not told
    """

    case = models.OneToOneField("store.Case", models.CASCADE, primary_key=True, related_name="+")
    since = models.IntegerField()
    above = models.IntegerField(null=True)
    left_alone = models.BooleanField(default=False)
    looked = models.IntegerField(default=0)
    verdict = models.CharField(max_length=12, blank=True, default="")
    left_percent = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"watch of case {self.case_id}"


class AlertCase(models.Model):
    """An alert opened a case or feeds it. `told` is the timeline entry's one time an alert.

    opened   the case was opened from this alert
    """

    alert = models.ForeignKey("store.Alert", models.CASCADE, db_index=False, related_name="+")
    case = models.ForeignKey("store.Case", models.CASCADE, related_name="+")
    opened = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["alert", "case"], name="alert_case_once"),)

    def __str__(self) -> str:
        return f"alert {self.alert_id} in case {self.case_id}"
