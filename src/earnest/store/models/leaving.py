"""Who asked to be left out, as keyed hashes, and the one-time codes with which somebody shows it is them.

This is no table of authors. It holds those only who asked to leave; a hash is made under a key of its own,
kept outside the database, for one account in one place; nothing else says it, no post carries it, and no
query joins it to one: it is only ever handed to the gate, which compares it in memory.
"""

from django.db import models


class OptOut(models.Model):
    """An account that is not heard at a place any more.

    place   "programme/slug" as words, so that removing a place and adding it again forgets nobody
    hash    HMAC of source and account (`gate.voice.Keys.leaver`)
    at      the day; a finer time would lead to the post that asked
    """

    place = models.CharField(max_length=121)
    hash = models.BinaryField(max_length=32)
    at = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["place", "hash"], name="opt_out_once"),)

    def __str__(self) -> str:
        return f"opt-out {self.pk}"


class LeaveCode(models.Model):
    """A one-time code that somebody posts to show which account is theirs: only its keyed hash is kept.

    done    when it was heard; what came of it is told by the private page until the code expires
    places  titles of the places that do not hear the account any more
    posts   how many posts of the account were erased
    """

    hash = models.BinaryField(max_length=32, primary_key=True)
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    expires = models.DateTimeField()
    done = models.DateTimeField(null=True)
    places = models.JSONField(default=list)
    posts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return "code of the opt-out page"
