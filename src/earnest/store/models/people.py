"""The operator's own people: what they may see, how they are invited and signed in, and the reports that were
made.

Nothing here counts what a person does. Of a browser only its sort is kept ("firefox linux"), of a network
address nothing but a keyed hash, and that for an hour.
"""

from django.conf import settings
from django.db import models


class Membership(models.Model):
    """A person's role in a programme. `desk.access` alone says what a role may do.

    `places` are the slugs of the places whose community a delegate speaks for; empty for other roles.
    `shown`: whether this person agreed to be named in the programme's public notice.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    role = models.CharField(max_length=10)
    places = models.JSONField(default=list)
    shown = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "programme"], name="member_once"),)

    def __str__(self) -> str:
        return f"membership {self.pk}: {self.role}"


class SignIn(models.Model):
    """A one-time sign-in link: only the hash of its token is kept."""

    hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "sign-in link"


class Person(models.Model):
    """What a person chose for themselves. Empty: as the installation has it; `known_as` empty: their name."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    language = models.CharField(max_length=5, default="")
    zone = models.CharField(max_length=40, default="")
    known_as = models.CharField(max_length=80, default="")

    def __str__(self) -> str:
        return f"person {self.pk}"


class TeamInvitation(models.Model):
    """Somebody asked to join the desk: only the hash of the link's token is kept.

    `places` are those a delegate is to speak for. `email` is empty for a link that is passed on by hand; it
    is wiped when the invitation is accepted or taken back.
    """

    hash = models.CharField(max_length=64, unique=True)
    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    role = models.CharField(max_length=10)
    places = models.JSONField(default=list)
    email = models.CharField(max_length=254, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["programme", "expires"], name="team_invitation_open"),)

    def __str__(self) -> str:
        return f"team invitation {self.pk}"


class Visit(models.Model):
    """A session of a person: while the row is there and young enough, the session holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    begun = models.DateTimeField()
    seen = models.DateTimeField()
    browser = models.CharField(max_length=40, default="")

    def __str__(self) -> str:
        return f"visit {self.pk}"


class Attempt(models.Model):
    """Failed sign-ins of a name, an address or both: `key` is a keyed hash, and nothing else is known."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "attempts"


class Cached(models.Model):
    """The shared cache of all processes (`django.core.cache.backends.db`): limits, and codes used once."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "cached"


class StoredReport(models.Model):
    """A report that was made; its files are in the home folder under `reports/`.

    `quoted` are the ids of the posts it quotes: when one of them is erased the files go at once, the state
    becomes `stale`, and the report is made anew from what may still be told. `digests` are the SHA-256 of its
    files by format: a file put back from an old backup is not the one that was made last, and is not shown.
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    since = models.DateField()
    until = models.DateField()
    made = models.DateTimeField()
    lang = models.CharField(max_length=12, default="en")
    formats = models.JSONField(default=list)
    quoted = models.JSONField(default=list)
    digests = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="ready")

    def __str__(self) -> str:
        return f"report {self.pk}"
