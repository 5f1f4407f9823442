import django.db.models.deletion
from django.db import migrations, models

from earnest.store.together import CreateTables


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_desk"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Backfill",
                    fields=[
                        (
                            "place",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="backfill",
                                serialize=False,
                                to="store.place",
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        ("until", models.DateTimeField()),
                        ("cursor", models.TextField(null=True)),
                        ("state", models.CharField(default="wanted", max_length=10)),
                        ("problem", models.TextField(blank=True, default="")),
                        ("earliest", models.DateTimeField(null=True)),
                        ("latest", models.DateTimeField(null=True)),
                        ("posts", models.PositiveIntegerField(default=0)),
                        ("read", models.PositiveIntegerField(default=0)),
                        ("asked", models.DateTimeField()),
                        ("changed", models.DateTimeField()),
                        ("next_try", models.DateTimeField(null=True)),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Gap",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "place",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gaps",
                                to="store.place",
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        ("until", models.DateTimeField(null=True)),
                        ("why", models.CharField(max_length=10)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["place", "since"], name="gap_place")],
                    },
                ),
                migrations.CreateModel(
                    name="Health",
                    fields=[
                        (
                            "place",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="health",
                                serialize=False,
                                to="store.place",
                            ),
                        ),
                        ("code", models.CharField(blank=True, default="", max_length=20)),
                        ("since", models.DateTimeField()),
                        ("late", models.PositiveIntegerField(default=0)),
                        ("took", models.PositiveIntegerField(default=0)),
                        ("remaining", models.IntegerField(null=True)),
                        ("waits_until", models.DateTimeField(null=True)),
                        ("moved_to", models.TextField(blank=True, default="")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        ("holder", models.CharField(max_length=80, primary_key=True, serialize=False)),
                        ("began", models.BigIntegerField()),
                        ("seen", models.BigIntegerField()),
                        ("held", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Lease",
                    fields=[
                        (
                            "place",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="lease",
                                serialize=False,
                                to="store.place",
                            ),
                        ),
                        ("holder", models.CharField(max_length=80)),
                        ("fence", models.BigIntegerField(default=0)),
                        ("until", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
            ]
        ),
    ]
