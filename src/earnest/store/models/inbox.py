"""The inbox: what was done with a post, who holds which just now, tags, saved views, and what can be undone.

A post waits until a row says otherwise: nothing is written while posts arrive. What is said of a post is said
of its group (`Repost`): rows stand at the group's first post, its head, and hold for those that repeat it.
Nothing here says who dealt with how much: `Settled` and `PostTag` have no person, and a person's acts are
kept only as far as they can be undone.
"""

from django.conf import settings
from django.db import models


class InboxTerms(models.Model):
    """How a programme's inbox works; no row: as the columns' defaults say.

    days     how far back posts wait, by when they were said
    minutes  how long a post is held for the person who took it
    after    posts up to this id do not wait: somebody began afresh
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    days = models.PositiveSmallIntegerField(default=14)
    minutes = models.PositiveSmallIntegerField(default=15)
    after = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"inbox of programme {self.pk}"


class Tag(models.Model):
    """A word that the desk puts on posts and cases. `key` is its name without case, once a programme."""

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "key"], name="tag_once"),)

    def __str__(self) -> str:
        return f"tag {self.pk}"


class PostTag(models.Model):
    """A tag on a post and on those that repeat it. `act` is what put it there (0: not to be undone)."""

    pk = models.CompositePrimaryKey("tag_id", "post_id")
    tag = models.ForeignKey(Tag, models.CASCADE, db_index=False, related_name="+")
    post = models.ForeignKey("store.Post", models.CASCADE, db_constraint=False, related_name="+")
    act = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"post {self.post_id}: tag {self.tag_id}"


class Checkout(models.Model):
    """A post that somebody works on: others are not given it until then (seconds since 1970)."""

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["programme", "until"], name="checkout_until"),)

    def __str__(self) -> str:
        return f"post {self.post_id} is held"


class Settled(models.Model):
    """A post that was dealt with.

    how    done, nothing, later, or case
    until  of `later`: the second from which it waits again; else 0
    act    what settled it, so that undoing takes back nothing that was said since
    """

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    how = models.CharField(max_length=10)
    until = models.BigIntegerField(default=0)
    act = models.BigIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=["programme", "until"], condition=models.Q(until__gt=0), name="settled_until"
            ),
        )

    def __str__(self) -> str:
        return f"post {self.post_id}: {self.how}"


class SavedView(models.Model):
    """A named set of filters. `by` nobody: it is the desk's. `filters` are those of `read.Filters` by name.

    order  newest, severe or unsure
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    filters = models.JSONField(default=dict)
    order = models.CharField(max_length=10, default="newest")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    made = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"view {self.pk}"


class Act(models.Model):
    """One thing that a person did to some posts at once, as far as it can be undone: codes and numbers only.

    what     settle, tag, untag, label, case
    how      of settle: done, nothing or later; of case: new or old
    about    the tag, or the case's number
    change   of case: what `desk.cases.undo` takes
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, db_index=False, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=10)
    how = models.CharField(max_length=10, blank=True, default="")
    about = models.BigIntegerField(default=0)
    change = models.BigIntegerField(default=0)
    undone = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["by", "programme", "-id"], name="act_newest"),)

    def __str__(self) -> str:
        return f"act {self.pk}: {self.what}"


class ActPost(models.Model):
    """A post that an act changed, and how it was settled before ("" for not at all)."""

    pk = models.CompositePrimaryKey("post_id", "act_id")
    post = models.ForeignKey(
        "store.Post", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    act = models.ForeignKey(Act, models.CASCADE, related_name="+")
    how = models.CharField(max_length=10, blank=True, default="")
    until = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"act {self.act_id}: post {self.post_id}"
