from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{what.lower()} BEFORE {what} ON store_auditlink BEGIN"
    " SELECT RAISE(ABORT, 'the audit chain is only ever added to'); END"
    for what in ("UPDATE", "DELETE")
)
POSTGRES = (
    "CREATE FUNCTION store_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit chain is only ever added to'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON store_auditlink"
    " FOR EACH ROW EXECUTE FUNCTION store_audit_refuse()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON store_auditlink"
    " FOR EACH STATEMENT EXECUTE FUNCTION store_audit_refuse()",
)


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The database itself refuses to change or delete a link."""
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRES:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("store", "0003_trust")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
