"""Cases: what a team works on. Posts and themes that belong together, who has it, and all that was done.

Nothing a person does removes a row here. A post, theme, tag or note that is taken out of a case keeps its row
with the change that took it out (`out`), so that undoing that change puts back exactly what it took. Merging
moves nothing either: a case becomes part of another (`merged_into`), and whoever reads the one at the end
(`root`) is shown what all of them hold; undoing a merge is only to let go.

Nothing is copied from a post, and a change holds no post's number: when a post is erased its links lose it
(`erase_cases`), and no other row tells which it was.
"""

from django.conf import settings
from django.db import models

_PERSON = settings.AUTH_USER_MODEL


class CaseMark(models.Model):
    """One row a programme: the last number given. Who changes cases of a programme takes it first, so that
    changes come one after the other.
    """

    programme = models.OneToOneField("store.Programme", models.CASCADE, primary_key=True, related_name="+")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"cases up to {self.last}"


class Case(models.Model):
    """One case. `number` is its name in addresses, never given twice in a programme.

    version      grows with each change of its fields: what a person saw when they began to type
    merged_into  the case it became part of, as people did it; `root` is where that leads to in the end, and
                 none of both for a case that stands by itself
    taken_back   opening it was undone; it is in no list
    changed      when something was last done with it, by anybody
    """

    programme = models.ForeignKey("store.Programme", models.CASCADE, db_index=False, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    status = models.CharField(max_length=14, default="new")
    severity = models.CharField(max_length=8, default="normal")
    team = models.ForeignKey("store.Team", models.SET_NULL, null=True, related_name="+")
    assignee = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    due = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    opened = models.DateTimeField()
    opened_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    changed = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, db_index=False, related_name="+")
    root = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    taken_back = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["programme", "number"], name="case_number"),)
        indexes = (
            models.Index(
                fields=["programme", "changed"],
                condition=models.Q(root__isnull=True, taken_back=False),
                name="case_lately",
            ),
            models.Index(
                fields=["programme", "due"],
                condition=models.Q(root__isnull=True, taken_back=False, due__isnull=False),
                name="case_due",
            ),
        )

    def __str__(self) -> str:
        return f"case {self.number}"


class CaseChange(models.Model):
    """One thing that happened to a case: its timeline, its lineage, and what undoing it needs.

    sort    a code of `desk.cases_timeline`
    before  fields as they were, and `after` as they became: what people set, never a word or number of a post
    why     the reason that was given, in a person's own words
    undone  the change that undid this one
    """

    case = models.ForeignKey(Case, models.CASCADE, db_index=False, related_name="+")
    sort = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.CharField(max_length=400, blank=True, default="")
    undone = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["case", "id"], name="case_timeline"),)

    def __str__(self) -> str:
        return f"change {self.pk}: {self.sort}"


class CasePost(models.Model):
    """A post in a case; one post may be in several.

    how    hand, suggested (a person took a suggestion) or alert
    added  the change that put it there; `out` the one that took it out again
    gone   the post is not kept any more: a random number in place of it, the same in each row that held it,
           so that it is counted once
    """

    case = models.ForeignKey(Case, models.CASCADE, db_index=False, related_name="+")
    post = models.ForeignKey(
        "store.Post", models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    gone = models.BigIntegerField(null=True)
    how = models.CharField(max_length=10, default="hand")
    added = models.ForeignKey(CaseChange, models.CASCADE, related_name="+")
    out = models.ForeignKey(CaseChange, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "post"], condition=models.Q(out__isnull=True), name="case_post_once"
            ),
        )
        indexes = (
            models.Index(fields=["post"], condition=models.Q(post__isnull=False), name="case_of_post"),
            models.Index(fields=["case", "gone"], condition=models.Q(gone__isnull=False), name="case_gone"),
        )

    def __str__(self) -> str:
        return f"post of case {self.case_id}"


class CaseTheme(models.Model):
    """A theme in a case, with all its posts as they are now. Of one that became part of another, that one; of
    one that is not there any more, none.
    """

    case = models.ForeignKey(Case, models.CASCADE, db_index=False, related_name="+")
    theme = models.ForeignKey("store.Theme", models.SET_NULL, null=True, related_name="+")
    how = models.CharField(max_length=10, default="hand")
    added = models.ForeignKey(CaseChange, models.CASCADE, related_name="+")
    out = models.ForeignKey(CaseChange, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "theme"], condition=models.Q(out__isnull=True), name="case_theme_once"
            ),
        )

    def __str__(self) -> str:
        return f"theme of case {self.case_id}"


class CaseTag(models.Model):
    """A tag on a case."""

    case = models.ForeignKey(Case, models.CASCADE, db_index=False, related_name="+")
    tag = models.ForeignKey("store.Tag", models.CASCADE, related_name="+")
    added = models.ForeignKey(CaseChange, models.CASCADE, related_name="+")
    out = models.ForeignKey(CaseChange, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "tag"], condition=models.Q(out__isnull=True), name="case_tag_once"
            ),
        )

    def __str__(self) -> str:
        return f"tag of case {self.case_id}"


class CaseNote(models.Model):
    """What somebody wrote on a case: plain text, their own reasoning.

    added  the change that put it there; `out` the one that took it back. An erased note has no text.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    text = models.TextField()
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    edited = models.DateTimeField(null=True)
    added = models.ForeignKey(CaseChange, models.CASCADE, related_name="+")
    out = models.ForeignKey(CaseChange, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"note {self.pk}"


class CaseMention(models.Model):
    """Somebody is named in a note; `seen` when they looked at it."""

    note = models.ForeignKey(CaseNote, models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="+")
    seen = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["note", "person"], name="mention_once"),)

    def __str__(self) -> str:
        return f"mention in note {self.note_id}"


class Attachment(models.Model):
    """A file on a case; what it holds is in the home folder (`store.attached`).

    sha256  of what is kept: a file that is another one (put back from an old backup) is not shown
    name  the name it came with, without any path
    type  of `desk.cases_files.TYPES`: what it was found to be, never what somebody said it is
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    added = models.ForeignKey(CaseChange, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"attachment {self.pk}"
