"""Posts, their labels, corrections, and the marks that deleted posts leave.

There is no author here and no way back to one. `key` is an HMAC of source and post id under a key outside the
database; `voice` is an HMAC of theme, epoch and speaker under another, and two of them can be compared only
within one theme of one epoch.

Foreign keys of these tables are not checked row by row by the database (`db_constraint=False`): a check a row
costs PostgreSQL a third of an import, and places are removed through `erase` alone, which takes their posts
first.
"""

from django.conf import settings
from django.db import models


class Post(models.Model):
    """One admitted post, with the main part of its verdict.

    id        the second in which it was said, then a running number (`store.identity`): newest first is
              simply the
              greatest id first, in every index and in the search as well; stays below 2**53 so that a
              browser's numbers can hold it
    arrival   1, 2, 3 … in the order in which posts were kept: what Live follows
    created   when it was said, seconds since 1970
    received  when it was kept, seconds since 1970
    version   when its source says that this wording was written, milliseconds since 1970; 0 where it does not
              say. An older wording never replaces a newer one.
    theme     the label under which its voice tag was made, where the post has another one since the taxonomy
              changed; else empty
    """

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    key = models.BinaryField(max_length=16)
    arrival = models.BigIntegerField()
    text = models.TextField()
    created = models.BigIntegerField()
    received = models.BigIntegerField()
    lang = models.CharField(max_length=12, default="und")
    region = models.CharField(max_length=80, default="", blank=True)
    domain = models.CharField(max_length=253, default="", blank=True)
    kind = models.CharField(max_length=30)
    kind_score = models.FloatField()
    label = models.CharField(max_length=80)
    unsure = models.BooleanField()
    sentiment = models.CharField(max_length=10, default="", blank=True)
    sentiment_score = models.FloatField(null=True)
    voice = models.BinaryField(max_length=12, null=True)
    model = models.CharField(max_length=32)
    corrected = models.BooleanField(default=False)
    version = models.BigIntegerField(default=0, db_default=0)
    theme = models.CharField(max_length=80, default="", db_default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["place", "key"], name="post_once"),)
        indexes = (
            models.Index(fields=["programme", "id"], name="post_newest"),
            models.Index(fields=["place", "id"], name="post_place"),
            models.Index(fields=["programme", "arrival"], name="post_arrival"),
            models.Index(fields=["place"], condition=~models.Q(theme=""), name="post_theme"),
        )

    def __str__(self) -> str:
        return f"post {self.pk}"


class PostLabel(models.Model):
    """One to three labels of a post, best first (rank 0)."""

    pk = models.CompositePrimaryKey("post_id", "rank")
    post = models.ForeignKey(Post, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    rank = models.SmallIntegerField()
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    label = models.CharField(max_length=80)
    score = models.FloatField()

    class Meta:
        indexes = (models.Index(fields=["programme", "label", "post"], name="label_newest"),)

    def __str__(self) -> str:
        return f"post {self.post_id}: {self.label}"


class Tombstone(models.Model):
    """The key of a deleted post: a replay or an old backup of the source never brings it back."""

    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    key = models.BinaryField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["place", "key"], name="tombstone_once"),)

    def __str__(self) -> str:
        return f"tombstone {self.pk}"


class Correction(models.Model):
    """A person looked at a post's labels: what the model had said, and what is right.

    voice  the tag that the post lost with its old main label: counted nowhere, it is there so that somebody
           who leaves takes this post along
    said   what the machine's verdict was in full (labels with their scores, and how sure it was), so that it
           can be put back exactly
    asked  the person was given this post (by the review queue, or because it was unsure), and did not look
           for an error: only such corrections tell how often anything is right
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_constraint=False)
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    said_label = models.CharField(max_length=80)
    said_kind = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    voice = models.BinaryField(max_length=12, null=True)
    said = models.JSONField(default=dict)
    asked = models.BooleanField(default=False)
    model = models.CharField(max_length=32)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"correction {self.pk}"
