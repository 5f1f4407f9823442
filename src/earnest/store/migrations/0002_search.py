from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from earnest.store import dialect


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = editor.connection.vendor == "sqlite"
    editor.execute(dialect.MAKE_SEARCH_SQLITE if sqlite else dialect.MAKE_SEARCH_POSTGRES)
    apps.get_model("store", "Counter").objects.create(id=1, arrival=0)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_tables")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
