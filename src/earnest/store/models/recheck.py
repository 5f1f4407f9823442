"""Places whose posts must be looked at again at their source, and when each day of theirs was."""

from django.db import models


class Recheck(models.Model):
    """A place whose posts may be shown only while their last look at the source is `every` seconds old at
    most.
    """

    place = models.OneToOneField("store.Place", models.CASCADE, primary_key=True, related_name="+")
    every = models.PositiveIntegerField()
    tried = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"place {self.pk}: every {self.every} s"


class CheckedDay(models.Model):
    """A day (since 1970) in which posts of such a place were said, and the second at which all of them that
    were kept by then were last seen at the source.
    """

    pk = models.CompositePrimaryKey("place_id", "day")
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    day = models.IntegerField()
    verified = models.BigIntegerField()

    def __str__(self) -> str:
        return f"place {self.place_id}: day {self.day}"
