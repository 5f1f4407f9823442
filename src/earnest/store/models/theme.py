"""Themes: groups of posts about the same concrete problem, what they are called, and which became one.

A theme holds nothing that is not made from its posts, and nothing of who spoke. Its counts follow its posts
in the same transaction; a phrase of its name goes when too few of its posts say it any more.
"""

from django.conf import settings
from django.db import models


class Theme(models.Model):
    """One theme. `number` is its name in addresses, never given twice in a programme.

    label     the label that most of its posts have
    phrases   [words, in how many of its posts they stood], the most telling first
    named_by  words (its own phrases), endpoint or person; "" without a name
    sized     how many posts it had when its phrases were found; 0: they are to be found anew
    state     open, dismissed (a person said that it is no theme) or merged
    into      of a merged theme: the one it became part of
    by        merged or dismissed by this person; none: by Earnest
    told      an alert told of it as a new theme
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=120, blank=True, default="")
    named_by = models.CharField(max_length=10, blank=True, default="")
    phrases = models.JSONField(default=list)
    sized = models.PositiveIntegerField(default=0)
    first_seen = models.BigIntegerField(default=0)
    last_seen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, default="open")
    into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    told = models.BooleanField(default=False)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "number"], name="theme_number"),)
        indexes = (models.Index(fields=["programme", "state", "last_seen"], name="theme_lately"),)

    def __str__(self) -> str:
        return f"theme {self.number}"


class ThemePost(models.Model):
    """A post that is in a theme, or that a person took out of one (`theme` is none then).

    origin  the theme it was placed in before that one became part of another: what undoing a merge goes by
    other   it says the opposite of most ("not at our station")
    fixed   a person put it there, so grouping leaves it
    """

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    theme = models.ForeignKey(
        Theme, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    origin = models.ForeignKey(
        Theme, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    other = models.BooleanField(default=False)
    fixed = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["theme", "post"], name="theme_newest"),
            models.Index(fields=["theme", "post"], condition=models.Q(other=True), name="theme_other"),
        )

    def __str__(self) -> str:
        return f"post {self.post_id} in a theme"


class ThemeWeek(models.Model):
    """Posts of a theme by week (the day number of its Monday) and place."""

    pk = models.CompositePrimaryKey("theme_id", "week", "place_id")
    theme = models.ForeignKey(Theme, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    week = models.IntegerField()
    place = models.ForeignKey(
        "store.Place", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    posts = models.IntegerField()

    def __str__(self) -> str:
        return f"theme {self.theme_id}, week {self.week}"


class ThemeVoices(models.Model):
    """From how many voices at least a large theme was heard since a week (the day number of its Monday), when
    it had so many posts (`store.theme_voices`). No row: they are counted while reading.

    nameless  posts that came without any voice
    """

    pk = models.CompositePrimaryKey("theme_id", "first")
    theme = models.ForeignKey(Theme, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    first = models.IntegerField()
    posts = models.IntegerField()
    voices = models.IntegerField()
    other_voices = models.IntegerField()
    nameless = models.IntegerField()

    def __str__(self) -> str:
        return f"voices of theme {self.theme_id} since {self.first}"


class ThemeMark(models.Model):
    """One row a programme: the last number given, and a token that changes with everything written of its
    themes, so that whoever remembers them between two looks knows when to read them anew.
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    last = models.PositiveIntegerField(default=0)
    token = models.CharField(max_length=16, blank=True, default="")

    def __str__(self) -> str:
        return f"themes up to {self.last}"


class ThemeApart(models.Model):
    """Two themes that a person keeps from becoming one."""

    one = models.ForeignKey(Theme, models.CASCADE, related_name="+")
    other = models.ForeignKey(Theme, models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["one", "other"], name="themes_apart"),)

    def __str__(self) -> str:
        return f"{self.one_id} apart from {self.other_id}"


class Severe(models.Model):
    """A single post that may not wait for others like it: somebody hurt, threatened or in danger, much lost.

    why    codes of `understand.severity`, joined by commas
    score  0 to 1
    seen   a person looked at it and put it aside
    """

    post = models.OneToOneField(
        "store.Post", models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    programme = models.ForeignKey(
        "store.Programme", models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    why = models.CharField(max_length=80)
    score = models.FloatField()
    novel = models.BooleanField(default=False)
    seen = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["programme", "post"], name="severe_newest"),)

    def __str__(self) -> str:
        return f"severe post {self.post_id}"
