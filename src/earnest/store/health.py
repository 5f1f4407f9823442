"""How the database is, for `earnest doctor`. Changes nothing."""

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from earnest.store import models


@dataclass(frozen=True, slots=True)
class Health:
    """What is there. `waiting`: changes of the tables that were not made yet; `failed`: (place, problem)."""

    version: str
    waiting: int
    posts: int = 0
    programmes: int = 0
    places: int = 0
    failed: tuple[tuple[str, str], ...] = ()


def look() -> Health:
    """Look at the database. Raises what Django raises when it cannot be reached."""
    with connection.cursor() as db:
        if connection.vendor == "sqlite":
            db.execute("SELECT sqlite_version()")
            version = f"SQLite {db.fetchone()[0]}"
        else:
            db.execute("SHOW server_version")
            version = f"PostgreSQL {db.fetchone()[0]}"
    changes = waiting()
    if changes:
        return Health(version, changes)
    failed = models.Place.objects.filter(state="failed").values_list("programme__slug", "slug", "problem")
    return Health(
        version,
        0,
        posts=models.Post.objects.count(),
        programmes=models.Programme.objects.count(),
        places=models.Place.objects.count(),
        failed=tuple((f"{programme}/{slug}", problem) for programme, slug, problem in failed.order_by("pk")),
    )


def waiting() -> int:
    """How many changes of the tables were not made yet."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
