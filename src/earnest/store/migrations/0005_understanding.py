import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from earnest.store.together import CreateTables


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "__first__"),
        ("store", "0004_go_live"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="AlertRule",
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
                        ("slot", models.CharField(blank=True, default="", max_length=10)),
                        ("sort", models.CharField(default="burst", max_length=10)),
                        ("name", models.CharField(max_length=120)),
                        ("about", models.CharField(blank=True, default="", max_length=80)),
                        (
                            "place",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.place",
                            ),
                        ),
                        ("kind", models.CharField(blank=True, default="trouble", max_length=30)),
                        ("sensitivity", models.CharField(default="normal", max_length=10)),
                        ("least_posts", models.PositiveIntegerField(default=5)),
                        ("least_voices", models.PositiveIntegerField(default=5)),
                        ("quiet_from", models.PositiveSmallIntegerField(default=0)),
                        ("quiet_until", models.PositiveSmallIntegerField(default=0)),
                        ("zone", models.CharField(blank=True, default="", max_length=60)),
                        ("seen_by", models.CharField(default="everybody", max_length=10)),
                        ("on", models.BooleanField(default=True)),
                        ("snoozed", models.BigIntegerField(default=0)),
                        ("noise", models.PositiveSmallIntegerField(default=0)),
                        ("proposed", models.CharField(blank=True, default="", max_length=10)),
                        ("made", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("slot", ""), _negated=True),
                                fields=("programme", "slot"),
                                name="rule_slot",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BlindRound",
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
                        ("at", models.DateTimeField()),
                        ("after", models.BigIntegerField()),
                        ("until", models.BigIntegerField()),
                        ("posts", models.IntegerField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "until"], name="blind_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="FollowMark",
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
                        ("arrival", models.BigIntegerField(default=0)),
                        ("gone", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="LearnedModel",
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
                        ("model", models.CharField(max_length=32)),
                        ("before", models.CharField(blank=True, default="", max_length=32)),
                        ("taxonomy", models.CharField(max_length=100)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("made", models.DateTimeField()),
                        ("state", models.CharField(max_length=10)),
                        ("stale", models.BooleanField(default=False)),
                        ("figures", models.JSONField(default=dict)),
                        ("decided", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "current")),
                                fields=("programme",),
                                name="one_current_model",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LearnRun",
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
                        ("begun", models.DateTimeField()),
                        ("ended", models.DateTimeField(null=True)),
                        ("what", models.CharField(blank=True, max_length=60)),
                        ("share", models.FloatField(default=0.0)),
                        ("told", models.CharField(blank=True, max_length=300)),
                        ("learned", models.PositiveIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Repost",
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
                            "first",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.post",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ReviewHold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        (
                            "programme",
                            models.ForeignKey(
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
                        ("until", models.DateTimeField()),
                        ("skipped", models.BooleanField(default=False)),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("post", "by"), name="held_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Second",
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
                        ("state", models.CharField(default="waiting", max_length=8)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("due", models.BigIntegerField(default=0)),
                        ("chosen", models.BigIntegerField()),
                        ("label", models.CharField(max_length=80)),
                        ("score", models.FloatField()),
                        ("unsure", models.BooleanField()),
                        ("tier", models.CharField(blank=True, default="", max_length=10)),
                        ("model", models.CharField(blank=True, default="", max_length=32)),
                        ("opinion", models.JSONField(default=list)),
                        ("agrees", models.BooleanField(null=True)),
                        ("changed", models.BooleanField(default=False)),
                        ("at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "state", "due"], name="second_due")],
                    },
                ),
                migrations.CreateModel(
                    name="SecondTerms",
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
                        ("tier", models.CharField(default="off", max_length=10)),
                        ("share", models.PositiveSmallIntegerField(default=10)),
                        ("since", models.BigIntegerField(default=0)),
                        ("arrival", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Severe",
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
                        ("why", models.CharField(max_length=80)),
                        ("score", models.FloatField()),
                        ("novel", models.BooleanField(default=False)),
                        ("seen", models.BooleanField(default=False)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "post"], name="severe_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="TaxonomyVersion",
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
                        ("number", models.PositiveIntegerField()),
                        ("basis", models.PositiveIntegerField(default=0)),
                        ("back_to", models.PositiveIntegerField(default=0)),
                        ("document", models.JSONField()),
                        ("steps", models.JSONField(default=list)),
                        ("became", models.JSONField(default=dict)),
                        ("asked", models.JSONField(default=list)),
                        ("lineage", models.JSONField(default=dict)),
                        ("history", models.CharField(default="relabel", max_length=10)),
                        ("state", models.CharField(default="draft", max_length=10)),
                        ("model", models.CharField(blank=True, default="", max_length=32)),
                        ("made", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("since", models.DateTimeField(null=True)),
                        ("watermark", models.BigIntegerField(default=0)),
                        ("bound", models.BigIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("problem", models.CharField(blank=True, default="", max_length=300)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "number"), name="taxonomy_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "current")),
                                fields=("programme",),
                                name="one_current_taxonomy",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Theme",
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
                        ("number", models.PositiveIntegerField()),
                        ("label", models.CharField(blank=True, max_length=80)),
                        ("name", models.CharField(blank=True, default="", max_length=120)),
                        ("named_by", models.CharField(blank=True, default="", max_length=10)),
                        ("phrases", models.JSONField(default=list)),
                        ("sized", models.PositiveIntegerField(default=0)),
                        ("first_seen", models.BigIntegerField(default=0)),
                        ("last_seen", models.BigIntegerField(default=0)),
                        ("state", models.CharField(default="open", max_length=10)),
                        (
                            "into",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("told", models.BooleanField(default=False)),
                        ("made", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["programme", "state", "last_seen"], name="theme_lately")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "number"), name="theme_number")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThemeMark",
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
                        ("token", models.CharField(blank=True, default="", max_length=16)),
                    ],
                ),
                migrations.CreateModel(
                    name="ToFollow",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Alert",
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
                        (
                            "rule",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="store.alertrule",
                            ),
                        ),
                        ("sort", models.CharField(max_length=10)),
                        ("about", models.CharField(max_length=80)),
                        ("key", models.CharField(max_length=240)),
                        ("kind", models.CharField(blank=True, default="", max_length=30)),
                        (
                            "place",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.place",
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=80)),
                        ("post", models.BigIntegerField(db_index=True, null=True)),
                        ("seen_by", models.CharField(default="everybody", max_length=10)),
                        ("opened", models.BigIntegerField()),
                        ("since", models.BigIntegerField()),
                        ("until", models.BigIntegerField()),
                        ("rings", models.BigIntegerField()),
                        ("snoozed", models.BigIntegerField(default=0)),
                        ("closed", models.BigIntegerField(null=True)),
                        ("reason", models.CharField(blank=True, default="", max_length=10)),
                        ("why", models.JSONField(default=dict)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "-opened"], name="alert_newest")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed__isnull", True)),
                                fields=("programme", "key"),
                                name="alert_open_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BlindPost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "post",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.post",
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
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.blindround",
                            ),
                        ),
                        ("label", models.CharField(max_length=80)),
                        ("score", models.FloatField()),
                        ("kind", models.CharField(max_length=30)),
                        ("model", models.CharField(max_length=32)),
                        ("weight", models.FloatField()),
                        ("twice", models.BooleanField(default=False)),
                    ],
                ),
                migrations.CreateModel(
                    name="LearnedPost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("post_id", models.BigIntegerField()),
                        (
                            "model",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.learnedmodel",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("post_id", "model"), name="learned_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TaxonomyExample",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.taxonomyversion",
                            ),
                        ),
                        ("post_id", models.BigIntegerField()),
                        ("label", models.CharField(max_length=80)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("post_id", "version"), name="taxonomy_example_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThemeApart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("one", "other"), name="themes_apart")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThemePost",
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
                            "theme",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                        (
                            "origin",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                        ("other", models.BooleanField(default=False)),
                        ("fixed", models.BooleanField(default=False)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["theme", "post"], name="theme_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="ThemeWeek",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "theme_id",
                                "week",
                                "place_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.theme",
                            ),
                        ),
                        ("week", models.IntegerField()),
                        (
                            "place",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.place",
                            ),
                        ),
                        ("posts", models.IntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="BlindAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "asked",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.blindpost",
                            ),
                        ),
                        ("label", models.CharField(blank=True, max_length=80)),
                        ("kind", models.CharField(blank=True, max_length=30)),
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
                            models.UniqueConstraint(fields=("asked", "by"), name="answered_once")
                        ],
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name="correction",
            name="asked",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="correction",
            name="said",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="post",
            name="theme",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AlterField(
            model_name="voice",
            name="quarter",
            field=models.IntegerField(),
        ),
        migrations.AlterField(
            model_name="voicecount",
            name="quarter",
            field=models.IntegerField(),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("theme", ""), _negated=True), fields=["place"], name="post_theme"
            ),
        ),
    ]
