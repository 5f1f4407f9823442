"""What a programme learned from its people: its own models, the review queue's holds, and blind samples.

A model's words are nowhere here: its folder holds a table of hashed terms, and these rows hold figures and
the ids of the posts it learned from, so that it can be made anew when one of them is erased.
"""

from django.conf import settings
from django.db import models


class LearnedModel(models.Model):
    """A model that was made for one programme from its corrections.

    model    its id, and the name of its folder under `<home>/models/<programme>/`
    before   the model it was compared with; empty for the one that came with the taxonomy
    version  of the taxonomy, for which it was made
    state    candidate (better, waits for a person), current, former, refused (not better)
    stale    a post it learned from was erased since
    figures  what was measured when it was compared (`understand.compare`), numbers only
    by       who took it over
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    model = models.CharField(max_length=32)
    before = models.CharField(max_length=32, blank=True, default="")
    taxonomy = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=1)
    made = models.DateTimeField()
    state = models.CharField(max_length=10)
    stale = models.BooleanField(default=False)
    figures = models.JSONField(default=dict)
    decided = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["programme"], condition=models.Q(state="current"), name="one_current_model"
            ),
        )

    def __str__(self) -> str:
        return f"model {self.model}"


class LearnedPost(models.Model):
    """A post that a model learned from. The row goes with the post, and the model is stale from then on."""

    post_id = models.BigIntegerField()
    model = models.ForeignKey(LearnedModel, models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["post_id", "model"], name="learned_once"),)

    def __str__(self) -> str:
        return f"model {self.model_id}: a post"


class LearnRun(models.Model):
    """The last time that a programme's model was made anew: how far it is, or how it ended.

    `ended` is empty while it runs, and for ever where it was killed; whether it runs is told by a lock.
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    begun = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    what = models.CharField(max_length=60, blank=True)
    share = models.FloatField(default=0.0)
    told = models.CharField(max_length=300, blank=True)
    learned = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"learning of programme {self.pk}"


class ReviewHold(models.Model):
    """A post that somebody looks at in the review queue, or put aside: others are not given it meanwhile."""

    post = models.ForeignKey("store.Post", models.CASCADE, related_name="+", db_constraint=False)
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()
    skipped = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["post", "by"], name="held_once"),)

    def __str__(self) -> str:
        return f"hold {self.pk}"


class BlindRound(models.Model):
    """One drawing of a blind sample: from which arrivals, and how many posts there were."""

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    at = models.DateTimeField()
    after = models.BigIntegerField()
    until = models.BigIntegerField()
    posts = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["programme", "until"], name="blind_newest"),)

    def __str__(self) -> str:
        return f"blind round {self.pk}"


class BlindPost(models.Model):
    """A post that is shown without its label, what it was labelled, and how many posts it stands for.

    model   what had labelled it, and score the chance it gave its label
    weight  the posts of its label in that round, divided by those of them that were drawn
    twice   two people are asked
    """

    post = models.OneToOneField("store.Post", models.CASCADE, related_name="+", db_constraint=False)
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    round = models.ForeignKey(BlindRound, models.CASCADE, related_name="+")
    label = models.CharField(max_length=80)
    score = models.FloatField()
    kind = models.CharField(max_length=30)
    model = models.CharField(max_length=32)
    weight = models.FloatField()
    twice = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"blind post {self.pk}"


class BlindAnswer(models.Model):
    """What somebody who did not see the machine's label says. An empty label: it cannot be told."""

    asked = models.ForeignKey(BlindPost, models.CASCADE, related_name="+")
    label = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=30, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["asked", "by"], name="answered_once"),)

    def __str__(self) -> str:
        return f"blind answer {self.pk}"
