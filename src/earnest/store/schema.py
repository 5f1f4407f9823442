"""Which version of the tables a database has, beside the version that this code knows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

Step = tuple[str, str]
"""A change of the tables: app and name."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What was applied; what this code would still apply; what it does not know (newer tables)."""

    applied: tuple[Step, ...]
    waiting: tuple[Step, ...]
    newer: tuple[Step, ...]

    @property
    def empty(self) -> bool:
        """Whether there are no tables yet."""
        return not self.applied


def look() -> Schema:
    """Look at the database. Raises what Django raises when it cannot be reached."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = tuple(sorted(MigrationRecorder(connection).applied_migrations()))
    waiting = tuple((step.app_label, step.name) for step, _ in plan)
    return Schema(applied, waiting, unknown(applied, executor))


def unknown(applied: Iterable[Step], executor: MigrationExecutor | None = None) -> tuple[Step, ...]:
    """Those of the applied changes that this code does not have, of apps that it has."""
    known = (executor or MigrationExecutor(connection)).loader.disk_migrations or {}
    labels = {config.label for config in apps.get_app_configs()}
    return tuple(step for step in applied if step[0] in labels and step not in known)
