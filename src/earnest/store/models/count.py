"""What is counted while posts are kept, in the same transaction, and what was heard when.

Hours and weeks are whole numbers since 1970 UTC: `hour` is seconds // 3600, `day` and `week` (its Monday) are
days. An empty text means "not told", except in `WeekCount`, whose grain says which columns take part.
"""

from django.db import models


class Row(models.Model):
    """A counted row: its name is its key."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class HourCount(Row):
    """Posts by hour and every facet at once; exact to the hour at any edge of a range."""

    pk = models.CompositePrimaryKey(
        "programme_id", "hour", "place_id", "label", "kind", "sentiment", "lang", "region"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    hour = models.IntegerField()
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    sentiment = models.CharField(max_length=10)
    lang = models.CharField(max_length=12)
    region = models.CharField(max_length=80)
    posts = models.IntegerField()


class DayCount(Row):
    """Posts by day and one facet at a time: what the filters beside a list of posts show."""

    pk = models.CompositePrimaryKey("programme_id", "day", "place_id", "facet", "value")
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    day = models.IntegerField()
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    facet = models.CharField(max_length=10)
    value = models.CharField(max_length=80)
    posts = models.IntegerField()


class WeekCount(Row):
    """Posts by week at several grains (`store.rollup.GRAINS`): a question takes the smallest that can answer
    it.
    """

    pk = models.CompositePrimaryKey(
        "programme_id", "grain", "week", "place_id", "label", "kind", "sentiment", "lang", "region"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    grain = models.SmallIntegerField()
    week = models.IntegerField()
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    sentiment = models.CharField(max_length=10)
    lang = models.CharField(max_length=12)
    region = models.CharField(max_length=80)
    posts = models.IntegerField()


class Voice(Row):
    """A voice tag heard on a label in a week: only ever counted, never listed beside posts. A tag belongs to
    one label; a post that was relabelled when the taxonomy changed is counted by a tag made of its own
    (`tally.counted`).
    """

    pk = models.CompositePrimaryKey("programme_id", "tag", "week")
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    tag = models.BinaryField(max_length=12)
    week = models.IntegerField()
    label = models.CharField(max_length=80)
    quarter = models.IntegerField()
    posts = models.IntegerField()


class VoiceCount(Row):
    """How many distinct voice tags a label has in a week, by the week in which the same tag was heard before.

    `before` (0: never) makes any range exact without looking at tags: the distinct voices of a range are
    those of its weeks that were heard last before its beginning. `quarter` is the tags' epoch, and with
    it the label they were made under (`tally.counted`): they are linked within both only.
    """

    pk = models.CompositePrimaryKey("programme_id", "week", "label", "quarter", "before")
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    week = models.IntegerField()
    label = models.CharField(max_length=80)
    quarter = models.IntegerField()
    before = models.IntegerField()
    voices = models.IntegerField()


class Coverage(Row):
    """What is known of a place's hour: 1 verified empty, 2 observed. No row: unknown."""

    pk = models.CompositePrimaryKey("place_id", "hour")
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    hour = models.IntegerField()
    state = models.SmallIntegerField()


class Minute(Row):
    """Posts that arrived in a minute, for Live; kept for two days."""

    pk = models.CompositePrimaryKey("programme_id", "minute")
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    minute = models.IntegerField()
    posts = models.IntegerField()


class Withheld(Row):
    """Posts withheld in a week, for whatever reason, over the whole installation: one number."""

    week = models.IntegerField(primary_key=True)
    posts = models.IntegerField()


class Counter(Row):
    """One row: the last arrival given out. Taking it in a transaction puts writers one behind the other."""

    id = models.SmallIntegerField(primary_key=True)
    arrival = models.BigIntegerField(default=0)
