"""What must outlive the deletion of posts: how far the list of graves is applied, what was taken along."""

from django.db import models


class Graves(models.Model):
    """One row: which list of graves in the home folder is this database's, and up to where it is applied.

    The list itself (`store.graves`) is a file outside the database, so that an old backup of the database
    meets the deletions that came after it. `merged` is when the search index was last rid of the words of
    posts that are gone.
    """

    id = models.SmallIntegerField(primary_key=True)
    name = models.CharField(max_length=32)
    size = models.BigIntegerField(default=0)
    mark = models.CharField(max_length=64, blank=True)
    merged = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"graves {self.name}"


class Export(models.Model):
    """A file that left with figures or posts in it: a report written somewhere, downloaded, or stored.

    path     where it was written; empty where a browser took it along
    digest   SHA-256 of what was written, so that a file that was replaced since is not taken for it
    held     how many of its posts were erased since; their words are still in the file
    stale    when the first of them was
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    format = models.CharField(max_length=10)
    made = models.DateTimeField()
    path = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    held = models.PositiveIntegerField(default=0)
    stale = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["programme", "stale"], name="export_stale"),)

    def __str__(self) -> str:
        return f"export {self.pk}: {self.what} {self.format}"


class ExportPost(models.Model):
    """A post whose words are in an export. The row goes with the post; the export counts it as `held`."""

    pk = models.CompositePrimaryKey("post_id", "export_id")
    post_id = models.BigIntegerField()
    export = models.ForeignKey(Export, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"export {self.export_id}: a post"
