"""Following new posts: how far, which to look at again, and which are reposts of others.

Nothing here says who posted: a repost is a wording that came again.
"""

from django.db import models


class FollowMark(models.Model):
    """How far a programme's posts were followed.

    arrival  everything up to this arrival was
    gone     grows by one when posts that were followed are erased or get another wording: whoever remembers
             posts between two looks forgets them (`Left`)
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    arrival = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"followed to {self.arrival}"


class Left(models.Model):
    """A post that was erased, or has another wording, for those who remember posts: they forget it, and need
    not read everything else again. Rows live for a few hundred steps, and until the next sweep.

    step  `FollowMark.gone` from then on
    post  its id; the post may be gone
    heir  of a first post: the repeat that took its place
    """

    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    step = models.BigIntegerField()
    post = models.BigIntegerField()
    heir = models.BigIntegerField(null=True)
    at = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["programme", "step"], name="left_step"),)

    def __str__(self) -> str:
        return f"left {self.pk}"


class ToFollow(models.Model):
    """A post whose wording changed after it was followed: to be looked at again."""

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey("store.Programme", models.CASCADE, db_constraint=False, related_name="+")

    def __str__(self) -> str:
        return f"follow post {self.post_id} again"


class Repost(models.Model):
    """A post that says nearly the same as an earlier one, its `first`. The first itself has no row."""

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    first = models.ForeignKey("store.Post", models.CASCADE, db_constraint=False, related_name="+")

    def __str__(self) -> str:
        return f"post {self.post_id} repeats {self.first_id}"
