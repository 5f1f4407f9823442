"""Teams, the routes by which something goes to them, and what was sent up and when.

Nothing here says who wrote a post, and nothing counts what a person of the desk did. Cases, themes, labels
and channels are named by their numbers and ids, never by words of a post: what a message says is made anew
when a step is taken, and the outbox forgets it once it is delivered.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Team(models.Model):
    """Who looks after something.

    owns        {"labels": [labels and categories], "themes": [numbers]}: what goes to it by itself
    channels    {"team": [ids of channels], "lead": [ids]}: where its members and its lead are told
    leadership  the programme's leadership, the last step of a ladder: at most one
    otherwise   the team that is told where nobody of this one answers; none: leadership
    removed     it is no longer used, and stays because steps were taken to it
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)
    owns = models.JSONField(default=dict)
    channels = models.JSONField(default=dict)
    leadership = models.BooleanField(default=False)
    otherwise = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    removed = models.DateTimeField(null=True)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["programme", "slug"], name="team_slug"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(leadership=True, removed__isnull=True),
                name="one_leadership",
            ),
        )

    def __str__(self) -> str:
        return f"team {self.slug}"


class TeamMember(models.Model):
    """A person of the programme in a team. `lead`: the one who is told when the team does not answer."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    lead = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "person"], name="team_member_once"),)

    def __str__(self) -> str:
        return f"member {self.person_id} of team {self.team_id}"


class Route(models.Model):
    """What goes to whom, and when.

    place     where it stands in its file
    spec      the route as plain values (`desk.route_shapes`)
    comments  the lines that stood above it in its file
    since     what was found before is not sent by it: when it was made, switched on or its conditions changed
    looked    when it was last looked whether it matches (a row that two schedulers take in turns)
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    slug = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    place = models.PositiveIntegerField(default=0)
    on = models.BooleanField(default=True)
    spec = models.JSONField(default=dict)
    comments = models.TextField(blank=True, default="")
    since = models.DateTimeField()
    looked = models.DateTimeField(null=True)
    removed = models.DateTimeField(null=True)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "slug"], name="route_slug"),)

    def __str__(self) -> str:
        return f"route {self.slug}"


class RouteVersion(models.Model):
    """A route as it once was: who changed it, when and how (page, file, back, removed)."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    spec = models.JSONField(default=dict)
    comments = models.TextField(blank=True, default="")
    how = models.CharField(max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["route", "version"], name="route_version"),)

    def __str__(self) -> str:
        return f"route {self.route_id}, version {self.version}"


class RouteHead(models.Model):
    """The comment at the head of a programme's file of routes."""

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    comments = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return "head of the file of routes"


class Escalation(models.Model):
    """One case that goes up a ladder.

    case      the number of its case
    route     the route by which it goes; none: a person chose a team
    thing     what the route found: "case:5", "alert:3", "theme:12", "label:pay.tips"
    key       route, thing and window: of a key there is one, so that nothing is sent up twice
    why       numbers and short names of what matched, never words of a post
    ladder    its steps as they were when it began (`desk.ladder`): changing a route moves none that runs
    opened    when it began; `moved` when its last step was taken, or this round began
    turn      how often it was handed on
    step      how many steps of this round were taken; `due` when the next is, none: the ladder is at its end
    state     running, acknowledged, returned (the team handed it back), answered (its case is), stopped
    settled   when it came into this state, by whom, and how (page, mail, case): a stop can be undone for a
              minute
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    case = models.PositiveIntegerField()
    route = models.ForeignKey(Route, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    thing = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    why = models.JSONField(default=list)
    because = models.TextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ladder = models.JSONField(default=dict)
    opened = models.DateTimeField()
    moved = models.DateTimeField()
    turn = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default="running")
    settled = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    settled_how = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "key"], name="escalation_once"),)
        indexes = (
            models.Index(fields=["state", "due"], name="escalation_due"),
            models.Index(fields=["programme", "state", "-opened"], name="escalation_listed"),
            models.Index(fields=["programme", "case"], name="escalation_case"),
        )

    def __str__(self) -> str:
        return f"escalation {self.pk}"


class EscalationStep(models.Model):
    """A step that was taken: which, to whom, when. Of a round and a place there is one: it is taken once.

    who       team, lead or leadership
    due       until when an answer was asked for; none: it is the last
    channels  ids of the channels that were told; empty: there was none, only the page said it
    """

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="steps")
    turn = models.PositiveSmallIntegerField(default=0)
    place = models.PositiveSmallIntegerField()
    who = models.CharField(max_length=12)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    channels = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["escalation", "turn", "place"], name="escalation_step_once"),
        )

    def __str__(self) -> str:
        return f"step {self.place} of escalation {self.escalation_id}"


class AckLink(models.Model):
    """The link of a message by which somebody says that they have it: the hash of its token, used once."""

    hash = models.CharField(max_length=64, primary_key=True)
    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="+")
    turn = models.PositiveSmallIntegerField(default=0)
    place = models.PositiveSmallIntegerField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "acknowledge link"


class EscalationWish(models.Model):
    """An analyst's wish that a case goes up. state: waiting, granted, declined."""

    programme = models.ForeignKey("store.Programme", models.CASCADE, related_name="+")
    case = models.PositiveIntegerField()
    because = models.TextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    settled = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answer = models.TextField(blank=True, default="")
    escalation = models.ForeignKey(Escalation, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "case"], condition=Q(state="waiting"), name="wish_once"
            ),
        )

    def __str__(self) -> str:
        return f"wish {self.pk}"
