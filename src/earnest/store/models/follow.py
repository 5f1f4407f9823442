"""Following new posts: how far, which to look at again, and which are reposts of others.

Nothing here says who posted: a repost is a wording that came again.
"""

from django.db import models


class FollowMark(models.Model):
    """How far a programme's posts were followed.

    arrival  everything up to this arrival was
    gone     grows when posts that were followed are erased or get another wording: whoever remembers posts
             between two looks must remember anew
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    arrival = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"followed to {self.arrival}"


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
