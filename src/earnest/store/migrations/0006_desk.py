import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from earnest.store.together import CreateTables


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("store", "0005_understanding"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Act",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("what", models.CharField(max_length=10)),
                        ("how", models.CharField(blank=True, default="", max_length=10)),
                        ("about", models.BigIntegerField(default=0)),
                        ("change", models.BigIntegerField(default=0)),
                        ("undone", models.BooleanField(default=False)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["by", "programme", "-id"], name="act_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("hash", models.CharField(max_length=64, unique=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("scopes", models.CharField(max_length=30)),
                        ("made", models.DateTimeField()),
                        ("expires", models.DateTimeField()),
                        ("last_used", models.DateField(null=True)),
                        ("revoked", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Attempt",
                    fields=[
                        ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("since", models.DateTimeField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Cached",
                    fields=[
                        ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                        ("value", models.TextField()),
                        ("expires", models.DateTimeField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="CaseMark",
                    fields=[
                        (
                            "programme",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.programme",
                            ),
                        ),
                        ("last", models.PositiveIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Channel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("slug", models.SlugField(max_length=40)),
                        ("name", models.CharField(max_length=80)),
                        ("sort", models.CharField(max_length=10)),
                        ("settings", models.JSONField(default=dict)),
                        ("events", models.JSONField(default=list)),
                        ("mark", models.BigIntegerField(default=0)),
                        ("alerts", models.BigIntegerField(default=0)),
                        ("on", models.BooleanField(default=True)),
                        ("secret", models.DateTimeField(null=True)),
                        ("hook", models.CharField(max_length=32, null=True, unique=True)),
                        ("hook_secret", models.DateTimeField(null=True)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("rests", models.DateTimeField(null=True)),
                        ("worked", models.DateTimeField(null=True)),
                        ("problem", models.CharField(blank=True, default="", max_length=20)),
                        ("made", models.DateTimeField()),
                        ("removed", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("removed__isnull", True)),
                                fields=("programme", "slug"),
                                name="channel_slug",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Checkout",
                    fields=[
                        (
                            "post",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.post",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("until", models.BigIntegerField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "until"], name="checkout_until")],
                    },
                ),
                migrations.CreateModel(
                    name="InboxTerms",
                    fields=[
                        (
                            "programme",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.programme",
                            ),
                        ),
                        ("days", models.PositiveSmallIntegerField(default=14)),
                        ("minutes", models.PositiveSmallIntegerField(default=15)),
                        ("after", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="MailWish",
                    fields=[
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("mentions", models.BooleanField(default=False)),
                        ("assignments", models.BooleanField(default=False)),
                    ],
                ),
                migrations.CreateModel(
                    name="OutboxMark",
                    fields=[
                        ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                        ("at", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("language", models.CharField(default="", max_length=5)),
                        ("zone", models.CharField(default="", max_length=40)),
                        ("known_as", models.CharField(default="", max_length=80)),
                    ],
                ),
                migrations.CreateModel(
                    name="Route",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("slug", models.SlugField(max_length=60)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("place", models.PositiveIntegerField(default=0)),
                        ("on", models.BooleanField(default=True)),
                        ("spec", models.JSONField(default=dict)),
                        ("comments", models.TextField(blank=True, default="")),
                        ("since", models.DateTimeField()),
                        ("looked", models.DateTimeField(null=True)),
                        ("removed", models.DateTimeField(null=True)),
                        ("made", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "slug"), name="route_slug")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RouteHead",
                    fields=[
                        (
                            "programme",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.programme",
                            ),
                        ),
                        ("comments", models.TextField(blank=True, default="")),
                    ],
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("filters", models.JSONField(default=dict)),
                        ("order", models.CharField(default="newest", max_length=10)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made", models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Settled",
                    fields=[
                        (
                            "post",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.post",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("how", models.CharField(max_length=10)),
                        ("until", models.BigIntegerField(default=0)),
                        ("act", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("until__gt", 0)),
                                fields=["programme", "until"],
                                name="settled_until",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("name", models.CharField(max_length=40)),
                        ("key", models.CharField(max_length=80)),
                        ("made", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "key"), name="tag_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Team",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("slug", models.SlugField(max_length=60)),
                        ("name", models.CharField(max_length=80)),
                        ("owns", models.JSONField(default=dict)),
                        ("channels", models.JSONField(default=dict)),
                        ("leadership", models.BooleanField(default=False)),
                        (
                            "otherwise",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.team",
                            ),
                        ),
                        ("removed", models.DateTimeField(null=True)),
                        ("made", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "slug"), name="team_slug"),
                            models.UniqueConstraint(
                                condition=models.Q(("leadership", True), ("removed__isnull", True)),
                                fields=("programme",),
                                name="one_leadership",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TeamInvitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("hash", models.CharField(max_length=64, unique=True)),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("role", models.CharField(max_length=10)),
                        ("places", models.JSONField(default=list)),
                        ("email", models.CharField(default="", max_length=254)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made", models.DateTimeField()),
                        ("expires", models.DateTimeField()),
                        ("used", models.DateTimeField(null=True)),
                        ("revoked", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["programme", "expires"], name="team_invitation_open")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("begun", models.DateTimeField()),
                        ("seen", models.DateTimeField()),
                        ("browser", models.CharField(default="", max_length=40)),
                    ],
                ),
                migrations.CreateModel(
                    name="Action",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("what", models.CharField(max_length=300)),
                        ("sort", models.CharField(default="fixed", max_length=10)),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.team",
                            ),
                        ),
                        ("day", models.DateField()),
                        ("planned", models.BooleanField(default=False)),
                        ("promise", models.CharField(blank=True, default="", max_length=10)),
                        ("in_report", models.BooleanField(default=False)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made", models.DateTimeField()),
                        ("taken_back", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "-day", "-id"], name="action_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="ActPost",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "post_id",
                                "act_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.post",
                            ),
                        ),
                        (
                            "act",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.act"
                            ),
                        ),
                        ("how", models.CharField(blank=True, default="", max_length=10)),
                        ("until", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="ApiAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "token",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.apitoken",
                            ),
                        ),
                        ("key", models.CharField(max_length=64)),
                        ("asked", models.CharField(max_length=64)),
                        ("status", models.SmallIntegerField(default=0)),
                        ("answer", models.JSONField(default=dict)),
                        ("location", models.CharField(default="", max_length=200)),
                        ("at", models.DateTimeField(db_index=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("token", "key"), name="api_answer_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "token",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.apitoken",
                            ),
                        ),
                        ("minute", models.BigIntegerField()),
                        ("taken", models.IntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("token", "minute"), name="api_use_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Case",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("title", models.CharField(max_length=160)),
                        ("status", models.CharField(default="new", max_length=14)),
                        ("severity", models.CharField(default="normal", max_length=8)),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.team",
                            ),
                        ),
                        (
                            "assignee",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("due", models.DateTimeField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("opened", models.DateTimeField()),
                        (
                            "opened_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("changed", models.DateTimeField()),
                        ("closed", models.DateTimeField(null=True)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.case",
                            ),
                        ),
                        (
                            "root",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.case",
                            ),
                        ),
                        ("taken_back", models.BooleanField(default=False)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("root__isnull", True), ("taken_back", False)),
                                fields=["programme", "changed"],
                                name="case_lately",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("due__isnull", False), ("root__isnull", True), ("taken_back", False)
                                ),
                                fields=["programme", "due"],
                                name="case_due",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "number"), name="case_number")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.channel",
                            ),
                        ),
                        ("case", models.PositiveIntegerField()),
                        ("ref", models.CharField(max_length=80)),
                        ("url", models.CharField(max_length=400)),
                        ("state", models.CharField(default="unknown", max_length=10)),
                        ("etag", models.CharField(blank=True, default="", max_length=120)),
                        ("tell", models.BooleanField(default=False)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made", models.DateTimeField()),
                        ("changed", models.DateTimeField(null=True)),
                        ("checked", models.DateTimeField(null=True)),
                        ("next_check", models.DateTimeField(null=True)),
                        ("failures", models.PositiveSmallIntegerField(default=0)),
                        ("problem", models.CharField(blank=True, default="", max_length=20)),
                        ("proposed", models.DateTimeField(null=True)),
                        ("answered", models.CharField(blank=True, default="", max_length=10)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["programme", "case"], name="caselink_case"),
                            models.Index(fields=["next_check"], name="caselink_due"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("channel", "case", "ref"), name="caselink_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Escalation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("case", models.PositiveIntegerField()),
                        (
                            "route",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.route",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=0)),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.team",
                            ),
                        ),
                        ("thing", models.CharField(max_length=100)),
                        ("key", models.CharField(max_length=200)),
                        ("why", models.JSONField(default=list)),
                        ("because", models.TextField(blank=True, default="")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("ladder", models.JSONField(default=dict)),
                        ("opened", models.DateTimeField()),
                        ("moved", models.DateTimeField()),
                        ("turn", models.PositiveSmallIntegerField(default=0)),
                        ("step", models.PositiveSmallIntegerField(default=0)),
                        ("due", models.DateTimeField(null=True)),
                        ("state", models.CharField(default="running", max_length=12)),
                        ("settled", models.DateTimeField(null=True)),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("settled_how", models.CharField(blank=True, default="", max_length=10)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["state", "due"], name="escalation_due"),
                            models.Index(fields=["programme", "state", "-opened"], name="escalation_listed"),
                            models.Index(fields=["programme", "case"], name="escalation_case"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "key"), name="escalation_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Incoming",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.channel",
                            ),
                        ),
                        ("key", models.CharField(max_length=64)),
                        ("sort", models.CharField(max_length=20)),
                        ("at", models.DateTimeField(db_index=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("channel", "key"), name="incoming_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.channel",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("key", models.CharField(max_length=64, unique=True)),
                        ("kind", models.CharField(max_length=30)),
                        ("case", models.PositiveIntegerField(null=True)),
                        ("payload", models.JSONField(null=True)),
                        ("quoted", models.JSONField(default=list)),
                        ("about", models.JSONField(default=list)),
                        ("state", models.CharField(default="waiting", max_length=10)),
                        ("made", models.DateTimeField()),
                        ("at", models.DateTimeField()),
                        ("until", models.DateTimeField()),
                        ("leased", models.DateTimeField(null=True)),
                        ("lease", models.CharField(blank=True, default="", max_length=32)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("result", models.CharField(blank=True, default="", max_length=20)),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("done", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["programme", "-id"], name="message_sent"),
                            models.Index(fields=["programme", "case", "-id"], name="message_case"),
                            models.Index(fields=["programme", "state", "-id"], name="message_state"),
                            models.Index(fields=["channel", "-id"], name="message_channel"),
                            models.Index(
                                condition=models.Q(("state__in", ["waiting", "sending"])),
                                fields=["at"],
                                name="message_due",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PostTag",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "tag_id",
                                "post_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.tag",
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.post",
                            ),
                        ),
                        ("act", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="RouteVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "route",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="store.route",
                            ),
                        ),
                        ("version", models.PositiveIntegerField()),
                        ("spec", models.JSONField(default=dict)),
                        ("comments", models.TextField(blank=True, default="")),
                        ("how", models.CharField(max_length=10)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("route", "version"), name="route_version")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TeamMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="members",
                                to="store.team",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("lead", models.BooleanField(default=False)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("team", "person"), name="team_member_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AckLink",
                    fields=[
                        ("hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        (
                            "escalation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.escalation",
                            ),
                        ),
                        ("turn", models.PositiveSmallIntegerField(default=0)),
                        ("place", models.PositiveSmallIntegerField()),
                        ("expires", models.DateTimeField()),
                        ("used", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="ActionCase",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "action",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.action",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.case"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("action", "case"), name="action_case_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AlertCase",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "alert",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.alert",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.case"
                            ),
                        ),
                        ("opened", models.BooleanField(default=False)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("alert", "case"), name="alert_case_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.case",
                            ),
                        ),
                        ("sort", models.CharField(max_length=24)),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("before", models.JSONField(default=dict)),
                        ("after", models.JSONField(default=dict)),
                        ("why", models.CharField(blank=True, default="", max_length=400)),
                        (
                            "undone",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["case", "id"], name="case_timeline")],
                    },
                ),
                migrations.CreateModel(
                    name="CaseInReport",
                    fields=[
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.case",
                            ),
                        ),
                        ("title", models.CharField(max_length=160)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="CaseWatch",
                    fields=[
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="store.case",
                            ),
                        ),
                        ("since", models.IntegerField()),
                        ("above", models.IntegerField(null=True)),
                        ("left_alone", models.BooleanField(default=False)),
                        ("looked", models.IntegerField(default=0)),
                        ("verdict", models.CharField(blank=True, default="", max_length=12)),
                        ("left_percent", models.PositiveSmallIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="EscalationStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "escalation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="store.escalation",
                            ),
                        ),
                        ("turn", models.PositiveSmallIntegerField(default=0)),
                        ("place", models.PositiveSmallIntegerField()),
                        ("who", models.CharField(max_length=12)),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.team",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("due", models.DateTimeField(null=True)),
                        ("channels", models.JSONField(default=list)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("escalation", "turn", "place"), name="escalation_step_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationWish",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("case", models.PositiveIntegerField()),
                        ("because", models.TextField(blank=True, default="")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("state", models.CharField(default="waiting", max_length=10)),
                        ("settled", models.DateTimeField(null=True)),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answer", models.TextField(blank=True, default="")),
                        (
                            "escalation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.escalation",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "waiting")),
                                fields=("programme", "case"),
                                name="wish_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.case"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("type", models.CharField(max_length=40)),
                        ("size", models.PositiveIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("width", models.PositiveIntegerField(default=0)),
                        ("height", models.PositiveIntegerField(default=0)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "added",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="CaseNote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.case"
                            ),
                        ),
                        ("text", models.TextField()),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("edited", models.DateTimeField(null=True)),
                        (
                            "added",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                        (
                            "out",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="CasePost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.case",
                            ),
                        ),
                        (
                            "post",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.post",
                            ),
                        ),
                        ("gone", models.BigIntegerField(null=True)),
                        ("how", models.CharField(default="hand", max_length=10)),
                        (
                            "added",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                        (
                            "out",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("post__isnull", False)),
                                fields=["post"],
                                name="case_of_post",
                            ),
                            models.Index(
                                condition=models.Q(("gone__isnull", False)),
                                fields=["case", "gone"],
                                name="case_gone",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("out__isnull", True)),
                                fields=("case", "post"),
                                name="case_post_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseTag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.case",
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.tag"
                            ),
                        ),
                        (
                            "added",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                        (
                            "out",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("out__isnull", True)),
                                fields=("case", "tag"),
                                name="case_tag_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseTheme",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.case",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                        ("how", models.CharField(default="hand", max_length=10)),
                        (
                            "added",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                        (
                            "out",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.casechange",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("out__isnull", True)),
                                fields=("case", "theme"),
                                name="case_theme_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseMention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "note",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.casenote",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("seen", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("note", "person"), name="mention_once")
                        ],
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name="alertrule",
            name="opens",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="membership",
            name="shown",
            field=models.BooleanField(default=False),
        ),
    ]
