"""Where messages go, the messages that wait or went, and what came in by a hook.

No secret is kept here: those are files in the key folder (`desk.channel_secrets`). What a message says is
kept only until it was delivered or given up; then `payload` is empty and what remains names no words: kind,
case, when, how it went.
"""

from django.conf import settings
from django.db import models


class Channel(models.Model):
    """One way out of a programme.

    sort      mail, apprise, webhook, github, gitlab or jira (`notify.base.SORTS`)
    settings  what is no secret: recipients, the repository, the address without its token
    events    which events of the programme are told here (`notify.events.EVENTS`)
    mark      the last link of the audit chain that was looked at for those events
    secret    since when its secret is set; null: none is
    hook      what its way in is called in the address; null: it has none
    failures  in a row; with enough of them it `rests` until a time
    problem   what went wrong last, one of `notify.base.WHY`
    removed   since when it is gone: the row stays so that what was sent can say where
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    sort = models.CharField(max_length=10)
    settings = models.JSONField(default=dict)
    events = models.JSONField(default=list)
    mark = models.BigIntegerField(default=0)
    alerts = models.BigIntegerField(default=0)
    on = models.BooleanField(default=True)
    secret = models.DateTimeField(null=True)
    hook = models.CharField(max_length=32, null=True, unique=True)  # noqa: DJ001 - unique where there is one
    hook_secret = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    rests = models.DateTimeField(null=True)
    worked = models.DateTimeField(null=True)
    problem = models.CharField(max_length=20, blank=True, default="")
    made = models.DateTimeField()
    removed = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "slug"], condition=models.Q(removed__isnull=True), name="channel_slug"
            ),
        )

    def __str__(self) -> str:
        return f"channel {self.pk}: {self.sort}"


class Message(models.Model):
    """One message to one channel, or to one of the operator's own people (`person`).

    key      what makes it the same message: a hash over programme, where it goes and what the caller named
    payload  `notify.base.Notice` as plain values; null once it was delivered, given up or dropped
    quoted   ids of posts that the payload quotes: when one goes, its quote does
    about    ids of posts that the message is about: when one goes before delivery, the message is dropped
    state    waiting, sending (until `leased`), delivered, refused, given_up or dropped
    at       the next try
    until    after this it is given up
    result   one of `notify.base.WHY`; `status` the number that the other side answered
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, db_index=False, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=30)
    case = models.PositiveIntegerField(null=True)
    payload = models.JSONField(null=True)
    quoted = models.JSONField(default=list)
    about = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="waiting")
    made = models.DateTimeField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    leased = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.CharField(max_length=20, blank=True, default="")
    status = models.PositiveSmallIntegerField(null=True)
    done = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["programme", "-id"], name="message_sent"),
            models.Index(fields=["programme", "case", "-id"], name="message_case"),
            models.Index(fields=["programme", "state", "-id"], name="message_state"),
            models.Index(fields=["channel", "-id"], name="message_channel"),
            models.Index(
                fields=["at"], condition=models.Q(state__in=["waiting", "sending"]), name="message_due"
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}: {self.kind}, {self.state}"


class Incoming(models.Model):
    """What a hook has taken already, by the sender's id of it (hashed): the same is not taken twice."""

    channel = models.ForeignKey(Channel, models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=64)
    sort = models.CharField(max_length=20)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "key"], name="incoming_once"),)

    def __str__(self) -> str:
        return f"incoming {self.pk}: {self.sort}"


class MailWish(models.Model):
    """Which mails a person of the desk wants. No row: none. Nothing goes to an address nobody confirmed."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    mentions = models.BooleanField(default=False)
    assignments = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "wish for mails"


class OutboxMark(models.Model):
    """How far something was looked at for mails to people: "mentions" or "changes", and the last row's id."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} to {self.at}"
