"""Programmes from before there were drafts: those that say all that people are owed go on, others wait.

A lawful basis that was written out is understood as one of the six; its words stay beside it. A workforce
programme waits until its operator has made the statement on article 7 of Directive (EU) 2024/2831.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from earnest.record import audience, basis

DEFAULT = {
    "purpose": "Find and mend what goes wrong, from what people told the operator.",
    "purpose_es": "Encontrar y arreglar lo que falla, por lo que la gente le dijo a la empresa.",
    "lawful_basis": "legitimate_interests",
    "contact": "whoever runs this installation",
}
"""What the programme of files says that was made without words of its own."""


def settle(apps: Apps, editor: BaseDatabaseSchemaEditor | None) -> None:
    """Understand what was written, and let those begin that lack nothing."""
    for row in apps.get_model("store", "Programme").objects.filter(live_since__isnull=True):
        if row.slug == "default" and not (row.purpose or row.lawful_basis or row.contact):
            for name, words in DEFAULT.items():
                setattr(row, name, words)
        meant, note = basis.understood(row.lawful_basis) if row.lawful_basis else (None, "")
        row.lawful_basis = meant.id if meant is not None else ""
        row.basis_note = row.basis_note or note
        kinds = audience.of(row.audience).kinds
        if (
            row.purpose.strip()
            and row.lawful_basis
            and row.contact.strip()
            and 0 < row.retention_days <= 3_650
            and (row.audience != "workforce" or row.directive)
            and all(place.kind in kinds for place in row.places.all())
        ):
            row.state, row.live_since = "live", row.made
        row.save()


class Migration(migrations.Migration):
    dependencies = [("store", "0004_audit")]
    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
