"""Versions of a programme's taxonomy, and the posts that taught what a new label means.

A version is written once and never changed, but for its state and how far the stored posts follow it. A
programme without a row uses the pack it was begun with.
"""

from django.conf import settings
from django.db import models


class TaxonomyVersion(models.Model):
    """One version.

    number     1 is the pack that came with Earnest
    document   the taxonomy itself (`understand.versions.document`)
    steps      what was changed, as plain steps, from the version it was made of (`basis`)
    became     from each label of `basis` to its labels here: one where that is exact, several where it was
               split, none where it was retired
    asked      labels of `basis` whose posts are asked about one by one
    lineage    from every id that was ever used to the ids it is in this version
    back_to    the former version that this one is again; 0 where it is a new one
    history    what becomes of stored posts: relabel, keep (only what is exact) or all (each asked anew)
    state      draft, preparing (somebody applied it, its model is being made), current or former
    model      the model that was made for it under `models/<programme>/`; empty for the shipped one
    since      when it became current
    watermark  arrival of the last stored post that was looked at since then; `bound` the last arrival before
    total      posts that are to be relabelled, `done` how many were
    problem    why it could not be prepared, in a sentence
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    basis = models.PositiveIntegerField(default=0)
    back_to = models.PositiveIntegerField(default=0)
    document = models.JSONField()
    steps = models.JSONField(default=list)
    became = models.JSONField(default=dict)
    asked = models.JSONField(default=list)
    lineage = models.JSONField(default=dict)
    history = models.CharField(max_length=10, default="relabel")
    state = models.CharField(max_length=10, default="draft")
    model = models.CharField(max_length=32, blank=True, default="")
    made = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(null=True)
    watermark = models.BigIntegerField(default=0)
    bound = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["programme", "number"], name="taxonomy_number"),
            models.UniqueConstraint(
                fields=["programme"], condition=models.Q(state="current"), name="one_current_taxonomy"
            ),
        )

    def __str__(self) -> str:
        return f"taxonomy version {self.number}"


class TaxonomyExample(models.Model):
    """A stored post that shows what a new label means. The row goes with the post; its words stay there."""

    version = models.ForeignKey(TaxonomyVersion, models.CASCADE, related_name="+")
    post_id = models.BigIntegerField()
    label = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["post_id", "version"], name="taxonomy_example_once"),)

    def __str__(self) -> str:
        return f"example of {self.label}"
