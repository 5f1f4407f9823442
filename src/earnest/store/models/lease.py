"""Who reads a place at present, how its reading goes, what was not heard of it, and what is read of its past.

Nothing here says anything of a person: a holder is a process of a machine.
"""

from django.db import models

from earnest.store.models.count import Row


class Lease(Row):
    """Who reads a place. It holds while `until` (seconds since 1970 by the database's clock) lies ahead, and
    no further ahead than a lease is long: a clock that was set never makes a dead holder live on.

    `fence` grows each time the place changes hands. Whoever keeps a page shows the number it was given: a
    holder that slept past its end keeps nothing (`store.write_leases`).
    """

    place = models.OneToOneField("store.Place", models.CASCADE, primary_key=True, related_name="lease")
    holder = models.CharField(max_length=80)
    fence = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)


class Health(Row):
    """How the reading of a place goes: what is wrong (a code of `store.health_codes`, or ""), since when, how
    late and how long its last turn was, what its server still allows, and where it says that it moved to.
    """

    place = models.OneToOneField("store.Place", models.CASCADE, primary_key=True, related_name="health")
    code = models.CharField(max_length=20, blank=True, default="")
    since = models.DateTimeField()
    late = models.PositiveIntegerField(default=0)
    took = models.PositiveIntegerField(default=0)
    remaining = models.IntegerField(null=True)
    waits_until = models.DateTimeField(null=True)
    moved_to = models.TextField(blank=True, default="")


class Gap(models.Model):
    """A stretch in which a place was not heard, and why (`read_gaps.WHYS`). Null `until`: it lasts."""

    place = models.ForeignKey("store.Place", models.CASCADE, related_name="gaps", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=10)

    class Meta:
        indexes = (models.Index(fields=["place", "since"], name="gap_place"),)

    def __str__(self) -> str:
        return f"gap {self.pk}"


class Backfill(Row):
    """What is read of a place's past: the stretch that was asked for, how far it got and what it brought.

    state   wanted (begun or to be begun), stopped (by a person), done, failed
    earliest, latest   of the posts so far, whichever way the place gives them
    """

    place = models.OneToOneField("store.Place", models.CASCADE, primary_key=True, related_name="backfill")
    since = models.DateTimeField()
    until = models.DateTimeField()
    cursor = models.TextField(null=True)  # noqa: DJ001 - null is "not begun", "" may be a source's own cursor
    state = models.CharField(max_length=10, default="wanted")
    problem = models.TextField(blank=True, default="")
    earliest = models.DateTimeField(null=True)
    latest = models.DateTimeField(null=True)
    posts = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    asked = models.DateTimeField()
    changed = models.DateTimeField()
    next_try = models.DateTimeField(null=True)


class Heartbeat(Row):
    """A supervisor that runs: when it was last seen, by the database's clock."""

    holder = models.CharField(max_length=80, primary_key=True)
    began = models.BigIntegerField()
    seen = models.BigIntegerField()
    held = models.PositiveIntegerField(default=0)
