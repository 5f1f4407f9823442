import django.db.models.deletion
from django.db import migrations, models

from earnest.store.together import CreateTables


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_sources"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Left",
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
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="store.programme",
                            ),
                        ),
                        ("step", models.BigIntegerField()),
                        ("post", models.BigIntegerField()),
                        ("heir", models.BigIntegerField(null=True)),
                        ("at", models.BigIntegerField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["programme", "step"], name="left_step")],
                    },
                ),
                migrations.CreateModel(
                    name="ThemeVoices",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "theme_id",
                                "first",
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
                        ("first", models.IntegerField()),
                        ("posts", models.IntegerField()),
                        ("voices", models.IntegerField()),
                        ("other_voices", models.IntegerField()),
                        ("nameless", models.IntegerField()),
                    ],
                ),
            ]
        ),
        migrations.AddIndex(
            model_name="themepost",
            index=models.Index(
                condition=models.Q(("other", True)), fields=["theme", "post"], name="theme_other"
            ),
        ),
    ]
