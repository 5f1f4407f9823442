"""Second opinions: which programmes want them, and what a slower, better judge said of single posts.

Ids of labels and numbers only; the rows go with their posts.
"""

from django.db import models


class SecondTerms(models.Model):
    """Whether a programme's least certain posts are looked at a second time, by whom, and how far that is.

    tier     off, accurate (a model on this machine) or endpoint (a server of the operator's own)
    share    percent of new posts, 5 to 20
    since    posts up to this arrival are left alone; arrival: those up to this one were considered
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    tier = models.CharField(max_length=10, default="off")
    share = models.PositiveSmallIntegerField(default=10)
    since = models.BigIntegerField(default=0)
    arrival = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"second opinions of programme {self.pk}: {self.tier}"


class Second(models.Model):
    """A post that was chosen to be looked at a second time, and what came of it.

    state    waiting, given (an opinion), silent (asked often enough, no label)
    due      the second at which it may be asked about; beyond now while somebody is asking
    chosen   the second at which it was chosen
    label    the main label the post had, with its score and whether it was unsure
    opinion  [[label, score], …], best first
    model    what gave the opinion
    agrees   the opinion's main label is the post's; changed: the post took the opinion's labels
    """

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    state = models.CharField(max_length=8, default="waiting")
    tries = models.PositiveSmallIntegerField(default=0)
    due = models.BigIntegerField(default=0)
    chosen = models.BigIntegerField()
    label = models.CharField(max_length=80)
    score = models.FloatField()
    unsure = models.BooleanField()
    tier = models.CharField(max_length=10, blank=True, default="")
    model = models.CharField(max_length=32, blank=True, default="")
    opinion = models.JSONField(default=list)
    agrees = models.BooleanField(null=True)
    changed = models.BooleanField(default=False)
    at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["programme", "state", "due"], name="second_due"),)

    def __str__(self) -> str:
        return f"second look at post {self.post_id}: {self.state}"
