"""Programmes, the places each listens to, and what could not be read."""

from django.db import models


class Programme(models.Model):
    """What an operator listens for, and the terms under which: see the public notice.

    `state` is draft until every term is written (`store.draft.missing`); only a live programme is heard,
    shown or reported. `lawful_basis` is one of `record.basis.BASES`, `basis_note` the operator's own words on
    it. `directive`: for a workforce, that the statement of `record.basis.DIRECTIVE` was made.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    audience = models.CharField(
        max_length=10, choices=[("customers", "customers"), ("workforce", "workforce")]
    )
    state = models.CharField(max_length=5, default="draft", choices=[("draft", "draft"), ("live", "live")])
    organisation = models.CharField(max_length=200, blank=True, default="")
    purpose = models.TextField(blank=True)
    purpose_es = models.TextField(blank=True, default="")
    lawful_basis = models.CharField(max_length=200, blank=True)
    basis_note = models.TextField(blank=True, default="")
    directive = models.BooleanField(default=False)
    contact = models.CharField(max_length=200, blank=True)
    complaint = models.CharField(max_length=200, blank=True, default="")
    officer = models.CharField(max_length=200, blank=True, default="")
    supervisor = models.CharField(max_length=200, blank=True, default="")
    retention_days = models.PositiveIntegerField(default=365)
    quotes = models.BooleanField(default=True)
    taxonomy = models.CharField(max_length=100, default="gig-delivery")
    made = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(null=True)
    live_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.slug


class Place(models.Model):
    """One source of one programme. `cursor` moves only together with posts.

    `paused_by` is "steward" or "delegate" while it is paused: what the community stopped, only it resumes.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="places")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    type = models.CharField(max_length=30)
    kind = models.CharField(
        max_length=10, choices=[("addressed", "addressed"), ("open", "open"), ("closed", "closed")]
    )
    region = models.CharField(max_length=80, blank=True)
    lang = models.CharField(max_length=12, blank=True)
    settings = models.JSONField(default=dict)
    cursor = models.TextField(null=True)  # noqa: DJ001 - null is "never read", "" may be a source's own cursor
    state = models.CharField(max_length=10, default="hearing")
    paused_by = models.CharField(max_length=10, blank=True, default="")
    problem = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    interval = models.PositiveIntegerField(default=300)
    last_post = models.DateTimeField(null=True)
    last_read = models.DateTimeField(null=True)
    next_read = models.DateTimeField(null=True)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "slug"], name="place_slug"),)

    def __str__(self) -> str:
        return self.slug


class DeadLetter(models.Model):
    """An item that could not be read: where, and the class of what was wrong. Never its content."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="dead_letters")
    position = models.CharField(max_length=200)
    error = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["place", "position", "error"], name="dead_letter_once"),
        )

    def __str__(self) -> str:
        return f"{self.position}: {self.error}"
